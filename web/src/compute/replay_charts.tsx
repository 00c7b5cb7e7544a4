import { useMemo } from 'react'
import type { Replayed } from '../api/compute'
import { axis, Chart, tip, tooltip } from '../charts/chart'
import type { Colours } from '../charts/colours'
import { useText } from '../text'

/** Every name is written, a long one up to where its room ends. */
const named = (colours: Colours) => {
    const plain = axis(colours)
    return { ...plain, axisLabel: { ...plain.axisLabel, hideOverlap: false, interval: 0, width: 84, overflow: 'truncate' } }
}

type Point = { seriesIndex?: number; dataIndex: number; value: [number, number] | number; seriesName: string }

/** GPUs busy, or jobs waiting, over the time of the trace: a line for each policy. */
export function ReplayLines({ policies, what, label }: { policies: readonly Replayed[]; what: 'busy' | 'waiting'; label: string }) {
    const { t, num } = useText()
    const option = useMemo(
        () => (colours: Colours) => ({
            grid: { left: 8, right: 22, top: 40, bottom: 26, containLabel: true },
            legend: { top: 0, left: 0, textStyle: { color: colours.muted }, data: policies.map(({ name }) => name) },
            tooltip: { ...tooltip(colours), trigger: 'axis', formatter: (points: Point[]) => tip(t('replay.hour', { hour: num(Array.isArray(points[0]?.value) ? points[0].value[0] : 0, 1) }), points.map((point) => ({ mark: colours.series[(point.seriesIndex ?? 0) % colours.series.length]!, name: point.seriesName, value: num(Array.isArray(point.value) ? point.value[1] : point.value) }))) },
            xAxis: { ...axis(colours, t('replay.hours')), type: 'value', nameLocation: 'middle', nameGap: 24, splitLine: { show: false } },
            yAxis: { ...axis(colours), type: 'value', min: 0 },
            series: policies.map((one, n) => ({ name: one.name, type: 'line', showSymbol: false, lineStyle: { width: 2, type: ['solid', 'dashed', 'dotted', 'solid'][n] }, data: (one.series?.at_h ?? []).map((hour, k) => [hour, one.series![what][k] ?? 0]) })),
        }),
        [policies, what, t, num],
    )
    return <Chart label={label} height={230} option={option} />
}

/** Waits of each tenant, or size, beside each other. */
export function ReplayBars({ policies, by, label }: { policies: readonly Replayed[]; by: 'by_tenant' | 'by_size'; label: string }) {
    const { t, num } = useText()
    const names = [...new Set(policies.flatMap((one) => (one[by] ?? []).map((group) => group.name ?? group.gpus ?? '')))].slice(0, 8)
    const key = names.join('\n')
    const option = useMemo(() => {
        const groups = key.split('\n')
        return (colours: Colours) => ({
            grid: { left: 8, right: 26, top: 66, bottom: 6, containLabel: true },
            legend: { top: 0, left: 0, textStyle: { color: colours.muted } },
            tooltip: { ...tooltip(colours), trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (points: Point[]) => tip(groups[points[0]?.dataIndex ?? 0] ?? '', points.map((point) => ({ mark: colours.series[(point.seriesIndex ?? 0) % colours.series.length]!, name: point.seriesName, value: `${num(point.value as number)} h` }))) },
            xAxis: { ...named(colours), type: 'category', data: groups },
            yAxis: { ...axis(colours, t('replay.p95_axis')), type: 'value', min: 0, nameTextStyle: { color: colours.muted, align: 'left' } },
            series: policies.map((one) => ({ name: one.name, type: 'bar', barGap: '10%', data: groups.map((group) => one[by]?.find((each) => (each.name ?? each.gpus) === group)?.p95_h ?? 0) })),
        })
    }, [policies, by, key, t, num])
    return <Chart label={label} height={230} option={option} />
}

/** How long the middle job waits, and the slowest of 20 and of 100, under each policy. */
export function ReplayWaits({ policies, label }: { policies: readonly Replayed[]; label: string }) {
    const { t, num } = useText()
    const option = useMemo(() => {
        const groups = [t('replay.waits.p50'), t('replay.waits.mean'), t('replay.waits.p95'), t('replay.waits.p99')]
        return (colours: Colours) => ({
            grid: { left: 8, right: 26, top: 66, bottom: 6, containLabel: true },
            legend: { top: 0, left: 0, textStyle: { color: colours.muted } },
            tooltip: { ...tooltip(colours), trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (points: Point[]) => tip(groups[points[0]?.dataIndex ?? 0] ?? '', points.map((point) => ({ mark: colours.series[(point.seriesIndex ?? 0) % colours.series.length]!, name: point.seriesName, value: `${num(point.value as number)} h` }))) },
            xAxis: { ...named(colours), type: 'category', data: groups },
            yAxis: { ...axis(colours, t('replay.wait_axis')), type: 'value', min: 0, nameTextStyle: { color: colours.muted, align: 'left' } },
            series: policies.map(({ name, wait }) => ({ name, type: 'bar', barGap: '10%', barMaxWidth: 40, data: [wait.p50_h, wait.mean_h, wait.p95_h, wait.p99_h] })),
        })
    }, [policies, t, num])
    return <Chart label={label} height={230} option={option} />
}
