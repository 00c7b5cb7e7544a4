import { useEffect, useMemo, useState } from 'react'
import { ApiError } from '../../api/problem'
import { groupsOf, historyOf, lotName, lotOf, lotsOf, type GroupNow, type Layout, type LotNow, type LotWay, type Twin } from '../../api/twin'
import { FlowHeat } from '../../charts/flow_heat'
import { Badge, Card, Empty, ProblemNote, Waiting } from '../../parts/basics'
import { go, Link, usePlace } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { usePoll, type Clock } from '../../twin/use_twin'
import { LotGantt } from './lot_gantt'
import '../../style/twin.css'

const FLOW_MS = 5000
const LOTS_MOST = 5000

/** Where lots wait and for what, now and since the start; and one lot's way. `?lot=` names it. */
export default function Flow({ twin, layout, clock }: { twin: Twin; layout: Layout; clock: Clock }) {
    const { t, num, percent } = useText()
    const { query } = usePlace()
    const asked = query.get('lot')
    const lot = asked !== null && /^\d+$/.test(asked) ? Number(asked) : null
    const history = usePoll(`flow history ${twin.id}`, FLOW_MS * 2, () => historyOf(twin.id))
    const groups = usePoll(`flow groups ${twin.id}`, FLOW_MS, (signal) => groupsOf(twin.id, undefined, signal))
    const tools = useMemo(() => new Map(layout.groups.map((group) => [group.name, group])), [layout])
    const real = (groups.value?.groups ?? []).filter((group) => !tools.get(group.name)?.is_delay)
    // Lots that wait, for each tool there is: where one more hour of a tool helps most.
    const worst = [...real].sort((a, b) => b.queue / (tools.get(b.name)?.n_tool ?? 1) - a.queue / (tools.get(a.name)?.n_tool ?? 1))[0]
    const waiting = real.reduce((sum, group) => sum + group.queue, 0)
    const columns = useMemo<Column<GroupNow>[]>(
        () => [
            { key: 'name', title: t('group.name'), value: (row) => row.name, width: 11 },
            { key: 'area', title: t('group.area'), value: (row) => layout.areas[tools.get(row.name)?.area ?? -1]?.name ?? '', width: 7, grow: 1 },
            { key: 'tools', title: t('group.tools'), number: true, value: (row) => row.tools.reduce((a, b) => a + b, 0), width: 5 },
            { key: 'down', title: t('flow.down'), number: true, value: (row) => (row.tools[4] ?? 0) + (row.tools[5] ?? 0), width: 5 },
            { key: 'utilization', title: `${t('panel.utilization')}, %`, number: true, value: (row) => row.utilization, show: (row) => (row.utilization === null ? '–' : num(row.utilization * 100, 0)), width: 9.5 },
            { key: 'queue', title: t('group.queue'), number: true, value: (row) => row.queue, width: 5.5 },
            { key: 'in_process', title: t('group.in_process'), number: true, value: (row) => row.in_process, width: 6 },
            { key: 'wait', title: t('group.wait'), number: true, value: (row) => row.wait, show: (row) => (row.wait > 0 ? clock.span(row.wait) : '–'), width: 7 },
            { key: 'risk', title: t('overlay.risk'), number: true, value: (row) => row.risk, show: (row) => (row.risk > 0 ? <Badge tone="bad">{num(row.risk, 0)}</Badge> : '–'), width: 6.5 },
        ],
        [t, num, clock, layout, tools],
    )
    return (
        <>
            <ProblemNote error={groups.error ?? history.error} />
            {lot !== null && <OneLot key={lot} twin={twin} lot={lot} clock={clock} onClose={() => go(`/twins/${twin.id}/flow`)} />}
            {worst && (
                <Card className="hero answer">
                    <p className="sentence">{worst.queue > 0 ? t('flow.sentence', { group: worst.name, queue: num(worst.queue, 0), share: percent(waiting > 0 ? worst.queue / waiting : 0, 0), wait: clock.span(worst.wait) }) : t('flow.sentence.none')}</p>
                    <p className="note">{t('flow.of', { time: clock.short(groups.value!.time) })}</p>
                </Card>
            )}
            <Card title={t('flow.heat')} note={t('flow.heat.text')}>
                {history.value ? history.value.n > 1 ? <FlowHeat history={history.value} clock={clock} /> : <Empty title={t('flow.heat.none')} text={t('flow.heat.none.text')} /> : !history.error && <Waiting />}
            </Card>
            <Card title={t('result.groups')}>
                {groups.value ? <DataTable label={t('result.groups')} rows={real} columns={columns} first="-queue" rowKey={(row) => row.name} tone={(row) => (row.name === worst?.name && row.queue > 0 ? 'marked' : undefined)} /> : !groups.error && <Waiting />}
            </Card>
            <AllLots twin={twin} clock={clock} />
        </>
    )
}

