import { useState } from 'react'
import { get, list, post, remove } from '../api/client'
import type { ApiError } from '../api/problem'
import type { AuditEntry, Role, Tenant, Token } from '../api/types'
import { useMe } from '../me'
import { Button, Card, Confirm, Copy, Dialog, Empty, Field, PageHead, ProblemNote, Tabs, Waiting } from '../parts/basics'
import { useLoad } from '../parts/load'
import { usePlace, useTitle } from '../parts/route'
import { DataTable, type Column } from '../table/data_table'
import { useText } from '../text'

const ROLES: Role[] = ['viewer', 'engineer', 'operator', 'admin']

export default function Admin() {
    const { t } = useText()
    useTitle(t('nav.admin'))
    const me = useMe()
    const { path } = usePlace()
    const room = path[1] ?? 'tokens'
    // Only the admin of the first tenant sees the others.
    const tenants = me?.tenant === 'local'
    return (
        <>
            <PageHead title={t('nav.admin')} lead={t('admin.lead', { tenant: me?.tenant ?? '' })} />
            <Tabs
                label={t('nav.admin')}
                tabs={[
                    { href: '/admin', text: t('admin.tokens'), on: room === 'tokens' },
                    ...(tenants ? [{ href: '/admin/tenants', text: t('admin.tenants'), on: room === 'tenants' }] : []),
                    { href: '/admin/audit', text: t('admin.audit'), on: room === 'audit' },
                ]}
            />
            {room === 'tokens' && <Tokens open={me?.open ?? false} />}
            {room === 'tenants' && <Tenants />}
            {room === 'audit' && <Audit />}
        </>
    )
}

function Secret({ token, onClose }: { token: string; onClose: () => void }) {
    const { t } = useText()
    return (
        <Dialog title={t('admin.secret')} onClose={onClose}>
            <p>{t('admin.secret.text')}</p>
            <Copy text={token} />
            <div className="actions end"><Button onClick={onClose}>{t('admin.secret.kept')}</Button></div>
        </Dialog>
    )
}

function Tokens({ open }: { open: boolean }) {
    const { t, when } = useText()
    const tokens = useLoad('tokens', () => list('/v1/tokens'))
    const [name, setName] = useState('')
    const [role, setRole] = useState<Role>('engineer')
    const [days, setDays] = useState('90')
    const [secret, setSecret] = useState<string | null>(null)
    const [gone, setGone] = useState<Token | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const columns: Column<Token>[] = [
        { key: 'name', title: t('token.name'), value: (row) => row.name, show: (row) => row.name || t('token.nameless') },
        { key: 'role', title: t('token.role'), value: (row) => ROLES.indexOf(row.role), show: (row) => t(`role.${row.role}`), width: 7, grow: 1 },
        { key: 'created', title: t('token.created'), value: (row) => row.created, show: (row) => when(row.created), width: 11.5, grow: 1 },
        { key: 'expires', title: t('token.expires'), value: (row) => row.expires ?? '9', show: (row) => (row.expires ? when(row.expires) : t('token.never')), width: 11.5, grow: 1 },
        { key: 'do', title: '', value: () => null, show: (row) => <Button look="danger" onClick={() => setGone(row)}>{t('token.take_back')}</Button>, width: 8.5, grow: 0 },
    ]
    return (
        <>
            {open && <p className="old-version">{t('admin.open')}</p>}
            <Card title={t('token.new')}>
                <form
                    className="inline-form"
                    onSubmit={(event) => {
                        event.preventDefault()
                        setError(null)
                        post('/v1/tokens', { body: { role, ...(name.trim() ? { name: name.trim() } : {}), ...(days ? { expires_days: Number(days) } : {}) } }).then((made) => {
                            setSecret(made.token)
                            setName('')
                            tokens.reload()
                        }, setError)
                    }}
                >
                    <Field label={t('token.name')} hint={t('token.name.hint')}>{(id, hint) => <input id={id} value={name} maxLength={80} onChange={(event) => setName(event.target.value)} aria-describedby={hint} />}</Field>
                    <Field label={t('token.role')} hint={t(`role.${role}.text`)}>
                        {(id, hint) => (
                            <select id={id} value={role} onChange={(event) => setRole(event.target.value as Role)} aria-describedby={hint}>
                                {ROLES.map((one) => <option key={one} value={one}>{t(`role.${one}`)}</option>)}
                            </select>
                        )}
                    </Field>
                    <Field label={t('token.expires')}>
                        {(id) => (
                            <select id={id} value={days} onChange={(event) => setDays(event.target.value)}>
                                {['7', '30', '90', '365'].map((one) => <option key={one} value={one}>{t('token.in_days', { days: one })}</option>)}
                                <option value="">{t('token.never')}</option>
                            </select>
                        )}
                    </Field>
                    <Button look="main" type="submit">{t('token.make')}</Button>
                </form>
                <ProblemNote error={error} />
            </Card>
            <Card title={t('admin.tokens')}>
                <ProblemNote error={tokens.error} retry={tokens.reload} />
                {!tokens.value ? !tokens.error && <Waiting /> : tokens.value.length === 0 ? <Empty title={t('token.none')} text={t('token.none.text')} /> : <DataTable label={t('admin.tokens')} rows={tokens.value} columns={columns} first="-created" rowKey={(row) => row.id} />}
            </Card>
            {secret && <Secret token={secret} onClose={() => setSecret(null)} />}
            {gone && (
                <Confirm
                    title={t('token.take_back.title', { name: gone.name || t('token.nameless') })}
                    text={t('token.take_back.text')}
                    yes={t('token.take_back')}
                    onClose={() => setGone(null)}
                    onYes={async () => {
                        await remove('/v1/tokens/{token}', { path: { token: gone.id } })
                        setGone(null)
                        tokens.reload()
                    }}
                />
            )}
        </>
    )
}

