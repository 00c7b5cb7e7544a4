// What twins speak (docs/TWIN.md). Times are seconds since the start of the plant.
import { address, ask, get, post, remove } from './client'
import type { components } from './contract.gen'

type Schemas = components['schemas']
export type Layout = Schemas['Layout']
export type LayoutGroup = Layout['groups'][number]
export type Body = LayoutGroup['body']
export type Rect = Layout['hall']
export type TwinEvent = Schemas['TwinEvent']
export type Twin = Schemas['Twin']
export type Forecast = Schemas['Forecast']
/** Steps count from 0 in the API, from 1 for people. */
export type ForecastLot = Forecast['lots'][number]
export type Fan = Forecast['wip']
export type GroupNow = Schemas['GroupsNow']['groups'][number]
export type ToolNow = Schemas['ToolNow']
export type ToolLot = ToolNow['lots'][number]
export type LotNow = Schemas['Lot']
export type LotWay = Schemas['LotStory']
export type History = Schemas['TwinHistory']
export type Day = Schemas['Day']
export type Following = Schemas['Following']
export type Score = Schemas['Score']
export type Whereabouts = Schemas['Whereabouts']

export const E10 = ['standby', 'productive', 'setup', 'engineering', 'scheduled_down', 'unscheduled_down', 'nonscheduled'] as const
export type E10State = ToolNow['state']

const of = (twin: string) => ({ path: { twin } })
const when = (time: number | undefined) => (time === undefined ? {} : { time })

export const layoutOf = (plant: string, version: number) => get('/v1/plants/{plant}/versions/{version}/layout', { path: { plant, version: String(version) } })
export const twins = async (): Promise<Twin[]> => {
    const items: Twin[] = []
    let after: string | undefined
    do {
        const page = await get('/v1/twins', { query: { limit: 200, ...(after === undefined ? {} : { after }) } })
        items.push(...page.items)
        after = page.next
    } while (after !== undefined && items.length < 1000)
    return items
}
export const twin = (id: string) => get('/v1/twins/{twin}', of(id))
export const followingOf = (id: string, signal?: AbortSignal) => get('/v1/twins/{twin}/following', of(id), signal)
export const makeTwin = (body: Schemas['NewTwin']) => post('/v1/twins', { body })
export const removeTwin = (id: string) => remove('/v1/twins/{twin}', of(id))
export const play = (id: string, speed?: number) => post('/v1/twins/{twin}/play', { ...of(id), body: speed === undefined ? {} : { speed } })
export const pause = (id: string) => post('/v1/twins/{twin}/pause', { ...of(id), body: {} })
export const seek = (id: string, time: number) => post('/v1/twins/{twin}/seek', { ...of(id), body: { time } })
export const fork = (id: string, body: { name?: string; time?: number; seed?: number; playing: boolean }) => post('/v1/twins/{twin}/fork', { ...of(id), body })
export const putEvent = (id: string, body: Schemas['NewTwinEvent']) => post('/v1/twins/{twin}/events', { ...of(id), body })
export const startForecast = (id: string, body: { hours: number; replications: number }) => post('/v1/twins/{twin}/forecast', { ...of(id), body })
export const forecastOf = async (run: string): Promise<Forecast> => (await (await ask(address('/v1/runs/{run}/result', { run }))).json()) as Forecast
export const streamAddress = (id: string) => address('/v1/twins/{id}/stream', { id })
export const stateAddress = (id: string, time: number) => address('/v1/twins/{id}/state', { id }, { time })
export const floorAt = async (id: string, time: number, signal: AbortSignal) => new Uint8Array(await (await ask(address('/v1/twins/{id}/floor', { id }, { time }), { signal })).arrayBuffer())
export const groupsOf = (id: string, time?: number, signal?: AbortSignal) => get('/v1/twins/{twin}/groups', { ...of(id), query: when(time) }, signal)
export const dayOf = (id: string, time?: number) => get('/v1/twins/{twin}/day', { ...of(id), query: when(time) })
export const toolOf = (id: string, group: string, number: number, time?: number, signal?: AbortSignal) => get('/v1/twins/{twin}/tools/{group}/{number}', { path: { twin: id, group, number }, query: when(time) }, signal)
export const lotsOf = (id: string, query: { time?: number; search?: string; limit?: number; after?: string }, signal?: AbortSignal) => get('/v1/twins/{twin}/lots', { ...of(id), query }, signal)
export const lotOf = (id: string, lot: number, time?: number) => get('/v1/twins/{twin}/lots/{lot}', { path: { twin: id, lot }, query: when(time) })
export const historyOf = (id: string) => get('/v1/twins/{twin}/history', of(id))

/** Lots are numbered by their release; people see L7. */
export const lotName = (lot: number) => `L${lot}`
/** What was typed, as the API searches: it knows lots by number. */
export const lotSearch = (text: string) => text.trim().replace(/^L(?=\d+$)/i, '')
