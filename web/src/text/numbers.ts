// Numbers as people write them. Both languages use the point for decimals and the comma for thousands.
import type { Interval } from '../api/result'

export interface Numbers {
    /** A number with as many decimals as its size deserves, or as told. */
    num: (value: number | null | undefined, decimals?: number) => string
    percent: (share: number | null | undefined, decimals?: number) => string
    bytes: (count: number) => string
    when: (time: string | undefined) => string
    ago: (time: string | undefined) => string
}

export const NOTHING = '–'

export function decimalsFor(value: number): number {
    const size = Math.abs(value)
    if (size >= 100) return 0
    if (size >= 10) return 1
    return size >= 1 || size === 0 ? 2 : 3
}

export function numbers(lang: 'ko' | 'en'): Numbers {
    const locale = lang === 'ko' ? 'ko-KR' : 'en-GB'
    const date = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false })
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
    const num: Numbers['num'] = (value, decimals) => {
        if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING
        const digits = decimals ?? (Number.isInteger(value) ? 0 : decimalsFor(value))
        const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
        return (/^-[0.,]*$/.test(text) ? text.slice(1) : text).replace('-', '−')
    }
    return {
        num,
        percent: (share, decimals = 1) => (share === null || share === undefined ? NOTHING : `${num(share * 100, decimals)} %`),
        bytes: (count) => (count < 1000 ? `${count} B` : count < 1e6 ? `${num(count / 1000, 1)} kB` : `${num(count / 1e6, 1)} MB`),
        when: (time) => (time ? date.format(new Date(time)) : NOTHING),
        ago: (time) => {
            if (!time) return NOTHING
            const seconds = (new Date(time).getTime() - Date.now()) / 1000
            const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86400], ['hour', 3600], ['minute', 60]]
            for (const [unit, size] of steps) if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit)
            return relative.format(0, 'second')
        },
    }
}

/** As a factor and unit that a table of times can share: short cycle times read better in hours. */
export function timeScale(days: (number | null)[]): { factor: number; unit: 'time.hours' | 'time.days' } {
    const longest = Math.max(0, ...days.map((value) => value ?? 0))
    return longest > 0 && longest < 3 ? { factor: 24, unit: 'time.hours' } : { factor: 1, unit: 'time.days' }
}

export const scaled = (interval: Interval, factor: number): Interval =>
    factor === 1 ? interval : { ...interval, mean: times(interval.mean, factor), half_width: times(interval.half_width, factor), sd: times(interval.sd, factor) }
const times = (value: number | null, factor: number) => (value === null ? null : value * factor)
