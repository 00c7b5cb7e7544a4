import { useMemo } from 'react'
import type { GroupResult, Replication } from '../api/result'
import { useText } from '../text'
import { axis, Chart, small, tip, tooltip } from './chart'
import type { Colours } from './colours'

type Point = { seriesName: string; color: string; value: number | [number, number]; dataIndex: number }

/** Stock and output over time: every replication thin, their mean strong. */
export function OverTime({ replications, of }: { replications: Replication[]; of: 'wip' | 'throughput' }) {
    const { t, num } = useText()
    const name = t(of === 'wip' ? 'figure.wip' : 'figure.throughput')
    const unit = t(of === 'wip' ? 'unit.lots' : 'unit.lots_per_day')
    const option = useMemo(() => {
        const lines = replications.map((one) => {
            const { interval_days: width, wip_lots, done_lots } = one.series
            return (of === 'wip' ? wip_lots : done_lots).map((value, n): [number, number] => [one.from_day + (n + 0.5) * width, of === 'wip' ? value : value / width])
        })
        const longest = Math.max(0, ...lines.map((line) => line.length))
        const mean = Array.from({ length: longest }, (_, n): [number, number] => {
            const there = lines.flatMap((line) => (line[n] ? [line[n]] : []))
            return [there[0]![0], there.reduce((sum, [, value]) => sum + value, 0) / there.length]
        })
        const drawn = lines.length > 1 ? lines.slice(0, 20) : []
        return (colours: Colours) => ({
            grid: { left: 8, right: 30, top: 28, bottom: 4, containLabel: true },
            tooltip: { ...tooltip(colours), trigger: 'axis', formatter: (points: Point[]) => {
                const point = points.find((p) => p.seriesName === 'mean')
                if (!point || !Array.isArray(point.value)) return ''
                return tip(t('day', { day: num(point.value[0], 0) }), [{ mark: colours.accent, name, value: `${num(point.value[1])} ${unit}` }])
            } },
            xAxis: { ...axis(colours), type: 'value', min: 'dataMin', max: 'dataMax', splitLine: { show: false }, axisLabel: { ...axis(colours).axisLabel, formatter: (day: number) => t('day', { day: num(day, 0) }) } },
            yAxis: { ...axis(colours, unit), type: 'value', min: of === 'wip' ? 0 : undefined, scale: of !== 'wip', nameTextStyle: { color: colours.muted, align: 'left' } },
            series: [
                ...drawn.map((data) => ({ type: 'line', name: 'one', data, showSymbol: false, silent: true, lineStyle: { width: 1, color: colours.muted, opacity: 0.3 } })),
                { type: 'line', name: 'mean', data: mean, showSymbol: false, lineStyle: { width: 2.2, color: colours.accent }, itemStyle: { color: colours.accent }, areaStyle: of === 'wip' ? { color: colours.accent, opacity: 0.07 } : undefined },
            ],
        })
    }, [replications, of, name, unit, t, num])
    return <Chart label={t('chart.over_time', { name })} height={230} option={option} />
}

/** How the flow factors of each class are spread, over all replications. */
export function FlowHistogram({ replications }: { replications: Replication[] }) {
    const { t, num, percent } = useText()
    const option = useMemo(() => {
        const first = replications[0]
        const names = (first?.classes ?? []).flatMap((one, n) => (one.product === null ? [] : [{ n, name: `${one.product} · ${one.priority}` }])).slice(0, 6)
        const summed = names.map(({ n }) => {
            const bins: number[] = []
            for (const one of replications) one.classes[n]?.flow_histogram.forEach((lots, bin) => (bins[bin] = (bins[bin] ?? 0) + lots))
            return bins
        })
        const width = first?.flow_bin_width ?? 1
        // Bins are very narrow; draw about fifty, from the first to the 99.5 % lot.
        const all: number[] = []
        for (const bins of summed) bins.forEach((lots, bin) => (all[bin] = (all[bin] ?? 0) + lots))
        const lots = all.reduce((sum, value) => sum + value, 0)
        const from = Math.max(0, all.findIndex((value) => value > 0))
        let to = from
        for (let sum = 0; to < all.length && sum < lots * 0.995; to++) sum += all[to] ?? 0
        const step = Math.max(1, Math.ceil((to - from) / 50))
        const count = Math.max(1, Math.ceil((to - from) / step))
        const at = Array.from({ length: count }, (_, n) => (from + n * step) * width)
        const data = summed.map((bins) => {
            const total = bins.reduce((sum, value) => sum + value, 0) || 1
            return at.map((_, n) => bins.slice(from + n * step, from + (n + 1) * step).reduce((sum, value) => sum + value, 0) / total)
        })
        return (colours: Colours) => ({
            grid: { left: 8, right: 16, top: names.length > 1 ? 62 : 28, bottom: 30, containLabel: true },
            legend: { show: names.length > 1, top: 0, left: 0, type: 'scroll', right: 0, pageIconColor: colours.accent, pageIconInactiveColor: colours.line, pageTextStyle: { color: colours.muted }, textStyle: { color: colours.ink, fontSize: small() }, itemWidth: 18, itemHeight: 10, icon: 'roundRect' },
            tooltip: { ...tooltip(colours), trigger: 'axis', formatter: (points: Point[]) => {
                const n = points[0]?.dataIndex ?? 0
                return tip(`${t('figure.flow')} ${num(at[n]!, 2)} – ${num(at[n]! + step * width, 2)}`, points.map((p) => ({ mark: p.color, name: p.seriesName, value: percent(p.value as number) })))
            } },
            xAxis: { ...axis(colours, t('figure.flow')), nameLocation: 'middle', nameGap: 28, type: 'category', data: at.map((value) => num(value, 2)), boundaryGap: false },
            yAxis: { ...axis(colours, t('chart.share_of_lots')), type: 'value', nameTextStyle: { color: colours.muted, align: 'left' }, axisLabel: { ...axis(colours).axisLabel, formatter: (share: number) => percent(share, 0) } },
            series: names.map(({ name }, n) => ({ type: 'line', name, data: data[n], step: 'middle', showSymbol: false, symbol: ['circle', 'rect', 'triangle'][n % 3], lineStyle: { width: 2, type: n < 3 ? 'solid' : 'dashed' }, areaStyle: { opacity: 0.08 } })),
        })
    }, [replications, t, num, percent])
    return <Chart label={t('chart.flow')} height={330} option={option} />
}

