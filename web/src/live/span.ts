// A span of time that is looked at, how it is moved and zoomed, and the address that tells all of a view to somebody else.
import { exact } from '../api/live'

export interface Span {
    from: number
    to: number
}

/** A millisecond is as near as people look; times have microseconds. */
export const SHORTEST = 0.001
export const LONGEST = 20 * 366 * 86400
/** Times that samples may have: from 1900 to 2200. */
export const FIRST = -2208988800
export const LAST = 7258118400

export const lengthOf = (span: Span): number => span.to - span.from

/** Within what can be looked at; the middle stays where it may. */
export function clamped({ from, to }: Span): Span {
    const length = Math.min(LONGEST, Math.max(SHORTEST, to - from))
    const start = Math.max(FIRST, Math.min(LAST - length, (from + to) / 2 - length / 2))
    return { from: exact(start), to: exact(start + length) }
}

/** Longer by `factor`, below 1: shorter; the time `at` stays where it is on the screen. */
export function zoomed(span: Span, factor: number, at: number): Span {
    const length = Math.min(LONGEST, Math.max(SHORTEST, lengthOf(span) * factor))
    const share = (at - span.from) / lengthOf(span)
    return clamped({ from: at - share * length, to: at + (1 - share) * length })
}

/** Moved by so many of its own lengths. */
export const moved = (span: Span, lengths: number): Span => clamped({ from: span.from + lengths * lengthOf(span), to: span.to + lengths * lengthOf(span) })

/** What the explorer shows. Either a span that stands still, or the last `tail` seconds, which go on. */
export interface View {
    ids: number[]
    span: Span | null
    tail: number
    /** Kinds of events that are marked; null: all but gaps, which are drawn anyway. */
    kinds: string[] | null
    /** Signals that were put on the axis of another one; on that of itself: alone. */
    axes: ReadonlyMap<number, number>
}

export const IDS_MAX = 12
export const TAIL = 3600

export function readView(query: URLSearchParams): View {
    const ids = [...new Set((query.get('s') ?? '').split(',').map(Number))].filter((id) => Number.isSafeInteger(id) && id > 0).slice(0, IDS_MAX)
    const [from, to] = ['from', 'to'].map((name) => (query.get(name)?.trim() ? Number(query.get(name)) : NaN)) as [number, number]
    const tail = Number(query.get('tail') ?? TAIL)
    const kinds = query.get('ev')
    const axes = (query.get('ax') ?? '').split(',').map((pair) => pair.split('-').map(Number) as [number, number]).filter((pair) => pair.length === 2 && pair.every((id) => ids.includes(id)))
    return {
        ids,
        span: Number.isFinite(from) && Number.isFinite(to) && to > from ? clamped({ from, to }) : null,
        tail: tail >= 1 && tail <= LONGEST ? tail : TAIL,
        kinds: kinds === null ? null : kinds.split(',').filter(Boolean),
        axes: new Map(axes),
    }
}

export function viewQuery(view: View): string {
    const query = new URLSearchParams()
    if (view.ids.length > 0) query.set('s', view.ids.join(','))
    if (view.span) {
        query.set('from', String(view.span.from))
        query.set('to', String(view.span.to))
    } else {
        query.set('tail', String(view.tail))
    }
    if (view.kinds) query.set('ev', view.kinds.join(','))
    const axes = [...view.axes].filter((pair) => pair.every((id) => view.ids.includes(id)))
    if (axes.length > 0) query.set('ax', axes.map((pair) => pair.join('-')).join(','))
    return query.toString().replaceAll('%2C', ',')
}
