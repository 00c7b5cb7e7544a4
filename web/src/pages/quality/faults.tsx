import { useMemo, useState } from 'react'
import { happenings } from '../../api/live'
import { freezeWindows, windowKinds, type WindowKind } from '../../api/windows'
import { faultsBy } from '../../fdc/event'
import { placeOf, useBy, WindowState } from '../../fdc/words'
import { useStamp } from '../../live/stamp'
import { useMay } from '../../me'
import { FreezeDialog } from '../../meaning/freeze_dialog'
import { Badge, Button, Card, Empty, LinkButton, ProblemNote, Waiting } from '../../parts/basics'
import { forget } from '../../parts/load'
import { Link } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 3000
const FAULTS_MS = 10_000
const FAULTS_MAX = 1000
const DAY = 86400
const REFERENCE = 7 * DAY // what is proposed to learn limits from

/** Fault detection: the windows that are measured, and how they stand. */
export function Faults() {
    const { t, num } = useText()
    const stamp = useStamp()
    const by = useBy()
    const may = useMay('engineer')
    const [turn, setTurn] = useState(0)
    const [freezing, setFreezing] = useState<WindowKind | null>(null)
    const told = usePoll(`windows ${turn}`, LOOK_MS, windowKinds)
    const items = told.value?.items ?? []
    const events = usePoll(items.length > 0 ? 'faults of a day' : null, FAULTS_MS, (signal) => happenings({ kind: 'fault', from: Date.now() / 1000 - DAY, limit: FAULTS_MAX }, signal))
    const faults = useMemo(() => faultsBy(events.value?.items ?? []), [events.value])
    const isCut = events.value?.next !== undefined
    const columns: Column<WindowKind>[] = [
        { key: 'name', title: t('windows.window'), value: (row) => row.name, show: (row) => <Link href={`/quality/window/${encodeURIComponent(row.name)}`}>{row.name}</Link>, width: 8 },
        { key: 'state', title: t('windows.last'), value: (row) => (row.last?.severity === 'violation' ? 2 : row.frozen ? 1 : 0), show: (row) => <span title={row.problem}><WindowState kind={row} /></span>, width: 7.2, grow: 0.6 },
        { key: 'where', title: t('windows.last_at'), value: (row) => row.last?.at ?? null, show: (row) => (row.last ? <span title={`${row.last.tool} · ${placeOf(row.last)}`}>{stamp.time(row.last.at)} · {row.last.tool}</span> : ''), width: 10, grow: 1 },
        { key: 'faults', title: t('windows.faults'), value: (row) => faults.get(row.name) ?? 0, show: (row) => ((faults.get(row.name) ?? 0) > 0 ? <Badge tone="bad">{num(faults.get(row.name)!)}{isCut && '+'}</Badge> : num(0)), number: true, width: 6 },
        { key: 'measured', title: t('windows.measured'), value: (row) => row.measured, show: (row) => num(row.measured), number: true, width: 6 },
        { key: 'limits', title: t('quality.limits'), value: (row) => row.frozen?.at ?? 0, show: (row) => <Frozen row={row} onFreeze={may ? () => setFreezing(row) : null} />, width: 16, grow: 2.2 },
        { key: 'by', title: t('windows.by'), value: (row) => by(row.by), width: 8, grow: 1 },
        { key: 'tool', title: t('windows.tools'), value: (row) => row.tool, show: (row) => <code title={row.tool}>{row.tool}</code>, width: 7, grow: 1 },
    ]
    const now = Date.now() / 1000
    return (
        <>
            <ProblemNote error={told.error?.status === 404 ? null : told.error} />
            {!told.value && told.error?.status !== 404 ? (
                !told.error && <Waiting />
            ) : items.length === 0 ? (
                <Card>
                    <Empty title={t('windows.none')} text={t(may ? 'windows.none.text' : 'document.none.viewer')}>
                        {may && <LinkButton look="main" href="/quality/windows">{t('windows.none.do')}</LinkButton>}
                    </Empty>
                </Card>
            ) : (
                <Card title={t('windows.title')} note={t('windows.text')} actions={may && <LinkButton href="/quality/windows">{t('windows.table')}</LinkButton>}>
                    <DataTable label={t('windows.title')} rows={items} columns={columns} first="-state" rowKey={(row) => row.name} />
                    {items.filter((row) => row.problem).map((row) => <p key={row.name} className="statement"><b>{row.name}</b>: {row.problem}</p>)}
                </Card>
            )}
            {freezing && (
                <FreezeDialog
                    title={t('windows.freeze.title', { window: freezing.name })}
                    text={t('windows.freeze.text')}
                    span={{ from: now - REFERENCE, to: now }}
                    freeze={(from, to) => freezeWindows(freezing.name, from, to)}
                    onClose={() => setFreezing(null)}
                    onDone={() => {
                        setFreezing(null)
                        forget()
                        setTurn(turn + 1)
                    }}
                />
            )}
        </>
    )
}

/** When limits were frozen and by whom, or that they are needed. */
function Frozen({ row, onFreeze }: { row: WindowKind; onFreeze: (() => void) | null }) {
    const { t } = useText()
    const stamp = useStamp()
    if (row.frozen) return <span title={t('windows.frozen.by', { version: row.frozen.version, time: stamp.full(row.frozen.at, 1e6), by: row.frozen.by })}>{t('windows.frozen.by', { version: row.frozen.version, time: stamp.time(row.frozen.at), by: row.frozen.by })}</span>
    return (
        <span className="limits-needed">
            {t('windows.unfrozen.short')}
            {onFreeze && <Button onClick={onFreeze}>{t('quality.freeze')}</Button>}
        </span>
    )
}
