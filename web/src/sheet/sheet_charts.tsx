import { useMemo } from 'react'
import type { QualityAnswer, QualityCause, QualityMeasured } from '../api/quality'
import { axis, Chart, small, tip, tooltip } from '../charts/chart'
import type { Colours } from '../charts/colours'
import { shortNumber } from '../live/values'
import { useText } from '../text'

type Point = { dataIndex: number }
const known = (value: number | null | undefined): value is number => value !== null && value !== undefined
/** The end of an axis of shares in %: a round number. */
function top(most: number): number {
    const step = [0.1, 0.5, 1, 2, 5, 10].find((one) => one * 5 >= most) ?? 20
    return Math.min(100, Math.ceil(most / step) * step)
}

type ControlChart = NonNullable<QualityAnswer['chart']>

/** Limits of a control chart as dotted lines, and what lies beyond them as red points on `values`. */
function limitsOf(chart: ControlChart | undefined, values: (number | null)[], scale: number, colours: Colours): object[] {
    if (!chart) return []
    const line = (limits: (number | null)[]) => ({ type: 'line', step: 'middle', showSymbol: false, silent: true, data: limits.map((one) => (known(one) ? one * scale : null)), lineStyle: { width: 1.4, type: 'dotted', color: colours.muted } })
    const beyond = new Set(chart.beyond)
    return [line(chart.lower), line(chart.upper), { type: 'line', silent: true, symbol: 'diamond', symbolSize: 11, lineStyle: { opacity: 0 }, itemStyle: { color: colours.series[1] }, data: values.map((one, n) => (beyond.has(n) ? one : null)), z: 5 }]
}

/** The rate of bad units over time with its interval, or the mean of a target that is a number. */
export function RateChart({ answer }: { answer: QualityAnswer }) {
    const { t, num, percent } = useText()
    const option = useMemo(() => {
        const { periods } = answer
        const isShare = answer.target.form !== 'number'
        const scale = isShare ? 100 : 1
        const of = (key: 'value' | 'low' | 'high') => periods.map((one) => (known(one[key]) ? one[key] * scale : null))
        const [value, low, high] = [of('value'), of('low'), of('high')]
        const mean = known(answer.trend.mean) ? answer.trend.mean * scale : null
        // Intervals of small periods reach far: the axis shows the rates whole, and as much of the intervals as leaves them readable.
        const limits = (answer.chart?.upper ?? []).filter(known).map((one) => one * scale)
        const most = Math.max(...value.filter(known), (mean ?? 0) * 1.5, Math.min(Math.max(...limits, 0), (mean ?? 0) * 2), 0.001)
        return (colours: Colours) => {
            const [line, other] = [colours.series[0]!, colours.series[1]!]
            const hidden = { type: 'line', showSymbol: false, silent: true, lineStyle: { opacity: 0 }, stack: 'interval', stackStrategy: 'all' }
            return {
                grid: { left: 8, right: 44, top: 30, bottom: 4, containLabel: true },
                tooltip: { ...tooltip(colours), trigger: 'axis', formatter: (points: Point[]) => {
                    const one = periods[points[0]?.dataIndex ?? 0]!
                    if (!isShare) return tip(one.when, [{ mark: line, name: t('sheet.mean'), value: known(one.value) ? shortNumber(one.value) : '–' }, { name: t('sheet.rows'), value: num(one.n, 0) }])
                    return tip(one.when, [{ mark: line, name: t('sheet.rate'), value: percent(one.value) }, { name: t('sheet.interval'), value: `${percent(one.low)} – ${percent(one.high)}` }, { name: t('sheet.bad_of'), value: `${num(one.bad, 0)} / ${num(one.n, 0)}` }])
                } },
                xAxis: { ...axis(colours), type: 'category', boundaryGap: false, data: periods.map(({ when }) => when), splitLine: { show: false }, axisLabel: { ...axis(colours).axisLabel, alignMinLabel: 'left' } },
                yAxis: { ...axis(colours, isShare ? t('sheet.rate.axis') : answer.target.column), type: 'value', nameTextStyle: { color: colours.muted, align: 'left', fontSize: small() }, ...(isShare ? { min: 0, max: top(most * 1.15) } : { scale: true }) },
                series: [
                    ...(isShare ? [{ ...hidden, data: low }, { ...hidden, data: high.map((one, n) => (known(one) && known(low[n]) ? one - low[n] : null)), areaStyle: { color: line, opacity: 0.16 } }] : []),
                    { type: 'line', data: value, symbolSize: 6, lineStyle: { width: 2, color: line }, itemStyle: { color: line }, connectNulls: true, clip: true, ...(mean === null ? {} : { markLine: { silent: true, symbol: 'none', lineStyle: { color: other, type: 'dashed' }, label: { formatter: t('sheet.mean'), color: colours.ink, position: 'end', fontSize: small() }, data: [{ yAxis: mean }] } }) },
                    ...limitsOf(answer.chart, value, scale, colours),
                ],
            }
        }
    }, [answer, t, num, percent])
    return <Chart label={t('sheet.rate.chart')} height={240} option={option} />
}

