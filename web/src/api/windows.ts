// Fault detection: what the sensors of a tool did during a step, in a few numbers, and how that is judged. Times are seconds since
// 1970-01-01 UTC.
import { get, post } from './client'
import type { components } from './contract.gen'

type Schemas = components['schemas']
/** A row of the table of windows. */
export type WindowKind = Schemas['WindowRow']
/** What is normal for a step of a recipe on a tool. */
export type WindowContext = Schemas['WindowContext']
type Told = Schemas['WindowValues']
export type Severity = Told['severity']
/** One step of one wafer or lot, or so many seconds: measured, and judged. */
export type Measured = Omit<Told, 'from' | 'until'> & { from: number; until: number }
export type WindowAnswer = Omit<Schemas['WindowResults'], 'windows'> & { windows: Measured[] }

export interface Band {
    lower: number | null
    center: number | null
    upper: number | null
}

export interface WindowQuery {
    from?: number
    to?: number
    tool?: string
    recipe?: string
    step?: string
    limit?: number
}

export const windowKinds = (signal?: AbortSignal) => get('/v1/windows', {}, signal)
/** When a value is of is known for sure; when its window began and ended only as far as its event is there. */
export async function windowsOf(name: string, query: WindowQuery, signal?: AbortSignal): Promise<WindowAnswer> {
    const answer = await get('/v1/windows/{window}', { path: { window: name }, query }, signal)
    return { ...answer, windows: answer.windows.map((one) => ({ ...one, from: one.from ?? one.at, until: one.until ?? one.at })) }
}
export const freezeWindows = (name: string, from: number, to: number) => post('/v1/windows/{window}/freeze', { path: { window: name }, body: { from, to } })
