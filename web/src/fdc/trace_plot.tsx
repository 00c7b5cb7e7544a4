import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Measured, WindowAnswer } from '../api/windows'
import { useStamp } from '../live/stamp'
import { shortNumber } from '../live/values'
import { stepsOf } from '../meaning/control_plot'
import { rem } from '../parts/rem'
import { useText } from '../text'
import { penOf, useSheet, type Ink } from './ink'
import { contextsOf, focusOf, keyOf, type Reach } from './judged'
import { heightOf, idOf, traceOf, type Trace } from './traces'

interface Drawing {
    width: number
    height: number
    ink: Ink
    own: Trace | null
    peers: readonly Trace[]
    /** What the axis reaches. */
    reach: Reach
    length: number
    isFault: boolean
    size: number
    font: string
    /** A time since the begin, in words. */
    say: (seconds: number) => string
}

/** Seconds, minutes or hours. */
const unitOf = (length: number): number => (length > 3 * 3600 ? 3600 : length > 300 ? 60 : 1)

function drawTraces(pen: CanvasRenderingContext2D, { width, height, ink, own, peers, reach: { low, high }, length, isFault, size, font, say }: Drawing): void {
    const [left, right, top, bottom] = [size * 4.6, width - 10, 8, height - size * 1.9]
    const x = (seconds: number) => left + (seconds / length) * (right - left)
    const y = (value: number) => bottom - ((value - low) / (high - low)) * (bottom - top)
    pen.font = `${size}px ${font}`
    pen.textBaseline = 'middle'
    pen.textAlign = 'right'
    pen.lineWidth = 1
    pen.strokeStyle = ink.line
    pen.fillStyle = ink.muted
    for (const one of stepsOf(low, high, 4)) {
        const at = Math.round(y(one)) + 0.5
        pen.beginPath()
        pen.moveTo(left, at)
        pen.lineTo(right, at)
        pen.stroke()
        pen.fillText(shortNumber(one), left - 6, at, left - 8)
    }
    pen.textAlign = 'center'
    pen.textBaseline = 'alphabetic'
    const unit = unitOf(length)
    for (const one of stepsOf(0, length / unit, Math.max(2, (right - left) / (size * 7)))) pen.fillText(say(one * unit), Math.min(x(one * unit), right - size), height - 4)
    const line = (trace: Trace, colour: string, thick: number, alpha: number) => {
        pen.strokeStyle = colour
        pen.lineWidth = thick
        pen.globalAlpha = alpha
        pen.beginPath()
        let isDown = false
        trace.y.forEach((value, n) => {
            if (Number.isNaN(value)) isDown = false
            else if (isDown) pen.lineTo(x(trace.x[n]!), y(value))
            else pen.moveTo(x(trace.x[n]!), y(value))
            if (!Number.isNaN(value)) isDown = true
        })
        pen.stroke()
        pen.globalAlpha = 1
    }
    pen.save()
    pen.beginPath()
    pen.rect(left - 3, top - 3, right - left + 6, bottom - top + 6)
    pen.clip()
    for (const peer of peers) line(peer, ink.muted, 1.2, 0.45)
    if (own) drawOwn(pen, own, line, x, y, isFault ? ink.bad : ink.series, right - left)
    pen.restore()
}

/** Thick, and with its samples where there is room for them. */
function drawOwn(pen: CanvasRenderingContext2D, own: Trace, line: (trace: Trace, colour: string, thick: number, alpha: number) => void, x: (seconds: number) => number, y: (value: number) => number, colour: string, width: number): void {
    line(own, colour, 2, 1)
    if (own.x.length > width / 8) return
    pen.fillStyle = colour
    own.y.forEach((value, n) => {
        if (Number.isNaN(value)) return
        pen.beginPath()
        pen.arc(x(own.x[n]!), y(value), 2.4, 0, 7)
        pen.fill()
    })
}

interface Told {
    key: string
    own: Trace | null
    peers: Trace[]
    isDone: boolean
}

/** The samples of one sensor in this window and in the good ones; what has come is shown at once. */
function useTraces(answer: WindowAnswer, one: Measured, peers: readonly Measured[], signal: string): Told | null {
    const key = [signal, one, ...peers].map((each) => (typeof each === 'string' ? each : keyOf(each))).join('\n')
    const [told, setTold] = useState<Told | null>(null)
    const latest = useRef({ answer, one, peers })
    latest.current = { answer, one, peers }
    useEffect(() => {
        const stop = new AbortController()
        const now = latest.current
        const read = async (window: Measured) => {
            const id = idOf(now.answer, window, signal)
            return id === null ? null : traceOf(id, window.from, window.until, stop.signal).catch(() => null)
        }
        const all = async () => {
            const own = await read(now.one)
            if (stop.signal.aborted) return
            setTold({ key, own, peers: [], isDone: now.peers.length === 0 })
            const good = (await Promise.all(now.peers.map(read))).filter((trace) => trace !== null)
            if (!stop.signal.aborted) setTold({ key, own, peers: good, isDone: true })
        }
        void all()
        return () => stop.abort()
    }, [key, signal])
    return told?.key === key ? told : null
}

/** THE picture of a fault: one sensor since the step began, over the last good ones in grey. */
export function TracePlot({ answer, one, peers, signal, isWhole }: { answer: WindowAnswer; one: Measured; peers: readonly Measured[]; signal: string; isWhole: boolean }) {
    const { t, num } = useText()
    const stamp = useStamp()
    const box = useRef<HTMLDivElement>(null)
    const canvas = useRef<HTMLCanvasElement>(null)
    const sheet = useSheet(box)
    const told = useTraces(answer, one, peers, signal)
    const length = Math.max(one.until - one.from, ...peers.map(({ from, until }) => until - from), 1e-6)
    const isFault = one.severity === 'violation'
    const unit = unitOf(length)
    const say = (seconds: number) => t(unit === 1 ? 'span.seconds' : unit === 60 ? 'span.minutes' : 'span.hours', { n: num(seconds / unit, Number.isInteger(seconds / unit) ? 0 : 1) })
    useLayoutEffect(() => {
        if (!sheet || !canvas.current || !told) return
        const focus = isWhole ? null : focusOf(one, contextsOf(answer.contexts)(one), signal)
        drawTraces(penOf(canvas.current, sheet.width, sheet.height), { ...sheet, own: told.own, peers: told.peers, reach: focus ?? heightOf(told.own ? [...told.peers, told.own] : told.peers), length, isFault, size: Math.round(rem() * 0.74), font: getComputedStyle(document.body).fontFamily, say })
    }, [sheet, told, length, isFault, isWhole, t]) // eslint-disable-line
    const isEmpty = told?.isDone && told.peers.length === 0 && (told.own?.x.length ?? 0) === 0
    return (
        <figure className="trace">
            <figcaption><b>{signal}</b> <small>{told ? t('trace.samples', { count: told.own?.x.length ?? 0, span: stamp.span(one.until - one.from), peers: told.peers.length }) : t('loading')}</small></figcaption>
            <div ref={box} className={isEmpty ? 'trace-plot empty' : 'trace-plot'} role="img" aria-label={t('trace.label', { signal })} data-own={told?.own?.x.length ?? 0} data-peers={told?.isDone ? told.peers.length : -1}>
                <canvas ref={canvas} aria-hidden="true" />
                {isEmpty && <p className="note">{t('trace.none')}</p>}
            </div>
        </figure>
    )
}
