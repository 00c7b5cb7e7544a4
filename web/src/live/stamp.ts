import { useMemo } from 'react'
import { useText } from '../text'

export interface Stamp {
    /** Date and time, as fine as a span of so many seconds deserves. */
    full: (at: number, span?: number) => string
    /** Time of the day; with the date where that is not today's. */
    time: (at: number) => string
    /** How long something is. */
    span: (seconds: number) => string
    zone: string
}

/** A span for which full() tells day and minute. */
export const MINUTES = 4 * 86400
const fraction = (at: number, digits: number) => (digits > 0 ? `.${String(Math.floor((((Math.round(at * 1e6) % 1e6) + 1e6) % 1e6) / 10 ** (6 - digits))).padStart(digits, '0')}` : '')

/** Times of the factory as the reader's clock would show them. */
export function useStamp(): Stamp {
    const { t, lang, num } = useText()
    return useMemo(() => {
        const locale = lang === 'ko' ? 'ko-KR' : 'en-GB'
        const day = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', day: 'numeric' })
        const short = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' })
        const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
        const minute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
        return {
            full: (at, span = 60) => {
                const date = new Date(Math.floor(at * 1000))
                if (span > 3 * 86400) return `${day.format(date)} ${minute.format(date)}`
                return `${day.format(date)} ${clock.format(date)}${fraction(at, span > 300 ? 0 : span > 1 ? 3 : 6)}`
            },
            time: (at) => {
                const date = new Date(Math.floor(at * 1000))
                const isToday = date.toDateString() === new Date().toDateString()
                return `${isToday ? '' : `${short.format(date)} `}${clock.format(date)}`
            },
            span: (seconds) => {
                const s = Math.abs(seconds)
                if (s < 0.9995) return t('span.ms', { n: num(s * 1000, s < 0.01 ? 3 : 0) })
                if (s < 90) return t('span.seconds', { n: num(s, s < 10 ? 1 : 0) })
                if (s < 5400) return t('span.minutes', { n: num(s / 60, 0) })
                if (s < 172800) return t('span.hours', { n: num(s / 3600, s % 3600 < 36 ? 0 : 1) })
                return t('span.days', { n: num(s / 86400, s % 86400 < 864 ? 0 : 1) })
            },
            zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        }
    }, [lang, t, num])
}
