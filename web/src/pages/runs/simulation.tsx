import { useMemo } from 'react'
import type { ClassResult, GroupResult, LimitResult, SimulationResult } from '../../api/result'
import type { Run } from '../../api/types'
import { StateBars } from '../../charts/bars'
import { FlowHistogram, OverTime, QueueHeat } from '../../charts/result_charts'
import { Card } from '../../parts/basics'
import { Doubted } from '../../parts/figure'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { timeScale } from '../../text/numbers'
import { bottleneckOf, KeyFigures } from './figures'

export function Simulation({ result, run }: { result: SimulationResult; run: Run }) {
    const { t, lang, num } = useText()
    const { aggregate } = result
    // A run that was stopped may have replications that never began.
    const replications = result.replications.filter((one) => one.series !== undefined)
    const bottleneck = bottleneckOf(result)
    const lots = aggregate.figures['cycle-time'].n
    return (
        <>
            <Card className="hero">
                {run.sentence?.[lang] && <p className="sentence">{run.sentence[lang]}</p>}
                {!result.run.complete && <p className="stopped">{t('result.incomplete', { why: result.run.stopped_because ?? '' })}</p>}
                <KeyFigures result={result} />
                <p className="note">{t(result.run.replications > 1 ? 'result.doubt' : 'result.no_doubt', { count: num(result.run.replications), n: lots })}{result.run.replications > replications.length && replications.length > 1 && ` ${t('result.drawn', { count: num(replications.length) })}`}</p>
            </Card>
            <div className="columns">
                <Card title={t('result.wip')}><OverTime replications={replications} of="wip" /></Card>
                <Card title={t('result.throughput')}><OverTime replications={replications} of="throughput" /></Card>
            </div>
            <div className="columns">
                <Card title={t('result.flow')} note={t('result.flow.text')}><FlowHistogram replications={replications} /></Card>
                <Card title={t('result.states')} note={bottleneck ? t('result.states.text', { group: bottleneck }) : undefined}>
                    <StateBars groups={aggregate.groups} bottleneck={bottleneck} />
                </Card>
            </div>
            <Card title={t('result.queues')} note={t('result.queues.text')}><QueueHeat replications={replications} groups={aggregate.groups} /></Card>
            <Card title={t('result.classes')}><Classes classes={aggregate.classes} /></Card>
            {aggregate.limits.length > 0 && <Card title={t('result.limits')} note={t('result.limits.text')}><Limits limits={aggregate.limits} /></Card>}
            <Card title={t('result.groups')}><Groups groups={aggregate.groups} bottleneck={bottleneck} /></Card>
            <p className="fine">
                maru {result.maru} · {t('result.digest')} <code>{replications[0]?.digest}</code>
            </p>
        </>
    )
}

function Classes({ classes }: { classes: ClassResult[] }) {
    const { t } = useText()
    const time = timeScale(classes.map((one) => one.cycle_mean_days.mean))
    const columns = useMemo<Column<ClassResult>[]>(() => {
        const unit = t(time.unit)
        const of = (key: keyof ClassResult & string, title: string, factor = 1, decimals?: number): Column<ClassResult> => {
            const interval = (row: ClassResult) => row[key] as ClassResult['lots_out']
            return { key, title, number: true, value: (row) => interval(row).mean, show: (row) => <Doubted interval={interval(row)} factor={factor} {...(decimals === undefined ? {} : { decimals })} />, width: 8.2 }
        }
        return [
            { key: 'name', title: t('class.name'), value: (row) => row.product ?? `~${t('class.all')}`, show: (row) => `${row.product ?? t('class.all')} · ${row.priority}`, width: 11 },
            of('lots_out', t('class.lots_out')),
            of('cycle_mean_days', `${t('class.cycle')}, ${unit}`, time.factor),
            of('cycle_sd_days', `${t('class.sd')}, ${unit}`, time.factor),
            of('cycle_median_days', `${t('class.median')}, ${unit}`, time.factor),
            of('cycle_95_days', `95 %, ${unit}`, time.factor),
            of('flow_median', t('class.flow'), 1, 2),
            of('on_time', `${t('class.on_time')}, %`, 100, 1),
            of('tardiness_mean_days', `${t('class.tardiness')}, ${unit}`, time.factor, 2),
        ]
    }, [t, time.factor, time.unit])
    return <DataTable label={t('result.classes')} rows={classes} columns={columns} rowKey={(row) => `${row.product}/${row.priority}`} />
}

