import { useCallback, useMemo, useRef, useState } from 'react'
import { freezeWindows, windowsOf, type Measured, type WindowAnswer } from '../../api/windows'
import { DotPlot } from '../../fdc/dot_plot'
import { againstLimits, contextCount, dotsOf, fileOf, keyOf, rowsOf, STATISTICS, statisticOf, type Dot } from '../../fdc/judged'
import { WindowDetail } from '../../fdc/window_detail'
import { placeOf, useBy, useFeature, useFeatureName, Verdict, WindowState } from '../../fdc/words'
import { save } from '../../live/export'
import { clamped, lengthOf, moved, zoomed, type Span } from '../../live/span'
import { useStamp } from '../../live/stamp'
import { shortNumber } from '../../live/values'
import { useMay } from '../../me'
import { FreezeDialog } from '../../meaning/freeze_dialog'
import { useSpan } from '../../meaning/use_span'
import { Badge, Button, Card, PageHead, ProblemNote, Waiting } from '../../parts/basics'
import { forget } from '../../parts/load'
import { go, Link, usePlace, useTitle } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 3000
const TAILS = [3600, 8 * 3600, 86400, 7 * 86400, 30 * 86400]
const WINDOWS_MAX = 1000
const FILTERS = ['tool', 'recipe', 'step'] as const
type Filter = Record<(typeof FILTERS)[number], string>

/** The address keeps what is chosen, so that it can be shared. */
function usePicked(name: string): { filter: Filter; open: string | null; set: (change: Record<string, string | null>) => void } {
    const { query } = usePlace()
    const set = (change: Record<string, string | null>) => {
        const next = new URLSearchParams(location.search)
        for (const [key, value] of Object.entries(change)) {
            if (value) next.set(key, value)
            else next.delete(key)
        }
        go(`/quality/window/${encodeURIComponent(name)}${next.size > 0 ? `?${next}` : ''}`, true)
    }
    return { filter: { tool: query.get('tool') ?? '', recipe: query.get('recipe') ?? '', step: query.get('step') ?? '' }, open: query.get('open'), set }
}

