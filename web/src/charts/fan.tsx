import { useMemo } from 'react'
import type { Fan as Bands } from '../api/twin'
import { useText } from '../text'
import type { Clock } from '../twin/use_twin'
import { axis, Chart, tip, tooltip } from './chart'
import type { Colours } from './colours'

type Point = { dataIndex: number }

/** How far a figure may spread: bands of 90 % and 50 % around the median. */
export function Fan({ bands, time, step, clock, label, unit, height = 220, tone = 0 }: { bands: Bands; time: number; step: number; clock: Clock; label: string; unit: string; height?: number; tone?: number }) {
    const { t, num } = useText()
    const option = useMemo(() => {
        const n = bands.p50.length
        const at = (k: number) => time + k * step
        const band = (low: number[], up: number[], stack: string, colour: string, opacity: number) => [
            { type: 'line', stack, data: low, showSymbol: false, silent: true, lineStyle: { opacity: 0 }, stackStrategy: 'all' },
            { type: 'line', stack, data: up.map((value, k) => value - low[k]!), showSymbol: false, silent: true, lineStyle: { opacity: 0 }, areaStyle: { color: colour, opacity }, stackStrategy: 'all' },
        ]
        // Marks stand at whole hours or days.
        const every = niceStep((n * step) / 5)
        const isMark = (k: number) => Math.floor((at(k) + clock.offset) / every) !== Math.floor((at(k - 1) + clock.offset) / every)
        return (colours: Colours) => {
            const colour = colours.series[tone % colours.series.length]!
            return {
                grid: { left: 8, right: 26, top: 34, bottom: 4, containLabel: true },
                tooltip: { ...tooltip(colours), trigger: 'axis', formatter: (points: Point[]) => {
                    const k = points[0]?.dataIndex ?? 0
                    const range = (low: number[], up: number[]) => `${num(low[k] ?? 0)} – ${num(up[k] ?? 0)}`
                    return tip(clock.short(at(k)), [{ mark: colour, name: t('fan.median'), value: `${num(bands.p50[k] ?? 0)} ${unit}` }, { name: '50 %', value: range(bands.p25, bands.p75) }, { name: '90 %', value: range(bands.p05, bands.p95) }])
                } },
                xAxis: { ...axis(colours), type: 'category', boundaryGap: false, data: bands.p50.map((_, k) => at(k)), splitLine: { show: false }, axisLabel: { ...axis(colours).axisLabel, interval: (k: number) => k > 0 && isMark(k), formatter: (value: string) => clock.mark(Math.floor((Number(value) + clock.offset) / every) * every - clock.offset, every) } },
                yAxis: { ...axis(colours, unit), type: 'value', scale: true, minInterval: 1, nameTextStyle: { color: colours.muted, align: 'left' } },
                series: [
                    ...band(bands.p05, bands.p95, 'wide', colour, 0.16),
                    ...band(bands.p25, bands.p75, 'half', colour, 0.26),
                    { type: 'line', data: bands.p50, showSymbol: false, lineStyle: { width: 2.2, color: colour }, itemStyle: { color: colour } },
                ],
            }
        }
    }, [bands, time, step, clock, unit, tone, t, num])
    return <Chart label={label} height={height} option={option} />
}

const STEPS = [900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800]
const niceStep = (least: number) => STEPS.find((one) => one >= least) ?? 604800