function Groups({ groups, bottleneck }: { groups: GroupResult[]; bottleneck: string | null }) {
    const { t } = useText()
    const columns = useMemo<Column<GroupResult>[]>(() => {
        const of = (key: Exclude<keyof GroupResult, 'group' | 'area' | 'is_delay'>, title: string, factor = 1, decimals?: number): Column<GroupResult> => ({
            key, title, number: true, value: (row) => row[key].mean, show: (row) => <Doubted interval={row[key]} factor={factor} {...(decimals === undefined ? {} : { decimals })} />, width: 7.8,
        })
        return [
            { key: 'group', title: t('group.name'), value: (row) => row.group, show: (row) => <span title={row.group}>{row.group}</span>, width: 12 },
            { key: 'area', title: t('group.area'), value: (row) => row.area, width: 8, grow: 1 },
            { ...of('tools', t('group.tools')), width: 5, grow: 0 },
            of('utilization', `${t('group.utilization')}, %`, 100, 1),
            of('productive', `${t('state.productive')}, %`, 100, 1),
            of('setup', `${t('state.setup')}, %`, 100, 1),
            of('scheduled_down', `${t('state.scheduled_down')}, %`, 100, 1),
            of('unscheduled_down', `${t('state.unscheduled_down')}, %`, 100, 1),
            of('queue_mean_lots', `${t('group.queue')}, ${t('unit.lots')}`, 1, 1),
            of('queue_max_lots', t('group.queue_max'), 1, 0),
            of('wait_mean_h', `${t('group.wait')}, ${t('time.hours')}`, 1, 2),
        ]
    }, [t])
    return <DataTable label={t('result.groups')} rows={groups.filter((group) => !group.is_delay)} columns={columns} first="-utilization" rowKey={(row) => row.group} tone={(row) => (row.group === bottleneck ? 'marked' : undefined)} />
}

function Limits({ limits }: { limits: LimitResult[] }) {
    const { t, num } = useText()
    const columns = useMemo<Column<LimitResult>[]>(
        () => [
            { key: 'name', title: t('limit.name'), value: (row) => `${row.route} ${String(row.step).padStart(5, '0')}`, show: (row) => `${row.route} · ${row.step} → ${row.to_step}` },
            { key: 'limit_h', title: `${t('limit.limit')}, ${t('time.hours')}`, number: true, value: (row) => row.limit_h, show: (row) => num(row.limit_h) },
            { key: 'passed', title: t('limit.passed'), number: true, value: (row) => row.passed.mean, show: (row) => <Doubted interval={row.passed} decimals={0} /> },
            { key: 'late_share', title: `${t('limit.late')}, %`, number: true, value: (row) => row.late_share.mean, show: (row) => <Doubted interval={row.late_share} factor={100} decimals={1} /> },
            { key: 'late_mean_h', title: `${t('limit.late_by')}, ${t('time.hours')}`, number: true, value: (row) => row.late_mean_h.mean, show: (row) => <Doubted interval={row.late_mean_h} /> },
            { key: 'slack_mean_h', title: `${t('limit.slack')}, ${t('time.hours')}`, number: true, value: (row) => row.slack_mean_h.mean, show: (row) => <Doubted interval={row.slack_mean_h} /> },
        ],
        [t, num],
    )
    return <DataTable label={t('result.limits')} rows={limits} columns={columns} first="-late_share" rowKey={(row) => `${row.route}/${row.step}/${row.to_step}`} />
}