/** One kind of window: what was measured of each feature, what was unlike the good ones, and why. */
export default function WindowPage({ name }: { name: string }) {
    const { t, num } = useText()
    useTitle(name)
    const by = useBy()
    const stamp = useStamp()
    const may = useMay('engineer')
    const { span, tail, setSpan, setTail } = useSpan(86400, LOOK_MS)
    const { filter, open, set } = usePicked(name)
    const [cursor, setCursor] = useState<number | null>(null)
    const [isFreezing, setIsFreezing] = useState(false)
    const [chosen, setChosen] = useState<boolean | null>(null) // values against their limits; null: as it fits
    const [turn, setTurn] = useState(0)
    const told = usePoll(`${name} ${tail ?? `${span.from} ${span.to}`} ${JSON.stringify(filter)} ${turn}`, LOOK_MS, (signal) => windowsOf(name, { from: span.from, to: span.to, limit: WINDOWS_MAX, ...filter }, signal))
    const answer = useSame(told.value)
    const windows = answer?.windows
    // The last hours begin with the first window that there is.
    const first = tail === null ? undefined : windows?.[0]?.from
    const begin = first === undefined ? span.from : Math.max(span.from, first - 0.02 * (span.to - first))
    const still = useMemo(() => ({ from: begin, to: span.to }), [begin, span.to])
    const show = useCallback((index: number) => windows?.[index] && set({ open: keyOf(windows[index]) }), [windows]) // eslint-disable-line
    if (told.error && !answer) return <ProblemNote error={told.error} />
    if (!answer || !windows) return <Waiting />
    const faults = windows.filter(({ severity }) => severity === 'violation')
    const one = windows.find((each) => keyOf(each) === open)
    const walk = one?.severity === 'violation' ? faults : windows
    const at = one ? walk.findIndex((each) => keyOf(each) === open) : -1
    const reference = answer.frozen
    const isAgainst = reference !== null && (chosen ?? contextCount(windows) > 1)
    const charting = { answer, windows, span: still, isAgainst, cursor, onCursor: setCursor, onOpen: show }
    return (
        <>
            <PageHead title={name} over={<Link href="/quality/faults">{t('windows.tab')}</Link>}>
                {may && <Button look={reference ? 'plain' : 'main'} onClick={() => setIsFreezing(true)}>{t(reference ? 'quality.freeze_again' : 'quality.freeze')}</Button>}
            </PageHead>
            <div className="tool-now">
                <WindowState kind={answer} />
                <span>{by(answer.by)}</span>
                <code>{answer.tool}</code>
                {reference && <span title={t('windows.frozen.from', { windows: reference.windows, contexts: reference.contexts, from: stamp.full(reference.from, 1e6), to: stamp.full(reference.to, 1e6) })}>{t('windows.frozen.by', { version: reference.version, time: stamp.time(reference.at), by: reference.by })}</span>}
                {(['unended', 'late', 'dropped'] as const).map((key) => answer[key] > 0 && <Badge key={key} tone="warn">{t(`windows.${key}`, { count: num(answer[key]) })}</Badge>)}
            </div>
            {answer.problem && <p className="statement">{answer.problem}</p>}
            {!reference && <p className="told">{t(may ? 'windows.unfrozen' : 'windows.unfrozen.viewer')}</p>}
            <Card className="window-bar">
                <ProblemNote error={told.error} />
                <div className="bar-line">
                    <div className="tails" role="group" aria-label={t('explorer.tails')}>
                        {TAILS.map((each) => <button key={each} type="button" className={tail === each ? 'on' : ''} aria-pressed={tail === each} onClick={() => setTail(each)}>{stamp.span(each)}</button>)}
                    </div>
                    <span className="steps-of-time">
                        <Button aria-label={t('explorer.earlier')} onClick={() => setSpan(moved(span, -0.5))}>‹</Button>
                        <Button aria-label={t('explorer.out')} onClick={() => setSpan(zoomed(span, 2, (span.from + span.to) / 2))}>−</Button>
                        <Button aria-label={t('explorer.in')} onClick={() => setSpan(zoomed(span, 0.5, (span.from + span.to) / 2))}>+</Button>
                        <Button aria-label={t('explorer.later')} onClick={() => setSpan(moved(span, 0.5))}>›</Button>
                        {reference && <Button onClick={() => setSpan(clamped({ from: reference.from - (reference.to - reference.from) * 0.1, to: reference.to + (reference.to - reference.from) * 0.1 }))}>{t('quality.reference')}</Button>}
                    </span>
                    <span className="note">{stamp.full(begin, lengthOf(still))} – {tail === null ? stamp.full(span.to, lengthOf(span)) : t('strip.now')}</span>
                    <span className="bar-do"><Button disabled={windows.length === 0} onClick={() => save(new Blob(fileOf(windows), { type: 'text/csv' }), `windows-${name.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.csv`)}>CSV</Button></span>
                </div>
                <Filters answer={answer} filter={filter} set={set} />
                {reference && windows.length > 0 && (
                    <label className="check"><input type="checkbox" checked={isAgainst} onChange={(event) => setChosen(event.target.checked)} /> <span>{t('windows.against')}</span></label>
                )}
                {windows.length === 0 ? <p className="note">{t('windows.no_windows')}</p> : <Cursor windows={windows} cursor={cursor} />}
                {answer.more && <p className="note">{t('windows.more', { count: windows.length })}</p>}
            </Card>
            {windows.length > 0 && <Statistics {...charting} />}
            {windows.length > 0 && <FaultTable windows={windows} faults={faults} onOpen={(each) => set({ open: keyOf(each) })} />}
            {windows.length > 0 && <Features {...charting} />}
            {windows.length > 0 && <Contexts answer={answer} />}
            {one && <WindowDetail answer={answer} one={one} before={walk[at - 1]} after={walk[at + 1]} onOpen={(each) => set({ open: keyOf(each) })} onClose={() => set({ open: null })} />}
            {isFreezing && <FreezeDialog title={t('windows.freeze.title', { window: name })} text={t('windows.freeze.text')} span={span} freeze={(from, to) => freezeWindows(name, from, to)} onClose={() => setIsFreezing(false)} onDone={() => { setIsFreezing(false); forget(); setTurn(turn + 1) }} />}
        </>
    )
}

/** The same answer again is the same object: dozens of charts are not drawn anew for nothing. */
function useSame(answer: WindowAnswer | undefined): WindowAnswer | undefined {
    const last = useRef<{ answer: WindowAnswer; text: string } | null>(null)
    const text = useMemo(() => (answer ? JSON.stringify(answer) : ''), [answer])
    if (answer && last.current?.text !== text) last.current = { answer, text }
    return last.current?.answer
}

function Filters({ answer, filter, set }: { answer: WindowAnswer; filter: Filter; set: (change: Record<string, string | null>) => void }) {
    const { t } = useText()
    // Once seen a choice stays, also while another one hides it.
    const seen = useRef<Record<(typeof FILTERS)[number], Set<string>>>({ tool: new Set(), recipe: new Set(), step: new Set() })
    for (const each of [...answer.contexts, ...answer.windows]) for (const key of FILTERS) if (each[key]) seen.current[key].add(each[key])
    for (const { tool } of answer.tools) seen.current.tool.add(tool)
    const order = new Intl.Collator(undefined, { numeric: true })
    return (
        <div className="event-filters">
            {FILTERS.filter((key) => seen.current[key].size > 1 || filter[key]).map((key) => (
                <label key={key}>
                    <span>{t(`windows.${key}`)}</span>
                    <select value={filter[key]} onChange={(event) => set({ [key]: event.target.value, open: null })}>
                        <option value="">{t('windows.all')}</option>
                        {[...new Set([...seen.current[key], ...(filter[key] ? [filter[key]] : [])])].sort(order.compare).map((each) => <option key={each} value={each}>{each}</option>)}
                    </select>
                </label>
            ))}
        </div>
    )
}

