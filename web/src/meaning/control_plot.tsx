import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { ControlPoint } from '../api/meaning'
import { lengthOf, type Span } from '../live/span'
import { useStamp } from '../live/stamp'
import { shortNumber } from '../live/values'
import { useText } from '../text'
import { marksOf } from './strip'

const DOTS_MAX = 700 // more would be a band of ink
const LEFT = 62
const RIGHT = 44
const TOP = 14
const BOTTOM = 24

interface Mapped {
    point: ControlPoint
    value: number | null
}

/** Round values of an axis. */
export function stepsOf(low: number, high: number, most: number): number[] {
    const raw = (high - low) / Math.max(1, most)
    const power = 10 ** Math.floor(Math.log10(raw))
    const step = power * ([1, 2, 2.5, 5].find((one) => one * power >= raw) ?? 10)
    const steps: number[] = []
    for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++) steps.push(Number((n * step).toPrecision(12)))
    return steps
}

export interface Line {
    lower: (point: ControlPoint) => number | null
    center: (point: ControlPoint) => number | null
    upper: (point: ControlPoint) => number | null
}
export const LEVEL: Line = { lower: ({ lower }) => lower, center: ({ center }) => center, upper: ({ upper }) => upper }
export const SPREAD: Line = { lower: () => null, center: () => null, upper: ({ spreadUpper }) => spreadUpper }

