import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ApiError } from '../../api/problem'
import { floorAt, groupsOf, historyOf, lotName, pause, play, seek, type Layout, type Twin, type TwinEvent } from '../../api/twin'
import { useMay } from '../../me'
import { Button, Choice, ProblemNote, Progress } from '../../parts/basics'
import { forget } from '../../parts/load'
import { Link } from '../../parts/route'
import type { Hall, Heat, Picked } from '../../hall/hall'
import { readLook } from '../../hall/look'
import { onColours } from '../../charts/colours'
import { useText } from '../../text'
import { Floor, PLAYS, SEEKS } from '../../twin/floor'
import { FloorReader } from '../../twin/stream'
import { DAY } from '../../twin/axis'
import { TimeBar } from '../../twin/time_bar'
import { sizesOf, useLive, useNow, usePoll, type Clock, type Forecasting } from '../../twin/use_twin'
import { HallLegend } from './hall_legend'
import { heatOf, OVERLAYS, type Overlay } from './hall_heat'
import { HallSearch } from './hall_search'
import { LotPanel, ToolPanel } from './hall_panel'
import { EventDialog, ForecastDialog, ForkDialog } from './twin_dialogs'
import '../../style/twin.css'

const NO_EVENTS: TwinEvent[] = []
const SPEEDS = [1, 60, 600, 3600, 0] as const
const LOOK_MS = 120
const HEAT_MS = 2500
const HISTORY_MS = 8000

interface Props {
    twin: Twin
    layout: Layout
    clock: Clock
    setTwin: (twin: Twin) => void
    forecast: Forecasting
}