/** What is pointed at, in any of the charts. */
function Cursor({ windows, cursor }: { windows: readonly Measured[]; cursor: number | null }) {
    const { t } = useText()
    const stamp = useStamp()
    const say = useFeatureName()
    const one = cursor === null ? undefined : windows[cursor]
    return (
        <p className="gantt-said" role="status">
            {one ? (
                <>
                    <Verdict severity={one.severity} /> <b>{one.tool}</b> {placeOf(one)} · {stamp.time(one.from)}
                    {one.lot && ` · ${t('equipment.lot', { lot: one.lot })}`}
                    {one.outside.length > 0 && ` · ${one.outside.slice(0, 4).map(say).join(', ')}`}
                </>
            ) : (
                t(matchMedia('(pointer: coarse)').matches ? 'windows.how.touch' : 'windows.how')
            )}
        </p>
    )
}

interface Charting {
    answer: WindowAnswer
    windows: readonly Measured[]
    span: Span
    /** Each value against its own limits. */
    isAgainst: boolean
    cursor: number | null
    onCursor: (index: number | null) => void
    onOpen: (index: number) => void
}

const seen = (dots: Dot[], isAgainst: boolean): Dot[] => (isAgainst ? againstLimits(dots) : dots)

/** All features at once: T2 and SPE, with their limits. */
function Statistics({ answer, windows, span, isAgainst, ...rest }: Charting) {
    const { t } = useText()
    const both = useMemo(
        () => (['t2', 'spe'] as const).map((which) => ({ which, dots: seen(statisticOf(windows, which), isAgainst) })).filter(({ dots }) => dots.some(({ value }) => value !== null)),
        [windows, isAgainst],
    )
    if (both.length === 0) return answer.frozen ? <p className="note">{t('windows.no_statistics')}</p> : null
    return (
        <Card title={t('windows.together')} note={t('windows.together.text')}>
            {both.map(({ which, dots }) => (
                <figure key={which} className="feature">
                    <figcaption><b>{STATISTICS[which]}</b> <small>{t(`windows.${which}.text`)}</small></figcaption>
                    <DotPlot label={STATISTICS[which]} dots={dots} span={span} isLarge {...rest} />
                </figure>
            ))}
        </Card>
    )
}

const chartOf = (name: string, dots: Dot[], isAgainst: boolean) => ({ name, dots, shown: seen(dots, isAgainst) })

/** Small charts, a row each signal: of all its features, or of those that were outside. */
function Features({ answer, windows, span, isAgainst, cursor, ...rest }: Charting) {
    const { t } = useText()
    const say = useFeature()
    const [isFew, setIsFew] = useState(false)
    const mayChart = useMay('engineer')
    // A value is a signal of its tool: which one is clear where only one is seen.
    const made = useMemo(() => {
        const tools = new Set(windows.map(({ tool }) => tool))
        return tools.size === 1 ? answer.tools.find(({ tool }) => tools.has(tool))?.made : undefined
    }, [answer.tools, windows])
    const rows = useMemo(() => rowsOf(answer).map(({ signal, names }) => ({ signal, charts: names.map((name) => chartOf(name, dotsOf(windows, answer.contexts, name), isAgainst)) })), [answer, windows, isAgainst])
    const wrong = (dots: readonly Dot[]) => dots.filter(({ isOutside }) => isOutside).length
    const any = rows.some(({ charts }) => charts.some(({ dots }) => wrong(dots) > 0))
    const kept = rows.map((row) => ({ ...row, charts: isFew && any ? row.charts.filter(({ dots }) => wrong(dots) > 0) : row.charts })).filter(({ charts }) => charts.length > 0)
    return (
        <Card title={t('windows.features')} note={t('windows.features.text')} actions={any && <button type="button" className={isFew ? 'chip on' : 'chip'} aria-pressed={isFew} onClick={() => setIsFew(!isFew)}>{t('windows.features.few')}</button>}>
            {kept.map(({ signal, charts }) => (
                <section key={signal} className="feature-row">
                    <h3>{signal}</h3>
                    <div className="feature-charts">
                        {charts.map(({ name, dots, shown }) => {
                            const [value, count] = [cursor === null ? null : (dots[cursor]?.value ?? null), wrong(dots)]
                            return (
                                <figure key={name} className="feature">
                                    <figcaption><span title={say(name)}>{say(name)}</span> {value === null ? count > 0 && <Badge tone="bad">{count}</Badge> : <b className={dots[cursor!]!.isOutside ? 'bad' : ''}>{shortNumber(value)}</b>}{mayChart && made?.[name] !== undefined && <Link className="make-chart" href={`/quality/charts?signal=${made[name]}`} title={t('chart.new')}>{t('windows.make_chart')}</Link>}</figcaption>
                                    <DotPlot label={t('windows.chart', { signal, feature: say(name), count })} dots={shown} span={span} isLarge={false} cursor={cursor} {...rest} />
                                </figure>
                            )
                        })}
                    </div>
                </section>
            ))}
        </Card>
    )
}

