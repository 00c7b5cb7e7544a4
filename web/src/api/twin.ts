// What twins speak (docs/TWIN.md). Times are seconds since the start of the plant.
import { address, ask, newKey } from './client'
import type { Run } from './types'

export const E10 = ['standby', 'productive', 'setup', 'engineering', 'scheduled_down', 'unscheduled_down', 'nonscheduled'] as const
export type E10State = (typeof E10)[number]

export type Rect = [x0: number, y0: number, x1: number, y1: number]
export type Body = 'none' | 'bench' | 'cluster' | 'track' | 'furnace' | 'gauge' | 'stocker'

export interface LayoutGroup {
    name: string
    area: number
    first_tool: number
    n_tool: number
    body: Body
    is_delay: boolean
}

export interface Layout {
    start?: string
    hall: Rect
    areas: { name: string; rects: Rect[] }[]
    aisles: Rect[]
    products: string[]
    groups: LayoutGroup[]
    tools: Record<'x' | 'y' | 'heading' | 'width' | 'depth' | 'height' | 'port_x' | 'port_y' | 'aisle', number[]>
    stockers: { group: number; x: number; y: number; heading: number; width: number; depth: number; height: number }[]
}

export interface TwinEvent {
    time: number
    kind: 'down' | 'up' | 'reseed'
    tool?: string
    for?: number
    by?: string
}

export interface Twin {
    id: string
    name: string
    plant: string
    version: number
    state: 'playing' | 'paused' | 'seeking' | 'failed'
    speed: number
    time: number
    end: number
    rate?: number
    /** While it is open. */
    wip?: number
    seed: number
    options?: Record<string, string>
    origin?: { twin: string; time: number }
    /** Not in lists. */
    events?: TwinEvent[]
    forecast?: string
    created: string
    by?: string
    problem?: { title: string; detail?: string }
}

export interface Fan {
    p05: number[]
    p25: number[]
    p50: number[]
    p75: number[]
    p95: number[]
}

/** Steps count from 0 in the API, from 1 for people. */
export interface ForecastLot {
    lot: number
    product: string
    priority: number
    step: number
    steps: number
    due: number | null
    p10: number | null
    p50: number | null
    p90: number | null
    late: number | null
    extrapolated: boolean
}

export interface Forecast {
    twin: string
    time: number
    hours: number
    replications: number
    point_seconds: number
    wip: Fan
    out: Fan
    groups: { name: string; queue: Fan }[]
    lots: ForecastLot[]
    bottlenecks: { group: string; chance: number; from: number | null }[]
    sentence: { ko: string; en: string }
}

export interface GroupNow {
    name: string
    queue: number
    in_process: number
    tools: number[]
    utilization: number | null
    wait: number
    risk: number
}

export interface ToolLot {
    lot: number
    product: string
    step: number
    step_name: string
    priority: number
    since?: number
    ends?: number
}

export interface ToolNow {
    time: number
    name: string
    group: string
    number: number
    area: string | null
    state: E10State
    /** Down because somebody said so. */
    stopped?: boolean
    since: number
    until?: number
    setup?: string
    utilization: number | null
    lots: ToolLot[]
    queue: ToolLot[]
    n_queue: number
    next_maintenance?: { name: string; due: number }
}

export interface LotNow {
    lot: number
    product: string
    priority: number
    wafers: number
    step: number
    steps: number
    step_name: string
    where: 'moving' | 'waiting' | 'processing'
    group: string
    tool?: string
    since?: number
    until?: number
    released: number | null
    due: number | null
    queue_limit?: number
}

export interface LotWay extends LotNow {
    time: number
    history: { step: number; step_name: string; group: string; tool: string | null; arrived: number | null; started: number | null; ended: number | null }[]
    ahead: { step: number; step_name: string; group: string }[]
}

export interface History {
    point_seconds: number
    n: number
    wip: number[]
    released: number[]
    done: number[]
    groups: { name: string; queue: number[] }[]
}

const at = (path: string, values: Record<string, unknown> = {}, query?: Record<string, unknown>) => address(`/v1/twins${path}`, values, query)
const read = async <V>(url: string, signal?: AbortSignal): Promise<V> => (await (await ask(url, { signal: signal ?? null })).json()) as V
async function send<V>(url: string, body: unknown): Promise<V> {
    const answer = await ask(url, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', 'Idempotency-Key': newKey() } })
    return (await answer.json()) as V
}

export const layoutOf = (plant: string, version: number) => read<Layout>(address('/v1/plants/{plant}/versions/{version}/layout', { plant, version }))
export const twins = async (): Promise<Twin[]> => {
    const items: Twin[] = []
    let after: string | undefined
    do {
        const page = await read<{ items: Twin[]; next?: string }>(at('', {}, { limit: 200, after }))
        items.push(...page.items)
        after = page.next
    } while (after !== undefined && items.length < 1000)
    return items
}
export const twin = (id: string) => read<Twin>(at('/{id}', { id }))
export const makeTwin = (body: { plant: string; version?: number; name?: string; seed?: number; speed?: number; playing?: boolean }) => send<Twin>(at(''), body)
export const removeTwin = (id: string) => ask(at('/{id}', { id }), { method: 'DELETE' })
export const play = (id: string, speed?: number) => send<Twin>(at('/{id}/play', { id }), speed === undefined ? {} : { speed })
export const pause = (id: string) => send<Twin>(at('/{id}/pause', { id }), {})
export const seek = (id: string, time: number) => send<Twin>(at('/{id}/seek', { id }), { time })
export const fork = (id: string, body: { name?: string; time?: number; seed?: number; playing?: boolean }) => send<Twin>(at('/{id}/fork', { id }), body)
export const putEvent = (id: string, body: { kind: 'down' | 'up'; tool: string; for?: number }) => send<Twin>(at('/{id}/events', { id }), body)
export const startForecast = (id: string, body: { hours: number; replications: number }) => send<Run>(at('/{id}/forecast', { id }), body)
export const forecastOf = (run: string) => read<Forecast>(address('/v1/runs/{run}/result', { run }))
export const streamAddress = (id: string) => at('/{id}/stream', { id })
export const floorAt = async (id: string, time: number, signal: AbortSignal) => new Uint8Array(await (await ask(at('/{id}/floor', { id }, { time }), { signal })).arrayBuffer())
export const groupsOf = (id: string, time?: number, signal?: AbortSignal) => read<{ time: number; groups: GroupNow[] }>(at('/{id}/groups', { id }, { time }), signal)
export const toolOf = (id: string, group: string, number: number, time?: number, signal?: AbortSignal) => read<ToolNow>(at('/{id}/tools/{group}/{number}', { id, group, number }, { time }), signal)
export const lotsOf = (id: string, query: { time?: number | undefined; search?: string; limit?: number; after?: string | undefined }, signal?: AbortSignal) => read<{ items: LotNow[]; next?: string }>(at('/{id}/lots', { id }, query), signal)
export const lotOf = (id: string, lot: number, time?: number) => read<LotWay>(at('/{id}/lots/{lot}', { id, lot }, { time }))

/** Lots are numbered by their release; people see L7. */
export const lotName = (lot: number) => `L${lot}`
/** What was typed, as the API searches: it knows lots by number. */
export const lotSearch = (text: string) => text.trim().replace(/^L(?=\d+$)/i, '')
export const historyOf = (id: string) => read<History>(at('/{id}/history', { id }))
