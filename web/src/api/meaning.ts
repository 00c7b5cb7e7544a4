// What the data means: alarms, what tools do, control charts, and the tables that say it. Times are seconds since 1970-01-01 UTC.
import { address, ask, bytes, get, list, post } from './client'
import type { components } from './contract.gen'
import { happenings, type Happening } from './live'

type Schemas = components['schemas']
export type Alarm = Schemas['Alarm']
export type AlarmList = Schemas['AlarmList']
export type AlarmTuning = Schemas['AlarmTuning']
export type AlarmProposal = Schemas['AlarmProposal']
export type Tool = Schemas['EquipmentTool']
export type ToolStates = Schemas['StateList']['items'][number]
export type StateSpan = Schemas['StateSpan']
export type Oee = Schemas['Oee']
export type ControlChart = Schemas['ControlChart']
export type ControlPoints = Schemas['ControlChartPoints']
export type ControlPoint = Schemas['ControlPoint']
export type ControlLine = Schemas['ControlLine']
export type Capability = Schemas['Capability']
export type Estimate = Schemas['Estimate']
export type DocumentRow = Schemas['DocumentRow']
export type DocumentName = 'alarms' | 'charts' | 'equipment' | 'ideals' | 'shifts' | 'follow' | 'windows' | 'assets'

export const alarms = (query: { state?: string; operator?: string; limit?: number }, signal?: AbortSignal) => get('/v1/alarms', { query }, signal)
const of = (alarm: string) => ({ path: { alarm } })
export const acknowledge = (alarm: string, note: string) => post('/v1/alarms/{alarm}/acknowledge', { ...of(alarm), body: { note } })
export const shelve = (alarm: string, until: number, note: string) => post('/v1/alarms/{alarm}/shelve', { ...of(alarm), body: { until, note } })
export const unshelve = (alarm: string) => post('/v1/alarms/{alarm}/unshelve', { ...of(alarm), body: {} })
export const takeOut = (alarm: string, note: string) => post('/v1/alarms/{alarm}/out-of-service', { ...of(alarm), body: { note } })
export const putBack = (alarm: string) => post('/v1/alarms/{alarm}/in-service', { ...of(alarm), body: {} })
export const tune = (budget: number, from: number, to: number) => post('/v1/alarms/tune', { body: { budget, from, to } })

/** What maru itself concluded, newest first, up to so many; `isCut` where there are more. */
export async function concluded(kind: 'alarm' | 'chart' | 'state', from: number, to: number, most: number, signal?: AbortSignal): Promise<{ events: Happening[]; isCut: boolean }> {
    const events: Happening[] = []
    let before: string | undefined
    do {
        const page = await happenings({ kind, source: 'maru', from, to, limit: 1000, ...(before ? { before } : {}) }, signal)
        events.push(...page.items)
        before = page.next
    } while (before !== undefined && events.length < most)
    return { events, isCut: before !== undefined }
}

export const tools = (signal?: AbortSignal) => get('/v1/equipment', {}, signal)
export const toolStates = (query: { from: number; to: number; tool?: string }, signal?: AbortSignal) => get('/v1/equipment/states', { query }, signal)
export const oee = (query: { from: number; to: number; by?: 'shift' | 'day'; tool?: string }, signal?: AbortSignal) => get('/v1/equipment/oee', { query }, signal)

export const controlCharts = (signal?: AbortSignal) => get('/v1/charts', {}, signal)
export const controlChart = (chart: string, from: number, to: number, signal?: AbortSignal) => get('/v1/charts/{chart}', { path: { chart }, query: { from, to } }, signal)
export const freeze = (chart: string, from: number, to: number) => post('/v1/charts/{chart}/freeze', { path: { chart }, body: { from, to } })
export const capability = (chart: string, from: number, to: number, signal?: AbortSignal) => get('/v1/charts/{chart}/capability', { path: { chart }, query: { from, to } }, signal)

export const readDocument = (name: DocumentName) => get('/v1/documents/{document}', { path: { document: name } })
export const documentVersions = (name: DocumentName) => list('/v1/documents/{document}/versions', { path: { document: name } })
export const documentAddress = (name: DocumentName, version: number) => address('/v1/documents/{document}/versions/{version}', { document: name, version })
/** A table of assets to start from; the server keeps nothing of it. */
export const assetsProposal = (plant: string): Promise<Uint8Array> => bytes(address('/v1/assets/proposal', {}, { plant }))
/** `version`: the one that was edited; 0: there was none. */
export async function writeDocument(name: DocumentName, bytes: Uint8Array, version: number): Promise<Schemas['DocumentFacts']> {
    const headers = { 'Content-Type': 'text/csv', ...(version > 0 ? { 'If-Match': `"${version}"` } : {}) }
    return (await ask(address('/v1/documents/{document}', { document: name }), { method: 'PUT', headers, body: bytes as Uint8Array<ArrayBuffer> })).json() as Promise<Schemas['DocumentFacts']>
}
