import { useMemo } from 'react'
import { capability, type Capability, type ControlChart, type Estimate } from '../api/meaning'
import { axis, Chart, tip, tooltip } from '../charts/chart'
import type { Colours } from '../charts/colours'
import type { Span } from '../live/span'
import { shortNumber } from '../live/values'
import { Card, LinkButton, ProblemNote, Waiting } from '../parts/basics'
import { useText } from '../text'
import { usePoll } from '../twin/use_twin'

const LOOK_MS = 4000

/** What the process is good for in the time that is seen, with how sure that is. */
export function CapabilityCard({ chart, span, isLive }: { chart: ControlChart; span: Span; isLive: boolean }) {
    const { t, num, percent } = useText()
    const has = chart.lower !== null || chart.upper !== null
    const key = `${chart.chart} ${isLive ? span.to - span.from : `${span.from} ${span.to}`} ${chart.limits?.version ?? 0} ${chart.lower} ${chart.upper}`
    const told = usePoll(has ? key : null, LOOK_MS, (signal) => capability(chart.chart, span.from, span.to, signal))
    if (!has)
        return (
            <Card title={t('capability.title')}>
                <p className="note">{t('capability.none')}</p>
                <LinkButton look="quiet" href="/quality/table">{t('quality.table')}</LinkButton>
            </Card>
        )
    const is = told.value
    return (
        <Card title={t('capability.title')} note={t('capability.text')}>
            {told.error ? (told.error.status === 422 ? <p className="note">{t('capability.too_few')}</p> : <ProblemNote error={told.error} />) : !is ? <Waiting /> : (
                <>
                    {is.nonNormal && <p className="statement">{t('capability.non_normal')}</p>}
                    <div className="capability">
                        <Histogram is={is} />
                        <div className="scroll">
                            <table className="plain-table">
                                <thead><tr><th /><th className="number">{t('capability.value')}</th><th className="number">{t('capability.interval', { level: percent(is.level, 0) })}</th></tr></thead>
                                <tbody>
                                    {([['Cp', is.within.cp], ['Cpk', is.within.cpk], ['Pp', is.overall.cp], ['Ppk', is.overall.cpk], ['Cpm', is.overall.cpm]] as [string, Estimate][]).map(([name, one]) => one.value !== null && (
                                        <tr key={name}>
                                            <th scope="row" title={t(`capability.${name.toLowerCase() as 'cp'}`)}>{name} <small>{t(`capability.${name.toLowerCase() as 'cp'}`)}</small></th>
                                            <td className="number"><b>{num(one.value, 2)}</b></td>
                                            <td className="number">{one.low === null ? '–' : `${num(one.low, 2)} – ${num(one.high, 2)}`}</td>
                                        </tr>
                                    ))}
                                    <tr><th scope="row">{t('capability.found')}</th><td className="number"><b>{percent(is.below + is.above, 2)}</b></td><td className="number">{t('capability.expected', { share: percent((is.overall.below ?? 0) + (is.overall.above ?? 0), 2) })}</td></tr>
                                    <tr><th scope="row">{t('capability.values')}</th><td className="number">{num(is.n)}</td><td className="number">{t('capability.mean', { mean: shortNumber(is.mean), sigma: is.overall.sigma === null ? '–' : shortNumber(is.overall.sigma) })}</td></tr>
                                </tbody>
                            </table>
                            {is.within.sigma === null && <p className="note">{t('capability.no_within')}</p>}
                        </div>
                    </div>
                </>
            )}
        </Card>
    )
}

function Histogram({ is }: { is: Capability }) {
    const { t, num } = useText()
    const option = useMemo(() => {
        const { from, width, counts } = is.histogram
        const edges = [from, from + width * counts.length, is.lower, is.upper].filter((one): one is number => one !== null)
        const [low, high] = [Math.min(...edges), Math.max(...edges)]
        const room = (high - low) * 0.05
        return (colours: Colours) => ({
            grid: { left: 8, right: 24, top: 30, bottom: 4, containLabel: true },
            tooltip: { ...tooltip(colours), trigger: 'item', formatter: (point: { dataIndex: number }) => {
                const at = from + point.dataIndex * width
                return tip(`${shortNumber(at)} – ${shortNumber(at + width)}`, [{ mark: colours.series[0]!, name: t('capability.values'), value: num(counts[point.dataIndex] ?? 0) }])
            } },
            xAxis: { ...axis(colours), type: 'value', min: low - room, max: high + room, splitLine: { show: false }, axisLabel: { ...axis(colours).axisLabel, formatter: (one: number) => shortNumber(one), showMinLabel: false, showMaxLabel: false } },
            yAxis: { ...axis(colours), type: 'value', minInterval: 1 },
            series: [{
                type: 'bar', data: counts.map((count, n) => [from + (n + 0.5) * width, count]), barWidth: `${Math.max(0.4, (90 * width) / (high - low + 2 * room))}%`, itemStyle: { color: colours.series[0], opacity: 0.75 },
                markLine: { silent: true, symbol: 'none', label: { color: colours.ink, formatter: (one: { name: string }) => one.name }, data: [
                    ...(is.lower === null ? [] : [{ name: 'LSL', xAxis: is.lower, lineStyle: { color: colours.series[1], width: 2 } }]),
                    ...(is.upper === null ? [] : [{ name: 'USL', xAxis: is.upper, lineStyle: { color: colours.series[1], width: 2 } }]),
                    { name: t('capability.mean.short'), xAxis: is.mean, lineStyle: { color: colours.ink, type: 'dashed' } },
                ] },
            }],
        })
    }, [is, t, num])
    return <Chart label={t('capability.chart')} height={250} option={option} />
}
