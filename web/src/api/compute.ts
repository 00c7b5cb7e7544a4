// The pool: jobs, who has what, credits, policies and rounds. What the contract does not spell out (docs/openapi.json) is written down here.
import { address, ask, get, newKey, post, remove } from './client'
import type { components } from './contract.gen'
import { ApiError, problemFrom } from './problem'

type Schemas = components['schemas']
export type Job = Schemas['Job']
export type JobTry = Schemas['JobTry'] & { credits?: number; krw?: number }
export type JobState = Job['state']
export type NewJob = Schemas['NewJob']
export type JobFile = Schemas['JobFiles']['items'][number]
export type PoolNode = Schemas['PoolNode'] & { watts?: number }
export type Pool = Schemas['Pool']
export type PoolQueue = Schemas['PoolQueue']
export type Queued = PoolQueue['items'][number]
export type Both = Schemas['BothTongues']

/** Ten, fifty and ninety of a hundred possible futures have begun it by then; absent: later than was looked. */
export interface Start { p10?: string; p50?: string; p90?: string }
export interface JobForecast {
    at: string
    futures: number
    start: Start | null
    sentence: Both
    helps: { change: string; value?: number | string | boolean; start?: Start | null; sentence: Both }[]
}

export interface Credits {
    balance: number
    granted: number
    spent: number
    expired: number
    debt: number
    empty_at: string | null
    warning: number
    held: boolean
    has_prices: boolean
    grants: { id: string; credits: number; left: number; from: string; until: string | null; note: string }[]
    budgets: { account: string; from: string; until: string; credits: number; spent: number; warning: number }[]
}
export interface CreditEntry { kind: string; account: string; at: string; until?: string | null; credits: number; krw?: number; job?: string; attempt?: number; note?: string; by?: string }
export interface UsageFigures {
    used_hours: number
    idle_hours: number
    unknown_hours: number
    guaranteed_hours: number
    unused_hours: number
    waited_hours: number
    energy_kwh: number
    credits: number
    krw: number
    runs: number
    ends?: Record<string, number>
}
export type OwnedCost = Schemas['OwnedCost']
export interface Usage { owned?: Schemas['OwnedUsage']; months: string[]; accounts: { name: string; depth: number; months: UsageFigures[]; total: UsageFigures }[] }
export interface Price { from: string; resource: string; credits: number; krw: number }
/** With `lease`: what a round, or the operator, has lent it for a time; such a row has a guarantee alone. */
export interface AccountRow {
    account: string
    weight?: number
    guarantee?: Record<string, number>
    limit?: Record<string, number>
    job_max_gpus?: number
    job_max_hours?: number
    max_running?: number
    lease?: string
    from?: string
    until?: string | null
}
export interface Accounts { version: number; text: string; rows: AccountRow[] }
export type Reservation = Omit<Schemas['Reservation'], 'nodes'> & { nodes: string[] }
export type Reservations = Omit<Schemas['PoolReservations'], 'rows'> & { rows: Reservation[] }
export interface Policy { version: number; text: string; default: string; by?: string; changed?: string }

export interface Waits { mean_h: number; p50_h: number; p95_h: number; p99_h: number }
export interface ReplayedGroup { name?: string; gpus?: string; jobs: number; mean_h: number; p95_h: number }
export interface Replayed {
    name: string
    wait: Waits
    by_tenant?: ReplayedGroup[]
    by_size?: ReplayedGroup[]
    utilisation: number
    unallocated_gpus: number
    jain: number
    preemptions: number
    energy_kwh: number
    /** null: nothing has a price. */
    cost_krw: number | null
    series?: { at_h: number[]; busy: number[]; waiting: number[] }
    /** Where nodes failed, were drained or reserved. */
    outages?: { lost_runs: number; lost_gpu_hours: number; calm_mean_wait_h: number; mean_wait_h: Reached }
}
export interface Reached { mean: number; low: number; high: number }
export type Difference = { policy: string; against: string } & Record<string, Reached | string>
export interface Replay {
    id: string
    state: 'running' | 'done' | 'failed'
    progress?: number
    problem?: Schemas['Problem']
    result?: { trace: { jobs: number; gpus: number; nodes: number; from?: string; until?: string }; policies: Replayed[]; difference?: Difference[] }
}

