// Faults and measurements of windows as events: what they say, and where they are seen.
import type { Happening } from '../api/live'
import { shortNumber } from '../live/values'
import { bandText } from './judged'

type Detail = Record<string, unknown>
export type Say = (feature: string) => string

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isTable = (value: unknown): value is Detail => typeof value === 'object' && value !== null && !Array.isArray(value)
const number = (value: unknown): string => (isTime(value) ? shortNumber(Number(value.toPrecision(4))) : '–')

/** The window that an event tells of; null where it is of another kind. */
export function windowOf({ kind, detail }: Pick<Happening, 'kind' | 'detail'>): { from: number; until: number } | null {
    const { from, until } = detail as Detail
    return (kind === 'fault' || kind === 'measurement') && isTime(from) && isTime(until) && until >= from ? { from, until } : null
}

/** How many windows of each name were at fault, and are still so with samples that came late. */
export function faultsBy(events: readonly Happening[]): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const event of events) if (event.kind === 'fault' && windowOf(event) && (event.detail as Detail).withdrawn !== true) counts.set(event.name, (counts.get(event.name) ?? 0) + 1)
    return counts
}

/** Where a window is seen: among those around it, opened. */
export function addressOf(event: Pick<Happening, 'kind' | 'detail' | 'name' | 'source'>): string | null {
    const window = windowOf(event)
    if (!window) return null
    const around = Math.max(3600, 10 * (window.until - window.from))
    const query = new URLSearchParams({ from: String(window.from - around), to: String(window.until + around), open: `${window.from} ${event.source}` })
    return `/quality/window/${encodeURIComponent(event.name)}?${query}`
}

/** That it was none after all; else what was outside of which limits, the statistics that broke theirs, and what they blame. */
export function partsOfFault(detail: Detail, say: Say, withdrawn: string): string[] {
    const parts: string[] = []
    if (detail.withdrawn === true) return [withdrawn]
    if (isTable(detail.outside))
        for (const [feature, told] of Object.entries(detail.outside)) {
            const { value, lower, upper } = isTable(told) ? told : ({} as Detail)
            parts.push(`${say(feature)} ${number(value)} (${bandText({ lower: isTime(lower) ? lower : null, upper: isTime(upper) ? upper : null }, number)})`)
        }
    for (const [name, value, limit] of [['T²', detail.t2, detail.t2Limit], ['SPE', detail.spe, detail.speLimit]] as const) if (isTime(value) && isTime(limit) && value > limit) parts.push(`${name} ${number(value)} > ${number(limit)}`)
    const isTogether = !isTable(detail.outside) || Object.keys(detail.outside).length === 0
    const blame = isTogether && Array.isArray(detail.blame) ? (detail.blame as unknown[]).filter(isTable) : []
    if (blame.length > 0) parts.push(blame.slice(0, 2).map(({ feature }) => say(String(feature))).join(', '))
    return parts
}

/** What was measured, in the order of the table. */
export const partsOfMeasurement = (detail: Detail, say: Say): string[] => (isTable(detail.values) ? Object.entries(detail.values).filter(([, value]) => isTime(value)).map(([feature, value]) => `${say(feature)} ${number(value)}`) : [])
