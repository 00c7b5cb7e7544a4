// Keeps what is drawn of each signal at hand: asks for what the span wants once it has come to rest, shows the best that is there
// meanwhile, and lets what reaches into the present grow with what the stream tells.
import { useEffect, useReducer, useRef, useState } from 'react'
import type { Reading, Signal } from '../api/live'
import { ApiError } from '../api/problem'
import { bestOf, extended, fetchPiece, shows, type Piece } from './pieces'
import { lengthOf, type Span } from './span'

const REST_MS = 120
const KEPT = 12
const NEWS_MAX = 2000

/** Pieces that reach into the present grow old: the stream tells only the newest of four times a second. */
const isStale = (piece: Piece, span: Span, nowMs: number): boolean => {
    const age = (nowMs - piece.asked) / 1000
    return piece.isPresent && age > Math.max(3, lengthOf(span) / 60)
}

interface Store {
    pieces: Map<number, Piece[]>
    news: Map<number, Reading[]>
    under: Map<number, { stop: AbortController; span: Span }>
}

export function usePieces(signals: readonly Signal[], span: Span, pixels: number, now: number): { pieceOf: (id: number) => Piece | undefined; onNews: (news: ReadonlyMap<number, Reading>) => void; isBusy: boolean; error: ApiError | null } {
    const [store] = useState<Store>(() => ({ pieces: new Map(), news: new Map(), under: new Map() }))
    const [, redraw] = useReducer((n: number) => n + 1, 0)
    const [error, setError] = useState<ApiError | null>(null)
    const current = useRef({ signals, span, pixels, now })
    current.current = { signals, span, pixels, now }
    const ids = signals.map(({ id }) => id).join()

    useEffect(() => {
        const ask = (signal: Signal, best: Piece | undefined) => {
            const { span, pixels, now } = current.current
            store.under.get(signal.id)?.stop.abort()
            const stop = new AbortController()
            store.under.set(signal.id, { stop, span })
            const known = store.pieces.get(signal.id)?.filter((piece) => piece.from <= span.from && piece.to >= span.to).at(-1) ?? best
            fetchPiece(signal.id, signal.type === 'text', span, pixels, known, stop.signal)
                .then(
                    (piece) => {
                        const isPresent = piece.to > now
                        store.pieces.set(signal.id, [...(store.pieces.get(signal.id) ?? []), { ...piece, isPresent }].slice(-KEPT))
                        setError(null)
                    },
                    (problem: unknown) => {
                        if (!stop.signal.aborted) setError(problem instanceof ApiError ? problem : new ApiError({ type: 'about:blank', title: String(problem), status: 0 }))
                    },
                )
                .finally(() => {
                    if (store.under.get(signal.id)?.stop === stop) store.under.delete(signal.id)
                    redraw()
                })
            redraw()
        }
        const look = () => {
            const { signals, span, pixels } = current.current
            if (document.hidden || pixels < 10) return
            for (const signal of signals) {
                const best = bestOf(store.pieces.get(signal.id) ?? [], span, pixels)
                if (best && shows(best, span, pixels) && !isStale(best, span, performance.now())) continue
                const under = store.under.get(signal.id)
                // What is under way may still be what is wanted: a live view moves all the time.
                if (under && Math.abs(under.span.from - span.from) < lengthOf(span) * 0.2 && Math.abs(lengthOf(under.span) / lengthOf(span) - 1) < 0.2) continue
                ask(signal, best)
            }
        }
        const timer = setInterval(look, REST_MS * 4)
        const soon = setTimeout(look, REST_MS)
        return () => {
            clearInterval(timer)
            clearTimeout(soon)
        }
    }, [ids, Math.log2(lengthOf(span)).toFixed(2), (span.from / lengthOf(span)).toFixed(1), pixels, store])
    useEffect(() => () => store.under.forEach(({ stop }) => stop.abort()), [store])

    const last = useRef(new Map<number, { piece: Piece; count: number; to: number; grown: Piece }>())
    const pieceOf = (id: number): Piece | undefined => {
        const piece = bestOf(store.pieces.get(id) ?? [], span, pixels)
        if (!piece?.isPresent) return piece
        const news = store.news.get(id) ?? []
        const known = last.current.get(id)
        const count = news.at(-1)?.[0] ?? 0
        if (known?.piece === piece && known.count === count && known.to === now) return known.grown
        const grown = extended(piece, news, now)
        last.current.set(id, { piece, count, to: now, grown })
        return grown
    }
    const onNews = (news: ReadonlyMap<number, Reading>) => {
        for (const [id, reading] of news) store.news.set(id, [...(store.news.get(id) ?? []), reading].slice(-NEWS_MAX))
    }
    return { pieceOf, onNews, isBusy: store.under.size > 0, error }
}
