import { useState } from 'react'
import { address, get, list, patch, remove } from '../../api/client'
import { saidOf, type ApiError } from '../../api/problem'
import { layoutOf, makeTwin } from '../../api/twin'
import type { Check, Fault, Plant, Version } from '../../api/types'
import { LoadBars } from '../../charts/bars'
import { useMay } from '../../me'
import { Badge, Button, Card, Confirm, Dialog, Empty, LinkButton, PageHead, ProblemNote, Tabs, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { Rename } from '../../parts/rename'
import { go, Link, usePlace, useTitle } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { DropTables } from './drop'
import { PlantTable } from './plant_table'
import { VersionDiff } from './version_diff'
import { WhatIf } from '../twins/what_if'

/** /plants/ID, /plants/ID/tables[/NAME], /plants/ID/versions[/FROM/TO], /plants/ID/what-if; `?version=` where it is not the newest. */
export default function PlantPage({ id }: { id: string }) {
    const { t, num, ago } = useText()
    const { path, query } = usePlace()
    const may = useMay('engineer')
    const plant = useLoad(`plant ${id}`, () => get('/v1/plants/{plant}', { path: { plant: id } }))
    const asked = query.get('version')
    const older = useLoad(asked ? `version ${id} ${asked}` : null, () => get('/v1/plants/{plant}/versions/{version}', { path: { plant: id, version: asked! } }))
    const [ask, setAsk] = useState<'delete' | 'upload' | 'rename' | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    useTitle(plant.value?.name ?? t('nav.plants'))

    if (plant.error ?? older.error) return <ProblemNote error={plant.error ?? older.error} retry={plant.reload} />
    const version = asked ? older.value : plant.value?.latest
    if (!plant.value || !version) return <Waiting />
    const { name, latest, versions } = plant.value
    const isNewest = version.version === latest.version
    const suffix = isNewest ? '' : `?version=${version.version}`
    const room = path[2] ?? 'check'
    const size = version.size
    return (
        <>
            <PageHead
                over={<Link href="/plants">{t('nav.plants')}</Link>}
                title={name}
                lead={
                    <>
                        {version.sound ? <Badge tone="good">{t('plant.sound')}</Badge> : <Badge tone="bad">{t('plant.faults', { count: version.counts.faults })}</Badge>}{' '}
                        {t('version', { version: version.version })} · {ago(version.created)}
                        {size && <> · {t('plant.size', { products: num(size.products), steps: num(size.steps), tools: num(size.tools), groups: num(size.groups) })}</>}
                    </>
                }
            >
                {may && version.sound && <LinkButton look="main" href={`/runs/new?plant=${id}${isNewest ? '' : `&version=${version.version}`}`}>{t('runs.new')}</LinkButton>}
                {may && version.sound && (
                    <Button onClick={() => makeTwin({ plant: id, version: version.version }).then((twin) => { forget(); go(`/twins/${twin.id}`) }, setError)}>{t('twin.make')}</Button>
                )}
                <LinkButton href={`/runs?plant=${id}`}>{t('plant.runs')}</LinkButton>
                <LinkButton href={address('/v1/plants/{plant}/versions/{version}/archive', { plant: id, version: version.version })} download>{t('plant.download')}</LinkButton>
                {may && <Button onClick={() => setAsk('upload')}>{t('plant.upload')}</Button>}
                {may && <Button onClick={() => setAsk('rename')}>{t('rename')}</Button>}
                {may && <Button look="danger" onClick={() => setAsk('delete')}>{t('delete')}</Button>}
            </PageHead>
            <ProblemNote error={error} />
            {!isNewest && (
                <p className="old-version" role="status">
                    {t('version.old', { version: version.version, newest: latest.version })} <Link href={`/plants/${id}`}>{t('version.to_newest')}</Link>
                </p>
            )}
            <Tabs
                label={name}
                tabs={[
                    { href: `/plants/${id}${suffix}`, text: t('plant.tab.check'), on: room === 'check' },
                    { href: `/plants/${id}/tables${suffix}`, text: t('plant.tab.tables', { count: version.tables.length }), on: room === 'tables' },
                    { href: `/plants/${id}/versions${suffix}`, text: t('plant.tab.versions', { count: versions }), on: room === 'versions' },
                    ...(version.sound ? [{ href: `/plants/${id}/what-if${suffix}`, text: t('twin.tab.what_if'), on: room === 'what-if' }] : []),
                ]}
            />
            {room === 'check' && <CheckRoom plant={id} version={version} suffix={suffix} />}
            {room === 'tables' && (
                <PlantTable
                    key={`${version.version} ${path[3] ?? ''}`}
                    plant={id}
                    version={version}
                    name={path[3]}
                    suffix={suffix}
                    mayEdit={may && isNewest}
                    onSaved={() => { forget(); plant.reload() }}
                />
            )}
            {room === 'what-if' && <WhatIfRoom key={version.version} plant={id} version={version.version} />}
            {room === 'versions' && (path[3] && path[4] ? <VersionDiff plant={id} from={path[3]} to={path[4]} /> : <Versions plant={plant.value} />)}
            {ask === 'rename' && (
                <Rename
                    name={name}
                    required
                    onClose={() => setAsk(null)}
                    onName={async (next) => {
                        await patch('/v1/plants/{plant}', { path: { plant: id }, body: { name: next } })
                        forget()
                        setAsk(null)
                        plant.reload()
                    }}
                />
            )}
            {ask === 'delete' && (
                <Confirm
                    title={t('plant.delete.title', { plant: name })}
                    text={t('plant.delete.text', { count: versions })}
                    yes={t('delete')}
                    onClose={() => setAsk(null)}
                    onYes={async () => {
                        await remove('/v1/plants/{plant}', { path: { plant: id } })
                        forget()
                        go('/plants')
                    }}
                />
            )}
            {ask === 'upload' && (
                <Dialog title={t('plant.upload.title')} onClose={() => setAsk(null)}>
                    <p>{t('plant.upload.text')}</p>
                    <DropTables
                        small
                        to={address('/v1/plants/{plant}/versions', { plant: id }, { keep: true })}
                        onDone={() => { setAsk(null); forget(); plant.reload(); go(`/plants/${id}`) }}
                    />
                </Dialog>
            )}
        </>
    )
}

function WhatIfRoom({ plant, version }: { plant: string; version: number }) {
    const layout = useLoad(`layout ${plant} ${version}`, () => layoutOf(plant, version))
    if (!layout.value) return layout.error ? <ProblemNote error={layout.error} retry={layout.reload} /> : <Waiting />
    return <WhatIf plant={plant} version={version} groups={layout.value.groups.filter((group) => !group.is_delay)} products={layout.value.products} />
}

function CheckRoom({ plant, version, suffix }: { plant: string; version: Version; suffix: string }) {
    const { t } = useText()
    const check = useLoad(`check ${plant} ${version.version}`, () => get('/v1/plants/{plant}/versions/{version}/check', { path: { plant, version: String(version.version) } }))
    if (!check.value) return check.error ? <ProblemNote error={check.error} retry={check.reload} /> : <Waiting />
    return (
        <>
            <Faults check={check.value} plant={plant} suffix={suffix} />
            {check.value.loads && (
                <Card title={t('load.title')} note={(check.value.groups_over_100_percent ?? 0) > 0 ? t('load.over', { count: check.value.groups_over_100_percent ?? 0 }) : t('load.fits')}>
                    <LoadBars loads={check.value.loads} />
                </Card>
            )}
        </>
    )
}

const ORDER = { fault: 0, warning: 1, note: 2 }
function Faults({ check, plant, suffix }: { check: Check; plant: string; suffix: string }) {
    const { t, lang } = useText()
    if (check.faults.length === 0)
        return (
            <Card className="good-news">
                <p><strong>{t('faults.none')}</strong> {t('faults.none.text')}</p>
            </Card>
        )
    const link = (fault: Fault) => {
        const query = new URLSearchParams(suffix.slice(1))
        if (fault.row !== null) query.set('row', String(fault.row))
        if (fault.column !== null) query.set('column', String(fault.column))
        return `/plants/${plant}/tables/${encodeURIComponent(fault.file)}?${query}`
    }
    const columns: Column<Fault>[] = [
        { key: 'severity', title: t('fault.severity'), width: 6.5, grow: 0, value: (fault) => ORDER[fault.severity], show: (fault) => <Badge tone={fault.severity === 'fault' ? 'bad' : fault.severity === 'warning' ? 'warn' : 'calm'}>{t(`severity.${fault.severity}`)}</Badge> },
        { key: 'place', title: t('fault.place'), width: 12, grow: 1.2, value: (fault) => `${fault.file} ${String(fault.row ?? 0).padStart(7, '0')}`, show: (fault) => fault.file ? <Link href={link(fault)}>{[fault.file, fault.row, fault.column].filter((part) => part !== null).join(':')}</Link> : '' },
        { key: 'value', title: t('fault.value'), width: 10, grow: 1, value: (fault) => fault.value, show: (fault) => <span title={fault.value}>{fault.header && <small>{fault.header} </small>}{fault.value && <code>{fault.value}</code>}</span> },
        { key: 'wrong', title: t('fault.wrong'), width: 14, grow: 2, value: (fault) => saidOf(fault, lang).wrong, show: (fault) => <span title={saidOf(fault, lang).wrong}>{saidOf(fault, lang).wrong}</span> },
        { key: 'right', title: t('fault.right'), width: 14, grow: 2, value: (fault) => saidOf(fault, lang).right, show: (fault) => <span title={saidOf(fault, lang).right}>{saidOf(fault, lang).right}</span> },
    ]
    const { faults, warnings, notes } = check.counts
    return (
        <Card title={t('faults.title')} note={`${t('faults.count', { faults, warnings, notes })} ${t('faults.text')}`}>
            <DataTable label={t('faults.title')} rows={check.faults} columns={columns} first="severity" rowKey={(fault) => `${fault.file}:${fault.row}:${fault.column}:${fault.wrong}:${fault.value}`} />
        </Card>
    )
}

function Versions({ plant }: { plant: Plant }) {
    const { t, when } = useText()
    const versions = useLoad(`versions ${plant.id} ${plant.versions}`, () => list('/v1/plants/{plant}/versions', { path: { plant: plant.id } }))
    if (!versions.value) return versions.error ? <ProblemNote error={versions.error} retry={versions.reload} /> : <Waiting />
    return (
        <Card title={t('versions.title')} note={t('versions.text')}>
            <ol className="list versions">
                {versions.value.map((version) => (
                    <li key={version.version}>
                        <span className="list-head">
                            <strong>{t('version', { version: version.version })}</strong>
                            {version.sound ? <Badge tone="good">{t('plant.sound')}</Badge> : <Badge tone="bad">{t('plant.faults', { count: version.counts.faults })}</Badge>}
                        </span>
                        <span className="list-note">{when(version.created)}{version.by && ` · ${version.by}`} · {t('tables.count', { count: version.tables.length })}</span>
                        <span className="actions">
                            <Link href={`/plants/${plant.id}?version=${version.version}`}>{t('versions.open')}</Link>
                            {version.version > 1 && <Link href={`/plants/${plant.id}/versions/${version.version - 1}/${version.version}`}>{t('versions.changes')}</Link>}
                            {version.version < plant.versions && <Link href={`/plants/${plant.id}/versions/${version.version}/${plant.versions}`}>{t('versions.until_newest')}</Link>}
                            <a href={address('/v1/plants/{plant}/versions/{version}/archive', { plant: plant.id, version: version.version })} download>{t('plant.download')}</a>
                        </span>
                    </li>
                ))}
            </ol>
            {versions.value.length === 0 && <Empty title={t('table.none')} />}
        </Card>
    )
}
