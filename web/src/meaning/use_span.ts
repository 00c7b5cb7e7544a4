// A span of time on a page: either the last so many seconds, which go on, or one that stands still. It stands in the address.
import { useEffect, useState } from 'react'
import { exact } from '../api/live'
import { clamped, type Span } from '../live/span'
import { go, usePlace } from '../parts/route'

export interface Looking {
    span: Span
    /** Seconds; null where the span stands still. */
    tail: number | null
    now: number
    setSpan: (span: Span) => void
    setTail: (seconds: number) => void
}

export function useSpan(usual: number, every: number): Looking {
    const { path, query } = usePlace()
    const [now, setNow] = useState(() => Date.now() / 1000)
    const [from, to] = ['from', 'to'].map((name) => (query.get(name) ? Number(query.get(name)) : NaN)) as [number, number]
    const still = Number.isFinite(from) && Number.isFinite(to) && to > from ? clamped({ from, to }) : null
    const asked = Number(query.get('tail') ?? usual)
    const tail = still ? null : asked >= 60 && asked <= 366 * 86400 ? asked : usual
    useEffect(() => {
        const timer = setInterval(() => !document.hidden && setNow(Date.now() / 1000), every)
        return () => clearInterval(timer)
    }, [every])
    const here = `/${path.map(encodeURIComponent).join('/')}`
    const set = (change: Record<string, string>) => {
        const next = new URLSearchParams(query)
        for (const name of ['from', 'to', 'tail']) next.delete(name)
        for (const [name, value] of Object.entries(change)) next.set(name, value)
        go(`${here}?${next}`, true)
    }
    return {
        span: still ?? { from: now - tail!, to: now },
        tail,
        now,
        setSpan: (span) => set({ from: String(exact(span.from)), to: String(exact(span.to)) }),
        setTail: (seconds) => {
            setNow(Date.now() / 1000)
            set({ tail: String(seconds) })
        },
    }
}
