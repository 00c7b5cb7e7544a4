// What is shown of judged windows: features by their signals, limits by context, good windows to compare one with, and a file of all.
import type { Band, Measured, WindowAnswer, WindowContext } from '../api/windows'
import { cell, stamp } from '../live/export'

/** A tool does one thing at a time: its name and a begin tell a window. */
export const keyOf = (one: Pick<Measured, 'tool' | 'from'>): string => `${one.from} ${one.tool}`

/** Names of signals may have dots, names of features have none. */
export function partsOf(name: string): { signal: string; feature: string } {
    const dot = name.lastIndexOf('.')
    return dot < 0 ? { signal: '', feature: name } : { signal: name.slice(0, dot), feature: name.slice(dot + 1) }
}

/** Features under their signals, both in the order of the table; then those that are only measured. */
export function rowsOf(answer: Pick<WindowAnswer, 'signals' | 'features' | 'windows'>): { signal: string; names: string[] }[] {
    const found = new Map<string, Set<string>>(answer.signals.map((signal) => [signal, new Set(answer.features.map((feature) => `${signal}.${feature}`))]))
    for (const one of answer.windows) {
        for (const name of Object.keys(one.values)) {
            const { signal } = partsOf(name)
            if (!found.has(signal)) found.set(signal, new Set())
            found.get(signal)!.add(name)
        }
    }
    return [...found].map(([signal, names]) => ({ signal, names: [...names] }))
}

const placeOf = (one: Pick<Measured, 'recipe' | 'step' | 'tool'>) => JSON.stringify([one.recipe, one.step, one.tool])

/** The limits that hold for a window. */
export function contextsOf(contexts: readonly WindowContext[]): (one: Pick<Measured, 'recipe' | 'step' | 'tool'>) => WindowContext | null {
    const known = new Map(contexts.map((one) => [placeOf(one), one]))
    return (one) => known.get(placeOf(one)) ?? null
}

/** A point of a strip: a window by one of its numbers. */
export interface Dot {
    at: number
    value: number | null
    band: Band
    isOutside: boolean
    isUnjudged: boolean
    /** Points of one context hang together. */
    context: string
}

const NO_BAND: Band = { lower: null, center: null, upper: null }

export function dotsOf(windows: readonly Measured[], contexts: readonly WindowContext[], name: string): Dot[] {
    const contextOf = contextsOf(contexts)
    return windows.map((one) => ({
        at: one.at,
        value: one.values[name] ?? null,
        band: contextOf(one)?.limits[name] ?? NO_BAND,
        isOutside: one.outside.includes(name),
        isUnjudged: one.severity === 'unjudged',
        context: placeOf(one),
    }))
}

/** As they are written everywhere. */
export const STATISTICS = { t2: 'T²', spe: 'SPE' } as const

/** T2 or SPE: judged where they have a limit. */
export function statisticOf(windows: readonly Measured[], which: 't2' | 'spe'): Dot[] {
    return windows.map((one) => {
        const [value, limit] = which === 't2' ? [one.t2, one.t2Limit] : [one.spe, one.speLimit]
        return { at: one.at, value, band: { lower: null, center: null, upper: limit }, isOutside: value !== null && limit !== null && value > limit, isUnjudged: limit === null, context: placeOf(one) }
    })
}

/** How many contexts, each with limits of its own, stand beside each other. */
export const contextCount = (windows: readonly Measured[]): number => new Set(windows.map(placeOf)).size

/**
 * Each window against its own limits, so that recipes and tools with different levels can be seen in one strip: the middle at 0 and
 * the limits at -1 and 1; where there is one limit only, that at 1. What has no limits is left out.
 */
export function againstLimits(dots: readonly Dot[]): Dot[] {
    return dots.map((dot) => {
        const { value, band } = dot
        const { lower, upper } = band
        if (upper === null) return { ...dot, value: null, band: NO_BAND }
        const [middle, half] = lower === null ? [0, upper] : [(lower + upper) / 2, (upper - lower) / 2]
        const off = value === null ? null : value - middle
        return { ...dot, value: off === null ? null : off === 0 ? 0 : half > 0 ? off / half : Math.sign(off) * (1 + FAR), band: { lower: lower === null ? null : -1, center: lower === null ? null : 0, upper: 1 } }
    })
}

export interface Reach {
    low: number
    high: number
}

const ROOM = 0.08
const FAR = 3 // widths of the limits beyond them: what lies farther is drawn at the edge, or nothing else could be seen

