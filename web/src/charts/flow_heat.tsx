import { useMemo } from 'react'
import type { History } from '../api/twin'
import { useText } from '../text'
import type { Clock } from '../twin/use_twin'
import { axis, Chart, small, tip, tooltip } from './chart'
import type { Colours } from './colours'

const GROUPS = 28
const COLUMNS = 140

/** Lots that wait at each tool group, since the start of the twin: the groups with the longest queues, longest first. */
export function FlowHeat({ history, clock }: { history: History; clock: Clock }) {
    const { t, num } = useText()
    const chosen = useMemo(
        () =>
            history.groups
                .map((group) => ({ ...group, sum: group.queue.reduce((a, b) => a + b, 0), most: Math.max(0, ...group.queue) }))
                .filter((group) => group.most > 0)
                .sort((a, b) => b.sum - a.sum)
                .slice(0, GROUPS),
        [history],
    )
    const option = useMemo(() => {
        const each = Math.max(1, Math.ceil(history.n / COLUMNS))
        const columns = Math.ceil(history.n / each)
        const cells: [number, number, number][] = []
        let most = 1
        chosen.forEach((group, row) => {
            for (let column = 0; column < columns; column++) {
                const part = group.queue.slice(column * each, (column + 1) * each)
                const lots = part.reduce((a, b) => a + b, 0) / Math.max(1, part.length)
                most = Math.max(most, lots)
                cells.push([column, row, lots])
            }
        })
        const width = each * history.point_seconds
        return (colours: Colours) => ({
            grid: { left: 8, right: 16, top: 8, bottom: 58, containLabel: true },
            tooltip: { ...tooltip(colours), formatter: (point: { value: unknown }) => {
                const [column, row, lots] = point.value as [number, number, number]
                return tip(chosen[row]?.name ?? '', [{ name: clock.short(column * width), value: `${num(lots, 1)} ${t('unit.lots')}` }])
            } },
            xAxis: { ...axis(colours), type: 'category', data: Array.from({ length: columns }, (_, n) => clock.mark(n * width, width)), splitLine: { show: false } },
            yAxis: { ...axis(colours), type: 'category', inverse: true, data: chosen.map((group) => group.name), axisLabel: { color: colours.ink, fontSize: small(), width: 150, overflow: 'truncate' }, splitLine: { show: false } },
            visualMap: { min: 0, max: most, calculable: false, orient: 'horizontal', left: 'center', bottom: 0, itemWidth: 12, itemHeight: 160, text: [`${num(most, 0)} ${t('unit.lots')}`, '0'], textStyle: { color: colours.muted, fontSize: small() }, inRange: { color: colours.heat } },
            series: [{ type: 'heatmap', data: cells, progressive: 0, animation: false, emphasis: { itemStyle: { borderColor: colours.ink, borderWidth: 1 } } }],
        })
    }, [history, chosen, clock, t, num])
    if (chosen.length === 0) return <p className="note">{t('flow.heat.empty')}</p>
    return (
        <>
            <Chart label={t('chart.queues')} height={Math.max(150, chosen.length * 21 + 90)} option={option} />
            {history.groups.length > chosen.length && <p className="note">{t('chart.queues_first', { count: chosen.length })}</p>}
        </>
    )
}