function FaultTable({ windows, faults, onOpen }: { windows: readonly Measured[]; faults: Measured[]; onOpen: (one: Measured) => void }) {
    const { t, num } = useText()
    const stamp = useStamp()
    const say = useFeatureName()
    const why = (row: Measured) => (row.outside.length > 0 ? row.outside.map(say).join(', ') : row.severity === 'violation' ? t('windows.together.only') : '')
    const over = (value: number | null, limit: number | null) => (value === null ? '–' : <span className={limit !== null && value > limit ? 'over' : ''} title={limit === null ? undefined : t('windows.limit', { limit: shortNumber(limit) })}>{shortNumber(Number(value.toPrecision(4)))}</span>)
    const columns: Column<Measured>[] = [
        { key: 'from', title: t('events.at'), value: (row) => row.from, show: (row) => <button type="button" className="row-link" onClick={() => onOpen(row)}>{stamp.time(row.from)}</button>, width: 9.5, grow: 0.5 },
        { key: 'tool', title: t('windows.tool'), value: (row) => row.tool, show: (row) => <span title={row.tool}>{row.tool}</span>, width: 8, grow: 1 },
        { key: 'place', title: t('windows.place'), value: placeOf, width: 8, grow: 1 },
        { key: 'lot', title: t('events.lot'), value: (row) => row.lot, show: (row) => [row.lot, row.wafer].filter(Boolean).join(' · '), width: 7, grow: 0.8 },
        { key: 'severity', title: t('quality.severity'), value: (row) => row.severity, show: (row) => <Verdict severity={row.severity} />, width: 6.5, grow: 0.4 },
        { key: 'why', title: t('windows.why'), value: why, show: (row) => <span title={why(row)}>{why(row)}</span>, width: 14, grow: 3 },
        { key: 't2', title: STATISTICS.t2, value: (row) => row.t2, show: (row) => over(row.t2, row.t2Limit), number: true, width: 5 },
        { key: 'spe', title: STATISTICS.spe, value: (row) => row.spe, show: (row) => over(row.spe, row.speLimit), number: true, width: 5 },
    ]
    return (
        <Card title={t('windows.fault_list')} note={t('windows.fault_list.text')}>
            {faults.length === 0 ? <p className="note">{t('windows.no_faults')}</p> : <DataTable label={t('windows.fault_list')} rows={faults} columns={columns} first="-from" rowKey={keyOf} />}
            <details>
                <summary>{t('windows.all_windows', { count: num(windows.length) })}</summary>
                <DataTable label={t('windows.windows')} rows={[...windows]} columns={columns} first="-from" rowKey={keyOf} />
            </details>
        </Card>
    )
}

/** What limits were learnt from, context by context. */
function Contexts({ answer }: { answer: WindowAnswer }) {
    const { t, num } = useText()
    if (answer.contexts.length === 0) return null
    return (
        <Card title={t('windows.contexts')} note={t('windows.contexts.text')}>
            <div className="scroll">
                <table className="plain-table contexts" aria-label={t('windows.contexts')}>
                    <thead><tr><th>{t('windows.tool')}</th><th>{t('windows.recipe')}</th><th>{t('windows.step')}</th><th className="number">{t('windows.learnt')}</th><th>{t('windows.source')}</th><th className="number">{STATISTICS.t2}</th><th className="number">{STATISTICS.spe}</th></tr></thead>
                    <tbody>
                        {answer.contexts.map((one) => (
                            <tr key={JSON.stringify([one.tool, one.recipe, one.step])}>
                                <th scope="row">{one.tool || '–'}</th>
                                <td>{one.recipe || '–'}</td>
                                <td>{one.step || '–'}</td>
                                <td className="number">{num(one.windows)}</td>
                                <td>{t(`windows.source.${one.source.replace(' ', '_') as 'own'}`)}</td>
                                <td className="number">{one.t2 === null ? '–' : shortNumber(Number(one.t2.toPrecision(4)))}</td>
                                <td className="number">{one.spe === null ? '–' : shortNumber(Number(one.spe.toPrecision(4)))}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </Card>
    )
}
