import { useCallback, useEffect, useState } from 'react'
import { ApiError } from '../api/problem'

// What was last seen under a key is shown at once while it is asked for anew, so that going back does not blink.
const seen = new Map<string, unknown>()
const SEEN_MAX = 40

export interface Loaded<V> {
    value: V | undefined
    error: ApiError | null
    reload: () => void
}

/** key null: nothing to ask for yet. */
export function useLoad<V>(key: string | null, ask: () => Promise<V>): Loaded<V> {
    const [got, setGot] = useState<{ key: string; value: V } | null>(null)
    const [error, setError] = useState<{ key: string; error: ApiError } | null>(null)
    const [turn, setTurn] = useState(0)
    useEffect(() => {
        if (key === null) return
        let live = true
        ask().then(
            (value) => {
                seen.delete(key)
                seen.set(key, value)
                if (seen.size > SEEN_MAX) seen.delete(seen.keys().next().value!)
                if (live) {
                    setError(null)
                    setGot({ key, value })
                }
            },
            (problem: unknown) => {
                if (!live) return
                setError({ key, error: problem instanceof ApiError ? problem : new ApiError({ type: 'about:blank', title: String(problem), status: 0 }) })
            },
        )
        return () => {
            live = false
        }
        // `ask` is a new function at each drawing; the key says what it asks for.
        // eslint-disable-next-line
    }, [key, turn])
    const reload = useCallback(() => setTurn((n) => n + 1), [])
    return { value: key === null ? undefined : got?.key === key ? got.value : (seen.get(key) as V | undefined), error: error && error.key === key ? error.error : null, reload }
}

/** After a change: other pages ask anew. What is on the screen stays until it has been asked for again. */
export function forget(): void {
    seen.clear()
}
