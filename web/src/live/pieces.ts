// What is drawn of a signal: pieces of its past, fetched for the span that is seen. Where few samples lie in it a piece holds them all,
// else it holds columns, each with its exact lowest and highest. Pieces reach beyond what is seen, so that a small move needs no request.
import { chartOf, samplesOf, type ChartAnswer, type Reading } from '../api/live'
import type { Span } from './span'

export interface Piece extends Span {
    /** Width of a column in seconds; 0: samples. */
    step: number
    /** Samples behind it. */
    n: number
    /** (points) seconds */
    at: number[]
    /** (points) NaN where there is no good number: the line is broken there. */
    low: number[]
    high: number[]
    mid: number[]
    /** (points) of texts: what was said; empty else. */
    text: string[]
    /** The last reading before the piece, where none in it tells what held at its begin. */
    before: Reading | null
    /** When it was asked for, ms of the page's clock. */
    asked: number
    /** It reaches up to when it was asked for: more may have come since. */
    isPresent: boolean
}

export const BAD_BELOW = 64
export const UNCERTAIN_BELOW = 192
/** Up to so many samples are drawn one by one. */
export const RAW_MAX = 4000
const COLUMNS_MAX = 4000
const MARGIN = 0.5

export const numberOf = ([, value, quality]: Reading): number => (quality < BAD_BELOW ? NaN : typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : NaN)

export function ofSamples(span: Span, samples: readonly Reading[], asked: number): Piece {
    const mid = samples.map(numberOf)
    const isText = samples.some(([, value]) => typeof value === 'string')
    return { ...span, step: 0, n: samples.length, at: samples.map(([at]) => at), low: mid, high: mid, mid, text: isText ? samples.map(([, value, quality]) => (quality < BAD_BELOW || value === null ? '' : String(value))) : [], before: null, asked, isPresent: false }
}

export function ofColumns({ from, to, columns }: ChartAnswer, asked: number): Piece {
    const step = (to - from) / columns.length
    const kept = columns.flatMap((column, n) => (column ? [{ column, at: from + (n + 0.5) * step }] : []))
    const pick = (n: 3 | 4 | 5) => kept.map(({ column }) => column[n] ?? NaN)
    return { from, to, step, n: kept.reduce((sum, { column }) => sum + column[0], 0), at: kept.map(({ at }) => at), low: pick(3), high: pick(4), mid: pick(5), text: [], before: null, asked, isPresent: false }
}

/** Does it show the span as finely as so many pixels can? */
export const shows = (piece: Piece, span: Span, pixels: number): boolean => piece.from <= span.from && piece.to >= span.to && (piece.step === 0 || piece.step <= (1.7 * (span.to - span.from)) / Math.max(1, pixels))

/** What to ask for so that a span is shown, with room on both sides. */
export function wanted(span: Span, pixels: number): Span & { columns: number } {
    const length = span.to - span.from
    const more = length * MARGIN
    const microseconds = Math.floor((length + 2 * more) * 1e6)
    return { from: span.from - more, to: span.to + more, columns: Math.max(1, Math.min(COLUMNS_MAX, Math.ceil(pixels * (1 + 2 * MARGIN)), microseconds)) }
}

/** The best that is there for a span: one that shows it, else the one that covers most of it, the finest of these. */
export function bestOf(pieces: readonly Piece[], span: Span, pixels: number): Piece | undefined {
    const covered = (piece: Piece) => Math.max(0, Math.min(piece.to, span.to) - Math.max(piece.from, span.from))
    let best: Piece | undefined
    for (const piece of pieces) {
        if (!best) best = piece
        else if (shows(piece, span, pixels) !== shows(best, span, pixels)) best = shows(piece, span, pixels) ? piece : best
        else if (covered(piece) !== covered(best)) best = covered(piece) > covered(best) ? piece : best
        else if (piece.asked > best.asked) best = piece
    }
    return best && covered(best) > 0 ? best : undefined
}

/** How many samples a span may hold, after what is known of it; undefined: nothing is known. */
function guess(known: Piece | undefined, span: Span): number | undefined {
    if (!known || known.from > span.from || known.to < span.to) return undefined
    return known.step === 0 ? known.n : (known.n * (span.to - span.from)) / (known.to - known.from)
}

/** Asks for a piece that shows the span; `known` is the best that is there already. */
export async function fetchPiece(id: number, isText: boolean, span: Span, pixels: number, known: Piece | undefined, signal: AbortSignal): Promise<Piece> {
    const { columns, ...reach } = wanted(span, pixels)
    const asked = performance.now()
    const few = async (): Promise<Piece | null> => {
        const { samples, more } = await samplesOf(id, reach.from, reach.to, RAW_MAX, signal)
        return more ? null : withBefore(ofSamples(reach, samples, asked))
    }
    const withBefore = async (piece: Piece): Promise<Piece> => ({ ...piece, before: await lastBefore(id, piece, signal) })
    const n = guess(known, reach)
    if (isText || (n !== undefined && n <= RAW_MAX / 2)) {
        const piece = await few()
        if (piece || isText) return piece ?? (await textPiece(id, reach, asked, signal))
    }
    const piece = ofColumns(await chartOf(id, reach.from, reach.to, columns, signal), asked)
    return piece.n <= RAW_MAX ? ((await few()) ?? piece) : piece
}

