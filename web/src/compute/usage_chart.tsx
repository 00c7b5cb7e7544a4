import { useMemo } from 'react'
import type { Usage } from '../api/compute'
import { axis, Chart, tip, tooltip } from '../charts/chart'
import type { Colours } from '../charts/colours'
import { useText } from '../text'

type Account = Usage['accounts'][number]
const SHOWN = 5

export interface MonthBars { name: string; busy: number[]; idle: number[] }
/** Hours at work and idle, by month: those who used most each, all others together. Tenants, or the projects of the only one. */
export function barsOf(accounts: readonly Account[], others: string): MonthBars[] {
    const tenants = accounts.filter(({ depth }) => depth === 1)
    const projects = accounts.filter(({ depth }) => depth === 2)
    const rows = tenants.length <= 1 && projects.length > 0 ? projects : tenants
    const bars = rows
        .map(({ name, months, total }) => ({ name, total: total.used_hours, busy: months.map((one) => Math.max(0, one.used_hours - one.idle_hours)), idle: months.map((one) => Math.max(0, Math.min(one.idle_hours, one.used_hours))) }))
        .filter(({ total }) => total > 0)
        .sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1))
    const sum = (pick: (one: MonthBars) => number[]) => bars.slice(SHOWN).reduce<number[]>((all, one) => pick(one).map((value, n) => (all[n] ?? 0) + value), [])
    const first = bars.slice(0, SHOWN).map(({ name, busy, idle }) => ({ name, busy, idle }))
    return bars.length > SHOWN ? [...first, { name: others, busy: sum(({ busy }) => busy), idle: sum(({ idle }) => idle) }] : first
}

type Point = { seriesIndex: number; seriesName: string; value: number; dataIndex: number }

/** GPU hours of each month, a bar of who used them; idle ones are hatched. */
export function UsageChart({ usage }: { usage: Usage }) {
    const { t, num } = useText()
    const bars = useMemo(() => barsOf(usage.accounts, t('pool.others')), [usage, t])
    const option = useMemo(
        () => (colours: Colours) => {
            const colour = (n: number) => (n < SHOWN ? colours.series[n]! : colours.muted)
            const hatched = { symbol: 'rect', rotation: Math.PI / 4, dashArrayX: [1, 0], dashArrayY: [2, 4], color: colours.surface }
            return {
                grid: { left: 8, right: 12, top: 60, bottom: 4, containLabel: true },
                legend: { top: 0, left: 0, textStyle: { color: colours.muted }, data: bars.map(({ name }) => name) },
                tooltip: { ...tooltip(colours), trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (points: Point[]) => tip(usage.months[points[0]?.dataIndex ?? 0] ?? '', points.filter(({ value }) => value > 0).map((point) => ({ mark: colour(point.seriesIndex >> 1), name: point.seriesIndex % 2 ? t('usage.bar.idle', { name: point.seriesName }) : point.seriesName, value: `${num(point.value, point.value < 10 ? 1 : 0)} h` }))) },
                xAxis: { ...axis(colours), type: 'category', data: usage.months, splitLine: { show: false } },
                yAxis: { ...axis(colours, t('usage.bar.axis')), type: 'value', min: 0, nameTextStyle: { color: colours.muted, align: 'left' } },
                series: bars.flatMap(({ name, busy, idle }, n) => [
                    { name, type: 'bar', stack: 'all', barMaxWidth: 56, itemStyle: { color: colour(n) }, data: busy },
                    { name, type: 'bar', stack: 'all', barMaxWidth: 56, itemStyle: { color: colour(n), decal: hatched }, data: idle },
                ]),
            }
        },
        [bars, usage, t, num],
    )
    if (bars.length === 0) return null
    return (
        <figure className="usage-picture">
            <Chart label={t('usage.picture')} height={250} option={option} />
            <figcaption className="fine"><i className="hatched" aria-hidden="true" /> {t('usage.hatched')}</figcaption>
        </figure>
    )
}