function AllLots({ twin, clock }: { twin: Twin; clock: Clock }) {
    const { t, num } = useText()
    const lots = usePoll(`flow lots ${twin.id}`, FLOW_MS * 2, async (signal) => {
        const items: LotNow[] = []
        let after: string | undefined
        do {
            const page = await lotsOf(twin.id, { limit: 200, after }, signal)
            items.push(...page.items)
            after = page.next
        } while (after !== undefined && items.length < LOTS_MOST)
        return items
    })
    const columns = useMemo<Column<LotNow>[]>(
        () => [
            { key: 'lot', title: t('lot.name'), value: (row) => row.lot, show: (row) => <Link href={`/twins/${twin.id}/flow?lot=${row.lot}`}>{lotName(row.lot)}</Link>, width: 4.5 },
            { key: 'product', title: t('lot.product'), value: (row) => row.product, width: 6.5, grow: 1 },
            { key: 'priority', title: t('lot.priority'), number: true, value: (row) => row.priority, width: 5 },
            { key: 'step', title: t('lot.step_is'), number: true, value: (row) => row.step / row.steps, show: (row) => `${num(row.step + 1, 0)} / ${num(row.steps, 0)}`, width: 5.5 },
            { key: 'name', title: t('lot.step_name'), value: (row) => row.step_name, width: 7 },
            { key: 'where', title: t('lot.where'), value: (row) => row.where, show: (row) => <Badge tone={row.where === 'processing' ? 'good' : row.where === 'waiting' ? 'warn' : 'calm'}>{t(`where.${row.where}`)}</Badge>, width: 7.5 },
            { key: 'group', title: t('lot.at'), value: (row) => row.tool ?? row.group, show: (row) => (row.tool ?? row.group).replace(/\/(\d+)$/, ' #$1'), width: 9 },
            { key: 'since', title: t('lot.for'), number: true, value: (row) => (row.since === undefined ? null : -row.since), show: (row) => (row.since === undefined ? '–' : clock.span(twin.time - row.since)), width: 6 },
            { key: 'due', title: t('lot.due'), value: (row) => row.due, show: (row) => (row.due === null ? '–' : row.due < twin.time ? <span className="overdue">{clock.short(row.due)}</span> : clock.short(row.due)), width: 9 },
        ],
        [t, num, clock, twin.id, twin.time],
    )
    return (
        <Card title={t('flow.lots')} note={t('flow.lots.text')}>
            <ProblemNote error={lots.error} />
            {lots.value ? lots.value.length > 0 ? <DataTable label={t('flow.lots')} rows={lots.value} columns={columns} rowKey={(row) => String(row.lot)} /> : <Empty title={t('flow.lots.none')} text={t('flow.lots.none.text')} /> : !lots.error && <Waiting />}
        </Card>
    )
}

function OneLot({ twin, lot, clock, onClose }: { twin: Twin; lot: number; clock: Clock; onClose: () => void }) {
    const { t, num } = useText()
    const [way, setWay] = useState<LotWay | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    useEffect(() => {
        let live = true
        const ask = () => lotOf(twin.id, lot).then((told) => live && setWay(told), (problem: unknown) => live && problem instanceof ApiError && setError(problem))
        void ask()
        const timer = setInterval(() => !document.hidden && void ask(), FLOW_MS)
        return () => {
            live = false
            clearInterval(timer)
        }
    }, [twin.id, lot])
    return (
        <Card title={t('flow.way', { lot: lotName(lot) })} actions={<button type="button" className="link" onClick={onClose}>{t('close')}</button>}>
            {error?.status === 404 ? <p className="note">{t('lot.gone')}</p> : <ProblemNote error={error} />}
            {way ? (
                <>
                    <p className="note">{way.product} · {t('lot.wafers', { count: way.wafers })} · {t('lot.step', { step: num(way.step + 1, 0), steps: num(way.steps, 0) })} · {way.due !== null ? t('lot.due_at', { time: clock.short(way.due) }) : ''}</p>
                    <LotGantt way={way} now={way.time} clock={clock} />
                </>
            ) : !error && <Waiting />}
        </Card>
    )
}
