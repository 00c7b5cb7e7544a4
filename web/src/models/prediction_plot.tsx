import { useId, type KeyboardEvent, type PointerEvent } from 'react'
import type { Prediction } from '../api/models'
import { lengthOf, type Span } from '../live/span'
import { useStamp } from '../live/stamp'
import { shortNumber } from '../live/values'
import { stepsOf } from '../meaning/control_plot'
import { marksOf } from '../meaning/strip'
import { useWidth } from '../parts/use_width'
import { useText } from '../text'

const LEFT = 62
const RIGHT = 16
const TOP = 14
const BOTTOM = 24
const HEIGHT = 320

const known = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** Predictions over time: each with its interval, what came true, what the challenger would have said; alarms and rows outside of what was seen by shape. */
export function PredictionPlot({ label, points, span, isShare, cursor, onCursor }: { label: string; points: readonly Prediction[]; span: Span; isShare: boolean; cursor: number | null; onCursor: (index: number | null) => void }) {
    const { t, percent } = useText()
    const stamp = useStamp()
    const clip = useId()
    const [box, width] = useWidth<HTMLDivElement>(800)
    const [low, high] = scaleOf(points, isShare)
    const x = (at: number) => LEFT + ((at - span.from) / lengthOf(span)) * (width - LEFT - RIGHT)
    const y = (value: number) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM)
    const nearest = (event: PointerEvent) => {
        const { left, width: wide } = event.currentTarget.getBoundingClientRect()
        const at = span.from + ((((event.clientX - left) / wide) * width - LEFT) / (width - LEFT - RIGHT)) * lengthOf(span)
        let best: number | null = null
        for (let n = 0; n < points.length; n++) if (best === null || Math.abs(points[n]!.at - at) < Math.abs(points[best]!.at - at)) best = n
        return best
    }
    const key = (event: KeyboardEvent) => {
        const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
        if (step === 0 || points.length === 0) return
        event.preventDefault()
        const from = cursor ?? (step > 0 ? -1 : points.length)
        onCursor(Math.max(0, Math.min(points.length - 1, from + step)))
    }
    const here = cursor === null ? undefined : points[cursor]
    return (
        <div ref={box} className="control-plot prediction-plot">
            <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="application" aria-label={`${label}. ${t('models.live.keys')}`} tabIndex={0} onKeyDown={key} onPointerMove={(event) => onCursor(nearest(event))} onPointerLeave={() => onCursor(null)}>
                <clipPath id={clip}><rect x={LEFT - 8} y={0} width={width - LEFT - RIGHT + 16} height={HEIGHT} /></clipPath>
                {stepsOf(low, high, 5).map((one) => (
                    <g key={one}>
                        <line className="grid" x1={LEFT} x2={width - RIGHT} y1={y(one)} y2={y(one)} />
                        <text className="tick" x={LEFT - 8} y={y(one) + 4} textAnchor="end">{isShare ? percent(one, high - low < 0.1 ? 1 : 0) : shortNumber(one)}</text>
                    </g>
                ))}
                {marksOf(span, Math.max(2, Math.floor(width / 110))).map((at) => <text key={at} className="tick" x={x(at)} y={HEIGHT - 6} textAnchor="middle">{lengthOf(span) > 600 ? stamp.time(at).slice(0, -3) : stamp.time(at)}</text>)}
                <g clipPath={`url(#${clip})`}>
                    {here && <line className="cursor" x1={x(here.at)} x2={x(here.at)} y1={TOP} y2={HEIGHT - BOTTOM} />}
                    {points.map((one, n) => known(one.low) && known(one.high) && <line key={n} className="reach" x1={x(one.at)} x2={x(one.at)} y1={y(one.low)} y2={y(one.high)} />)}
                    {points.map((one, n) => known(one.challenger?.value) && <rect key={n} className="challenger" x={x(one.at) - 3} y={y(one.challenger.value) - 3} width={6} height={6} />)}
                    {points.map((one, n) => known(one.value) && <Dot key={n} one={one} x={x(one.at)} y={y(one.value)} />)}
                    {points.map((one, n) => known(one.truth) && <circle key={n} className="truth" cx={x(one.at)} cy={y(one.truth)} r={3} />)}
                    {here && known(here.value) && <circle className="here" cx={x(here.at)} cy={y(here.value)} r={6} />}
                </g>
            </svg>
        </div>
    )
}

function Dot({ one, x, y }: { one: Prediction; x: number; y: number }) {
    const look = one.is_used ? '' : ' unused'
    return (
        <>
            {one.outside && <path className="outside" d={`M${x - 5} ${HEIGHT - BOTTOM}h10l-5 -8z`} />}
            {one.is_alarm ? <path className={`violation${look}`} d={`M${x} ${y - 6}l6 6-6 6-6-6z`} /> : <circle className={`said${look}`} cx={x} cy={y} r={3.2} />}
        </>
    )
}

/** Infinite intervals are drawn to the edge; the scale is that of what is finite. */
function scaleOf(points: readonly Prediction[], isShare: boolean): [number, number] {
    let [low, high] = [Infinity, -Infinity]
    for (const one of points)
        for (const value of [one.value, one.low, one.high, one.truth, one.challenger?.value])
            if (known(value)) {
                low = Math.min(low, value)
                high = Math.max(high, value)
            }
    if (!(high > low)) return Number.isFinite(low) ? [low - (Math.abs(low) || 1) * 0.1, high + (Math.abs(high) || 1) * 0.1] : [0, 1]
    const room = (high - low) * 0.07
    return isShare ? [Math.max(-0.02, low - room), Math.min(1.02, high + room)] : [low - room, high + room]
}