const HEAT_GROUPS = 24

/** Where and when lots wait: the groups with the longest queues, over time. */
export function QueueHeat({ replications, groups }: { replications: Replication[]; groups: GroupResult[] }) {
    const { t, num } = useText()
    const chosen = useMemo(
        () =>
            groups
                .map((group, n) => ({ n, name: group.group, queue: group.queue_mean_lots.mean ?? 0, is_delay: group.is_delay }))
                .filter((group) => !group.is_delay)
                .sort((a, b) => b.queue - a.queue)
                .slice(0, HEAT_GROUPS),
        [groups],
    )
    const option = useMemo(() => {
        const first = replications[0]
        const points = first?.series.queue_lots[0]?.length ?? 0
        const step = Math.max(1, Math.ceil(points / 120))
        const columns = Math.ceil(points / step)
        const width = (first?.series.interval_days ?? 1) * step
        const cells: [number, number, number][] = []
        let most = 0
        chosen.forEach(({ n }, row) => {
            for (let column = 0; column < columns; column++) {
                let sum = 0
                let count = 0
                for (const one of replications) {
                    const line = one.series.queue_lots[n] ?? []
                    for (let k = column * step; k < Math.min(points, (column + 1) * step); k++) {
                        if (line[k] === undefined) continue
                        sum += line[k]!
                        count++
                    }
                }
                const lots = count ? sum / count : 0
                most = Math.max(most, lots)
                cells.push([column, row, lots])
            }
        })
        const dayOf = (column: number) => (first?.from_day ?? 0) + column * width
        return (colours: Colours) => ({
            grid: { left: 8, right: 16, top: 8, bottom: 58, containLabel: true },
            tooltip: { ...tooltip(colours), formatter: (point: { value: unknown }) => {
                const [column, row, lots] = point.value as [number, number, number]
                return tip(chosen[row]?.name ?? '', [{ name: t('days_from_to', { from: num(dayOf(column), 0), to: num(dayOf(column) + width, 0) }), value: `${num(lots, 1)} ${t('unit.lots')}` }])
            } },
            xAxis: { ...axis(colours), type: 'category', data: Array.from({ length: columns }, (_, n) => t('day', { day: num(dayOf(n), 0) })), splitLine: { show: false } },
            yAxis: { ...axis(colours), type: 'category', inverse: true, data: chosen.map((group) => group.name), axisLabel: { color: colours.ink, fontSize: small(), width: 150, overflow: 'truncate' }, splitLine: { show: false } },
            visualMap: { min: 0, max: Math.max(most, 1), calculable: false, orient: 'horizontal', left: 'center', bottom: 0, itemWidth: 12, itemHeight: 160, text: [`${num(Math.max(most, 1), 0)} ${t('unit.lots')}`, '0'], textStyle: { color: colours.muted, fontSize: small() }, inRange: { color: colours.heat } },
            series: [{ type: 'heatmap', data: cells, progressive: 0, emphasis: { itemStyle: { borderColor: colours.ink, borderWidth: 1 } } }],
        })
    }, [replications, chosen, t, num])
    return (
        <>
            <Chart label={t('chart.queues')} height={Math.max(150, chosen.length * 22 + 90)} option={option} />
            {groups.length > HEAT_GROUPS && <p className="note">{t('chart.queues_first', { count: HEAT_GROUPS })}</p>}
        </>
    )
}
