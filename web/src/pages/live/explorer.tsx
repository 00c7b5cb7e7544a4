import { memo, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { onColours, readColours } from '../../charts/colours'
import { happenings, type Happening, type Signal } from '../../api/live'
import { ExplorerBar } from '../../live/explorer_bar'
import { gapsOf, isOf, joined } from '../../live/gaps'
import { useReadings } from '../../live/hub'
import { KindChips, kindsIn, Near, quietOf } from '../../live/marks'
import { Plot } from '../../live/plot'
import { axesOf, type Line } from '../../live/scene'
import { SignalTree } from '../../live/signal_tree'
import { IDS_MAX, type Span } from '../../live/span'
import { usePieces } from '../../live/use_pieces'
import { useSignals, type Signals } from '../../live/use_signals'
import { spanOf, useCalm, useServerNow, useView } from '../../live/use_view'
import { ValueTable } from '../../live/value_table'
import { useMay } from '../../me'
import { Button, Card, Dialog, Empty, LinkButton, ProblemNote, Waiting } from '../../parts/basics'
import { Link, useNarrow, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const EVENTS_MAX = 1000
const EVENTS_MS = 5000
const GRAVE = ['alarm', 'fault'] as const
const TREE_BELOW = 1050 // CSS pixels: then the tree opens as a dialog

export default function Explorer() {
    const { t } = useText()
    useTitle(t('data.explorer'))
    const [search, setSearch] = useState('')
    const signals = useSignals(useDeferredValue(search))
    if (signals.error && signals.count === 0) return <ProblemNote error={signals.error} retry={signals.reload} />
    if (!signals.isLoaded && signals.count === 0) return <Waiting />
    if (signals.count === 0)
        return (
            <Card>
                <Empty title={t('signals.none')} text={t('signals.none.text')}>
                    <LinkButton look="main" href="/data">{t('signals.none.do')}</LinkButton>
                </Empty>
            </Card>
        )
    return <Room signals={signals} search={search} setSearch={setSearch} />
}

function useEvents(span: Span): { events: Happening[]; isCut: boolean } {
    const calm = useCalm(span)
    // A gap is known at its end: those that end behind what is seen are looked for, too.
    const told = usePoll(`${calm.from} ${calm.to}`, EVENTS_MS, (signal) => happenings({ from: calm.from, to: calm.to, limit: EVENTS_MAX }, signal))
    const gaps = usePoll(`${calm.from}`, EVENTS_MS, (signal) => happenings({ from: calm.from, kind: 'gap', limit: EVENTS_MAX }, signal))
    // Where there are too many of all kinds, what somebody must see is asked for by itself.
    const isCut = told.value?.next !== undefined
    const grave = usePoll(isCut ? `${calm.from} ${calm.to}` : null, EVENTS_MS, async (signal) => (await Promise.all(GRAVE.map((kind) => happenings({ from: calm.from, to: calm.to, kind, limit: EVENTS_MAX }, signal)))).flatMap(({ items }) => items))
    return useMemo(() => {
        const all = new Map([...(told.value?.items ?? []), ...(gaps.value?.items ?? []), ...(grave.value ?? [])].map((event) => [event.id, event]))
        return { events: [...all.values()], isCut }
    }, [told.value, gaps.value, grave.value, isCut])
}

function Room({ signals, search, setSearch }: { signals: Signals; search: string; setSearch: (text: string) => void }) {
    const { t, lang } = useText()
    const isNarrow = useNarrow(TREE_BELOW)
    const mayChart = useMay('engineer')
    const { view, setView, back, keep } = useView()
    const [cursor, setCursor] = useState<number | null>(null)
    const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set())
    const [pixels, setPixels] = useState(0)
    const [isAdding, setIsAdding] = useState(false)
    const isLive = view.span === null
    const isTouched = matchMedia('(pointer: coarse)').matches
    const now = useServerNow(isLive, view.tail)
    const span = useMemo(() => spanOf(view, now), [view, now])
    // What was found by a search may be gone from the list when the search is; what is drawn stays known.
    const known = useRef(new Map<number, Signal>())
    for (const id of view.ids) if (signals.byId.has(id)) known.current.set(id, signals.byId.get(id)!)
    const shown = useMemo(() => view.ids.flatMap((id) => known.current.get(id) ?? []), [view.ids, signals.byId])
    const { pieceOf, onNews, isBusy, error } = usePieces(shown, span, pixels, now)
    const { readings, lost } = useReadings(view.ids, onNews)
    const { events, isCut } = useEvents(span)
    const gaps = useMemo(() => gapsOf(events, lang), [events, lang])
    const quiet = useMemo(() => quietOf(events), [events])
    const marked = useMemo(() => events.filter(({ kind }) => (view.kinds ? view.kinds.includes(kind) : !quiet.has(kind))), [events, view.kinds, quiet])
    const marks = useMemo(() => marked.map(({ at, kind }) => ({ at, kind })), [marked])
    const colours = useSeries()

    const latest = useRef(view)
    latest.current = view
    const toggle = useCallback(
        (signal: Signal) => {
            const { ids } = latest.current
            known.current.set(signal.id, signal)
            setView({ ...latest.current, ids: ids.includes(signal.id) ? ids.filter((id) => id !== signal.id) : [...ids, signal.id].slice(-IDS_MAX) })
        },
        [setView],
    )
    const seen = shown.filter(({ id }) => !hidden.has(id))
    const axes = axesOf(seen, view.axes)
    /** Onto the axis of another signal, or onto one of its own. */
    const put = (id: number, on: number) => {
        const { ids, axes: before } = latest.current
        setView({ ...latest.current, ids: ids.includes(id) ? ids : [...ids, id].slice(-IDS_MAX), axes: new Map([...before].filter(([one]) => one !== id)).set(id, on) })
    }
    let axis = 0
    const lines: Line[] = shown.flatMap((signal, n) => {
        if (hidden.has(signal.id)) return []
        return [{
            signal,
            colour: colours[n % colours.length]!,
            piece: pieceOf(signal.id),
            axis: axes[axis++]!,
            isStep: signal.type !== 'double',
            gaps: joined(gaps.filter((gap) => isOf(gap, signal.source))),
            isFaint: false,
        }]
    })
    const setSpan = (next: Span, isRest: boolean) => {
        if (isRest) keep()
        setView({ ...view, span: next })
    }
    const tree = <Sidebar signals={signals} search={search} setSearch={setSearch} chosen={view.ids} onToggle={toggle} />
    return (
        <div className="explorer">
            {!isNarrow && <Card className="explorer-side">{tree}</Card>}
            <div className="explorer-main">
                <ExplorerBar view={view} span={span} now={now} signals={shown} setView={setView} back={back} keep={keep} onAdd={isNarrow ? () => setIsAdding(true) : null} />
                <ProblemNote error={error} />
                <Card className="plot-card">
                    {shown.length === 0 && <p className="plot-empty">{t(isNarrow ? 'explorer.empty.narrow' : 'explorer.empty')}</p>}
                    <Plot
                        label={t('explorer.chart', { names: shown.map(({ name }) => name).join(', ') })}
                        lines={lines}
                        span={span}
                        marks={marks}
                        now={now}
                        cursor={cursor}
                        tip={(near) => <Near events={marked} gaps={gaps} near={near} />}
                        onSpan={setSpan}
                        onCursor={setCursor}
                        onPixels={setPixels}
                        onDropped={(id, on) => {
                            const signal = signals.byId.get(id)
                            if (!signal) return
                            known.current.set(id, signal)
                            const leader = on === null || signal.type === 'text' ? undefined : seen.find((one, n) => axes[n] === on && one.id !== id)
                            if (leader) put(id, leader.id)
                            else if (!latest.current.ids.includes(id)) toggle(signal)
                        }}
                    />
                    <KindChips kinds={kindsIn(events, span)} chosen={view.kinds} quiet={quiet} onChoose={(kinds) => setView({ ...view, kinds })} isCut={isCut} />
                    {shown.length > 0 && (
                        <ValueTable
                            lines={shown.map((signal, n) => ({ signal, colour: colours[n % colours.length]!, piece: pieceOf(signal.id), isHidden: hidden.has(signal.id), last: readings.get(signal.id) ?? null }))}
                            axisOf={(id) => axes[seen.findIndex((one) => one.id === id)] ?? -1}
                            onAxis={put}
                            span={span}
                            cursor={cursor}
                            onHide={(id) => setHidden((before) => {
                                const next = new Set(before)
                                if (!next.delete(id)) next.add(id)
                                return next
                            })}
                            onRemove={(id) => setView({ ...view, ids: view.ids.filter((one) => one !== id) })}
                        />
                    )}
                    {shown.length > 0 && mayChart && (
                        <p className="plot-note">
                            {t('chart.from_explorer')}: {shown.slice(0, 6).map((signal) => <Link key={signal.id} href={`/quality/charts?signal=${signal.id}`}>{signal.name}</Link>)}
                        </p>
                    )}
                    <p className="plot-note" role="status">
                        {lost ? t('explorer.lost') : isBusy ? t('explorer.busy') : t(isTouched ? 'explorer.how.touch' : 'explorer.how')}
                    </p>
                </Card>
            </div>
            {isAdding && (
                <Dialog title={t('explorer.add')} onClose={() => setIsAdding(false)}>
                    {tree}
                    <div className="actions end"><Button look="main" onClick={() => setIsAdding(false)}>{t('explorer.add.done')}</Button></div>
                </Dialog>
            )}
        </div>
    )
}

const Sidebar = memo(function Sidebar({ signals, search, setSearch, chosen, onToggle }: { signals: Signals; search: string; setSearch: (text: string) => void; chosen: number[]; onToggle: (signal: Signal) => void }) {
    const { t } = useText()
    return (
        <div className="explorer-tree">
            <input type="search" value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t('signals.search')} aria-label={t('signals.search')} />
            {signals.found.length === 0 ? <p className="note">{t('table.none')}</p> : <SignalTree compact signals={signals.found} places={signals.places} chosen={chosen} isSearched={search.trim() !== ''} onToggle={onToggle} />}
        </div>
    )
})

/** The colours of series, as names that a canvas and a style both take: computed once for each look of the page. */
function useSeries(): string[] {
    const [series, setSeries] = useState<string[]>(['gray'])
    useEffect(() => {
        const read = () => setSeries(readColours(document.body).series)
        read()
        return onColours(read)
    }, [])
    return series
}
