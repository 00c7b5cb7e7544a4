// Counts of alarms that were announced, hour by hour and one by one, from the events that tell of them.
import type { Happening } from '../api/live'

export interface Tally {
    /** Begins of hours, and how many were announced in each. */
    hours: { at: number; count: number }[]
    /** The most frequent first. */
    alarms: { name: string; count: number; priority: string; operator: string }[]
    all: number
    /** Changes that were not announced because of a cause, a flood or a shelf. */
    suppressed: number
    floods: number
}

const HOUR = 3600

/** An alarm is announced when it comes up unacknowledged. */
export const isAnnounced = ({ detail }: Happening): boolean => detail.news === 'moved' && detail.state === 'unacknowledged'

export function tallyOf(events: readonly Happening[], from: number, to: number): Tally {
    const first = Math.floor(from / HOUR)
    const hours = Array.from({ length: Math.max(1, Math.ceil(to / HOUR) - first) }, (_, n) => ({ at: (first + n) * HOUR, count: 0 }))
    const byName = new Map<string, Tally['alarms'][number]>()
    const tally: Tally = { hours, alarms: [], all: 0, suppressed: 0, floods: 0 }
    for (const event of events) {
        if (event.at < from || event.at >= to) continue
        if (event.detail.news === 'flood begins') tally.floods++
        if (event.detail.news === 'moved' && event.detail.state === 'suppressed') tally.suppressed++
        if (!isAnnounced(event)) continue
        tally.all++
        hours[Math.floor(event.at / HOUR) - first]!.count++
        const known = byName.get(event.name) ?? { name: event.name, count: 0, priority: String(event.detail.priority ?? ''), operator: String(event.detail.operator ?? '') }
        known.count++
        byName.set(event.name, known)
    }
    tally.alarms = [...byName.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name))
    return tally
}