/** What an axis has to reach: all values, but not so far that the limits become a line. */
export function reachOf(dots: readonly Dot[]): Reach {
    let [low, high, least, most, width] = [Infinity, -Infinity, Infinity, -Infinity, 0]
    for (const { value, band } of dots) {
        if (value !== null) [low, high] = [Math.min(low, value), Math.max(high, value)]
        for (const one of [band.lower, band.upper]) if (one !== null) [least, most] = [Math.min(least, one), Math.max(most, one)]
        // Of each context by itself: those of several may be side by side. Where there is one limit, zero is the other.
        if (band.lower !== null || band.upper !== null) width = Math.max(width, Math.abs((band.upper ?? 0) - (band.lower ?? 0)))
    }
    if (least <= most) {
        const far = FAR * (width || Math.abs(most) || 1)
        low = Math.min(least, Math.max(low, least - far))
        high = Math.max(most, Math.min(high, most + far))
    }
    if (low > high) return { low: 0, high: 1 }
    const room = Math.max((high - low) * ROOM, low === high ? Math.abs(low) * 0.02 || 0.5 : 0)
    return { low: low - room, high: high + room }
}

/** The good windows to lay one over: the last before it of its own context, else of the same step on the other tools. */
export function peersOf(one: Measured, windows: readonly Measured[], most: number): Measured[] {
    const good = windows.filter((other) => other.severity !== 'violation' && other.recipe === one.recipe && other.step === one.step && other.from < one.from && keyOf(other) !== keyOf(one))
    const own = good.filter(({ tool }) => tool === one.tool)
    const judged = (list: Measured[]) => (list.some(({ severity }) => severity === 'none') ? list.filter(({ severity }) => severity === 'none') : list)
    return judged(own.length >= Math.min(3, most) ? own : good).sort((a, b) => a.from - b.from).slice(-most)
}

/** How far outside its limits a value is, in halves of their width; 0 inside. */
export function beyond(value: number, { lower, upper, center }: Band): number {
    const by = upper !== null && value > upper ? value - upper : lower !== null && value < lower ? lower - value : 0
    const half = lower !== null && upper !== null ? (upper - lower) / 2 : center !== null ? Math.abs((upper ?? lower ?? center) - center) : 0
    return by === 0 ? 0 : half > 0 ? by / half : Infinity
}

/** Limits as people write them; one that is not there is not written. */
export function bandText({ lower, upper }: Pick<Band, 'lower' | 'upper'>, say: (value: number) => string): string {
    if (lower !== null && upper !== null) return `${say(lower)} – ${say(upper)}`
    return upper !== null ? `≤ ${say(upper)}` : lower !== null ? `≥ ${say(lower)}` : '–'
}

const LEVELS = ['mean', 'time_mean', 'min', 'max']
const FOCUS_ROOM = 0.25

/** Where the levels of a signal lie that are judged, and this window's: ramps at the ends of a step lie far outside, and hide what is between. */
export function focusOf(one: Pick<Measured, 'values'>, context: WindowContext | null, signal: string): Reach | null {
    const all = LEVELS.flatMap((feature) => {
        const band = context?.limits[`${signal}.${feature}`]
        return [one.values[`${signal}.${feature}`], band?.lower, band?.upper].filter((value) => value !== null && value !== undefined)
    })
    const [low, high] = [Math.min(...all), Math.max(...all)]
    return high > low && context && LEVELS.some((feature) => context.limits[`${signal}.${feature}`]) ? { low: low - (high - low) * FOCUS_ROOM, high: high + (high - low) * FOCUS_ROOM } : null
}

/** The signals to show first of a window: those that were outside, then those that are blamed. */
export function suspectsOf(one: Measured, signals: readonly string[], most: number): string[] {
    const score = (which: 't2' | 'spe') => {
        const limit = which === 't2' ? one.t2Limit : one.speLimit
        const value = which === 't2' ? one.t2 : one.spe
        return value !== null && limit !== null && value > limit ? which : null
    }
    const by = score('spe') ?? score('t2') ?? 'spe'
    const blamed = [...one.blame].sort((a, b) => (b[by] ?? 0) - (a[by] ?? 0)).map(({ feature }) => feature)
    const named = [...one.outside, ...blamed, ...signals.map((signal) => `${signal}.`)].map((name) => partsOf(name).signal)
    return [...new Set(named)].filter((signal) => signals.includes(signal)).slice(0, most)
}

/** A table of windows for a spreadsheet, a column each feature. */
export function fileOf(windows: readonly Measured[]): string[] {
    const names = [...new Set(windows.flatMap(({ values }) => Object.keys(values)))]
    const number = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value))
    const head = ['from', 'until', 'tool', 'lot', 'wafer', 'recipe', 'step', 'verdict', 'outside', 't2', 't2_limit', 'spe', 'spe_limit', ...names.map(cell)]
    const rows = windows.map((one) =>
        [stamp(one.from), stamp(one.until), cell(one.tool), cell(one.lot), cell(one.wafer), cell(one.recipe), cell(one.step), one.severity, cell(one.outside.join(' ')), number(one.t2), number(one.t2Limit), number(one.spe), number(one.speLimit), ...names.map((name) => number(one.values[name]))].join(','),
    )
    return ['\ufeff', ...[head.join(','), ...rows].map((row) => `${row}\r\n`)]
}