/** Points with their limits: what breaks a rule is marked by shape and colour. A part is marked by dragging over it. */
export function ControlPlot({ label, points, value, line, span, height, reference, specification, mark, onMark, cursor, onCursor }: {
    label: string
    points: readonly ControlPoint[]
    value: (point: ControlPoint) => number | null
    line: Line
    span: Span
    height: number
    /** The time that the limits come from. */
    reference: Span | null
    specification: { lower: number | null; upper: number | null } | null
    mark: Span | null
    onMark: ((mark: Span | null) => void) | null
    cursor: number | null
    onCursor: (index: number | null) => void
}) {
    const { t } = useText()
    const stamp = useStamp()
    const clip = useId()
    const box = useRef<HTMLDivElement>(null)
    const [width, setWidth] = useState(800)
    const drag = useRef<number | null>(null)
    useEffect(() => {
        const watch = new ResizeObserver(([entry]) => entry && setWidth(Math.max(240, Math.round(entry.contentRect.width))))
        watch.observe(box.current!)
        return () => watch.disconnect()
    }, [])
    const shown = useMemo<Mapped[]>(() => points.map((point) => ({ point, value: value(point) })), [points, value])
    const [low, high] = useMemo(() => {
        const all = shown.flatMap(({ point, value: one }) => [one, line.lower(point), line.upper(point)]).filter((one): one is number => one !== null && Number.isFinite(one))
        for (const one of [specification?.lower, specification?.upper]) if (one !== null && one !== undefined) all.push(one)
        let [a, b] = [Infinity, -Infinity]
        for (const one of all) {
            a = Math.min(a, one)
            b = Math.max(b, one)
        }
        if (!(b > a)) return Number.isFinite(a) ? [a - 1, a + 1] : [0, 1]
        return [a - (b - a) * 0.07, b + (b - a) * 0.07]
    }, [shown, line, specification?.lower, specification?.upper])
    const x = (at: number) => LEFT + ((at - span.from) / lengthOf(span)) * (width - LEFT - RIGHT)
    const y = (one: number) => TOP + (1 - (one - low) / (high - low)) * (height - TOP - BOTTOM)
    const path = (of: (each: Mapped) => number | null, isStep: boolean) => {
        let text = ''
        let isDown = false
        let before: number | null = null
        for (const each of shown) {
            const one = of(each)
            if (one === null) {
                isDown = false
                continue
            }
            const at = x(each.point.at).toFixed(1)
            text += !isDown ? `M${at} ${y(one).toFixed(1)}` : isStep ? (before === one ? `H${at}` : `H${at}V${y(one).toFixed(1)}`) : `L${at} ${y(one).toFixed(1)}`
            isDown = true
            before = one
        }
        return text
    }
    const timeAt = (event: PointerEvent) => {
        const { left, width: wide } = event.currentTarget.getBoundingClientRect()
        const share = (((event.clientX - left) / wide) * width - LEFT) / (width - LEFT - RIGHT)
        return span.from + Math.min(1, Math.max(0, share)) * lengthOf(span)
    }
    const nearest = (at: number): number | null => {
        let best: number | null = null
        for (let n = 0; n < shown.length; n++) if (best === null || Math.abs(shown[n]!.point.at - at) < Math.abs(shown[best]!.point.at - at)) best = n
        return best
    }
    const key = (event: KeyboardEvent) => {
        const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
        if (step === 0 || shown.length === 0) return
        event.preventDefault()
        const from = cursor ?? (step > 0 ? -1 : shown.length)
        // With Ctrl from one violation to the next.
        let next = from + step
        if (event.ctrlKey) while (shown[next] && shown[next]!.point.severity === 'none') next += step
        next = Math.max(0, Math.min(shown.length - 1, next))
        onCursor(next)
        if (event.shiftKey && onMark) {
            const start = mark && drag.current !== null ? drag.current : shown[Math.max(0, Math.min(shown.length - 1, from))]!.point.at
            drag.current = start
            onMark({ from: Math.min(start, shown[next]!.point.at), to: Math.max(start, shown[next]!.point.at) + 1e-6 })
        } else drag.current = null
    }
    const limits = ([['lower', 'LCL'], ['center', 'CL'], ['upper', 'UCL']] as const).map(([which, short]) => ({ which, short, last: [...shown].reverse().find(({ point }) => line[which](point) !== null)?.point }))
    return (
        <div ref={box} className="control-plot">
            <svg
                viewBox={`0 0 ${width} ${height}`}
                width={width}
                height={height}
                role="application"
                aria-label={`${label}. ${t(onMark ? 'control.keys.mark' : 'control.keys')}`}
                tabIndex={0}
                onKeyDown={key}
                onPointerDown={(event) => {
                    if (!onMark || event.button !== 0 || event.pointerType === 'touch') return
                    event.currentTarget.setPointerCapture(event.pointerId)
                    drag.current = timeAt(event)
                    onMark(null)
                }}
                onPointerMove={(event) => {
                    const at = timeAt(event)
                    onCursor(nearest(at))
                    if (drag.current !== null && event.buttons === 1 && onMark && Math.abs(x(at) - x(drag.current)) > 4) onMark({ from: Math.min(drag.current, at), to: Math.max(drag.current, at) })
                }}
                onPointerUp={() => (drag.current = null)}
                onPointerLeave={() => onCursor(null)}
            >
                <clipPath id={clip}><rect x={LEFT} y={0} width={width - LEFT - RIGHT} height={height} /></clipPath>
                {stepsOf(low, high, height > 200 ? 5 : 3).map((one) => (
                    <g key={one}>
                        <line className="grid" x1={LEFT} x2={width - RIGHT} y1={y(one)} y2={y(one)} />
                        <text className="tick" x={LEFT - 8} y={y(one) + 4} textAnchor="end">{shortNumber(one)}</text>
                    </g>
                ))}
                {marksOf(span, Math.max(2, Math.floor(width / 110))).map((at) => <text key={at} className="tick" x={x(at)} y={height - 6} textAnchor="middle">{lengthOf(span) > 600 ? stamp.time(at).slice(0, -3) : stamp.time(at)}</text>)}
                <g clipPath={`url(#${clip})`}>
                    {reference && <rect className="reference" x={x(reference.from)} width={Math.max(1, x(reference.to) - x(reference.from))} y={TOP} height={height - TOP - BOTTOM} />}
                    {mark && <rect className="marked" x={x(mark.from)} width={Math.max(1, x(mark.to) - x(mark.from))} y={TOP} height={height - TOP - BOTTOM} />}
                    {(['lower', 'upper'] as const).map((which) => {
                        const one = specification?.[which]
                        return one === null || one === undefined ? null : <line key={which} className="specification" x1={LEFT} x2={width - RIGHT} y1={y(one)} y2={y(one)} />
                    })}
                    {limits.map(({ which }) => <path key={which} className={`limit ${which}`} d={path(({ point }) => line[which](point), true)} />)}
                    <path className="values" d={path((each) => each.value, false)} />
                    {shown.length <= DOTS_MAX && shown.map(({ point, value: one }) => one !== null && point.severity === 'none' && <circle key={point.at} cx={x(point.at)} cy={y(one)} r={2.4} />)}
                    {shown.map(({ point, value: one }) => {
                        if (one === null || point.severity === 'none') return null
                        const [px, py] = [x(point.at), y(one)]
                        return point.severity === 'violation' ? <path key={point.at} className="violation" d={`M${px} ${py - 7}l7 7-7 7-7-7z`} /> : <rect key={point.at} className="warning" x={px - 4.5} y={py - 4.5} width={9} height={9} />
                    })}
                    {cursor !== null && shown[cursor] && shown[cursor]!.value !== null && (
                        <>
                            <line className="cursor" x1={x(shown[cursor]!.point.at)} x2={x(shown[cursor]!.point.at)} y1={TOP} y2={height - BOTTOM} />
                            <circle className="here" cx={x(shown[cursor]!.point.at)} cy={y(shown[cursor]!.value!)} r={5} />
                        </>
                    )}
                </g>
                {limits.map(({ which, short, last }) => last && <text key={which} className={`limit-name ${which}`} x={width - RIGHT + 5} y={y(line[which](last)!) + 4}>{short}</text>)}
            </svg>
        </div>
    )
}
