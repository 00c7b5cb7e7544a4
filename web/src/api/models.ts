// Living models: kept spreadsheets, what was learned from them, who answers, and how that goes on the floor. Times are seconds since
// 1970-01-01 UTC. What a card and predictions hold depends on the kind of model (docs/MODELS.md), so it is written down here.
import { address, ask, authority, newKey } from './client'
import type { components } from './contract.gen'
import { ApiError, problemFrom } from './problem'
import type { QualityAnswer } from './quality'
import { wantSignIn } from './session'
import type { Run } from './types'

type Schemas = components['schemas']
export type Dataset = Schemas['Dataset']
export type Model = Schemas['Model']
export type ModelVersion = Schemas['ModelVersion']
export type Headline = Schemas['Headline']
export type Training = Schemas['Training']
export type NewModel = Schemas['NewModel']
export type Feed = Schemas['Feed']
export type Live = Schemas['Live']
export type Prediction = Schemas['Prediction']
export type Role = ModelVersion['role']

type Maybe = number | null
export interface Reached { value: Maybe; low: Maybe; high: Maybe }
/** `tenth`, `half`: the ages by which so many have failed. */
export interface Weibull { shape: Reached; scale: Reached; tenth: Reached; half: Reached }
export interface CardFigure { name: string; name_ko?: string; name_en?: string; value: Maybe; low: Maybe; high: Maybe; constant: Maybe; is_less_better?: boolean; is_share?: boolean }
export interface Reliability { said: number; came_true: number; low: number; high: number; n: number }
export interface Dependence { feature: string; is_word: boolean; class: string | null; points: { at: number; value: number }[]; words: { ko: string; en: string } }
/** What is told of most kinds; members that a kind has no use for are absent. */
export interface ModelCard {
    goal?: string
    target?: string
    bad?: string
    data?: string
    n_train?: number
    n_test?: number
    n_bad_train?: number
    n_bad_test?: number
    split?: string
    group?: string
    threshold?: Maybe
    level?: Maybe
    figures?: CardFigure[]
    suspects?: { feature: string; share: number; stability: number }[]
    drift?: { feature: string; index: Maybe }[]
    n_drifting?: number
    reliability?: Reliability[]
    tries?: { name: string; loss: number; se: number; is_chosen: boolean }[]
    warnings?: string[]
    /** What the model answers on average where a column has a value: a probability, or a number. */
    dependence?: Dependence[]
    // remaining life
    n_unit?: number
    n_row?: number
    n_held_out?: number
    rmse_held_out?: Maybe
    cap?: Maybe
    counted_in?: string
    order?: string
    unit?: string
    columns?: { name: string; is_setting?: boolean }[]
    // patterns of wafer maps: how well each is told on maps of lots never seen
    patterns?: { name: string; n_train: number; n_test: number; f1: Maybe; low: Maybe; high: Maybe }[]
    // rows that are odd
    odd?: Reached
    false_alarms?: Maybe | Reached
    auc?: Reached
    bad_of_odd?: Reached
    bad_of_others?: Reached
    // process faults: how often each is seen, and for which other it is taken
    detected?: Reached
    named?: Reached
    unknown?: Reached
    unseen?: Reached
    faults?: { name: string; n_row: number; n_run: number; delay: Maybe; detected: Reached; named: Reached; taken_for: string | null; taken: Maybe }[]
    // lives
    age?: string
    ended?: string
    n_life?: number
    n_failed?: number
    horizon?: Maybe
    concordance?: Reached
    coverage?: Reached
    weibull?: Weibull
    replacement?: { is_planned: boolean; is_sure: boolean; age: Maybe; saving: Reached; surviving: Maybe; cost_planned: number; cost_failure: number }
    effects?: { feature: string; ratio: Maybe; low: Maybe; high: Maybe; p: Maybe; is_used: boolean; changes_with_age: boolean }[]
    group_p?: Maybe
    /** Of all lives, then of each group. */
    curves?: { name: string; n: number; n_failed: number; median: Reached; points: { age: number; surviving: number; low: number; high: number }[] }[]
}

