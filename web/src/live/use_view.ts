// The view of the explorer: in the address, so that it can be shared and kept; and the clock of a view that goes on.
import { useCallback, useEffect, useRef, useState } from 'react'
import { go, usePlace } from '../parts/route'
import { lengthOf, readView, viewQuery, type Span, type View } from './span'

const WRITE_MS = 400
const BACK_MAX = 50

/** Browsers refuse an address that changes with each step of a wheel: it is written when the view has come to rest. */
export function useView(): { view: View; setView: (next: View) => void; back: (() => void) | null; keep: () => void } {
    const { query } = usePlace()
    const there = query.toString()
    const [view, setView] = useState(() => readView(query))
    const written = useRef(there)
    const past = useRef<View[]>([])
    useEffect(() => {
        if (there === written.current) return
        written.current = there
        setView(readView(new URLSearchParams(there)))
    }, [there])
    useEffect(() => {
        const timer = setTimeout(() => {
            const next = viewQuery(view)
            if (new URLSearchParams(next).toString() === written.current || location.pathname !== '/data/explorer') return
            written.current = new URLSearchParams(next).toString()
            go(`/data/explorer?${next}`, true)
        }, WRITE_MS)
        return () => clearTimeout(timer)
    }, [view])
    const keep = useCallback(() => {
        past.current = [...past.current, view].slice(-BACK_MAX)
    }, [view])
    const back = past.current.length > 0 ? () => setView({ ...past.current.pop()!, ids: view.ids, kinds: view.kinds }) : null
    return { view, setView, back, keep }
}

/** The server's time in seconds, drawn anew as often as a pixel of the span passes. The reader's own clock may be wrong. */
export function useServerNow(isLive: boolean, tail: number): number {
    const [ahead, setAhead] = useState(0)
    const [now, setNow] = useState(() => Date.now() / 1000)
    useEffect(() => {
        const stop = new AbortController()
        serverTime(stop.signal).then((time) => {
            // Less than this is the second that the answer is rounded to.
            if (time !== null && Math.abs(time - Date.now() / 1000) > 2) setAhead(time - Date.now() / 1000)
        }, () => {})
        return () => stop.abort()
    }, [])
    useEffect(() => {
        const turn = () => !document.hidden && setNow(Date.now() / 1000 + ahead)
        turn()
        const timer = setInterval(turn, isLive ? Math.max(100, Math.min(2000, (tail / 1000) * 1000)) : 5000)
        return () => clearInterval(timer)
    }, [ahead, isLive, tail])
    return now
}

/** As the Date of an answer tells it, to a second. */
async function serverTime(signal: AbortSignal): Promise<number | null> {
    const answer = await fetch('/healthz', { signal, cache: 'no-store' })
    const date = Date.parse(answer.headers.get('Date') ?? '')
    return Number.isNaN(date) ? null : date / 1000 + 0.5
}

export const spanOf = (view: View, now: number): Span => view.span ?? { from: now - view.tail, to: now }

/** Old events and gaps are looked for around what is seen, not for each move. */
export function useCalm(span: Span): Span {
    const [calm, setCalm] = useState<Span>(() => around(span))
    const isIn = span.from >= calm.from && span.to <= calm.to && lengthOf(calm) < lengthOf(span) * 8
    useEffect(() => {
        if (isIn) return
        const timer = setTimeout(() => setCalm(around(span)), 250)
        return () => clearTimeout(timer)
        // Each move begins the wait anew.
    }, [isIn, span])
    return calm
}
const around = (span: Span): Span => ({ from: span.from - lengthOf(span), to: span.to + lengthOf(span) })
