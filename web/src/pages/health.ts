// Is the factory well, and what needs somebody first? Told from its tool groups now and its last day against plan.
import type { Alarm, ControlChart } from '../api/meaning'
import type { Day, GroupNow } from '../api/twin'
import type { WindowKind } from '../api/windows'

const FAILED = 5 // place in `tools` of a group
/** Done by their due dates of those that fell due: from this share on a product is on plan. */
const WELL = 0.95
const POOR = 0.85
const FEW = 5 // due lots that say little by themselves
const MOST_GROUPS = 3 // of the same need
const MOST_OF_FLOOR = 6
const MANY_AT_RISK = 0.05 // of the lots in process
/** Lots that wait for each tool of a group, and how long, when somebody should look. */
const LONG_QUEUE = 4
const LONG_WAIT_S = 2 * 3600

export type Tone = 'good' | 'warn' | 'bad'
export type Need = { tone: 'warn' | 'bad' } & (
    | { kind: 'risk'; group: string; count: number }
    | { kind: 'failed'; group: string; failed: number; tools: number; queue: number }
    | { kind: 'behind'; done: number; due: number; product: string }
    | { kind: 'late'; count: number }
    | { kind: 'queue'; group: string; queue: number; wait: number }
    | { kind: 'alarm'; text: string }
    | { kind: 'chart'; chart: string }
    | { kind: 'window'; window: string; tool: string }
    | { kind: 'more'; count: number }
)
export type Line = Pick<Day['products'][number], 'product' | 'released' | 'planned' | 'done' | 'due' | 'on_time' | 'late'>

const plus = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b)

/** All lines in one; null where one of them is not known. */
export function sumOf(lines: Line[], product = ''): Line {
    const none: Line = { product, released: 0, planned: 0, done: 0, due: 0, on_time: 0, late: 0 }
    return lines.reduce((sum, line) => ({ product, released: plus(sum.released, line.released), planned: sum.planned + line.planned, done: plus(sum.done, line.done), due: plus(sum.due, line.due), on_time: plus(sum.on_time, line.on_time), late: sum.late + line.late }), none)
}

/** The largest products, and the rest as one line. */
export function linesOf(lines: Line[], most: number, hasDue: boolean): { top: Line[]; rest: Line[] } {
    const size = (line: Line) => (hasDue ? (line.due ?? 0) : line.planned)
    const sorted = [...lines].sort((a, b) => size(b) - size(a) || b.planned - a.planned)
    const n = sorted.length > most ? most - 1 : sorted.length
    return { top: sorted.slice(0, n), rest: sorted.slice(n) }
}

/** How what was done compares with what was planned; null: nothing was planned, or it is not known. */
export function toneOf(done: number | null, planned: number | null): Tone | null {
    if (done === null || planned === null || planned === 0) return null
    if (done >= planned * WELL) return 'good'
    return done < planned * POOR && planned >= FEW ? 'bad' : 'warn'
}

/** What somebody should look at in a factory that lives: the worst first. */
export function needsOf(groups: GroupNow[], day: Day): Need[] {
    const needs: Need[] = []
    for (const { name, risk } of groups.filter((one) => one.risk > 0).sort((a, b) => b.risk - a.risk).slice(0, MOST_GROUPS)) needs.push({ kind: 'risk', tone: 'bad', group: name, count: risk })
    const tools = (group: GroupNow) => group.tools.reduce((a, b) => a + b, 0)
    const share = (group: GroupNow) => group.tools[FAILED] / Math.max(1, tools(group))
    for (const group of groups.filter((one) => one.tools[FAILED] > 0).sort((a, b) => share(b) * (1 + b.queue) - share(a) * (1 + a.queue)).slice(0, MOST_GROUPS))
        needs.push({ kind: 'failed', tone: share(group) >= 0.5 && group.queue > 0 ? 'bad' : 'warn', group: group.name, failed: group.tools[FAILED], tools: tools(group), queue: group.queue })
    const all = sumOf(day.products)
    const output = toneOf(all.on_time, all.due)
    if (output === 'bad' || output === 'warn') {
        const missing = (line: Line) => (line.due ?? 0) - (line.on_time ?? 0)
        const worst = [...day.products].sort((a, b) => missing(b) - missing(a))[0]
        needs.push({ kind: 'behind', tone: output, done: all.on_time ?? 0, due: all.due ?? 0, product: worst?.product ?? '' })
    }
    const longest = groups.filter((group) => group.queue >= LONG_QUEUE * tools(group) && group.wait >= LONG_WAIT_S).sort((a, b) => b.queue * b.wait - a.queue * a.wait)[0]
    if (longest) needs.push({ kind: 'queue', tone: 'warn', group: longest.name, queue: longest.queue, wait: longest.wait })
    if (all.late > 0) needs.push({ kind: 'late', tone: 'warn', count: all.late })
    return needs.sort(byTone)
}

/** What the floor's own data says: alarms that are not over or that nobody has seen, charts and windows that are not in order. */
export function needsOfFloor(alarms: Pick<Alarm, 'state' | 'priority' | 'text' | 'alarm'>[], charts: Pick<ControlChart, 'chart' | 'severity'>[], windows: Pick<WindowKind, 'name' | 'last'>[]): Need[] {
    const needs: Need[] = alarms
        .filter((one) => ['unacknowledged', 'acknowledged', 'returned'].includes(one.state))
        .map((one) => ({ kind: 'alarm', tone: one.state !== 'returned' && ['critical', 'high'].includes(one.priority) ? 'bad' : 'warn', text: one.text || one.alarm }))
    for (const { chart } of charts.filter((one) => one.severity === 'violation')) needs.push({ kind: 'chart', tone: 'warn', chart })
    for (const { name, last } of windows) if (last?.severity === 'violation') needs.push({ kind: 'window', tone: 'warn', window: name, tool: last.tool })
    const sorted = needs.sort(byTone)
    return sorted.length > MOST_OF_FLOOR ? [...sorted.slice(0, MOST_OF_FLOOR), { kind: 'more', tone: 'warn', count: sorted.length - MOST_OF_FLOOR }] : sorted
}

export const byTone = (a: Need, b: Need): number => Number(b.tone === 'bad') - Number(a.tone === 'bad')

/** By what comes out, not by what is broken: some tool always is. Not well: output is behind, or many of the lots may miss a limit. */
export function healthOf(needs: Need[], atRisk: number, wip: number): Tone {
    const isBehind = needs.some((need) => need.kind === 'behind' && need.tone === 'bad')
    if (isBehind || atRisk > wip * MANY_AT_RISK) return 'bad'
    return needs.length > 0 ? 'warn' : 'good'
}
