import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { StateSpan } from '../api/meaning'
import { clamped, lengthOf, moved, zoomed, type Span } from '../live/span'
import { useStamp } from '../live/stamp'
import { useText } from '../text'
import { lookOf, piecesOf, saidOf } from './states'

/** How wide an element is drawn. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
    const box = useRef<HTMLDivElement>(null)
    const [width, setWidth] = useState(600)
    useEffect(() => {
        const watch = new ResizeObserver(([entry]) => entry && setWidth(Math.max(50, Math.round(entry.contentRect.width))))
        watch.observe(box.current!)
        return () => watch.disconnect()
    }, [])
    return [box, width]
}

const place = (span: Span, from: number, to: number) => ({ left: `${(100 * (from - span.from)) / lengthOf(span)}%`, width: `${(100 * (to - from)) / lengthOf(span)}%` })

function useStateName(): (span: StateSpan) => string {
    const { lang } = useText()
    return (span) => saidOf(span, lang).join(': ')
}

/** The last hours of a tool, small: for looking along many of them. */
export function SmallStrip({ spans, span, label }: { spans: readonly StateSpan[]; span: Span; label: string }) {
    return (
        <div className="strip-small" role="img" aria-label={label}>
            {piecesOf(spans, span.from, span.to, 240).map((piece) => <i key={piece.from} className={lookOf({ ...piece.span, state: piece.state })} style={place(span, piece.from, piece.to)} />)}
        </div>
    )
}

const STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800]
/** Round times for marks, about so many. */
export function marksOf(span: Span, most: number): number[] {
    const step = STEPS.find((one) => lengthOf(span) / one <= most) ?? 2592000
    const offset = new Date(span.from * 1000).getTimezoneOffset() * 60
    const marks: number[] = []
    for (let at = Math.ceil((span.from - offset) / step) * step + offset; at < span.to; at += step) marks.push(at)
    return marks
}

/** What a tool did over a time: zoomed by wheel, by dragging over a part, or by keys. */
export function Strip({ spans, span, now, label, onSpan }: { spans: readonly StateSpan[]; span: Span; now: number; label: string; onSpan: (span: Span) => void }) {
    const { t } = useText()
    const stamp = useStamp()
    const say = useStateName()
    const [box, width] = useWidth()
    const [cursor, setCursor] = useState<number | null>(null)
    const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
    const latest = useRef({ span, onSpan })
    latest.current = { span, onSpan }
    useEffect(() => {
        const at = box.current!
        // React listens passively to wheels: the page would scroll with it.
        const wheel = (event: WheelEvent) => {
            if (event.deltaY === 0) return
            event.preventDefault()
            const { left, width: wide } = at.getBoundingClientRect()
            const { span: seen, onSpan: tell } = latest.current
            tell(zoomed(seen, event.deltaY > 0 ? 1.25 : 0.8, seen.from + ((event.clientX - left) / wide) * lengthOf(seen)))
        }
        at.addEventListener('wheel', wheel, { passive: false })
        return () => at.removeEventListener('wheel', wheel)
    }, [box])
    const timeAt = (event: PointerEvent) => {
        const { left, width: wide } = box.current!.getBoundingClientRect()
        return span.from + Math.min(1, Math.max(0, (event.clientX - left) / wide)) * lengthOf(span)
    }
    const key = (event: KeyboardEvent) => {
        const moves: Record<string, Span> = {
            ArrowLeft: moved(span, -0.1), ArrowRight: moved(span, 0.1), PageUp: moved(span, -1), PageDown: moved(span, 1),
            '+': zoomed(span, 0.5, (span.from + span.to) / 2), '=': zoomed(span, 0.5, (span.from + span.to) / 2), '-': zoomed(span, 2, (span.from + span.to) / 2),
        }
        const next = moves[event.key]
        if (!next) return
        event.preventDefault()
        onSpan(next)
    }
    const here = cursor === null ? undefined : spans.find((one) => cursor >= one.from && cursor < one.to)
    return (
        <div className="gantt">
            <div
                ref={box}
                className="gantt-strip"
                role="application"
                aria-label={`${label}. ${t('strip.keys')}`}
                tabIndex={0}
                data-from={span.from}
                data-to={span.to}
                onKeyDown={key}
                onPointerDown={(event) => {
                    if (event.button !== 0 || event.pointerType === 'touch') return
                    event.currentTarget.setPointerCapture(event.pointerId)
                    setDrag({ from: timeAt(event), to: timeAt(event) })
                }}
                onPointerMove={(event) => {
                    setCursor(timeAt(event))
                    if (drag) setDrag({ ...drag, to: timeAt(event) })
                }}
                onPointerUp={(event) => {
                    if (!drag) return
                    const [from, to] = [Math.min(drag.from, timeAt(event)), Math.max(drag.from, timeAt(event))]
                    setDrag(null)
                    if (to - from > lengthOf(span) * 0.005) onSpan(clamped({ from, to }))
                }}
                onPointerCancel={() => setDrag(null)}
                onPointerLeave={() => setCursor(null)}
            >
                {piecesOf(spans, span.from, Math.min(span.to, now), width).map((piece) => <i key={piece.from} className={lookOf({ ...piece.span, state: piece.state })} style={place(span, piece.from, piece.to)} />)}
                {drag && <span className="gantt-marked" style={place(span, Math.min(drag.from, drag.to), Math.max(drag.from, drag.to))} />}
                {cursor !== null && !drag && <span className="gantt-cursor" style={{ left: `${(100 * (cursor - span.from)) / lengthOf(span)}%` }} />}
            </div>
            <div className="gantt-marks" aria-hidden="true">
                {marksOf(span, Math.max(2, Math.floor(width / 90))).map((at) => <span key={at} style={{ left: `${(100 * (at - span.from)) / lengthOf(span)}%` }}>{lengthOf(span) > 600 ? stamp.time(at).slice(0, -3) : stamp.time(at)}</span>)}
            </div>
            <p className="gantt-said" aria-live="off">
                {here ? (
                    <>
                        <i className={`swatch ${lookOf(here)}`} /> <b>{say(here)}</b> {stamp.time(Math.max(here.from, 0))} – {here.to >= now - 1 ? t('strip.now') : stamp.time(here.to)} · {stamp.span(here.to - here.from)}
                        {here.reason && ` · ${here.reason}`}
                    </>
                ) : (
                    t(matchMedia('(pointer: coarse)').matches ? 'strip.how.touch' : 'strip.how')
                )}
            </p>
        </div>
    )
}

/** Which look is which state. */
export function StateKey({ states }: { states: { state: string; substate: string; name: string }[] }) {
    const { t } = useText()
    return (
        <ul className="e10-key" aria-label={t('legend')}>
            {states.map((one) => <li key={one.name}><i className={lookOf(one)} />{one.name}</li>)}
        </ul>
    )
}
