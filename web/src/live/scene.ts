// What stands where in the explorer's chart: which line has which axis, what the axes reach, and the room that they take.
import type { Signal } from '../api/live'
import { badOf, numberOf, pointBefore, type Piece } from './pieces'
import type { Span } from './span'
import { valueTicks } from './ticks'
import { shortNumber } from './values'

export interface Line {
    signal: Signal
    colour: string
    piece: Piece | undefined
    /** Which axis; -1: a lane of texts. */
    axis: number
    isStep: boolean
    /** Gaps of its source, joined, in order. */
    gaps: Span[]
    isFaint: boolean
}

export interface Axis {
    unit: string
    low: number
    high: number
    ticks: { value: number; text: string }[]
    colour: string | null
}

export interface Box {
    left: number
    right: number
    top: number
    bottom: number
}

export const LANE_HEIGHT = 24

/**
 * Signals of one unit share an axis; one without a unit has its own, because nothing says that it can be compared. `chosen`: whose axis
 * a signal was put on, its own being one that it has for itself.
 */
export function axesOf(signals: readonly Signal[], chosen: ReadonlyMap<number, number> = new Map()): number[] {
    const known = new Map<string, number>()
    const usual = (signal: Signal) => (signal.type === 'bool' ? 'bool' : signal.unit ? `u${signal.unit}` : `i${signal.id}`)
    const keyOf = (signal: Signal): string => {
        let at = signal
        // Whoever was put there may have been put elsewhere, too; a ring ends with the one that it began with.
        for (let n = 0; n < signals.length; n++) {
            const next = signals.find(({ id, type }) => id === chosen.get(at.id) && type !== 'text')
            if (!next) return usual(at)
            if (next === at) return `i${at.id}`
            if (next === signal) return `i${Math.min(at.id, signal.id)}`
            at = next
        }
        return usual(at)
    }
    return signals.map((signal) => {
        if (signal.type === 'text') return -1
        const key = keyOf(signal)
        const axis = known.get(key) ?? known.size
        known.set(key, axis)
        return axis
    })
}

/** Which axis stands at x of a chart so wide: those of even numbers at the left, from its edge inwards, the others at the right. */
export function axisUnder(x: number, width: number, axisAt: readonly number[]): number | null {
    const under = (side: 0 | 1, from: number) => axisAt.findIndex((at, n) => n % 2 === side && from >= 0 && from <= at)
    const left = under(0, x)
    const found = left >= 0 ? left : under(1, width - x)
    return found >= 0 ? found : null
}

/** Lowest and highest of what can be seen of these lines, with some room, or null. */
export function reachOf(lines: readonly Line[], span: Span): [number, number] | null {
    let [low, high] = [Infinity, -Infinity]
    const see = (a: number, b: number) => {
        if (Number.isNaN(a) || Number.isNaN(b)) return
        low = Math.min(low, a)
        high = Math.max(high, b)
    }
    for (const { piece } of lines) {
        if (!piece) continue
        // From the last point before what is seen to the first one behind it: the line goes through.
        const first = pointBefore(piece, span.from)
        if (first < 0 && piece.before) see(numberOf(piece.before), numberOf(piece.before))
        for (let k = Math.max(0, first); k < piece.at.length; k++) {
            see(piece.low[k]!, piece.high[k]!)
            if (piece.at[k]! > span.to) break
        }
    }
    if (low > high) return null
    if (lines.every(({ signal }) => signal.type === 'bool')) return [-0.08, 1.08]
    // A value that does not move stands in the middle, and its noise is not blown up to the whole height.
    const room = Math.max((high - low) * 0.07, Math.abs(high + low) * 1e-6, low === high ? Math.max(Math.abs(low) * 0.02, 1e-9) : 0)
    return [low - room, high + room]
}

export function makeAxes(lines: readonly Line[], span: Span, height: number, on: string, off: string): Axis[] {
    const count = Math.max(0, ...lines.map(({ axis }) => axis + 1))
    return Array.from({ length: count }, (_, n) => {
        const its = lines.filter(({ axis }) => axis === n)
        const [low, high] = reachOf(its, span) ?? [0, 1]
        const isBool = its.every(({ signal }) => signal.type === 'bool')
        const { values } = valueTicks(low, high, Math.max(2, height / 46))
        return {
            unit: isBool ? '' : [...new Set(its.map(({ signal }) => signal.unit).filter(Boolean))].join(', '),
            low,
            high,
            ticks: isBool ? [{ value: 0, text: off }, { value: 1, text: on }] : values.map((value) => ({ value, text: shortNumber(Math.abs(value) < (high - low) * 1e-9 ? 0 : Number(value.toPrecision(12))) })),
            colour: its.length === 1 ? its[0]!.colour : null,
        }
    })
}

/** Is anything missing between two points? `gaps` are joined and in order. */
export function isBroken(gaps: readonly Span[], from: number, to: number): boolean {
    let low = 0
    let high = gaps.length
    while (low < high) {
        const middle = (low + high) >> 1
        if (gaps[middle]!.to <= from) low = middle + 1
        else high = middle
    }
    return low < gaps.length && gaps[low]!.from < to
}

export interface Run {
    from: number
    to: number
}
/** Stretches of points [from, to) that hang together, of those that can be seen and one more on each side. */
export function runsOf(piece: Piece, gaps: readonly Span[], span: Span): Run[] {
    const runs: Run[] = []
    const first = Math.max(0, pointBefore(piece, span.from))
    let begin = -1
    let k = first
    for (; k < piece.at.length; k++) {
        const isGood = !Number.isNaN(piece.mid[k]!)
        const isCut = begin >= 0 && (!isGood || isBroken(gaps, piece.at[k - 1]! + piece.step / 2, piece.at[k]! - piece.step / 2))
        if (isCut) {
            runs.push({ from: begin, to: k })
            begin = -1
        }
        if (isGood && begin < 0) begin = k
        if (piece.at[k]! > span.to) {
            k++
            break
        }
    }
    if (begin >= 0) runs.push({ from: begin, to: k })
    return runs
}

/** Where nothing good is known, each stretch once: in the colour of its line, or null where it is one of several. */
export function missingOf(lines: readonly Line[], span: Span): (Span & { colour: string | null })[] {
    const found = new Map<string, Span & { colour: string | null }>()
    for (const { gaps, piece, colour } of lines)
        for (const { from, to } of piece ? [...gaps, ...badOf(piece)] : gaps) {
            if (to < span.from || from > span.to) continue
            const key = `${from} ${to}`
            const known = found.get(key)
            if (known && known.colour !== colour) known.colour = null
            else found.set(key, { from, to, colour })
        }
    return [...found.values()]
}
