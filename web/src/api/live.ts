// Live data: connections, signals and their samples, events. Times are seconds since 1970-01-01 UTC, with microseconds.
import { ask, get, list, patch, post, remove } from './client'
import type { components } from './contract.gen'

type Schemas = components['schemas']
export type Connection = Schemas['Connection']
export type Settings = Record<string, string | number | boolean | string[]>
export type Signal = Schemas['Signal']
export type Asset = Schemas['Asset']
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

/** By what ways this server takes data. */
export const ways = async (): Promise<{ kinds: string[]; takesCsv: boolean }> => {
    const document = (await (await ask('/v1/openapi.json')).json()) as { paths: object; components: { schemas: { NewConnection: { properties: { kind: { enum: string[] } } } } } }
    return { kinds: document.components.schemas.NewConnection.properties.kind.enum, takesCsv: '/v1/samples' in document.paths }
}
const one = (connection: string) => ({ path: { connection } })
export const connections = () => list('/v1/connections')
export const connection = (id: string, signal?: AbortSignal) => get('/v1/connections/{connection}', one(id), signal)
// Settings differ from kind to kind: the contract leaves them open, and so does not name their members.
export const addConnection = (body: { name: string; kind: string; on: boolean; settings: Settings }) => post('/v1/connections', { body: body as unknown as Schemas['NewConnection'] })
export const changeConnection = (id: string, body: { name?: string; on?: boolean; settings?: Settings }) => patch('/v1/connections/{connection}', { ...one(id), body: body as Schemas['ConnectionChange'] })
export const removeConnection = (id: string) => remove('/v1/connections/{connection}', one(id))

export const signalPage = (query: { after?: string; limit?: number; q?: string; asset?: string }, signal?: AbortSignal) => get('/v1/signals', { query }, signal)
export const assets = (signal?: AbortSignal) => get('/v1/assets', {}, signal)
export const chartOf = async (id: number, from: number, to: number, columns: number, signal?: AbortSignal) =>
    (await get('/v1/signals/{signal}/chart', { path: { signal: id }, query: { from: exact(from), to: exact(to), columns } }, signal)) as ChartAnswer
export const samplesOf = async (id: number, from: number, to: number, limit: number, signal?: AbortSignal) =>
    (await get('/v1/signals/{signal}/samples', { path: { signal: id }, query: { from: exact(from), to: exact(to), limit } }, signal)) as SamplesAnswer
export const liveAddress = (ids: number[]) => `/v1/signals/stream?ids=${ids.join(',')}`
export const happenings = (query: HappeningFilter, signal?: AbortSignal) => get('/v1/events', { query }, signal)