/** A measured column: means of periods, the levels before and since where it changed, the limits of its control chart. */
export function LevelChart({ answer, measured, isLevel = true }: { answer: QualityAnswer; measured: QualityMeasured; isLevel?: boolean }) {
    const { t } = useText()
    const option = useMemo(() => {
        const { periods } = answer
        const means = measured.means ?? []
        const { period, before, after } = measured.change
        return (colours: Colours) => {
            const level = (from: number, to: number, value: number | null) => ({ type: 'line', showSymbol: false, silent: true, data: means.map((_, n) => (n >= from && n < to ? value : null)), lineStyle: { width: 2.5, color: colours.series[1] } })
            return {
                grid: { left: 8, right: 16, top: 12, bottom: 4, containLabel: true },
                tooltip: { ...tooltip(colours), trigger: 'axis', formatter: (points: Point[]) => {
                    const n = points[0]?.dataIndex ?? 0
                    return tip(periods[n]?.when ?? '', [{ mark: colours.series[0]!, name: t('sheet.mean'), value: known(means[n]) ? shortNumber(means[n]) : '–' }])
                } },
                xAxis: { ...axis(colours), type: 'category', data: periods.map(({ when }) => when), splitLine: { show: false } },
                yAxis: { ...axis(colours), type: 'value', scale: true, axisLabel: { ...axis(colours).axisLabel, formatter: (one: number) => shortNumber(one) } },
                series: [
                    { type: 'line', data: means, symbolSize: 5, lineStyle: { width: 1.6, color: colours.series[0] }, itemStyle: { color: colours.series[0] }, connectNulls: true },
                    ...(isLevel ? [level(0, period, before), level(period, means.length, after)] : limitsOf(measured.chart, means, 1, colours)),
                ],
            }
        }
    }, [answer, measured, isLevel, t])
    return <Chart label={t('sheet.level.chart', { column: measured.column })} height={200} option={option} />
}

/** How the values lie against their limits. */
export function CapabilityChart({ measured }: { measured: QualityMeasured }) {
    const { t, num } = useText()
    const option = useMemo(() => {
        const is = measured.capability!
        const { from, width, counts } = is.histogram!
        const edges = [from, from + width * counts.length, is.lower, is.upper].filter(known)
        const [low, high] = [Math.min(...edges), Math.max(...edges)]
        const room = (high - low) * 0.05
        return (colours: Colours) => ({
            grid: { left: 8, right: 24, top: 26, bottom: 4, containLabel: true },
            tooltip: { ...tooltip(colours), trigger: 'item', formatter: (point: Point) => tip(`${shortNumber(from + point.dataIndex * width)} – ${shortNumber(from + (point.dataIndex + 1) * width)}`, [{ mark: colours.series[0]!, name: t('sheet.rows'), value: num(counts[point.dataIndex] ?? 0) }]) },
            xAxis: { ...axis(colours), type: 'value', min: low - room, max: high + room, splitLine: { show: false }, axisLabel: { ...axis(colours).axisLabel, formatter: (one: number) => shortNumber(one), showMinLabel: false, showMaxLabel: false } },
            yAxis: { ...axis(colours), type: 'value', minInterval: 1 },
            series: [{
                type: 'bar', data: counts.map((count, n) => [from + (n + 0.5) * width, count]), barWidth: `${Math.max(0.4, (92 * width) / (high - low + 2 * room))}%`, itemStyle: { color: colours.series[0], opacity: 0.75 },
                markLine: { silent: true, symbol: 'none', label: { color: colours.ink, fontSize: small(), formatter: (one: { name: string }) => one.name }, data: [
                    ...(known(is.lower) ? [{ name: t('sheet.lower'), xAxis: is.lower, lineStyle: { color: colours.series[1], width: 2 } }] : []),
                    ...(known(is.upper) ? [{ name: t('sheet.upper'), xAxis: is.upper, lineStyle: { color: colours.series[1], width: 2 } }] : []),
                ] },
            }],
        })
    }, [measured, t, num])
    return <Chart label={t('sheet.histogram.chart', { column: measured.column })} height={220} option={option} />
}

/** The share of bad units by value, with the cut that was found. */
export function BinsChart({ cause }: { cause: QualityCause }) {
    const { t, num, percent } = useText()
    const option = useMemo(() => {
        const { bins } = cause
        return (colours: Colours) => {
            const isBad = (at: number) => (cause.how === 'above' ? at > cause.low! : cause.how === 'at most' ? at <= cause.high! : cause.how === 'between' ? at > cause.low! && at <= cause.high! : at <= cause.low! || at > cause.high!)
            return {
                grid: { left: bins.length > 6 ? 40 : 22, right: 16, top: 26, bottom: 4, containLabel: true },
                tooltip: { ...tooltip(colours), trigger: 'item', formatter: (point: Point) => {
                    const { from, to, share } = bins[point.dataIndex]!
                    return tip(`${shortNumber(from)} – ${shortNumber(to)}`, [{ mark: colours.series[0]!, name: t('sheet.rate'), value: percent(share.value) }, { name: t('sheet.interval'), value: `${percent(share.low)} – ${percent(share.high)}` }, { name: t('sheet.bad_of'), value: `${num(share.bad)} / ${num(share.n)}` }])
                } },
                xAxis: { ...axis(colours), type: 'category', data: bins.map(({ from, to }) => `${shortNumber(Number(from.toPrecision(4)))}–${shortNumber(Number(to.toPrecision(4)))}`), splitLine: { show: false }, axisLabel: { ...axis(colours).axisLabel, rotate: bins.length > 6 ? 32 : 0 } },
                yAxis: { ...axis(colours, t('sheet.rate.axis')), type: 'value', min: 0, max: top(Math.max(...bins.map(({ share }) => (share.value ?? 0) * 100), 0.1) * 1.05), nameTextStyle: { color: colours.muted, align: 'left', fontSize: small() } },
                series: [{ type: 'bar', barCategoryGap: '12%', data: bins.map(({ from, to, share }) => ({ value: (share.value ?? 0) * 100, itemStyle: { color: isBad((from + to) / 2) ? colours.series[1] : colours.series[0], opacity: 0.85, borderRadius: [2, 2, 0, 0] } })) }],
            }
        }
    }, [cause, t, num, percent])
    return <Chart label={t('sheet.bins.chart', { column: cause.column })} height={230} option={option} />
}