/** What made an answer: by how much a value raised it; or, of odd rows, what was expected instead. */
export interface Why { feature: string; value?: Maybe; added?: number; expected?: Maybe }
/** A row of a table, asked; or a unit, where lives are asked for. */
export interface Answer {
    line?: number
    value?: Maybe
    low?: Maybe
    high?: Maybe
    is_alarm?: boolean
    class?: string
    classes_left?: number
    n_missing?: number
    n_outside?: number
    outside?: string
    why?: Why[]
    /** Of lives: how old it is, and in how long to replace it. */
    age?: Maybe
    replace_in?: Maybe
}
export interface LifeAnswer { unit: string; rows: number; remaining: Maybe; low: Maybe; high: Maybe; or_more: boolean; replace_in?: Maybe }
/** Of wafer maps: the pattern of one, in the order in which maps begin in the table, and lots that show one more often than all others. */
export interface MapAnswer { lot: string; wafer: string; class: string; probability: number; second: string; second_probability: number; why?: { feature: string; feature_ko: string; value: number; usual: number }[] }
export interface SharedPattern { class: string; lot: string; n: number; of: number; share: Reached; others: Reached; p: number }
export interface Answers {
    model: string
    target?: string
    counted_in?: string
    n_outside?: number
    predictions?: Answer[]
    units?: LifeAnswer[]
    maps?: MapAnswer[]
    shared?: SharedPattern[]
}

const json = async <V>(response: Promise<Response>): Promise<V> => (await (await response).json()) as V
const send = <V>(method: string, path: string, body?: unknown): Promise<V> =>
    json(ask(path, { method, headers: { 'Content-Type': 'application/json', ...(method === 'POST' ? { 'Idempotency-Key': newKey() } : {}) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }))
const of = (model: string, rest = '') => address(`/v1/models/{model}${rest}`, { model })

interface Page<V> { items: V[]; next?: string }
async function all<V>(path: string, most = 1000): Promise<V[]> {
    const items: V[] = []
    let after: string | undefined
    do {
        const page: Page<V> = await json(ask(address(path, {}, { limit: 200, after })))
        items.push(...page.items)
        after = page.next
    } while (after !== undefined && items.length < most)
    return items
}

export const datasets = () => all<Dataset>('/v1/datasets')
export const dataset = (id: string) => json<Dataset>(ask(address('/v1/datasets/{id}', { id })))
/** As it came, under its name. */
export const datasetFile = async ({ id, name }: Dataset): Promise<File> => new File([await (await ask(address('/v1/datasets/{id}/file', { id }))).blob()], name)
/** The windows that a data set was made of feed the model that learns from it. */
export const feedOf = ({ made_from: asked }: Dataset): Feed => ({ window: asked!.window, ...(asked!.truth ? { truth: asked!.truth } : {}) })
/** Who learned from a dataset, or is about to. */
export interface DatasetUse { model: Model; versions: number[]; isTraining: boolean }
const AT_ONCE = 4
/** Of all datasets, by their ids. */
export async function datasetUses(): Promise<Map<string, DatasetUse[]>> {
    const uses = new Map<string, DatasetUse[]>()
    const left = await models()
    const look = async () => {
        for (let one = left.shift(); one; one = left.shift()) {
            const [whole, run] = await Promise.all([model(one.id), one.training ? json<{ request: { dataset?: string } }>(ask(address('/v1/runs/{run}', { run: one.training }))) : null])
            const of = new Map<string, DatasetUse>()
            const at = (id: string) => of.get(id) ?? of.set(id, { model: whole, versions: [], isTraining: false }).get(id)!
            for (const { dataset: id, version: number } of whole.versions ?? []) if (id) at(id).versions.push(number)
            if (run?.request.dataset) at(run.request.dataset).isTraining = true
            for (const [id, use] of of) uses.set(id, [...(uses.get(id) ?? []), { ...use, versions: use.versions.sort((a, b) => a - b) }])
        }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, look))
    return uses
}
/** What its columns mean, for a verdict that is named or found. */
export const datasetQuality = (id: string, target: string) => json<QualityAnswer>(ask(address('/v1/datasets/{id}/quality', { id }, { format: 'json', target })))
export const windowsDataset = (body: Schemas['WindowsAsked']) => send<Dataset>('POST', '/v1/datasets/from-windows', body)
export const removeDataset = (id: string) => ask(address('/v1/datasets/{id}', { id }), { method: 'DELETE' })