export type RoundState = 'open' | 'closed' | 'awarded' | 'leased'
export interface Round {
    round: string
    title: string
    state: RoundState
    closes: string | null
    applications: number
    asked_gpus: number
    awarded_gpus: number
}
export interface WholeRound extends Round {
    supply?: { quarter: string; type: string; gpus: number; site: string }[]
    rules?: { text: string }
    files?: string[]
    classes?: string[]
    regions?: string[]
    record?: string[]
    record_whole?: boolean
    events?: RoundEvent[]
    watched?: { time: string; last_day: string; leases: { institution: string; type: string; gpus: number; used: number; idle_days: number; reclaim_on?: string }[] }
}
export interface RoundEvent { time: string; what: 'warn' | 'reclaim'; institution: string; type: string; day: string; idle_days: number; gpus: number; kept: number }
export interface ApplicationLine { type: string; from: string; until: string; gpus: number; least: number }
export interface NewApplication { title: string; purpose: string; region: string; class: string; site: string; priority: number; readiness: number; lines: ApplicationLine[] }
export interface Application { application: string; institution: string; class: string; region: string; purpose?: string; wished?: string | null; priority: number; readiness: number; asked: number; awarded: number; rank?: number; points?: number; scores?: { criterion: string; weight: number; score: number; adds: number }[]; bonus?: number; sentence?: Both; lines?: { type: string; from: string; until: string; gpus: number; least: number; awarded?: number }[] }
export interface Award {
    state: 'none' | 'running' | 'done' | 'failed' | 'cancelled'
    progress?: number
    problem?: { detail?: string; detail_ko?: string; title?: string; file?: string; row?: number; column?: number }
    gap?: number
    bound?: number
    worth?: number
    awarded_gpus?: number
    n_awarded?: number
    proven?: boolean
    lot_settled?: boolean
    short?: { group: string; gpu_quarters: number }[]
    by_class?: { class: string; applications?: number; asked: number; awarded: number }[]
    by_quarter?: { quarter: string; there: number; runnable: number; awarded: number }[]
    changes?: { n_gain: number; n_lose: number; moved: number; by_class?: { class: string; before: number; after: number }[]; applications?: { application: string; institution: string; class: string; asked: number; before: number; after: number; gpu_quarters: number }[] }
}
export interface RoundDone { n_lease?: number; n_warned?: number; n_due?: number; gpus?: number; events?: { time: string; what: string; subject: string; detail: string }[] }

/** The server does not have this part, or runs no jobs at all. */
export const isAbsent = (error: ApiError | null): boolean => error !== null && [404, 405, 501, 503].includes(error.status)

