import type { ReactNode } from 'react'
import type { Interval } from '../api/result'
import { NOTHING } from '../text/numbers'
import { useText } from '../text'

/** A mean and half of its 95 % interval, both with the decimals that the doubt leaves room for. */
export function useInterval(): (interval: Interval | undefined, factor?: number, decimals?: number) => { mean: string; doubt: string } {
    const { num } = useText()
    return (interval, factor = 1, decimals) => {
        if (!interval || interval.mean === null) return { mean: NOTHING, doubt: '' }
        const mean = interval.mean * factor
        const half = interval.half_width === null ? null : interval.half_width * factor
        const whole = Number.isInteger(mean) && (half === null || half === 0)
        const size = Math.abs(mean)
        const digits = decimals ?? (whole ? 0 : size >= 1000 ? 0 : size >= 10 ? 1 : 2)
        return { mean: num(mean, digits), doubt: half === null || whole ? '' : `± ${num(half, digits)}` }
    }
}

export function Doubted({ interval, factor, decimals }: { interval: Interval | undefined; factor?: number; decimals?: number }) {
    const { mean, doubt } = useInterval()(interval, factor, decimals)
    return (
        <span className="doubted">
            {mean}
            {doubt && <small> {doubt}</small>}
        </span>
    )
}

export function BigFigure({ label, value, doubt, unit, children, tone }: { label: string; value: string; doubt?: string; unit?: string; children?: ReactNode; tone?: 'bad' | 'warn' | undefined }) {
    return (
        <div className={`figure ${tone ?? ''}`}>
            <dt>{label}</dt>
            <dd>
                <b>{value}</b>
                {unit && <span className="unit">{unit}</span>}
                {doubt && <span className="doubt">{doubt}</span>}
                {children}
            </dd>
        </div>
    )
}
