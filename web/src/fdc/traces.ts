// What sensors told while a window was open, counted from its begin, so that windows can be laid over each other.
import { chartOf, samplesOf } from '../api/live'
import type { Measured, WindowAnswer } from '../api/windows'
import { numberOf } from '../live/pieces'

/** Seconds since the begin, and values; NaN: nothing good is known. */
export interface Trace {
    x: number[]
    y: number[]
}

const SAMPLES_MAX = 3000
const COLUMNS = 800
const AT_ONCE = 6

let running = 0
const waiting: (() => void)[] = []
/** Not more requests at once than a browser and a small server like. */
async function inTurn<V>(ask: () => Promise<V>): Promise<V> {
    if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go))
    running++
    try {
        return await ask()
    } finally {
        running--
        waiting.shift()?.()
    }
}

export async function traceOf(id: number, from: number, until: number, signal: AbortSignal): Promise<Trace> {
    return inTurn(async () => {
        signal.throwIfAborted()
        const { samples, more } = await samplesOf(id, from, until, SAMPLES_MAX, signal)
        if (!more) return { x: samples.map(([at]) => at - from), y: samples.map(numberOf) }
        const chart = await chartOf(id, from, until, COLUMNS, signal)
        const step = (chart.to - chart.from) / chart.columns.length
        const kept = chart.columns.flatMap((column, n) => (column ? [{ x: (n + 0.5) * step, y: column[5] ?? NaN }] : []))
        return { x: kept.map(({ x }) => x), y: kept.map(({ y }) => y) }
    })
}

/** The signal that a name means on a tool. */
export const idOf = (answer: Pick<WindowAnswer, 'tools'>, one: Pick<Measured, 'tool'>, name: string): number | null => answer.tools.find(({ tool }) => tool === one.tool)?.signals[name] ?? null

/** Lowest and highest of all traces, with room. */
export function heightOf(traces: readonly Trace[]): { low: number; high: number } {
    let [low, high] = [Infinity, -Infinity]
    for (const { y } of traces) for (const one of y) if (!Number.isNaN(one)) [low, high] = [Math.min(low, one), Math.max(high, one)]
    if (low > high) return { low: 0, high: 1 }
    const room = Math.max((high - low) * 0.06, low === high ? Math.abs(low) * 0.02 || 0.5 : 0)
    return { low: low - room, high: high + room }
}