/** Texts have no columns: their first samples, and no more than can be read. */
async function textPiece(id: number, reach: Span, asked: number, signal: AbortSignal): Promise<Piece> {
    const { samples } = await samplesOf(id, reach.from, reach.to, RAW_MAX, signal)
    return ofSamples({ from: reach.from, to: samples.at(-1)?.[0] ?? reach.to }, samples, asked)
}

const LOOK_BACK = 400
/**
 * Many sources send a value only when it changes, so what holds at the begin of a piece may have come long before. The last sample is
 * looked for in the columns of a longer past.
 */
async function lastBefore(id: number, piece: Piece, signal: AbortSignal): Promise<Reading | null> {
    const length = piece.to - piece.from
    if (piece.at.length > 0 && piece.at[0]! - piece.from < length * MARGIN / 2) return null
    const back = Math.max(LOOK_BACK * length, 3600)
    const { from, columns } = await chartOf(id, piece.from - back, piece.from, LOOK_BACK, signal)
    let last = columns.length - 1
    while (last >= 0 && columns[last] === null) last--
    if (last < 0) return null
    const step = back / LOOK_BACK
    const { samples, more } = await samplesOf(id, from + last * step, Math.min(piece.from, from + (last + 1) * step), RAW_MAX, signal)
    return more ? null : (samples.at(-1) ?? null)
}

/** The point at or before a time, or -1. */
export function pointBefore(piece: Piece, time: number): number {
    let low = 0
    let high = piece.at.length
    while (low < high) {
        const middle = (low + high) >> 1
        if (piece.at[middle]! <= time) low = middle + 1
        else high = middle
    }
    return low - 1
}

export interface Told {
    low: number
    high: number
    mid: number
    text: string
    at: number
}
/** What holds at a time: the column that it falls into, or the last sample before it. */
export function valueAt(piece: Piece, time: number): Told | null {
    if (time < piece.from || time > piece.to) return null
    const n = pointBefore(piece, time + piece.step / 2)
    if (n < 0) return piece.before ? { low: numberOf(piece.before), high: numberOf(piece.before), mid: numberOf(piece.before), text: typeof piece.before[1] === 'string' ? piece.before[1] : '', at: piece.before[0] } : null
    if (piece.step > 0 && time - piece.at[n]! > piece.step * 3) return null
    return { low: piece.low[n]!, high: piece.high[n]!, mid: piece.mid[n]!, text: piece.text[n] ?? '', at: piece.at[n]! }
}

/** The piece with readings that came after it was asked for. */
export function extended(piece: Piece, news: readonly Reading[], to: number): Piece {
    const last = piece.at.at(-1) ?? -Infinity
    const more = news.filter(([at]) => at > last)
    if (more.length === 0 && to <= piece.to) return piece
    const added = ofSamples({ from: piece.from, to: Math.max(piece.to, to) }, more, piece.asked)
    const join = (key: 'at' | 'low' | 'high' | 'mid') => (more.length === 0 ? piece[key] : piece[key].concat(added[key]))
    const text = piece.text.length + added.text.length > 0 ? (piece.text.length ? piece.text : piece.at.map(() => '')).concat(added.text.length ? added.text : more.map(() => '')) : []
    return { ...piece, to: Math.max(piece.to, to), n: piece.n + more.length, at: join('at'), low: join('low'), high: join('high'), mid: join('mid'), text }
}

/** Where what came is no good number: from the first such point to the next good one. */
export function badOf(piece: Piece): Span[] {
    const spans: Span[] = []
    if (piece.text.length > 0) return spans
    let from: number | null = null
    piece.at.forEach((at, k) => {
        const isBad = Number.isNaN(piece.mid[k]!)
        if (isBad) from ??= at - piece.step / 2
        else if (from !== null) {
            spans.push({ from, to: at - piece.step / 2 })
            from = null
        }
    })
    if (from !== null) spans.push({ from, to: piece.to })
    return spans
}

/** Lowest, highest and mean of what can be seen; the mean is that of the points. */
export function statsOf(piece: Piece, span: Span): { low: number; high: number; mean: number; n: number } {
    let [low, high, sum, n] = [Infinity, -Infinity, 0, 0]
    for (let k = Math.max(0, pointBefore(piece, span.from)); k < piece.at.length && piece.at[k]! <= span.to; k++) {
        if (Number.isNaN(piece.mid[k]!) || piece.at[k]! + piece.step / 2 < span.from) continue
        low = Math.min(low, piece.low[k]!)
        high = Math.max(high, piece.high[k]!)
        sum += piece.mid[k]!
        n++
    }
    return { low, high, mean: n > 0 ? sum / n : NaN, n }
}