export default function TwinHall({ twin, layout, clock, setTwin, forecast }: Props) {
    const { t, num, lang } = useText()
    const may = useMay('engineer')
    const { floor, lost } = useLive(twin.id, layout)
    const now = useNow(floor)
    const [look, setLook] = useState<number | null>(null)
    const [span, setSpan] = useState<'0' | '7' | '1'>('0')
    const [overlay, setOverlay] = useState<Overlay>('state')
    const [picked, setPicked] = useState<{ kind: 'tool'; tool: number } | { kind: 'lot'; lot: number } | null>(null)
    const [ask, setAsk] = useState<'fork' | 'event' | 'forecast' | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const [hall, setHall] = useState<Hall | null>(null)
    const isPast = look !== null && look <= now.end + 1
    const past = usePast(twin.id, layout, isPast ? look : null, setError)
    const shown = isPast && past ? past : floor
    const history = usePoll(`history ${twin.id}`, HISTORY_MS, () => historyOf(twin.id))
    const at = isPast ? Math.round(look!) : undefined
    const groups = usePoll(`groups ${twin.id} ${at ?? 'now'}`, at === undefined ? HEAT_MS : 0, (signal) => groupsOf(twin.id, at, signal))

    useEffect(() => {
        hall?.bind(shown)
    }, [hall, shown])
    const heat = useMemo<Heat | null>(() => (overlay === 'state' || !groups.value ? null : heatOf(layout, groups.value.groups, overlay, (kind, value) => (kind === 'share' ? `${num(value * 100, 0)} %` : kind === 'hours' ? clock.span(value) : num(value, 0)))), [overlay, groups.value, layout, num, clock])
    useEffect(() => {
        hall?.setHeat(heat)
    }, [hall, heat])

    const act = (doing: Promise<Twin>) => {
        setError(null)
        doing.then((told) => {
            setTwin(told)
            forget()
        }, setError)
    }
    const onPick = useCallback((found: Picked) => setPicked(found === null ? null : found.kind === 'tool' ? found : { kind: 'lot', lot: shown.lot[found.slot]! }), [shown])
    const selectTool = (tool: number) => {
        setPicked({ kind: 'tool', tool })
        hall?.select({ kind: 'tool', tool }, true)
    }
    const selectLot = (lot: number, tool?: number) => {
        setPicked({ kind: 'lot', lot })
        const slot = shown.slotOfLot(lot)
        if (slot >= 0) hall?.select({ kind: 'lot', slot }, true)
        else if (tool !== undefined) hall?.select({ kind: 'tool', tool }, true)
    }
    const close = () => {
        setPicked(null)
        hall?.select(null)
    }
    const plays = (now.flags & PLAYS) !== 0
    const seeks = (now.flags & SEEKS) !== 0
    return (
        <>
            <ProblemNote error={error ?? forecast.error} />
            {forecast.value && !forecast.run && (
                <p className="forecast-line">
                    <span>{forecast.value.sentence[lang]}</span> <Link href={`/twins/${twin.id}/forecast`}>{t('forecast.all')}</Link>
                </p>
            )}
            <section className="stage" aria-label={t('twin.tab.hall')}>
                <div className="hall-view">
                    <HallCanvas layout={layout} onHall={setHall} onPick={onPick} floor={shown} clock={clock} />
                    <div className="hall-top">
                        <HallSearch layout={layout} twin={twin.id} time={at} onTool={selectTool} onGroup={(group) => hall?.flyToGroup(group)} onArea={(area) => hall?.flyToArea(area)} onLot={selectLot} />
                        <Choice<Overlay> label={t('overlay')} value={overlay} onChange={setOverlay} options={OVERLAYS.map((one) => ({ value: one, text: t(`overlay.${one}`) }))} />
                    </div>
                    <div className="hall-eyes">
                        <Button title={t('view.fit')} aria-label={t('view.fit')} onClick={() => hall?.fit()}><Glyph d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" /></Button>
                        <Button title={t('view.top')} aria-label={t('view.top')} onClick={() => hall?.top()}><Glyph d="M5 5h14v14H5zM5 12h14M12 5v14" /></Button>
                        <Fullscreen />
                    </div>
                    <HallLegend layout={layout} floor={shown} overlay={overlay} groups={groups.value?.groups} />
                    {!now.known && (
                        <p className="hall-note" role="status">{lost ? t('run.lost_stream') : t('loading')}</p>
                    )}
                    {now.known && lost && <p className="hall-note" role="status">{t('run.lost_stream')}</p>}
                    {seeks && look === null && <p className="hall-note" role="status">{t('twin.seeking', { time: clock.at(now.time) })}</p>}
                    {picked?.kind === 'tool' && <ToolPanel key={picked.tool} twin={twin} layout={layout} tool={picked.tool} time={at} clock={clock} may={may && !isPast && !twin.follows} onClose={close} onLot={selectLot} onTwin={setTwin} />}
                    {picked?.kind === 'lot' && <LotPanel key={picked.lot} twin={twin.id} lot={picked.lot} time={at} layout={layout} clock={clock} onClose={close} onTool={selectTool} />}
                    {look !== null && (
                        <div className={isPast ? 'look-strip' : 'look-strip future'} role="status">
                            <span>{t(isPast ? 'look.past' : 'look.future', { time: clock.at(look, true), span: clock.span(look - now.time) })}</span>
                            <span className="actions">
                                <Button look="main" onClick={() => setLook(null)}>{t('look.back')}</Button>
                                {may && !twin.follows && <Button onClick={() => { act(seek(twin.id, look)); setLook(null) }}>{t(isPast ? 'look.seek' : 'look.run')}</Button>}
                                {may && isPast && <Button onClick={() => setAsk('fork')}>{t('look.fork')}</Button>}
                            </span>
                        </div>
                    )}
                </div>
                <div className="deck">
                    <div className="deck-head">
                        {may && !twin.follows && (
                            <>
                                <Button look="main" className="play" aria-label={t(plays ? 'play.pause' : 'play.play')} title={t(plays ? 'play.pause' : 'play.play')} onClick={() => act(plays || seeks ? pause(twin.id) : play(twin.id))}>
                                    <Glyph d={plays || seeks ? 'M8 5v14M16 5v14' : 'M8 5l11 7-11 7z'} fill={!plays && !seeks} />
                                </Button>
                                <Choice<string>
                                    label={t('play.speed')}
                                    value={String(now.known ? now.speed : twin.speed)}
                                    onChange={(speed) => act(play(twin.id, Number(speed)))}
                                    options={SPEEDS.map((speed) => ({ value: String(speed), text: speed === 0 ? t('play.fastest') : `${num(speed, 0)}×` }))}
                                />
                            </>
                        )}
                        <p className="deck-time">
                            <b>{clock.at(now.time, twin.follows !== undefined || (plays && now.speed > 0 && now.speed < 600))}</b>
                            <span>{twin.follows ? t(`twin.state.${twin.state}`) : seeks ? t('twin.state.seeking') : plays ? t('play.rate', { rate: num(twin.rate ?? now.speed, 0) }) : t('twin.state.paused')} · {t('twin.lots', { lots: num(now.lots, 0) })}</span>
                        </p>
                        <span className="actions deck-actions">
                            <Choice<'0' | '7' | '1'> label={t('bar.span')} value={span} onChange={setSpan} options={[{ value: '0', text: t('bar.all') }, { value: '7', text: t('bar.week') }, { value: '1', text: t('bar.day') }]} />
                            {may && (
                                <>
                                    {forecast.run ? (
                                        <span className="deck-progress">
                                            <span>{t('forecast.running')}</span>
                                            <Progress share={forecast.run.progress} label={t('forecast.running')} />
                                        </span>
                                    ) : (
                                        <Button look="main" onClick={() => setAsk('forecast')}>{t('forecast.do')}</Button>
                                    )}
                                    {!twin.follows && <Button onClick={() => setAsk('event')}>{t('event.do')}</Button>}
                                    <Button onClick={() => setAsk('fork')}>{t('fork.do')}</Button>
                                </>
                            )}
                        </span>
                    </div>
                    <TimeBar now={now} look={look} history={history.value} forecast={forecast.value} events={twin.events ?? NO_EVENTS} span={Number(span) * DAY} begin={twin.begin ?? 0} clock={clock} onLook={setLook} />
                </div>
            </section>
            {ask === 'fork' && <ForkDialog twin={twin} time={look !== null && isPast ? look : now.time} clock={clock} onClose={() => setAsk(null)} />}
            {ask === 'event' && <EventDialog twin={twin} layout={layout} tool={picked?.kind === 'tool' ? picked.tool : -1} onClose={() => setAsk(null)} onTwin={setTwin} />}
            {ask === 'forecast' && <ForecastDialog onClose={() => setAsk(null)} onStart={(hours, reps) => { setAsk(null); forecast.start(hours, reps) }} />}
        </>
    )
}

