// What the pages of a twin share: its answer, its live floor, the clock of its plant, a forecast that runs.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { follow, isOver } from '../api/events'
import { ApiError } from '../api/problem'
import { forecastOf, layoutOf, startForecast, twin as askTwin, type Forecast, type Layout, type Twin } from '../api/twin'
import type { Run } from '../api/types'
import { useLoad } from '../parts/load'
import { useText } from '../text'
import { partsOf } from './axis'
import { Floor } from './floor'
import { listen } from './stream'

const TWIN_MS = 4000
const CLOCK_MS = 200

export function useTwin(id: string) {
    const first = useLoad(`twin ${id}`, () => askTwin(id))
    const [later, setLater] = useState<Twin | null>(null)
    const reload = first.reload
    useEffect(() => {
        const timer = setInterval(() => !document.hidden && reload(), TWIN_MS)
        return () => clearInterval(timer)
    }, [reload])
    // Whichever was told last.
    useEffect(() => setLater(null), [first.value])
    const twin = later ?? first.value
    const layout = useLoad(twin ? `layout ${twin.plant} ${twin.version}` : null, () => layoutOf(twin!.plant, twin!.version))
    return { twin, layout: layout.value, error: first.error ?? layout.error, setTwin: setLater, reload: first.error ? first.reload : layout.reload }
}

export const sizesOf = (layout: Layout) => ({ tools: layout.tools.x.length, groups: layout.groups.length, products: Math.max(1, layout.products.length) })

/** The floor that the stream keeps up to date. */
export function useLive(id: string, layout: Layout): { floor: Floor; lost: ApiError | null } {
    const floor = useMemo(() => new Floor(sizesOf(layout)), [layout])
    const [lost, setLost] = useState<ApiError | null>(null)
    useEffect(() => listen(id, floor, (error) => setLost((before) => (before === error ? before : error))), [id, floor])
    return { floor, lost }
}

export interface Now {
    time: number
    end: number
    flags: number
    speed: number
    lots: number
    known: boolean
}

/** The clock of a floor, a few times a second: often enough to read, seldom enough to cost nothing. */
export function useNow(floor: Floor): Now {
    const told = useCallback((): Now => ({ time: floor.time, end: floor.end, flags: floor.flags, speed: floor.speed, lots: floor.n, known: floor.known }), [floor])
    const [now, setNow] = useState(told)
    useEffect(() => {
        const look = () =>
            setNow((before) => {
                const next = told()
                return before.time === next.time && before.end === next.end && before.flags === next.flags && before.lots === next.lots && before.known === next.known && before.speed === next.speed ? before : next
            })
        look()
        const timer = setInterval(look, CLOCK_MS)
        return () => clearInterval(timer)
    }, [told])
    return now
}

export interface Clock {
    /** A time of the twin as people say it: the date where the plant has a start, else day and hour. */
    at: (time: number, seconds?: boolean) => string
    /** Without the year. */
    short: (time: number) => string
    /** From and to, the day said once where it is the same. */
    between: (from: number, to: number) => string
    /** For marks of an axis whose step is so many seconds. */
    mark: (time: number, step: number) => string
    span: (seconds: number) => string
    /** Seconds from midnight to time 0. */
    offset: number
}

export function useClock(start: string | undefined): Clock {
    const { t, lang, num } = useText()
    return useMemo(() => {
        const locale = lang === 'ko' ? 'ko-KR' : 'en-GB'
        const zero = start ? Date.parse(`${start.replace(' ', 'T')}Z`) : NaN
        const two = (value: number) => String(value).padStart(2, '0')
        const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC', hour12: false })
        const day = format({ month: 'short', day: 'numeric' })
        const year = format({ year: 'numeric', month: 'short', day: 'numeric' })
        const dated = Number.isFinite(zero)
        const offset = dated ? (zero / 1000) % 86400 : 0
        const hour = (time: number, seconds: boolean) => {
            const { hours, minutes, seconds: s } = partsOf((time + offset) % 86400)
            return `${two(hours)}:${two(minutes)}${seconds ? `:${two(s)}` : ''}`
        }
        const at = (time: number, seconds = false) => (dated ? `${year.format(zero + time * 1000)} ${hour(time, seconds)}` : `${t('clock.day', { day: num(partsOf(time).days + 1, 0) })} ${hour(time, seconds)}`)
        const dayOf = (time: number) => (dated ? day.format(zero + time * 1000) : t('clock.day', { day: num(partsOf(time).days + 1, 0) }))
        const short = (time: number) => `${dayOf(time)} ${hour(time, false)}`
        return {
            at,
            short,
            between: (from, to) => `${short(from)} – ${dayOf(from) === dayOf(to) ? hour(to, false) : short(to)}`,
            mark: (time, step) => {
                const isMidnight = (time + offset) % 86400 === 0
                if (step < 86400 && !isMidnight) return hour(time, false)
                return dayOf(time)
            },
            span: (seconds) => {
                const s = Math.abs(seconds)
                if (s < 90) return t('span.seconds', { n: num(s, 0) })
                if (s < 5400) return t('span.minutes', { n: num(s / 60, 0) })
                if (s < 172800) return t('span.hours', { n: num(s / 3600, s < 36000 ? 1 : 0) })
                return t('span.days', { n: num(s / 86400, 1) })
            },
            offset,
        }
    }, [start, lang, t, num])
}

/** Asks again and again while the page is seen; `key` null: nothing to ask for. */
export function usePoll<V>(key: string | null, every: number, ask: (signal: AbortSignal) => Promise<V>): { value: V | undefined; error: ApiError | null } {
    const [got, setGot] = useState<{ key: string; value: V } | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const current = useRef(ask)
    current.current = ask
    useEffect(() => {
        if (key === null) return
        const stop = new AbortController()
        let timer = 0
        const go = async () => {
            if (!document.hidden)
                try {
                    const value = await current.current(stop.signal)
                    if (stop.signal.aborted) return
                    setGot({ key, value })
                    setError(null)
                } catch (problem) {
                    if (stop.signal.aborted) return
                    if (problem instanceof ApiError) setError(problem)
                }
            if (every > 0 && !stop.signal.aborted) timer = window.setTimeout(() => void go(), every)
        }
        void go()
        return () => {
            stop.abort()
            clearTimeout(timer)
        }
    }, [key, every])
    // What was told for another key is better than nothing while the new answer is under way.
    return { value: key === null ? undefined : got?.value, error }
}

export interface Forecasting {
    value: Forecast | undefined
    run: Run | null
    error: ApiError | null
    start: (hours: number, replications: number) => void
}

export function useForecast(twin: Twin): Forecasting {
    const [value, setValue] = useState<Forecast | undefined>(undefined)
    const [run, setRun] = useState<Run | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const stop = useRef<() => void>(() => {})
    const { id, forecast } = twin
    useEffect(() => {
        let live = true
        if (forecast)
            forecastOf(forecast).then((told) => live && setValue(told), () => {
                // It may have been deleted; then there is none.
            })
        return () => {
            live = false
        }
    }, [forecast])
    useEffect(() => () => stop.current(), [])
    const start = useCallback(
        (hours: number, replications: number) => {
            setError(null)
            stop.current()
            startForecast(id, { hours, replications }).then((begun) => {
                setRun(begun)
                stop.current = follow(begun.id, (told) => {
                    setRun(told)
                    if (!isOver(told)) return
                    setRun(null)
                    if (told.state === 'done') forecastOf(told.id).then(setValue, setError)
                    else if (told.problem) setError(new ApiError(told.problem))
                }, () => {})
            }, setError)
        },
        [id],
    )
    return { value, run, error, start }
}