const json = async <V>(path: string, init: RequestInit = {}): Promise<V> => (await ask(path, init)).json() as Promise<V>
const see = <V>(path: string, signal?: AbortSignal) => json<V>(path, { signal: signal ?? null })
async function send<V>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<V> {
    const headers = { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...(method === 'POST' ? { 'Idempotency-Key': newKey() } : {}) }
    const answer = await ask(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    const text = await answer.text()
    return (text ? JSON.parse(text) : undefined) as V
}

// ---- jobs
export const jobs = (query: { state?: 'open' | JobState; project?: string; limit?: number; after?: string }, signal?: AbortSignal) => get('/v1/jobs', { query }, signal)
export const job = (id: string, signal?: AbortSignal) => get('/v1/jobs/{job}', { path: { job: id } }, signal)
export const cancelJob = (id: string) => post('/v1/jobs/{job}/cancel', { path: { job: id } })
export const retryJob = (id: string) => post('/v1/jobs/{job}/retry', { path: { job: id } })
export const deleteJob = (id: string) => remove('/v1/jobs/{job}', { path: { job: id } })
export const jobFiles = (id: string, signal?: AbortSignal) => get('/v1/jobs/{job}/files', { path: { job: id } }, signal)
export const jobForecast = (id: string, signal?: AbortSignal) => see<JobForecast>(address('/v1/jobs/{job}/forecast', { job: id }), signal)
export const forecastOf = (body: NewJob) => send<JobForecast>('POST', '/v1/jobs/forecast', body)

/** The same key again is the same job, so that a second try after a lost answer starts nothing twice. */
export async function submitJob(body: NewJob, files: readonly File[], key: string): Promise<Schemas['Submitted']> {
    const headers = { 'Idempotency-Key': key }
    if (files.length === 0) return json('/v1/jobs', { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    const form = new FormData()
    form.append('job', JSON.stringify(body))
    for (const file of files) form.append('files', file, file.name)
    return json('/v1/jobs', { method: 'POST', headers, body: form })
}

/** The next bytes of what a job has said, and how many there are in all. */
export async function jobLog(id: string, stream: 'out' | 'err', from: number, signal?: AbortSignal): Promise<{ bytes: Uint8Array<ArrayBuffer>; whole: number }> {
    const answer = await ask(address('/v1/jobs/{job}/log', { job: id }, { stream, from }), { signal: signal ?? null })
    const bytes = new Uint8Array(await answer.arrayBuffer())
    return { bytes, whole: Number(answer.headers.get('Maru-Whole-Bytes') ?? bytes.length) }
}

/** A file of a job's folder, piece by piece. */
export async function jobFile(id: string, name: string, progress: (bytes: number) => void): Promise<Blob> {
    const pieces: Blob[] = []
    for (let from = 0; ; ) {
        const answer = await ask(address('/v1/jobs/{job}/files/{file}', { job: id, file: name }, { from }))
        const whole = Number(answer.headers.get('Maru-Whole-Bytes') ?? NaN)
        const piece = await answer.blob()
        pieces.push(piece)
        from += piece.size
        progress(from)
        // A file that grows while it is read ends where it stood when its last piece came.
        if (piece.size === 0 || !(from < whole)) return new Blob(pieces)
    }
}

// ---- the pool
export const pool = (signal?: AbortSignal) => see<Pool>('/v1/pool', signal)
export const poolQueue = (signal?: AbortSignal) => get('/v1/pool/queue', {}, signal)
export const setNode = (node: string, state: 'up' | 'drained', reason: string) => send<unknown>('POST', address('/v1/pool/nodes/{node}', { node }), { state, reason })
export const policy = () => see<Policy>('/v1/pool/policy')
export const putPolicy = (text: string, version?: number) => send<Policy>('PUT', '/v1/pool/policy', { text, ...(version === undefined ? {} : { version }) })
export const accounts = () => see<Accounts>('/v1/pool/accounts')
export const putAccounts = (rows: AccountRow[], version: number) => send<Accounts>('PUT', '/v1/pool/accounts', { rows, version })
export const reservations = () => see<Reservations>('/v1/pool/reservations')
export const putReservations = (rows: Reservation[], version: number) => send<Reservations>('PUT', '/v1/pool/reservations', { rows, version })
export const startReplay = (body: { policies: { name: string; text: string }[]; trace: string; text?: string; inflate?: number; events?: string; failures?: string }) => send<{ id: string }>('POST', '/v1/pool/replays', body)
export const replay = (id: string, signal?: AbortSignal) => see<Replay>(address('/v1/pool/replays/{id}', { id }), signal)
export const replayReport = async (id: string, lang: string) => (await ask(address('/v1/pool/replays/{id}', { id }, { format: 'html', lang }))).text()

// ---- credits
export const credits = (tenant?: string, signal?: AbortSignal) => see<Credits>(address('/v1/credits', {}, { tenant }), signal)
const SPANS_S = [300, 3600, 86_400, 7 * 86_400, 31 * 86_400, 366 * 86_400]
const ENTRIES_MAX = 2000
const ENTRIES_GOOD = 100
/** The newest entries. The ledger is told from a time on, the oldest first, so that time goes back until there is enough. */
export async function creditEntries(tenant?: string): Promise<{ items: CreditEntry[] }> {
    let known: CreditEntry[] = []
    for (const span of SPANS_S) {
        const { items } = await see<{ items: CreditEntry[] }>(address('/v1/credits/entries', {}, { tenant, from: Math.floor(Date.now() / 1000) - span, limit: ENTRIES_MAX }))
        if (items.length >= ENTRIES_MAX && known.length > 0) break
        known = items
        if (known.length >= ENTRIES_GOOD) break
    }
    return { items: known }
}
export const setBudget = (body: { account: string; from: string; until: string; credits: number }) => send<unknown>('POST', '/v1/credits/budgets', body)
export const removeBudget = (account: string, from: string) => ask(`/v1/credits/budgets?${new URLSearchParams({ account, from }).toString()}`, { method: 'DELETE' })
export const usage = (months: number) => see<Usage>(address('/v1/pool/usage', {}, { months }))
export const usageFile = async (months: number, format: 'csv' | 'html', lang: string) => (await ask(address('/v1/pool/usage', {}, { months, format, lang }))).text()
export const ownedCost = () => see<OwnedCost>('/v1/pool/owned-cost')
export const putOwnedCost = (text: string, version: number) => send<OwnedCost>('PUT', '/v1/pool/owned-cost', { text, version })
export const prices = () => see<{ rows: Price[] }>('/v1/pool/prices')
export const addPrices = (rows: Price[]) => send<unknown>('POST', '/v1/pool/prices', { rows })
export const grant = (body: { tenant: string; id: string; credits: number; from: string; until: string | null; note: string }) => send<unknown>('POST', '/v1/pool/grants', body)

// ---- rounds
const ofRound = (round: string, rest = '', query?: Record<string, unknown>) => address(`/v1/rounds/{round}${rest}`, { round }, query)
export const rounds = () => see<{ items: Round[] }>('/v1/rounds')
export const newRound = (body: { round: string; title: string; closes?: string; files?: Record<string, string>; example?: string }) => send<Round>('POST', '/v1/rounds', body)
export const round = (id: string) => see<WholeRound>(ofRound(id))
export async function roundFile(id: string, file: string): Promise<string> {
    return (await ask(address('/v1/rounds/{round}/files/{file}', { round: id, file }))).text()
}
export const putRoundFile = (id: string, file: string, text: string) => send<unknown>('PUT', address('/v1/rounds/{round}/files/{file}', { round: id, file }), { text })
export const apply = (id: string, body: NewApplication) => send<unknown>('POST', ofRound(id, '/applications'), body)
const APPLICATIONS_MAX = 20_000
export async function applications(id: string): Promise<Application[]> {
    const items: Application[] = []
    let after: string | null | undefined
    do {
        const page = await see<{ items: Application[]; next?: string | null }>(ofRound(id, '/applications', { limit: 200, after: after ?? undefined }))
        items.push(...page.items)
        after = page.next
    } while (after && items.length < APPLICATIONS_MAX)
    return items
}
export const startAward = (id: string, body: { rules?: string; keep: boolean }) => send<{ id: string }>('POST', ofRound(id, '/award'), body)
export const cancelAward = (id: string) => send<unknown>('POST', ofRound(id, '/award/cancel'), {})
export const award = (id: string, signal?: AbortSignal) => see<Award>(ofRound(id, '/award'), signal)
export const doRound = (id: string, what: 'lease' | 'watch' | 'reclaim') => send<RoundDone>('POST', ofRound(id, `/${what}`), {})
export const roundReport = async (id: string, lang: string) => (await ask(ofRound(id, '/report', { lang }))).text()

export const problemOf = (problem: unknown): ApiError => (problem instanceof ApiError ? problem : new ApiError(problemFrom(0, null, String(problem))))
