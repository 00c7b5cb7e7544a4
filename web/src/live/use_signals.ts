// All signals of the tenant, page after page, and those that come later. Where there are more than a browser should hold, the server
// searches.
import { useCallback, useEffect, useRef, useState } from 'react'
import { signalPage, type Signal } from '../api/live'
import { ApiError } from '../api/problem'
import { isFound, wordsOf, type Places } from './tree'
import { useAssets } from './use_assets'

const PAGE = 1000
const HELD_MAX = 20_000
const FOUND_MAX = 500
const LATER_MS = 10_000
const TYPED_MS = 250

export interface Signals {
    /** What is found: all where nothing is searched. */
    found: Signal[]
    byId: ReadonlyMap<number, Signal>
    places: Places
    count: number
    /** False: there are more than are held here. */
    isAll: boolean
    isLoaded: boolean
    error: ApiError | null
    reload: () => void
}

export function useSignals(search: string): Signals {
    const [held, setHeld] = useState<{ signals: Signal[]; isAll: boolean; isLoaded: boolean }>({ signals: [], isAll: true, isLoaded: false })
    const [error, setError] = useState<ApiError | null>(null)
    const [turn, setTurn] = useState(0)
    const [asked, setAsked] = useState<Signal[] | null>(null)
    useEffect(() => {
        const stop = new AbortController()
        let timer = 0
        const signals: Signal[] = []
        const read = async () => {
            try {
                let isMore = !document.hidden
                while (isMore && signals.length < HELD_MAX) {
                    const last = signals.at(-1)
                    const page = await signalPage({ limit: PAGE, ...(last ? { after: String(last.id) } : {}) }, stop.signal)
                    signals.push(...page.items)
                    isMore = page.next !== undefined
                    const seen = { signals: [...signals], isAll: !isMore, isLoaded: !isMore || signals.length >= HELD_MAX }
                    if (page.items.length > 0 || seen.isLoaded) setHeld((before) => (before.isLoaded && page.items.length === 0 ? before : seen))
                }
                setError(null)
            } catch (problem) {
                if (stop.signal.aborted) return
                setError(problem instanceof ApiError ? problem : new ApiError({ type: 'about:blank', title: String(problem), status: 0 }))
            }
            if (!stop.signal.aborted && signals.length < HELD_MAX) timer = window.setTimeout(() => void read(), LATER_MS)
        }
        void read()
        return () => {
            stop.abort()
            clearTimeout(timer)
        }
    }, [turn])
    const words = wordsOf(search)
    const question = held.isAll || words.length === 0 ? null : words.join(' ')
    useEffect(() => {
        setAsked(null)
        if (question === null) return
        const stop = new AbortController()
        // The server looks for a part of a name: the longest word, and the others are looked for here.
        const longest = question.split(' ').reduce((a, b) => (b.length > a.length ? b : a))
        const timer = setTimeout(() => {
            signalPage({ limit: FOUND_MAX, q: longest }, stop.signal).then((page) => setAsked(page.items), () => {})
        }, TYPED_MS)
        return () => {
            clearTimeout(timer)
            stop.abort()
        }
    }, [question])
    const reload = useCallback(() => setTurn((n) => n + 1), [])
    const places = useAssets(reload)
    const found = useFound(asked ?? held.signals, search, places)
    return { places, found, byId: useById(held.signals, asked), count: held.signals.length, isAll: held.isAll, isLoaded: held.isLoaded, error, reload }
}

function useFound(signals: Signal[], search: string, places: Places): Signal[] {
    const last = useRef<{ signals: Signal[]; search: string; places: Places; found: Signal[] } | null>(null)
    if (last.current?.signals !== signals || last.current.search !== search || last.current.places !== places) {
        const words = wordsOf(search)
        last.current = { signals, search, places, found: words.length === 0 ? signals : signals.filter((signal) => isFound(signal, words, places)) }
    }
    return last.current.found
}

function useById(signals: Signal[], more: Signal[] | null): ReadonlyMap<number, Signal> {
    const last = useRef<{ signals: Signal[]; more: Signal[] | null; map: Map<number, Signal> } | null>(null)
    if (last.current?.signals !== signals || last.current.more !== more) last.current = { signals, more, map: new Map([...signals, ...(more ?? [])].map((signal) => [signal.id, signal])) }
    return last.current.map
}
