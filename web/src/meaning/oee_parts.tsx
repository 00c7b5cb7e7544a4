import { useMemo } from 'react'
import type { Oee } from '../api/meaning'
import { axis, Chart, small, tip, tooltip } from '../charts/chart'
import type { Colours } from '../charts/colours'
import { cell, save, stamp as iso } from '../live/export'
import { useStamp } from '../live/stamp'
import { BigFigure } from '../parts/figure'
import { DataTable, type Column } from '../table/data_table'
import { useText } from '../text'

export type Standard = 'e79' | 'iso22400'

/** The three factors of a row by one of the standards, and their product. */
export const factorsOf = (row: Oee, standard: Standard): { availability: number | null; performance: number | null; quality: number | null; oee: number | null } =>
    standard === 'e79'
        ? { availability: row.e79.availability, performance: row.e79.performance, quality: row.e79.quality, oee: row.e79.oee }
        : { availability: row.iso22400.availability, performance: row.iso22400.effectiveness, quality: row.iso22400.quality, oee: row.iso22400.oee }

/** A shift or a day in words. */
export function useWindowName(): (row: Oee) => string {
    const { t } = useText()
    const stamp = useStamp()
    return (row) => {
        const day = row.day ? row.day.slice(5).replace('-', '/') : stamp.time(row.from).slice(0, -3)
        const shift = row.shift === 'day' || row.shift === 'evening' || row.shift === 'night' ? t(`shift.${row.shift}`) : (row.shift ?? '')
        return shift ? `${day} ${shift}` : day
    }
}

const FACTORS = ['availability', 'performance', 'quality'] as const

export function OeeBars({ rows, standard }: { rows: Oee[]; standard: Standard }) {
    const { t, percent } = useText()
    const name = useWindowName()
    const option = useMemo(() => {
        const told = rows.map((row) => factorsOf(row, standard))
        const all = told.flatMap(Object.values).filter((value): value is number => value !== null)
        return (colours: Colours) => ({
            grid: { left: 8, right: 16, top: 44, bottom: 4, containLabel: true },
            legend: { top: 0, left: 0, textStyle: { color: colours.ink, fontSize: small() }, itemWidth: 14, itemHeight: 10, inactiveColor: colours.line },
            tooltip: { ...tooltip(colours), trigger: 'axis', formatter: (points: { dataIndex: number; seriesName: string; color: string; value: number | null }[]) => {
                const row = rows[points[0]?.dataIndex ?? 0]!
                return tip(name(row), [...points.map((point) => ({ mark: point.color, name: point.seriesName, value: percent(point.value) })), { name: t('oee.known'), value: percent(row.known) }])
            } },
            xAxis: { ...axis(colours), type: 'category', data: rows.map(name), splitLine: { show: false } },
            yAxis: { ...axis(colours), type: 'value', min: 0, max: Math.max(1, Math.ceil(Math.max(0, ...all) * 10) / 10), axisLabel: { ...axis(colours).axisLabel, formatter: (share: number) => percent(share, 0) } },
            series: [
                ...FACTORS.map((factor, n) => ({ type: 'bar', name: t(`oee.${factor}.${standard}`), data: told.map((one) => one[factor]), barMaxWidth: 22, barGap: '10%', itemStyle: { color: colours.series[[0, 2, 4][n]!], opacity: 0.75, borderRadius: [2, 2, 0, 0] } })),
                { type: 'line', name: 'OEE', data: told.map((one) => one.oee), symbol: 'diamond', symbolSize: 11, lineStyle: { width: 2.4, color: colours.ink }, itemStyle: { color: colours.ink }, connectNulls: false, z: 5 },
            ],
        })
    }, [rows, standard, t, percent, name])
    return <Chart label={t('oee.chart')} height={300} option={option} />
}

export function OeeTable({ rows, standard, isByTool = false }: { rows: Oee[]; standard: Standard; isByTool?: boolean }) {
    const { t, percent, num } = useText()
    const name = useWindowName()
    const columns: Column<Oee>[] = [
        ...(isByTool ? [] : [{ key: 'at', title: t('oee.window'), value: (row: Oee) => row.from, show: name, width: 9 }]),
        ...(rows.some(({ tool }) => tool) ? [{ key: 'tool', title: t('oee.tool'), value: (row: Oee) => row.tool ?? t('oee.all'), width: 9 }] : []),
        ...([...FACTORS, 'oee'] as const).map((factor): Column<Oee> => ({ key: factor, title: factor === 'oee' ? 'OEE' : t(`oee.${factor}.${standard}`), value: (row) => factorsOf(row, standard)[factor], show: (row) => percent(factorsOf(row, standard)[factor]), number: true })),
        { key: 'known', title: t('oee.known.short'), value: (row) => row.known, show: (row) => percent(row.known), number: true, hint: t('oee.known.hint') },
        { key: 'good', title: t('oee.good'), value: (row) => row.units.good, show: (row) => num(row.units.good), number: true },
        { key: 'scrap', title: t('oee.scrap'), value: (row) => row.units.scrap, show: (row) => num(row.units.scrap), number: true },
        { key: 'rework', title: t('oee.rework'), value: (row) => row.units.rework, show: (row) => num(row.units.rework), number: true },
        { key: 'failures', title: t('oee.failures'), value: (row) => row.reliability.failures, show: (row) => num(row.reliability.failures), number: true },
    ]
    return <DataTable label={t('oee.chart')} rows={rows} columns={columns} first={isByTool ? 'tool' : '-at'} search={isByTool && rows.length > 12} rowKey={(row) => `${row.from} ${row.tool ?? ''}`} />
}

