import { useCallback, useMemo, useState } from 'react'
import { chartOf } from '../../api/live'
import { concluded, controlChart, freeze, type ControlPoint } from '../../api/meaning'
import { cell, save, stamp as iso } from '../../live/export'
import { clamped, lengthOf, moved, type Span } from '../../live/span'
import { useStamp } from '../../live/stamp'
import { shortNumber } from '../../live/values'
import { useMay } from '../../me'
import { CapabilityCard } from '../../meaning/capability_card'
import { ChartState, isCounted, useKind, useRuleName } from '../../meaning/chart_words'
import { ControlPlot, LEVEL, SPREAD } from '../../meaning/control_plot'
import { FreezeDialog } from '../../meaning/freeze_dialog'
import { useSpan } from '../../meaning/use_span'
import { Badge, Button, Card, LinkButton, PageHead, ProblemNote, Waiting } from '../../parts/basics'
import { BigFigure } from '../../parts/figure'
import { forget, useLoad } from '../../parts/load'
import { Link, useTitle } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 2000
const TAILS = [3600, 8 * 3600, 86400, 7 * 86400, 30 * 86400]
const RAW_COLUMNS = 500
const valueOf = (point: ControlPoint) => point.value
const spreadOf = (point: ControlPoint) => point.spread

/** One chart: points against their limits, what broke a rule, what the process is good for, and where its limits come from. */
export default function ChartPage({ name }: { name: string }) {
    const { t, num } = useText()
    useTitle(name)
    const stamp = useStamp()
    const say = useKind()
    const rule = useRuleName()
    const may = useMay('engineer')
    const { span, tail, setSpan, setTail } = useSpan(86400, LOOK_MS)
    const [mark, setMark] = useState<Span | null>(null)
    const [cursor, setCursor] = useState<number | null>(null)
    const [isFreezing, setIsFreezing] = useState(false)
    const [turn, setTurn] = useState(0)
    const told = usePoll(`${name} ${tail ?? `${span.from} ${span.to}`} ${turn}`, LOOK_MS, async (signal) => {
        const chart = await controlChart(name, span.from, span.to, signal)
        if (chart.limits || chart.signalId === null) return { chart, points: chart.points }
        // Without limits there are no points yet: what was measured, so that a good time can be found in it.
        const raw = await chartOf(chart.signalId, span.from, span.to, RAW_COLUMNS, signal)
        const width = (raw.to - raw.from) / Math.max(1, raw.columns.length)
        const points = raw.columns.flatMap((column, n): ControlPoint[] => (column?.[5] === null || column === null ? [] : [{ at: raw.from + (n + 0.5) * width, value: column[5], lower: null, center: null, upper: null, spread: null, spreadUpper: null, severity: 'none', rules: [] }]))
        return { chart, points }
    })
    const chart = told.value?.chart
    const points = useMemo(() => told.value?.points ?? [], [told.value])
    const broken = useMemo(() => points.filter(({ severity }) => severity !== 'none'), [points])
    const point = useCallback((index: number | null) => setCursor(index), [])
    if (told.error && !chart) return <ProblemNote error={told.error} />
    if (!chart) return <Waiting />
    const here = cursor === null ? undefined : points[cursor]
    const reference = chart.limits ? { from: chart.limits.from, to: chart.limits.to } : null
    const specification = chart.size === 1 && !isCounted(chart.kind) && !['ewma', 'cusum'].includes(chart.kind) ? { lower: chart.lower, upper: chart.upper } : null
    const hasSpread = points.some(({ spread }) => spread !== null)
    const words = (one: ControlPoint) => one.rules.map(rule).join(', ')
    const columns: Column<ControlPoint>[] = [
        { key: 'at', title: t('events.at'), value: (row) => row.at, show: (row) => stamp.time(row.at), width: 10.5, grow: 1 },
        { key: 'value', title: t('quality.value'), value: (row) => row.value, show: (row) => (row.value === null ? '–' : shortNumber(row.value)), number: true },
        { key: 'severity', title: t('quality.severity'), value: (row) => row.severity, show: (row) => <Badge tone={row.severity === 'violation' ? 'bad' : row.severity === 'warning' ? 'warn' : 'good'}>{t(`chart.state.${row.severity}`)}</Badge>, width: 7.5, grow: 0.6 },
        { key: 'rules', title: t('quality.rules'), value: words, show: (row) => <span title={words(row)}>{words(row)}</span>, width: 15, grow: 3 },
        { key: 'limits', title: t('quality.limits'), value: (row) => row.upper, show: (row) => (row.upper === null ? '' : `${row.lower === null ? '' : shortNumber(row.lower)} – ${shortNumber(row.upper)}`), width: 9, grow: 1 },
    ]
    const write = () => save(new Blob(['\ufefftime,value,lower,center,upper,spread,spread_upper,severity,rules\r\n', ...points.map((one) => `${iso(one.at)},${[one.value, one.lower, one.center, one.upper, one.spread, one.spreadUpper].map((each) => each ?? '').join(',')},${one.severity},${cell(one.rules.join(' '))}\r\n`)], { type: 'text/csv' }), `chart-${name.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.csv`)
    return (
        <>
            <PageHead title={name} over={<Link href="/quality/charts">{t('nav.quality')}</Link>}>
                {chart.signalId !== null && <LinkButton href={`/data/explorer?s=${chart.signalId}&from=${span.from}&to=${span.to}`}>{t('alarms.explore')}</LinkButton>}
                {may && <Button look={chart.limits ? 'plain' : 'main'} onClick={() => setIsFreezing(true)}>{t(chart.limits ? 'quality.freeze_again' : 'quality.freeze')}</Button>}
            </PageHead>
            <div className="tool-now">
                <ChartState chart={chart} />
                <span title={t(`chart.kind.${chart.kind as 'c'}.text`)}>{say(chart.kind)}{chart.size > 1 && ` · ${t('quality.size', { size: chart.size })}`}</span>
                <code>{chart.signal}</code>
                {chart.late > 0 && <Badge tone="warn">{t('quality.late', { count: num(chart.late) })}</Badge>}
            </div>
            {chart.signalId === null && <p className="statement">{t('quality.no_signal', { signal: chart.signal })}</p>}
            {!chart.limits && chart.signalId !== null && <p className="told">{t(may ? 'quality.unfrozen' : 'quality.unfrozen.viewer')}</p>}
            <Card>
                <ProblemNote error={told.error} />
                <div className="bar-line">
                    <div className="tails" role="group" aria-label={t('explorer.tails')}>
                        {TAILS.map((one) => <button key={one} type="button" className={tail === one ? 'on' : ''} aria-pressed={tail === one} onClick={() => setTail(one)}>{stamp.span(one)}</button>)}
                    </div>
                    <span className="steps-of-time">
                        <Button aria-label={t('explorer.earlier')} onClick={() => setSpan(moved(span, -0.5))}>‹</Button>
                        <Button aria-label={t('explorer.later')} onClick={() => setSpan(moved(span, 0.5))}>›</Button>
                        {reference && <Button onClick={() => setSpan(clamped({ from: reference.from - lengthOf(reference) * 0.5, to: reference.to + lengthOf(reference) }))}>{t('quality.reference')}</Button>}
                    </span>
                    <span className="note">{stamp.full(span.from, lengthOf(span))} – {tail === null ? stamp.full(span.to, lengthOf(span)) : t('strip.now')}</span>
                    <span className="bar-do"><Button disabled={points.length === 0} onClick={write}>CSV</Button></span>
                </div>
                {points.length === 0 && <p className="note">{t('quality.no_points')}</p>}
                <ControlPlot label={t('quality.plot', { chart: name })} points={points} value={valueOf} line={LEVEL} span={span} height={320} reference={reference} specification={specification} mark={mark} onMark={setMark} cursor={cursor} onCursor={point} />
                {hasSpread && <ControlPlot label={t('quality.plot.spread', { chart: name })} points={points} value={spreadOf} line={SPREAD} span={span} height={140} reference={reference} specification={null} mark={mark} onMark={setMark} cursor={cursor} onCursor={point} />}
                <p className="gantt-said" role="status">
                    {mark ? (
                        <>
                            <b>{stamp.time(mark.from)} – {stamp.time(mark.to)}</b> {t('quality.marked', { count: num(points.filter(({ at }) => at >= mark.from && at < mark.to).length) })}
                            {may && <Button look="main" onClick={() => setIsFreezing(true)}>{t('quality.freeze_these')}</Button>}
                            <Button onClick={() => { setSpan(clamped(mark)); setMark(null) }}>{t('explorer.in')}</Button>
                            <Button look="quiet" onClick={() => setMark(null)}>{t('cancel')}</Button>
                        </>
                    ) : here ? (
                        <>
                            <b>{here.value === null ? '–' : shortNumber(here.value)}</b> {stamp.time(here.at)}
                            {here.spread !== null && ` · ${t('quality.spread')} ${shortNumber(here.spread)}`}
                            {here.severity !== 'none' && <> <Badge tone={here.severity === 'violation' ? 'bad' : 'warn'}>{t(`chart.state.${here.severity}`)}</Badge> {words(here)}</>}
                        </>
                    ) : (
                        t('quality.how')
                    )}
                </p>
                {chart.more && <p className="note">{t('quality.more')}</p>}
                <ul className="e10-key control-key" aria-label={t('legend')}>
                    <li><svg viewBox="0 0 14 14" className="violation"><path d="M7 0l7 7-7 7-7-7z" /></svg>{t('chart.state.violation')}</li>
                    <li><svg viewBox="0 0 14 14" className="warning"><rect x="2" y="2" width="10" height="10" /></svg>{t('chart.state.warning')}</li>
                    {reference && <li><i className="reference" />{t('quality.key.reference')}</li>}
                    {specification && (chart.lower !== null || chart.upper !== null) && <li><i className="specification" />{t('quality.key.specification')}</li>}
                </ul>
            </Card>
            {chart.limits && (
                <>
                    <Card title={t('quality.broken')} note={t('quality.broken.text')}>
                        {broken.length === 0 ? <p className="note">{t('quality.broken.none')}</p> : <DataTable label={t('quality.broken')} rows={broken} columns={columns} first="-at" rowKey={(row) => String(row.at)} />}
                        <details>
                            <summary>{t('quality.all_points', { count: num(points.length) })}</summary>
                            <DataTable label={t('quality.points')} rows={points} columns={columns} first="-at" rowKey={(row) => String(row.at)} />
                        </details>
                    </Card>
                    <Card title={t('quality.limits')} note={t('quality.limits.text')}>
                        <dl className="figures history-figures">
                            <BigFigure label="LCL" value={chart.limits.level.lower === null ? '–' : shortNumber(chart.limits.level.lower)} />
                            <BigFigure label={t('quality.center')} value={chart.limits.level.center === null ? '–' : shortNumber(chart.limits.level.center)} />
                            <BigFigure label="UCL" value={chart.limits.level.upper === null ? '–' : shortNumber(chart.limits.level.upper)} />
                            {chart.limits.sigma !== null && <BigFigure label={t('quality.sigma')} value={shortNumber(chart.limits.sigma)} />}
                        </dl>
                        <p>{t('quality.limits.from', { version: chart.limits.version, points: num(chart.limits.points), from: stamp.full(chart.limits.from, lengthOf(reference!)), to: stamp.full(chart.limits.to, lengthOf(reference!)) })}</p>
                        <Frozen name={name} version={chart.limits.version} />
                    </Card>
                </>
            )}
            {!isCounted(chart.kind) && <CapabilityCard chart={chart} span={span} isLive={tail !== null} />}
            {isFreezing && <FreezeDialog title={t('quality.freeze.title', { chart: name })} text={t('quality.freeze.text')} span={mark ?? span} freeze={(from, to) => freeze(name, from, to)} onClose={() => setIsFreezing(false)} onDone={() => { setIsFreezing(false); setMark(null); forget(); setTurn(turn + 1) }} />}
        </>
    )
}

