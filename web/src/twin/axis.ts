// The time bar's arithmetic: where a time is on it, which time is under the pointer, and where marks go.

export interface Axis {
    from: number
    to: number
    width: number
}

export const xOf = (axis: Axis, time: number): number => ((time - axis.from) / (axis.to - axis.from)) * axis.width
export const timeAt = (axis: Axis, x: number): number => axis.from + (Math.max(0, Math.min(axis.width, x)) / axis.width) * (axis.to - axis.from)

export const HOUR = 3600
export const DAY = 86400

/** What of its life, from `begin` on, a bar shows. `span` 0 is all of it. A part of the bar always is the future, as long as the last forecast at least. */
export function axisFor(now: number, end: number, ahead: number, span: number, width: number, begin = 0): Axis {
    const known = Math.max(end, now, begin + 1)
    const back = span > 0 ? Math.max(begin, Math.min(now - span, known - span)) : begin
    const shown = Math.max(known - back, HOUR)
    const future = Math.max(ahead, shown * 0.16, HOUR)
    // A long forecast must not push the past out of sight.
    return { from: back, to: known + Math.min(future, Math.max(shown, ahead)), width: Math.max(1, width) }
}

const STEPS = [60, 300, 900, 1800, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY, 90 * DAY, 180 * DAY, 365 * DAY]

/** Times for marks at least `apart` pixels from each other. `offset`: seconds from midnight at time 0, so that days begin at midnight. */
export function ticksOf(axis: Axis, apart: number, offset = 0): { step: number; times: number[] } {
    const least = ((axis.to - axis.from) / axis.width) * apart
    const step = STEPS.find((one) => one >= least) ?? Math.ceil(least / (365 * DAY)) * 365 * DAY
    const times: number[] = []
    for (let n = Math.ceil((axis.from + offset) / step); n * step - offset <= axis.to; n++) times.push(n * step - offset)
    return { step, times }
}

/** Where the pointer lets go near the present it means the present. */
export function settle(axis: Axis, x: number, now: number, near = 6): number {
    return Math.abs(xOf(axis, now) - x) <= near ? now : timeAt(axis, x)
}

/** The point of a history that a time falls into, or -1. */
export function pointAt(time: number, pointSeconds: number, n: number): number {
    const point = Math.floor(time / pointSeconds)
    return time >= 0 && point < n ? point : -1
}

/** As days, hours, minutes and seconds since the start. */
export function partsOf(time: number): { days: number; hours: number; minutes: number; seconds: number } {
    const whole = Math.max(0, Math.floor(time))
    return { days: Math.floor(whole / DAY), hours: Math.floor((whole % DAY) / HOUR), minutes: Math.floor((whole % HOUR) / 60), seconds: whole % 60 }
}
