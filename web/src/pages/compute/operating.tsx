import { useEffect, useState } from 'react'
import { accounts as askAccounts, addPrices, grant, isAbsent, policy as askPolicy, prices as askPrices, problemOf, putAccounts, putPolicy, type AccountRow, type Accounts, type Policy, type Price } from '../../api/compute'
import { newKey } from '../../api/client'
import { whyOf, type ApiError } from '../../api/problem'
import { Absent } from '../../compute/absent'
import { countsOf, isCounts, toCounts } from '../../compute/counts'
import { PolicyEditor } from '../../compute/policy_editor'
import { ReservationsCard } from '../../compute/reservations'
import { Button, Card, Field, LinkButton, ProblemNote, useProblemText, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { useGuard } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'

/** /compute/operating: by which rules the pool goes, who has what, and what it costs. For the operator of the server. */
export default function Operating() {
    return (
        <>
            <PolicyCard />
            <AccountsCard />
            <ReservationsCard mayChange />
            <Prices />
            <Grant />
        </>
    )
}

function PolicyCard() {
    const { t } = useText()
    const kept = useLoad('pool policy', () => askPolicy())
    if (!kept.value) return kept.error ? <Absent error={kept.error} retry={kept.reload} /> : <Waiting />
    return <PolicyForm key={kept.value.version} kept={kept.value} onSaved={() => { forget(); kept.reload() }} label={t('policy.title')} />
}

function PolicyForm({ kept, onSaved, label }: { kept: Policy; onSaved: () => void; label: string }) {
    const { t, lang, when } = useText()
    const first = kept.text || kept.default
    const [text, setText] = useState(first)
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    const changed = text !== first
    useGuard(changed, t('policy.leave'))
    const save = () => {
        setBusy(true)
        putPolicy(text, kept.version).then(onSaved, (problem: unknown) => { setBusy(false); setError(problemOf(problem)) })
    }
    // A fault of the text is shown at its line, everything else above.
    const isText = error !== null && (error.status === 422 || error.status === 400)
    return (
        <Card
            title={label}
            note={kept.version > 0 ? t('policy.version', { version: kept.version, by: kept.by ?? '–', when: when(kept.changed) }) : t('policy.standard')}
            actions={
                <>
                    {changed && <span className="unsaved">{t('policy.unsaved')}</span>}
                    {text !== kept.default && <Button onClick={() => setText(kept.default)}>{t('policy.reset')}</Button>}
                    <LinkButton href="/compute/replays">{t('policy.try')}</LinkButton>
                    <Button look="main" disabled={!changed || busy} onClick={save}>{t('policy.save')}</Button>
                </>
            }
        >
            {error && !isText && <ProblemNote error={error} />}
            <PolicyEditor text={text} onChange={(next) => { setText(next); setError(null) }} label={label} wrong={isText ? { row: error.problem.row ?? 0, said: whyOf(error.problem, lang) } : null} />
        </Card>
    )
}

const blankRow = (): AccountRow => ({ account: '', weight: 1, guarantee: {}, limit: {}, job_max_gpus: 0, job_max_hours: 0, max_running: 0 })
/** A row as it stands in its fields. */
interface Written { key: string; account: string; weight: string; guarantee: string; limit: string; gpus: string; hours: string; running: string }
const written = (row: AccountRow): Written => ({
    key: newKey(), account: row.account, weight: String(row.weight ?? 1), guarantee: countsOf(row.guarantee), limit: countsOf(row.limit),
    gpus: row.job_max_gpus ? String(row.job_max_gpus) : '', hours: row.job_max_hours ? String(row.job_max_hours) : '', running: row.max_running ? String(row.max_running) : '',
})
const isNumber = (text: string, low: number) => text.trim() === '' || (Number.isFinite(Number(text)) && Number(text) >= low)
const rowOf = (row: Written): AccountRow => ({
    account: row.account.trim(), weight: Number(row.weight) || 1, guarantee: toCounts(row.guarantee), limit: toCounts(row.limit), job_max_gpus: Number(row.gpus) || 0, job_max_hours: Number(row.hours) || 0, max_running: Number(row.running) || 0,
})
const FIELDS = ['account', 'weight', 'guarantee', 'limit', 'gpus', 'hours', 'running'] as const
const isGood = (field: (typeof FIELDS)[number], text: string) => (field === 'account' ? /^\S+$/.test(text.trim()) : field === 'guarantee' || field === 'limit' ? isCounts(text) : field === 'weight' ? Number(text) > 0 : isNumber(text, 0))

function AccountsCard() {
    const kept = useLoad('pool accounts', () => askAccounts())
    if (!kept.value) return kept.error ? isAbsent(kept.error) ? null : <ProblemNote error={kept.error} retry={kept.reload} /> : <Waiting />
    return <AccountsForm key={kept.value.version} kept={kept.value} onSaved={() => { forget(); kept.reload() }} />
}

/** The table of accounts, written in place. Leases of rounds are rows of their own, which stay as they are. */
function AccountsForm({ kept, onSaved }: { kept: Accounts; onSaved: () => void }) {
    const { t, num } = useText()
    const say = useProblemText()
    const leases = kept.rows.filter((row) => row.lease)
    const [rows, setRows] = useState(() => kept.rows.filter((row) => !row.lease).map(written))
    const [first] = useState(() => JSON.stringify(rows))
    const [error, setError] = useState<ApiError | null>(null)
    const changed = JSON.stringify(rows) !== first
    useGuard(changed, t('policy.leave'))
    const good = rows.every((row) => FIELDS.every((field) => isGood(field, row[field])))
    const save = () => putAccounts([...rows.map(rowOf), ...leases], kept.version).then(onSaved, (problem: unknown) => setError(problemOf(problem)))
    const set = (key: string, change: Partial<Written>) => setRows(rows.map((row) => (row.key === key ? { ...row, ...change } : row)))
    return (
        <Card
            title={t('accounts.title')}
            note={t('accounts.note')}
            actions={<>{changed && <span className="unsaved">{t('policy.unsaved')}</span>}<Button onClick={() => setRows([...rows, written(blankRow())])}>{t('accounts.add')}</Button><Button look="main" disabled={!changed || !good} onClick={() => void save()}>{t('policy.save')}</Button></>}
        >
            {error && <p className="hint wrong" role="alert">{error.place && <code>{error.place}</code>} {say(error)}</p>}
            {rows.length === 0 ? <p className="all-well">{t('accounts.none')}</p> : (
                <div className="scroll">
                    <table className="forest-table in-place" aria-label={t('accounts.title')}>
                        <thead><tr>{FIELDS.map((field) => <th key={field} scope="col">{t(`accounts.${field}`)}</th>)}<th /></tr></thead>
                        <tbody>
                            {rows.map((row) => (
                                <tr key={row.key}>
                                    {FIELDS.map((field) => (
                                        <td key={field}><input aria-label={`${row.account || t('accounts.new')}: ${t(`accounts.${field}`)}`} aria-invalid={isGood(field, row[field]) ? undefined : true} placeholder={field === 'guarantee' || field === 'limit' ? 'h100=4' : field === 'account' ? 'vision/training' : '–'} value={row[field]} onChange={(event) => set(row.key, { [field]: event.target.value })} /></td>
                                    ))}
                                    <td><Button look="quiet" aria-label={t('accounts.drop', { account: row.account || t('accounts.new') })} onClick={() => setRows(rows.filter((one) => one.key !== row.key))}>×</Button></td>
                                </tr>
                            ))}
                        </tbody>
                    </table>
                </div>
            )}
            {leases.length > 0 && (
                <details>
                    <summary>{t('accounts.leases', { count: num(leases.length) })}</summary>
                    <ul className="leases">{leases.map((row) => <li key={`${row.account} ${row.lease}`}><b>{row.account}</b> {row.lease}: {countsOf(row.guarantee)} · {row.from?.slice(0, 10)} – {row.until?.slice(0, 10) ?? ''}</li>)}</ul>
                </details>
            )}
        </Card>
    )
}

function Prices() {
    const { t, num, when } = useText()
    const told = useLoad('pool prices', () => askPrices())
    const [row, setRow] = useState({ resource: '', credits: '', krw: '' })
    const [error, setError] = useState<ApiError | null>(null)
    if (told.error && isAbsent(told.error)) return null
    if (!told.value) return told.error ? <ProblemNote error={told.error} retry={told.reload} /> : <Waiting />
    const good = row.resource.trim() !== '' && row.credits.trim() !== '' && isNumber(row.credits, 0) && isNumber(row.krw, 0)
    // What has run is charged already: a price begins a little later.
    const add = () => addPrices([{ from: new Date(Date.now() + 5000).toISOString(), resource: row.resource.trim(), credits: Number(row.credits), krw: Number(row.krw) || 0 }]).then(() => { setRow({ resource: '', credits: '', krw: '' }); setError(null); told.reload() }, (problem: unknown) => setError(problemOf(problem)))
    const columns: Column<Price>[] = [
        { key: 'resource', title: t('price.resource'), value: (one) => one.resource, width: 9 },
        { key: 'credits', title: t('price.credits'), value: (one) => one.credits, show: (one) => num(one.credits), number: true },
        { key: 'krw', title: t('price.krw'), value: (one) => one.krw, show: (one) => num(one.krw, 0), number: true },
        { key: 'from', title: t('credit.from'), value: (one) => one.from, show: (one) => when(one.from), width: 11, grow: 1 },
    ]
    return (
        <Card title={t('price.title')} note={t('price.note')}>
            {told.value.rows.length > 0 && <DataTable label={t('price.title')} rows={told.value.rows} columns={columns} rowKey={(one) => `${one.resource} ${one.from}`} />}
            <form className="inline-form price-form" onSubmit={(event) => { event.preventDefault(); if (good) void add() }}>
                <Field label={t('price.resource')} hint={t('price.resource.hint')}>{(id, described) => <input id={id} aria-describedby={described} value={row.resource} onChange={(event) => setRow({ ...row, resource: event.target.value })} />}</Field>
                <Field label={t('price.credits')}>{(id) => <input id={id} inputMode="decimal" value={row.credits} onChange={(event) => setRow({ ...row, credits: event.target.value })} />}</Field>
                <Field label={t('price.krw')}>{(id) => <input id={id} inputMode="decimal" value={row.krw} onChange={(event) => setRow({ ...row, krw: event.target.value })} />}</Field>
                <Button type="submit" disabled={!good}>{t('price.add')}</Button>
            </form>
            <ProblemNote error={error} />
        </Card>
    )
}

/** Credits for a tenant. The id of what stands in the form is its own, so that a second click gives nothing twice. */
function Grant() {
    const { t, num } = useText()
    const there = useLoad('pool prices', () => askPrices())
    const [row, setRow] = useState({ tenant: '', credits: '', until: '', note: '' })
    const [key, setKey] = useState(newKey)
    const [said, setSaid] = useState('')
    const [error, setError] = useState<ApiError | null>(null)
    useEffect(() => setSaid(''), [row.tenant])
    if (!there.value) return null
    const good = row.tenant.trim() !== '' && Number(row.credits) > 0
    const give = () =>
        grant({ tenant: row.tenant.trim(), id: `page-${key.slice(0, 16)}`, credits: Number(row.credits), from: new Date().toISOString(), until: row.until ? new Date(`${row.until}T00:00:00`).toISOString() : null, note: row.note.trim() }).then(
            () => { setError(null); setSaid(t('grant.done', { tenant: row.tenant, credits: num(Number(row.credits)) })); setRow({ ...row, credits: '', note: '' }); setKey(newKey()); forget() },
            (problem: unknown) => setError(problemOf(problem)),
        )
    return (
        <Card title={t('grant.title')} note={t('grant.note')}>
            <form className="inline-form" onSubmit={(event) => { event.preventDefault(); if (good) void give() }}>
                <Field label={t('grant.tenant')}>{(id) => <input id={id} value={row.tenant} onChange={(event) => setRow({ ...row, tenant: event.target.value })} />}</Field>
                <Field label={t('credit.granted')}>{(id) => <input id={id} inputMode="decimal" value={row.credits} onChange={(event) => setRow({ ...row, credits: event.target.value })} />}</Field>
                <Field label={t('credit.until')} hint={t('grant.until.hint')}>{(id, described) => <input id={id} aria-describedby={described} type="date" value={row.until} onChange={(event) => setRow({ ...row, until: event.target.value })} />}</Field>
                <Field label={t('credit.note')}>{(id) => <input id={id} value={row.note} onChange={(event) => setRow({ ...row, note: event.target.value })} />}</Field>
                <Button type="submit" disabled={!good}>{t('grant.give')}</Button>
            </form>
            {said && <p className="told" role="status">{said}</p>}
            <ProblemNote error={error} />
        </Card>
    )
}
