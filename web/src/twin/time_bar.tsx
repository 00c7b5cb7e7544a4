// The twin's time bar: what has been with its stock, what was put in, the present, and what may come. Drawn on one canvas; the pointer
// or the arrow keys look at another time, which moves nothing but the look.
import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react'
import type { Forecast, History, TwinEvent } from '../api/twin'
import { onColours, readColours, type Colours } from '../charts/colours'
import { rem } from '../parts/rem'
import { useText } from '../text'
import { axisFor, pointAt, settle, ticksOf, xOf, type Axis } from './axis'
import type { Clock, Now } from './use_twin'

interface Props {
    now: Now
    look: number | null
    history: History | undefined
    forecast: Forecast | undefined
    events: TwinEvent[]
    span: number
    /** Time of the twin's first state. */
    begin: number
    clock: Clock
    onLook: (time: number | null) => void
}

export function TimeBar({ now, look, history, forecast, events, span, begin, clock, onLook }: Props) {
    const { t, num } = useText()
    const canvas = useRef<HTMLCanvasElement>(null)
    const [width, setWidth] = useState(0)
    const [turn, setTurn] = useState(0)
    const [hover, setHover] = useState<number | null>(null)
    const colours = useRef<Colours | null>(null)
    // While it is dragged the bar must not slip away under the pointer.
    const held = useRef<Axis | null>(null)

    useEffect(() => {
        const at = canvas.current!
        const sized = () => setWidth(at.clientWidth)
        const watch = new ResizeObserver(sized)
        watch.observe(at)
        sized()
        const stop = onColours(() => {
            colours.current = null
            setTurn((n) => n + 1)
        })
        return () => {
            watch.disconnect()
            stop()
        }
    }, [])

    const ahead = forecast && forecast.time + forecast.hours * 3600 > now.end ? forecast.time + forecast.hours * 3600 - Math.max(now.end, now.time) : 0
    const axis = held.current ?? axisFor(now.time, now.end, Math.max(0, ahead), span, width, begin)
    const ticks = useMemo(() => ticksOf(axis, rem() * 6.5, clock.offset), [axis.from, axis.to, axis.width, clock.offset])
    const shown = look ?? now.time

    useEffect(() => {
        const at = canvas.current!
        if (width === 0) return
        colours.current ??= readColours(at.parentElement!)
        draw(at, colours.current, { axis, ticks, now, look, history, forecast, events, hover, clock })
    }, [axis, ticks, now, look, history, forecast, events, hover, width, turn, clock])

    const timeUnder = (event: PointerEvent) => settle(axis, event.clientX - canvas.current!.getBoundingClientRect().left, now.time)
    const chosen = (time: number) => onLook(time === now.time ? null : Math.round(time))
    const told = hover ?? null
    const point = told !== null && history ? pointAt(told, history.point_seconds, history.n) : -1
    const near = told !== null ? events.filter((event) => Math.abs(xOf(axis, event.time) - xOf(axis, told)) < 5) : []
    const guess = told !== null && forecast && told > forecast.time ? Math.round((told - forecast.time) / forecast.point_seconds) : -1
    const expected = guess >= 0 ? forecast!.wip.p50[guess] : undefined
    return (
        <div
            className="time-bar"
            role="slider"
            tabIndex={0}
            aria-label={t('bar.label')}
            aria-valuemin={Math.round(axis.from)}
            aria-valuemax={Math.round(axis.to)}
            aria-valuenow={Math.round(shown)}
            aria-valuetext={`${clock.at(shown)}${look === null ? `, ${t('bar.now')}` : ''}`}
            onKeyDown={(event) => {
                const step = (axis.to - axis.from) / 200
                const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -step * 20, PageUp: step * 20 }[event.key]
                if (by !== undefined) chosen(Math.max(begin, Math.min(axis.to, shown + by)))
                else if (event.key === 'Home') chosen(begin)
                else if (event.key === 'End' || event.key === 'Escape') onLook(null)
                else return
                event.preventDefault()
            }}
        >
            <canvas
                ref={canvas}
                onPointerDown={(event) => {
                    if (event.button !== 0) return
                    event.currentTarget.setPointerCapture(event.pointerId)
                    held.current = axis
                    chosen(timeUnder(event))
                }}
                onPointerMove={(event) => {
                    const time = timeUnder(event)
                    setHover(time)
                    if (held.current) chosen(time)
                }}
                onPointerUp={() => (held.current = null)}
                onPointerCancel={() => (held.current = null)}
                onPointerLeave={() => setHover(null)}
            />
            {told !== null && (
                <p className="time-tip" style={{ left: `${Math.max(9, Math.min(91, (xOf(axis, told) / axis.width) * 100))}%` }}>
                    <b>{clock.at(told)}</b>
                    {point >= 0 && <span>{t('bar.wip', { lots: num(history!.wip[point] ?? 0, 0) })}</span>}
                    {expected !== undefined && told > now.end && <span>{t('bar.expected', { low: num(forecast!.wip.p05[guess] ?? 0, 0), high: num(forecast!.wip.p95[guess] ?? 0, 0) })}</span>}
                    {near.map((event, n) => <span key={n}>{event.kind === 'reseed' ? t('bar.reseed') : t(event.kind === 'down' ? 'bar.down' : 'bar.up', { tool: (event.tool ?? '').replace(/\/(\d+)$/, ' #$1') })}</span>)}
                </p>
            )}
        </div>
    )
}