/** Where the time went, the largest first; the six big losses are marked. */
export function Losses({ row }: { row: Oee }) {
    const { t, lang, percent, num } = useText()
    const stamp = useStamp()
    const losses = row.losses.filter(({ seconds }) => seconds > 0)
    const most = Math.max(1e-9, ...losses.map(({ seconds }) => seconds))
    // Of several tools it is the time of all of them.
    const all = Math.max(1e-9, losses.reduce((sum, { seconds }) => sum + seconds, 0))
    if (losses.length === 0) return <p className="note">{t('oee.no_losses')}</p>
    return (
        <ol className="worst losses">
            {losses.map((loss) => (
                <li key={loss.loss} className={loss.big ? 'big' : ''}>
                    <span className="worst-name">{lang === 'ko' ? loss.loss_ko : loss.loss}{loss.big && <span className="hidden"> ({t('oee.big')})</span>}</span>
                    <span className="worst-bar" aria-hidden="true"><i style={{ width: `${(100 * loss.seconds) / most}%` }} /></span>
                    <b>{stamp.span(loss.seconds)}</b>
                    <small>{percent(loss.seconds / all, 0)}</small>
                    <small>{loss.count > 0 ? t('oee.times', { count: num(loss.count) }) : ''}</small>
                </li>
            ))}
        </ol>
    )
}

/** What the tool itself says of its stops. */
export function Reasons({ row }: { row: Oee }) {
    const { t, lang, num } = useText()
    const stamp = useStamp()
    const reasons = row.reasons ?? []
    if (reasons.length === 0) return <p className="note">{t('oee.no_reasons')}</p>
    return (
        <div className="scroll">
            <table className="plain-table">
                <thead><tr><th>{t('oee.state')}</th><th>{t('oee.reason')}</th><th className="number">{t('oee.time')}</th><th className="number">{t('oee.count')}</th></tr></thead>
                <tbody>
                    {[...reasons].sort((a, b) => Number(a.substate === '') - Number(b.substate === '')).map((one) => <tr key={`${one.substate} ${one.reason ?? ''}`}><th scope="row">{(lang === 'ko' ? one.substate_ko : one.substate) || t('oee.others')}</th><td>{one.reason ?? '–'}</td><td className="number">{stamp.span(one.seconds)}</td><td className="number">{num(one.count)}</td></tr>)}
                </tbody>
            </table>
        </div>
    )
}

/** How often it fails and how long that takes, with how sure that is. */
export function Reliability({ row }: { row: Oee }) {
    const { t, percent } = useText()
    const stamp = useStamp()
    const r = row.reliability
    const span = (seconds: number | null) => (seconds === null ? '–' : stamp.span(seconds))
    const interval = r.mtbfLeast === null && r.mtbfMost === null ? '' : r.mtbfMost === null ? t('oee.at_least', { level: percent(r.level, 0), least: span(r.mtbfLeast) }) : t('oee.interval', { level: percent(r.level, 0), least: span(r.mtbfLeast), most: span(r.mtbfMost) })
    return (
        <dl className="figures">
            <BigFigure label={t('oee.mtbf')} value={span(r.mtbf)} doubt={interval} />
            <BigFigure label={t('oee.mttr')} value={span(r.mttr)} doubt={t('oee.mean_down', { span: span(r.meanDown) })} />
            <BigFigure label={t('oee.mtta')} value={span(r.mtta)} />
            <BigFigure label={t('oee.failures')} value={String(r.failures)} doubt={t('oee.uptime', { uptime: percent(row.uptime) })} tone={r.failures > 0 ? 'warn' : undefined} />
        </dl>
    )
}

export function saveOee(rows: Oee[], name: string): void {
    const head = ['from', 'to', 'tool', 'shift', 'day', 'known', 'e79_availability', 'e79_performance', 'e79_quality', 'e79_oee', 'iso_availability', 'iso_effectiveness', 'iso_quality', 'iso_oee', 'good', 'scrap', 'rework', 'failures', 'mtbf_s', 'mtbf_low_s', 'mtbf_high_s', 'mttr_s', ...(rows[0]?.losses ?? []).map(({ loss }) => loss).sort().map((loss) => `${loss} s`)]
    const lines = rows.map((row) => {
        const losses = [...row.losses].sort((a, b) => (a.loss < b.loss ? -1 : 1))
        const r = row.reliability
        return [iso(row.from), iso(row.to), row.tool ?? '', row.shift ?? '', row.day ?? '', row.known, row.e79.availability, row.e79.performance, row.e79.quality, row.e79.oee, row.iso22400.availability, row.iso22400.effectiveness, row.iso22400.quality, row.iso22400.oee, row.units.good, row.units.scrap, row.units.rework, r.failures, r.mtbf, r.mtbfLeast, r.mtbfMost, r.mttr, ...losses.map(({ seconds }) => seconds)].map((one) => (typeof one === 'string' ? cell(one) : one === null ? '' : String(one))).join(',')
    })
    save(new Blob([`\ufeff${head.join(',')}\r\n`, ...lines.map((line) => `${line}\r\n`)], { type: 'text/csv' }), name)
}