export const models = () => all<Model>('/v1/models')
export const model = (id: string, signal?: AbortSignal) => json<Model>(ask(of(id), { signal: signal ?? null }))
export const changeModel = (id: string, change: Schemas['ModelChange']) => send<Model>('PATCH', of(id), change)
export const removeModel = (id: string) => ask(of(id), { method: 'DELETE' })
export const trainModel = (body: NewModel) => send<{ model: Model; run: Run }>('POST', '/v1/models', body)
export const trainVersion = (id: string, body: Training) => send<{ run: Run }>('POST', of(id, '/versions'), body)
const versionAddress = (id: string, version: number, rest = '') => address(`/v1/models/{model}/versions/{version}${rest}`, { model: id, version })
export const version = (id: string, number: number) => json<ModelVersion & { card?: ModelCard }>(ask(versionAddress(id, number)))
export const fileAddress = (id: string, number: number) => versionAddress(id, number, '/file')
export const onnxAddress = (id: string, number: number) => versionAddress(id, number, '/onnx')
export const promote = (id: string, number: number, role: Role) => send<Model>('POST', versionAddress(id, number, '/promote'), { as: role })
export const rollBack = (id: string) => send<Model>('POST', of(id, '/rollback'), {})

export interface PredictionsAsked { from?: number; to?: number; tool?: string; lot?: string; limit?: number; after?: string }
export const predictions = (id: string, query: PredictionsAsked, signal?: AbortSignal) => json<Page<Prediction>>(ask(address('/v1/models/{model}/predictions', { model: id }, { ...query }), { signal: signal ?? null }))

export interface Sending { answer: Promise<string>; stop: () => void }
/** The text of the answer to a file. XMLHttpRequest, because fetch() tells no progress of an upload; 1: it is being worked on. */
function sendFile(path: string, body: Blob | FormData, progress?: (share: number) => void): Sending {
    const request = new XMLHttpRequest()
    const answer = new Promise<string>((resolve, reject) => {
        request.open('POST', path)
        for (const [name, value] of Object.entries(authority())) request.setRequestHeader(name, value)
        request.upload.onprogress = (event) => event.lengthComputable && progress?.(event.loaded / event.total)
        request.upload.onload = () => progress?.(1)
        request.onerror = () => reject(new ApiError({ type: 'maru:no-answer', title: 'no answer', status: 0 }))
        request.onabort = () => reject(new DOMException('stopped', 'AbortError'))
        request.onload = () => {
            if (request.status >= 200 && request.status < 300) return resolve(request.responseText)
            if (request.status === 401) wantSignIn()
            reject(new ApiError(problemFrom(request.status, request.getResponseHeader('Content-Type'), request.responseText)))
        }
        request.send(body)
    })
    return { answer, stop: () => request.abort() }
}

const bare = (file: File) => new Blob([file], { type: 'application/octet-stream' })
/** The same bytes again are the same dataset. */
export const keepDataset = (file: File, progress?: (share: number) => void): Sending => sendFile(address('/v1/datasets', {}, { file: file.name }), bare(file), progress)
export const predict = (id: string, file: File, query: { version?: number; why?: 1; lang: string; format: 'json' | 'csv'; sheet?: string }, progress?: (share: number) => void): Sending =>
    sendFile(address('/v1/models/{model}/predict', { model: id }, { ...query, file: file.name }), bare(file), progress)
/** A file of another maru: the first version of a model, or the next one. */
export function addFile(file: File, to: { name: string } | { id: string }): Promise<void> {
    const form = new FormData()
    if ('name' in to) form.append('name', to.name)
    form.append('model', file, file.name)
    return sendFile('id' in to ? of(to.id, '/versions') : '/v1/models', form).answer.then(() => {})
}