export function Glyph({ d, fill = false }: { d: string; fill?: boolean }) {
    return <svg className={fill ? 'glyph full' : 'glyph'} viewBox="0 0 24 24" aria-hidden="true"><path d={d} /></svg>
}

function Fullscreen() {
    const { t } = useText()
    if (!document.fullscreenEnabled) return null
    return (
        <Button
            title={t('view.full')}
            aria-label={t('view.full')}
            onClick={(event) => {
                if (document.fullscreenElement) void document.exitFullscreen()
                else void event.currentTarget.closest('.stage')?.requestFullscreen()
            }}
        >
            <Glyph d="M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7" />
        </Button>
    )
}

/** A floor of its own for a time that has been; asked for when the bar has been still for a moment. */
function usePast(id: string, layout: Layout, time: number | null, onError: (error: ApiError | null) => void): Floor | null {
    const [past, setPast] = useState<Floor | null>(null)
    const report = useRef(onError)
    report.current = onError
    useEffect(() => {
        if (time === null) return setPast(null)
        const stop = new AbortController()
        const timer = setTimeout(() => {
            floorAt(id, Math.round(time), stop.signal).then((bytes) => {
                const floor = new Floor(sizesOf(layout))
                new FloorReader(floor).push(bytes)
                setPast(floor)
                report.current(null)
            }).catch((problem: unknown) => {
                if (!stop.signal.aborted) report.current(problem instanceof ApiError ? problem : new ApiError({ type: 'about:blank', title: String(problem), status: 0 }))
            })
        }, LOOK_MS)
        return () => {
            clearTimeout(timer)
            stop.abort()
        }
    }, [id, layout, time])
    return past
}

function HallCanvas({ layout, onHall, onPick, floor, clock: _ }: { layout: Layout; onHall: (hall: Hall | null) => void; onPick: (picked: Picked) => void; floor: Floor; clock: Clock }) {
    const { t, lang } = useText()
    const canvas = useRef<HTMLCanvasElement>(null)
    const [failed, setFailed] = useState(false)
    const [tip, setTip] = useState<{ x: number; y: number; title: string; text: string } | null>(null)
    const current = useRef({ onPick, floor, t })
    current.current = { onPick, floor, t }
    useEffect(() => {
        let hall: Hall | null = null
        let live = true
        let stop = () => {}
        void import('../../hall/hall').then(({ Hall }) => {
            if (!live || !canvas.current) return
            try {
                hall = new Hall(canvas.current, layout)
            } catch {
                return setFailed(true)
            }
            const dress = () => hall?.dress(readLook(canvas.current!.parentElement!))
            dress()
            stop = onColours(dress)
            hall.onPick = (picked) => {
                hall!.select(picked)
                current.current.onPick(picked)
            }
            hall.onHover = (picked, x, y) => setTip(picked ? { x, y, ...tipOf(layout, current.current.floor, picked, current.current.t) } : null)
            // For the browser test and scripts/frames.mjs.
            Object.assign(canvas.current, { maru: hall })
            onHall(hall)
        }, () => live && setFailed(true))
        return () => {
            live = false
            stop()
            onHall(null)
            hall?.dispose()
        }
    }, [layout, onHall])
    const box = canvas.current?.getBoundingClientRect()
    return (
        <>
            <canvas ref={canvas} className="hall-canvas" tabIndex={0} role="application" aria-label={t('hall.label')} lang={lang} />
            {failed && (
                <div className="hall-failed">
                    <p><strong>{t('hall.failed')}</strong></p>
                    <p>{t('hall.failed.text')}</p>
                </div>
            )}
            {tip && box && (
                <p className="hall-tip" style={{ left: Math.min(tip.x - box.left + 14, box.width - 190), top: Math.min(tip.y - box.top + 14, box.height - 60) }}>
                    <b>{tip.title}</b>
                    <span>{tip.text}</span>
                </p>
            )}
        </>
    )
}

const STATE_KEYS = ['standby', 'productive', 'setup', 'engineering', 'scheduled_down', 'unscheduled_down', 'nonscheduled'] as const

function tipOf(layout: Layout, floor: Floor, picked: NonNullable<Picked>, t: ReturnType<typeof useText>['t']): { title: string; text: string } {
    if (picked.kind === 'lot') {
        const product = layout.products[floor.product[picked.slot] ?? 0] ?? ''
        return { title: lotName(floor.lot[picked.slot]!), text: t('hall.lot_tip', { product, step: (floor.step[picked.slot] ?? 0) + 1 }) }
    }
    const group = layout.groups.find((one) => picked.tool < one.first_tool + one.n_tool)!
    return { title: `${group.name} #${picked.tool - group.first_tool + 1}`, text: t(`state.${STATE_KEYS[floor.state[picked.tool] ?? 0]!}`) }
}
