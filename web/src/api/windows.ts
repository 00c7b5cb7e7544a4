// Fault detection: what the sensors of a tool did during a step, in a few numbers, and how that is judged. Times are seconds since
// 1970-01-01 UTC.
import { address, ask, newKey } from './client'

export type Severity = 'none' | 'violation' | 'unjudged'

/** Where limits were learnt, and when. */
export interface FrozenWindows {
    version: number
    from: number
    to: number
    windows: number
    contexts: number
    by: string
    at: number
}

/** A row of the table of windows. */
export interface WindowKind {
    name: string
    /** A pattern: the tools that it is about. */
    tool: string
    by: string
    signals: string[]
    features: string[]
    frozen: FrozenWindows | null
    measured: number
    faults: number
    /** Began and never ended. */
    unended: number
    /** Samples that say the step, and came too late for it. */
    late: number
    dropped: number
    last: { at: number; tool: string; recipe: string; step: string; severity: Severity } | null
    problem?: string
}

export interface Band {
    lower: number | null
    center: number | null
    upper: number | null
}

/** What is normal for a step of a recipe on a tool. */
export interface WindowContext {
    recipe: string
    step: string
    tool: string
    windows: number
    /** Whose windows T2 and SPE were learnt from. */
    source: 'own' | 'all tools' | 'none'
    /** By feature: `temp.mean`. */
    limits: Record<string, Band>
    t2: number | null
    spe: number | null
}

/** Its share of a statistic; null where there is none. */
export interface Blame {
    feature: string
    t2: number | null
    spe: number | null
}

/** One step of one wafer or lot, or so many seconds: measured, and judged. */
export interface Measured {
    at: number
    from: number
    until: number
    tool: string
    lot: string
    wafer: string
    recipe: string
    step: string
    values: Record<string, number | null>
    severity: Severity
    outside: string[]
    t2: number | null
    spe: number | null
    t2Limit: number | null
    speLimit: number | null
    blame: Blame[]
}

export interface WindowAnswer extends WindowKind {
    contexts: WindowContext[]
    /** Which signals of a tool are meant by their names, `{temp: 17}`, and which ones its values are, `{'temp.mean': 23}`. */
    tools: { tool: string; signals: Record<string, number>; made: Record<string, number> }[]
    /** In the order of time, the newest of them where there are more. */
    windows: Measured[]
    more: boolean
}

export interface WindowQuery {
    from?: number
    to?: number
    tool?: string
    recipe?: string
    step?: string
    limit?: number
}

const read = async <V>(url: string, init: RequestInit): Promise<V> => (await (await ask(url, init)).json()) as V

export const windowKinds = (signal?: AbortSignal) => read<{ items: WindowKind[]; problem?: string }>('/v1/windows', { signal: signal ?? null })
/** The time of a value is known for sure; of when its window began and ended only as far as its event is there. */
type Told = Omit<Measured, 'from' | 'until'> & { from: number | null; until: number | null }
export async function windowsOf(name: string, query: WindowQuery, signal?: AbortSignal): Promise<WindowAnswer> {
    const answer = await read<Omit<WindowAnswer, 'windows'> & { windows: Told[] }>(address('/v1/windows/{window}', { window: name }, { ...query }), { signal: signal ?? null })
    return { ...answer, windows: answer.windows.map((one) => ({ ...one, from: one.from ?? one.at, until: one.until ?? one.at })) }
}
export const freezeWindows = (name: string, from: number, to: number) =>
    read<WindowKind>(address('/v1/windows/{window}/freeze', { window: name }), { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': newKey() }, body: JSON.stringify({ from, to }) })