function Tenants() {
    const { t, when } = useText()
    const tenants = useLoad('tenants', () => list('/v1/tenants'))
    const [name, setName] = useState('')
    const [secret, setSecret] = useState<string | null>(null)
    const [gone, setGone] = useState<Tenant | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const columns: Column<Tenant>[] = [
        { key: 'name', title: t('tenant.name'), value: (row) => row.name },
        { key: 'created', title: t('token.created'), value: (row) => row.created, show: (row) => when(row.created) },
        { key: 'do', title: '', value: () => null, show: (row) => row.name !== 'local' && <Button look="danger" onClick={() => setGone(row)}>{t('delete')}</Button>, width: 8.5, grow: 0 },
    ]
    return (
        <>
            <Card title={t('tenant.new')}>
                <form
                    className="inline-form"
                    onSubmit={(event) => {
                        event.preventDefault()
                        setError(null)
                        post('/v1/tenants', { body: { name: name.trim() } }).then((made) => {
                            setSecret(made.token)
                            setName('')
                            tenants.reload()
                        }, setError)
                    }}
                >
                    <Field label={t('tenant.name')} hint={t('tenant.name.hint')}>{(id, hint) => <input id={id} required pattern="[a-z][a-z0-9\-]{0,30}" value={name} onChange={(event) => setName(event.target.value)} aria-describedby={hint} />}</Field>
                    <Button look="main" type="submit">{t('tenant.make')}</Button>
                </form>
                <ProblemNote error={error} />
            </Card>
            <Card title={t('admin.tenants')}>
                <ProblemNote error={tenants.error} retry={tenants.reload} />
                {tenants.value ? <DataTable label={t('admin.tenants')} rows={tenants.value} columns={columns} first="name" rowKey={(row) => row.name} /> : !tenants.error && <Waiting />}
            </Card>
            {secret && <Secret token={secret} onClose={() => setSecret(null)} />}
            {gone && (
                <Confirm
                    title={t('tenant.delete.title', { tenant: gone.name })}
                    text={t('tenant.delete.text')}
                    yes={t('delete')}
                    onClose={() => setGone(null)}
                    onYes={async () => {
                        await remove('/v1/tenants/{tenant}', { path: { tenant: gone.name } })
                        setGone(null)
                        tenants.reload()
                    }}
                />
            )}
        </>
    )
}

function Audit() {
    const { t, when } = useText()
    const first = useLoad('audit', () => get('/v1/audit', { query: { limit: 200 } }))
    const [more, setMore] = useState<{ items: AuditEntry[]; next: string | undefined } | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const rows = [...(first.value?.items ?? []), ...(more?.items ?? [])]
    const next = more ? more.next : first.value?.next
    const columns: Column<AuditEntry>[] = [
        { key: 'number', title: '#', number: true, value: (row) => row.number, width: 4, grow: 0 },
        { key: 'at', title: t('audit.at'), value: (row) => row.at, show: (row) => when(row.at), width: 11.5, grow: 1 },
        { key: 'who', title: t('audit.who'), value: (row) => row.who, width: 7, grow: 1 },
        { key: 'action', title: t('audit.action'), value: (row) => row.action, show: (row) => <code>{row.action}</code>, width: 9, grow: 1 },
        { key: 'subject', title: t('audit.subject'), value: (row) => `${row.subject} ${row.detail ?? ''}`, show: (row) => <span title={row.detail}>{row.subject} <small>{row.detail}</small></span> },
        { key: 'hash', title: t('audit.hash'), value: (row) => row.hash, show: (row) => <code title={row.hash}>{row.hash.slice(0, 12)}</code>, width: 9, grow: 0 },
    ]
    return (
        <Card title={t('admin.audit')} note={t('audit.text')}>
            <ProblemNote error={first.error ?? error} retry={first.reload} />
            {!first.value ? !first.error && <Waiting /> : rows.length === 0 ? <Empty title={t('audit.none')} text={t('audit.none.text')} /> : <DataTable label={t('admin.audit')} rows={rows} columns={columns} rowKey={(row) => String(row.number)} />}
            {next && <Button look="quiet" onClick={() => get('/v1/audit', { query: { limit: 200, after: next } }).then((page) => setMore({ items: [...(more?.items ?? []), ...page.items], next: page.next }), setError)}>{t('older')}</Button>}
        </Card>
    )
}