interface Drawn {
    axis: Axis
    ticks: { step: number; times: number[] }
    now: Now
    look: number | null
    history: History | undefined
    forecast: Forecast | undefined
    events: TwinEvent[]
    hover: number | null
    clock: Clock
}

/** A tool is down as long as was said, or until it was mended. */
function endOf(event: TwinEvent, events: TwinEvent[]): number {
    const end = event.time + (event.for ?? 0)
    return Math.min(end, ...events.filter((one) => one.kind === 'up' && one.tool === event.tool && one.time >= event.time).map((one) => one.time))
}

/** From a round number below all to a little above: the ups and downs of a large stock are small. */
function reach(...lists: number[][]): [number, number] {
    let low = Infinity
    let most = 1
    for (const list of lists)
        for (const lots of list) {
            low = Math.min(low, lots)
            most = Math.max(most, lots)
        }
    const room = Math.max(most - low, most * 0.15)
    return [Math.max(0, low - room * 0.7), most + room * 0.15]
}

function draw(canvas: HTMLCanvasElement, colours: Colours, { axis, ticks, now, look, history, forecast, events, hover, clock }: Drawn) {
    const ratio = Math.min(2, devicePixelRatio)
    const high = canvas.clientHeight
    const letters = Math.round(rem() * 0.75)
    if (canvas.width !== Math.round(axis.width * ratio) || canvas.height !== Math.round(high * ratio)) {
        canvas.width = Math.round(axis.width * ratio)
        canvas.height = Math.round(high * ratio)
    }
    const pen = canvas.getContext('2d')!
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    pen.clearRect(0, 0, axis.width, high)
    const foot = letters * 1.8
    const head = 16
    const ground = high - foot
    const x = (time: number) => xOf(axis, time)
    const [low, most] = reach([now.lots], history?.wip ?? [], forecast?.wip.p95 ?? [], forecast?.wip.p05 ?? [])
    const y = (lots: number) => head + (ground - head) * (1 - (lots - low) / (most - low))
    const endX = x(Math.max(now.end, now.time))

    // The future is another ground.
    pen.fillStyle = colours.line
    pen.globalAlpha = 0.28
    pen.fillRect(endX, 0, axis.width - endX, ground)
    pen.globalAlpha = 1

    pen.font = `${letters}px ${getComputedStyle(canvas).fontFamily}`
    pen.textBaseline = 'middle'
    pen.textAlign = 'center'
    for (const time of ticks.times) {
        const at = Math.round(x(time)) + 0.5
        pen.strokeStyle = colours.line
        pen.globalAlpha = 0.8
        pen.beginPath()
        pen.moveTo(at, 4)
        pen.lineTo(at, ground)
        pen.stroke()
        pen.globalAlpha = 1
        const text = clock.mark(time, ticks.step)
        const half = pen.measureText(text).width / 2
        if (at - half < 2 || at + half > axis.width - 2) continue
        pen.fillStyle = colours.muted
        pen.fillText(text, at, ground + foot / 2 + 1)
    }
    pen.strokeStyle = colours.line
    pen.beginPath()
    pen.moveTo(0, ground + 0.5)
    pen.lineTo(axis.width, ground + 0.5)
    pen.stroke()

    if (history && history.n > 0) {
        const step = history.point_seconds
        const first = Math.max(0, Math.floor(axis.from / step) - 1)
        pen.beginPath()
        let any = false
        const each = Math.max(1, Math.floor((history.n - first) / (axis.width * 1.5)))
        for (let n = first; n < history.n; n += each) {
            const at = x((n + 0.5) * step)
            if (any) pen.lineTo(at, y(history.wip[n]!))
            else pen.moveTo(at, y(history.wip[n]!))
            any = true
        }
        if (now.time >= history.n * step && now.end - now.time < 1) pen.lineTo(x(now.time), y(now.lots))
        pen.strokeStyle = colours.accent
        pen.lineWidth = 1.8
        pen.lineJoin = 'round'
        pen.stroke()
        pen.lineTo(Math.min(endX, x(now.end)), ground)
        pen.lineTo(x((first + 0.5) * step), ground)
        pen.closePath()
        const shade = pen.createLinearGradient(0, head, 0, ground)
        shade.addColorStop(0, colours.accent)
        shade.addColorStop(1, 'transparent')
        pen.fillStyle = shade
        pen.globalAlpha = 0.2
        pen.fill()
        pen.globalAlpha = 1
    }

    if (forecast && forecast.time + forecast.hours * 3600 > axis.from) {
        const step = forecast.point_seconds
        const band = (low: number[], up: number[], alpha: number) => {
            pen.beginPath()
            low.forEach((lots, n) => pen.lineTo(x(forecast.time + n * step), y(lots)))
            for (let n = up.length - 1; n >= 0; n--) pen.lineTo(x(forecast.time + n * step), y(up[n]!))
            pen.closePath()
            pen.fillStyle = colours.series[1]!
            pen.globalAlpha = alpha
            pen.fill()
            pen.globalAlpha = 1
        }
        band(forecast.wip.p05, forecast.wip.p95, 0.18)
        band(forecast.wip.p25, forecast.wip.p75, 0.26)
        pen.beginPath()
        forecast.wip.p50.forEach((lots, n) => pen.lineTo(x(forecast.time + n * step), y(lots)))
        pen.strokeStyle = colours.series[1]!
        pen.lineWidth = 1.6
        pen.setLineDash([5, 3])
        pen.stroke()
        pen.setLineDash([])
    }

    for (const event of events) {
        const at = x(event.time)
        if (at < -6 || at > axis.width + 6) continue
        pen.fillStyle = event.kind === 'down' ? colours.series[1]! : colours.series[2]!
        if (event.for) {
            pen.globalAlpha = 0.25
            pen.fillRect(at, 4, Math.max(2, x(endOf(event, events)) - at), 7)
            pen.globalAlpha = 1
        }
        pen.beginPath()
        const down = event.kind === 'down'
        pen.moveTo(at - 5, down ? 3 : 12)
        pen.lineTo(at + 5, down ? 3 : 12)
        pen.lineTo(at, down ? 12 : 3)
        pen.closePath()
        pen.fill()
    }

    if (hover !== null) {
        pen.strokeStyle = colours.muted
        pen.globalAlpha = 0.6
        pen.beginPath()
        pen.moveTo(Math.round(x(hover)) + 0.5, 0)
        pen.lineTo(Math.round(x(hover)) + 0.5, ground)
        pen.stroke()
        pen.globalAlpha = 1
    }
    const knob = (time: number, colour: string, isStrong: boolean) => {
        const at = Math.round(x(time))
        pen.fillStyle = colour
        pen.fillRect(at - (isStrong ? 1 : 0.5), 0, isStrong ? 2 : 1, ground)
        pen.beginPath()
        pen.arc(at, ground, isStrong ? 6 : 4.5, 0, 7)
        pen.fill()
        pen.strokeStyle = colours.surface
        pen.lineWidth = 2
        pen.stroke()
    }
    knob(now.time, look === null ? colours.accent : colours.muted, look === null)
    if (look !== null) knob(look, colours.series[1]!, true)
}

