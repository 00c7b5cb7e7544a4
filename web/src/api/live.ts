// Live data: connections, signals and their samples, events. Times are seconds since 1970-01-01 UTC, with microseconds.
import { ask, get, list, patch, post, remove } from './client'
import type { components } from './contract.gen'

type Schemas = components['schemas']
export type Connection = Schemas['Connection']
export type NewConnection = Schemas['NewConnection']
export type Settings = Record<string, string | number | boolean>
export type Signal = Schemas['Signal']
export type SignalType = Signal['type']
export type Value = Schemas['SignalValue']
/** As OPC says it: below 64 bad, below 192 uncertain. */
export type Quality = number
export type Reading = [at: number, value: Value, quality: Quality]
/** The values are null where none of the samples is a good number. */
export type Column = [n: number, first: number | null, last: number | null, low: number | null, high: number | null, mean: number | null]
export interface ChartAnswer {
    from: number
    to: number
    columns: (Column | null)[]
}
export interface SamplesAnswer {
    samples: Reading[]
    more: boolean
}
export type Happening = Schemas['FloorEvent']
export interface HappeningFilter {
    from?: number
    to?: number
    kind?: string
    source?: string
    lot?: string
    limit?: number
    before?: string
}

/** The API's times have six decimals; more would be noise of binary fractions. */
export const exact = (time: number): number => Math.round(time * 1e6) / 1e6

/** What kinds of connections this server knows. */
export const kinds = async (): Promise<string[]> => {
    const document = (await (await ask('/v1/openapi.json')).json()) as { components: { schemas: { NewConnection: { properties: { kind: { enum: string[] } } } } } }
    return document.components.schemas.NewConnection.properties.kind.enum
}
const one = (connection: string) => ({ path: { connection } })
export const connections = () => list('/v1/connections')
export const connection = (id: string, signal?: AbortSignal) => get('/v1/connections/{connection}', one(id), signal)
export const addConnection = (body: NewConnection) => post('/v1/connections', { body })
export const changeConnection = (id: string, body: Schemas['ConnectionChange']) => patch('/v1/connections/{connection}', { ...one(id), body })
export const removeConnection = (id: string) => remove('/v1/connections/{connection}', one(id))

export const signalPage = (query: { after?: string; limit?: number; q?: string; asset?: string }, signal?: AbortSignal) => get('/v1/signals', { query }, signal)
export const chartOf = async (id: number, from: number, to: number, columns: number, signal?: AbortSignal) =>
    (await get('/v1/signals/{signal}/chart', { path: { signal: id }, query: { from: exact(from), to: exact(to), columns } }, signal)) as ChartAnswer
export const samplesOf = async (id: number, from: number, to: number, limit: number, signal?: AbortSignal) =>
    (await get('/v1/signals/{signal}/samples', { path: { signal: id }, query: { from: exact(from), to: exact(to), limit } }, signal)) as SamplesAnswer
export const liveAddress = (ids: number[]) => `/v1/signals/stream?ids=${ids.join(',')}`
export const happenings = (query: HappeningFilter, signal?: AbortSignal) => get('/v1/events', { query }, signal)
