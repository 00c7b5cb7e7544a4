// Where marks stand on the axes of a chart: times at whole local days, hours, seconds down to microseconds, values at 1, 2 or 5.

export type Tick = { at: number; text: string; isStrong: boolean }

const DAY = 86400
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY, 2 * DAY, 7 * DAY]
const MONTHS = [1, 3, 6, 12, 24, 60, 120]

export function timeStep(length: number, most: number): number {
    const least = length / Math.max(1, most)
    if (least <= 0.5) return Math.max(1e-6, niceStep(least))
    return STEPS.find((step) => step >= least) ?? (MONTHS.find((n) => n * 30.4 * DAY >= least) ?? MONTHS.at(-1)!) * 30.4 * DAY
}

/** The next of 1, 2, 5, 10, ... */
export function niceStep(least: number): number {
    const ten = 10 ** Math.floor(Math.log10(least))
    const factor = [1, 2, 5, 10].find((one) => one * ten >= least * (1 - 1e-9)) ?? 10
    return factor * ten
}

const two = (value: number) => String(value).padStart(2, '0')

/** At most about so many marks between two times, in the time zone of the reader. */
export function timeTicks(from: number, to: number, most: number, locale: string): Tick[] {
    const step = timeStep(to - from, most)
    return step > 7 * DAY ? monthTicks(from, to, Math.round(step / DAY / 30.4), locale) : step >= DAY ? dayTicks(from, to, step / DAY, locale) : clockTicks(from, to, step, locale)
}

function monthTicks(from: number, to: number, months: number, locale: string): Tick[] {
    const month = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short' })
    const year = new Intl.DateTimeFormat(locale, { year: 'numeric' })
    const first = new Date(from * 1000)
    const ticks: Tick[] = []
    // Counted from year 0, so that marks do not move with the view.
    for (let n = Math.floor((first.getFullYear() * 12 + first.getMonth()) / months) * months; ; n += months) {
        const day = new Date(2000, n - 2000 * 12, 1)
        const at = day.getTime() / 1000
        if (at > to) return ticks
        if (at >= from) ticks.push({ at, text: (months >= 12 ? year : month).format(day), isStrong: day.getMonth() === 0 })
    }
}

function dayTicks(from: number, to: number, days: number, locale: string): Tick[] {
    const format = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' })
    const first = new Date(from * 1000)
    const ticks: Tick[] = []
    const zero = Math.round(Date.UTC(first.getFullYear(), first.getMonth(), first.getDate()) / (DAY * 1000))
    for (let n = Math.floor((zero - 4) / days) * days + 4; ; n += days) {
        const utc = new Date(n * DAY * 1000)
        const day = new Date(utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate())
        const at = day.getTime() / 1000
        if (at > to) return ticks
        if (at >= from) ticks.push({ at, text: format.format(day), isStrong: day.getDate() === 1 })
    }
}

function clockTicks(from: number, to: number, step: number, locale: string): Tick[] {
    const date = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' })
    const offset = -new Date(((from + to) / 2) * 1000).getTimezoneOffset() * 60
    const decimals = step >= 1 ? 0 : Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))
    const ticks: Tick[] = []
    // Whole numbers of steps: a sum of fractions would drift.
    for (let n = Math.ceil((from + offset) / step - 1e-6); ; n++) {
        const at = n * step - offset
        if (at > to) return ticks
        if (at < from) continue
        const inDay = (((n * step) % DAY) + DAY) % DAY
        const isMidnight = inDay < step / 2 || DAY - inDay < step / 2
        ticks.push({ at, text: isMidnight ? date.format(new Date((at + step / 2) * 1000)) : clockText(inDay, step, decimals), isStrong: isMidnight })
    }
}

function clockText(inDay: number, step: number, decimals: number): string {
    const units = 10 ** decimals
    const whole = Math.round(inDay * units)
    const seconds = Math.floor(whole / units)
    const fraction = decimals > 0 ? `.${String(whole % units).padStart(decimals, '0')}` : ''
    const hm = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`
    if (step >= 60) return hm
    // Near enough, hours are the same all over; the line above the chart has them.
    return decimals > 2 ? `:${two(seconds % 60)}${fraction}` : `${hm}:${two(seconds % 60)}${fraction}`
}

/** Round values within [low, high], about `most` of them. */
export function valueTicks(low: number, high: number, most: number): { step: number; values: number[] } {
    const step = niceStep((high - low) / Math.max(1, most))
    const values: number[] = []
    for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9 && values.length < 50; n++) values.push(n * step)
    return { step, values }
}