/** Every act of freezing is kept as an event. */
function Frozen({ name, version }: { name: string; version: number }) {
    const { t, num } = useText()
    const stamp = useStamp()
    const told = useLoad(`frozen ${name} ${version}`, async () => (await concluded('chart', 0, Date.now() / 1000 + 86400, 5000)).events.filter((event) => event.name === name && event.detail.news === 'frozen'))
    if (!told.value || told.value.length === 0) return null
    const value = (one: unknown) => (typeof one === 'number' ? shortNumber(one) : '–')
    return (
        <details>
            <summary>{t('quality.versions', { count: told.value.length })}</summary>
            <div className="scroll">
                <table className="plain-table" aria-label={t('document.versions')}>
                    <thead><tr><th>{t('document.versions')}</th><th>{t('quality.period_end')}</th><th className="number">LCL</th><th className="number">{t('quality.center')}</th><th className="number">UCL</th><th className="number">{t('quality.points')}</th><th>{t('alarms.by')}</th></tr></thead>
                    <tbody>
                        {told.value.map((event) => <tr key={event.id}><th scope="row">{String(event.detail.version)}</th><td>{stamp.time(event.at)}</td><td className="number">{value(event.detail.lower)}</td><td className="number">{value(event.detail.center)}</td><td className="number">{value(event.detail.upper)}</td><td className="number">{num(Number(event.detail.points))}</td><td>{String(event.detail.by ?? '')}</td></tr>)}
                    </tbody>
                </table>
            </div>
        </details>
    )
}
