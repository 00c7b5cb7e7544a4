// The alarms as they are, asked for again and again; and how many wait for somebody, for the badge beside their name.
import { useCallback, useEffect, useRef, useState } from 'react'
import { alarms, type AlarmList } from '../api/meaning'
import { ApiError } from '../api/problem'

const LIST_MS = 500
const BADGE_MS = 2500
export const SHOWN_MAX = 500

export interface Told {
    list: AlarmList | undefined
    /** There is no table of alarms. */
    isNone: boolean
    error: ApiError | null
    look: () => void
}

function usePolled(query: { state?: string; limit: number }, every: number): Told {
    const [told, setTold] = useState<Omit<Told, 'look'>>({ list: undefined, isNone: false, error: null })
    const look = useRef(() => {})
    const { state, limit } = query
    useEffect(() => {
        let stop = new AbortController()
        let timer = 0
        const go = async (isWanted: boolean) => {
            clearTimeout(timer)
            const mine = stop
            if (isWanted || !document.hidden)
                try {
                    const list = await alarms({ limit, ...(state ? { state } : {}) }, mine.signal)
                    if (mine.signal.aborted) return
                    const isNone = list.version === 0
                    setTold({ list: isNone ? undefined : list, isNone, error: null })
                } catch (problem) {
                    if (mine.signal.aborted) return
                    // What was seen last stays while the server does not answer.
                    setTold((before) => ({ ...before, error: problem instanceof ApiError ? problem : null }))
                }
            timer = window.setTimeout(() => void go(false), every)
        }
        look.current = () => {
            stop.abort()
            stop = new AbortController()
            void go(true)
        }
        const seen = () => !document.hidden && look.current()
        document.addEventListener('visibilitychange', seen)
        void go(true)
        return () => {
            stop.abort()
            clearTimeout(timer)
            document.removeEventListener('visibilitychange', seen)
        }
    }, [every, limit, state])
    return { ...told, look: useCallback(() => look.current(), []) }
}

export const useAlarms = (state: string): Told => usePolled({ state, limit: SHOWN_MAX }, LIST_MS)

/** How many alarms nobody has acknowledged: active or gone. */
export function useWaiting(): number {
    const { list } = usePolled({ state: 'unacknowledged', limit: 1 }, BADGE_MS)
    return (list?.states.unacknowledged ?? 0) + (list?.states.returned ?? 0)
}
