// One stream of newest values for all of the page that wants any: it is opened anew when other signals are wanted.
import { useEffect, useMemo, useReducer, useRef, useState } from 'react'
import { listenTo } from '../api/events'
import { liveAddress, type Reading } from '../api/live'
import type { ApiError } from '../api/problem'

type News = ReadonlyMap<number, Reading>
interface Wish {
    ids: readonly number[]
    tell: (news: News) => void
    lost: (error: ApiError | null) => void
}

/** No more than people can look at. */
export const WATCH_MAX = 200
const SETTLE_MS = 150

const wishes = new Set<Wish>()
let stop = () => {}
let current = ''
let timer: ReturnType<typeof setTimeout> | undefined

export const idsOf = (all: Iterable<{ ids: readonly number[] }>): number[] => [...new Set([...all].flatMap(({ ids }) => ids))].sort((a, b) => a - b).slice(0, WATCH_MAX)

export function newsOf(data: string): News {
    const told = JSON.parse(data) as Record<string, Reading>
    return new Map(Object.entries(told).map(([id, reading]) => [Number(id), reading]))
}

function open(): void {
    const ids = idsOf(wishes)
    if (ids.join() === current) return
    current = ids.join()
    stop()
    stop = () => {}
    if (ids.length === 0) return
    stop = listenTo(
        liveAddress(ids),
        ({ event, data }) => {
            if (event === 'samples') {
                const news = newsOf(data)
                for (const wish of wishes) wish.tell(news)
            }
            return false
        },
        (error) => wishes.forEach((wish) => wish.lost(error)),
    )
}

function watch(wish: Wish): () => void {
    const later = () => {
        clearTimeout(timer)
        timer = setTimeout(open, SETTLE_MS)
    }
    wishes.add(wish)
    later()
    return () => {
        wishes.delete(wish)
        later()
    }
}

/** The newest reading of each of these signals, as they come; what was told once stays known. `onNews` sees each of them. */
export function useReadings(ids: readonly number[], onNews?: (news: News) => void): { readings: News; lost: ApiError | null } {
    const [readings] = useState(() => new Map<number, Reading>())
    const [, redraw] = useReducer((n: number) => n + 1, 0)
    const [lost, setLost] = useState<ApiError | null>(null)
    const heard = useRef(onNews)
    heard.current = onNews
    const key = ids.join()
    const wanted = useMemo(() => key.split(',').filter(Boolean).map(Number), [key])
    useEffect(() => {
        if (wanted.length === 0) return
        return watch({
            ids: wanted,
            tell: (news) => {
                let isOurs = false
                for (const [id, reading] of news) {
                    if (!wanted.includes(id)) continue
                    readings.set(id, reading)
                    isOurs = true
                }
                if (!isOurs) return
                heard.current?.(news)
                redraw()
            },
            lost: (error) => setLost((before) => (before === error ? before : error)),
        })
    }, [wanted, readings])
    return { readings, lost }
}
