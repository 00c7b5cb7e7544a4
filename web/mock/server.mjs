// The contract of docs/openapi.json without the C server: plain Node, no packages. Plants are kept in a folder of scratch, checks and
// runs are those of the maru command, so that the page shows real numbers. Not a reference: it is as strict as the page needs.
//
//   MARU=../build/maru node mock/server.mjs [PLANT-FOLDER...]     plants that are there from the start
//
// PORT (7070), MOCK_TOKEN (then a token is needed), MOCK_RUN_MS (a run takes at least so long), MOCK_HOST, MOCK_LOTS (stock of a twin at
// most), MOCK_LOAD (of its busiest tool group), MOCK_STORM
// (all lots are under way, always).
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { formFiles, unzip, zip } from './archives.mjs'
import { twinRoutes } from './twins.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
const MARU = process.env.MARU ?? join(HERE, '../../build/maru')
const DIST = join(HERE, '../dist')
const RUN_MS = Number(process.env.MOCK_RUN_MS ?? 1500)
const ROLES = ['viewer', 'engineer', 'operator', 'admin']
const scratch = mkdtempSync(join(tmpdir(), 'maru-mock-'))
const version = '0.1.0'

const plants = new Map() // id -> { id, name, created, versions: [{ version, ..., folder }] }
const runs = new Map() // id -> { run, result, reports, child, listeners }
const answered = new Map() // Idempotency-Key -> [status, body]
const tenants = [{ name: 'local', created: now() }]
const tokens = []
const audit = []
let last = 0
if (process.env.MOCK_TOKEN) tokens.push({ id: id(), name: 'first', role: 'admin', created: now(), secret: process.env.MOCK_TOKEN })

function now() {
    return new Date().toISOString()
}
function id() {
    last = Math.max(Date.now(), last + 1)
    return last.toString(36) + randomBytes(4).toString('hex')
}
class Refusal extends Error {
    constructor(status, title, more = {}) {
        super(title)
        this.problem = { type: 'about:blank', title, status, ...more }
    }
}
function log(who, action, subject, detail) {
    const before = audit.at(-1)?.hash ?? ''
    const entry = { number: audit.length + 1, at: now(), who, action, subject, ...(detail ? { detail } : {}) }
    audit.push({ ...entry, hash: createHash('sha256').update(before + JSON.stringify(entry)).digest('hex') })
}

function maru(args, onChild = () => {}) {
    return new Promise((resolve, reject) => {
        const child = spawn(MARU, args)
        const out = []
        const err = []
        child.stdout.on('data', (part) => out.push(part))
        child.stderr.on('data', (part) => err.push(part))
        child.on('error', reject)
        child.on('close', (code) => resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }))
        onChild(child)
    })
}

async function addVersion(plant, files, who) {
    if (files.length === 0) throw new Refusal(400, 'no tables', { detail: 'The upload holds no tables.' })
    if (files.length > 512) throw new Refusal(413, 'too many tables')
    const number = plant.versions.length + 1
    const folder = join(scratch, plant.id, String(number))
    mkdirSync(folder, { recursive: true })
    for (const { name, data } of files) if (!name.startsWith('.')) writeFileSync(join(folder, name), data)
    const check = JSON.parse((await maru(['check', folder, '--json', '--all'])).out || '{}')
    if (check.error) throw new Refusal(422, 'not a plant', { detail: check.error.text, file: basename(check.error.file) })
    check.groups_over_100_percent ??= undefined
    delete check.folder
    const named = files.find((file) => file.name === 'plant.csv')?.data.toString().split(/\r?\n/)[1]?.split(',')[0]
    plant.name ??= check.plant?.name ?? named
    plant.versions.push({
        plant: plant.id, name: plant.name ?? plant.fallback, version: number, created: now(), by: who, sound: check.sound, counts: check.counts,
        ...(check.plant ? { size: check.plant } : {}),
        tables: readdirSync(folder).sort().map((name) => ({ name, bytes: statSync(join(folder, name)).size })),
        folder, check,
    })
    return plant.versions.at(-1)
}
const shown = ({ folder, check, ...rest }) => rest
const plantShown = (p) => ({ id: p.id, name: p.name ?? p.fallback, created: p.created, versions: p.versions.length, latest: shown(p.versions.at(-1)) })

function plantOf(name) {
    const plant = plants.get(name)
    if (!plant) throw new Refusal(404, 'no such plant')
    return plant
}
function versionOf(plant, name) {
    const found = name === undefined || name === 'latest' ? plant.versions.at(-1) : plant.versions[Number(name) - 1]
    if (!found) throw new Refusal(404, 'no such version')
    return found
}

function diff(from, to) {
    const lines = (v, name) => (existsSync(join(v.folder, name)) ? readFileSync(join(v.folder, name), 'utf8').split(/\r?\n/).filter(Boolean) : null)
    const names = [...new Set([...from.tables, ...to.tables].map((table) => table.name))].sort()
    const tables = []
    for (const name of names) {
        const a = lines(from, name)
        const b = lines(to, name)
        if (a && b && a.join('\n') === b.join('\n')) continue
        // Lines that are in one only, counted; enough for a mock.
        const only = (list, other) => {
            const left = new Map()
            for (const line of other ?? []) left.set(line, (left.get(line) ?? 0) + 1)
            const rows = []
            ;(list ?? []).forEach((text, index) => {
                const n = left.get(text) ?? 0
                if (n > 0) left.set(text, n - 1)
                else rows.push({ row: index + 1, text })
            })
            return rows
        }
        const removed = only(a, b)
        const added = only(b, a)
        const more = Math.max(0, removed.length - 500) + Math.max(0, added.length - 500)
        tables.push({ name, change: !a ? 'added' : !b ? 'removed' : 'changed', removed: removed.slice(0, 500), added: added.slice(0, 500), ...(more ? { more } : {}) })
    }
    return { from: from.version, to: to.version, tables }
}

function tell(entry, changes) {
    Object.assign(entry.run, changes)
    for (const listener of entry.listeners) listener(entry.run)
}
const isOver = (run) => ['done', 'failed', 'cancelled'].includes(run.state)

// What-if settings that the command may not know yet: a lighter load stands for them, so that there is a difference to show.
function known(text) {
    const parts = text.split(';').map((part) => part.trim()).filter(Boolean)
    const kept = parts.filter((part) => !/^(tools|downtime|releases|priority):/.test(part))
    return (kept.length < parts.length && !kept.some((part) => part.startsWith('load=')) ? [...kept, 'load=96'] : kept).join('; ')
}

function arguments_(run, folder) {
    const r = run.request
    const args = [run.kind === 'compare' ? 'compare' : 'sim', folder, '--days', String(r.days ?? 365), '--warmup', String(r.warmup_days ?? 0)]
    args.push('--reps', String(r.replications ?? 1), '--seed', String(r.seed ?? 1))
    for (const [name, value] of Object.entries(r.options ?? {})) args.push('--option', `${name}=${value}`)
    ;(r.variants ?? []).forEach((text, n) => args.push(`--${'abcdefgh'[n]}`, known(text) || 'rule=plant'))
    return args
}

let queue = Promise.resolve()
function work(entry, folder) {
    queue = queue.then(async () => {
        const { run } = entry
        if (isOver(run)) return
        const began = Date.now()
        const guess = entry.guess ?? RUN_MS
        tell(entry, { state: 'running', started: now(), ahead: undefined })
        const ticking = setInterval(() => tell(entry, { progress: Math.min(0.98, (Date.now() - began) / Math.max(guess, RUN_MS)) }), 100)
        try {
            const args = arguments_(run, folder)
            const got = await maru([...args, '--json'], (child) => (entry.child = child))
            const result = JSON.parse(got.out)
            if (result.error) throw new Refusal(422, result.error.text, { detail: result.error.text, file: basename(result.error.file ?? '') || undefined, row: result.error.row || undefined, column: result.error.column || undefined })
            const sentence = {}
            for (const lang of ['ko', 'en']) {
                const report = join(scratch, `${run.id}.${lang}.html`)
                const text = (await maru([...args, '--lang', lang, '--report', report])).out.split('\n').map((line) => line.trim()).filter(Boolean)
                sentence[lang] = run.kind === 'compare' ? text[0] : (text[1] ?? '')
                entry.reports[lang] = report
            }
            while (Date.now() - began < RUN_MS && !entry.cancelled) await new Promise((done) => setTimeout(done, 50))
            entry.result = JSON.stringify(result)
            tell(entry, { state: entry.cancelled ? 'cancelled' : 'done', progress: entry.cancelled ? run.progress : 1, ended: now(), sentence })
        } catch (error) {
            const problem = error.problem ?? { type: 'about:blank', title: 'the run failed', status: 500, detail: String(error.message) }
            tell(entry, entry.cancelled ? { state: 'cancelled', ended: now() } : { state: 'failed', ended: now(), problem })
        } finally {
            clearInterval(ticking)
        }
    })
}

function body(request, most = 64 << 20) {
    return new Promise((resolve, reject) => {
        const parts = []
        let size = 0
        request.on('data', (part) => {
            size += part.length
            if (size > most) reject(new Refusal(413, 'too large', { detail: 'At most 64 MiB.' }))
            else parts.push(part)
        })
        request.on('end', () => resolve(Buffer.concat(parts)))
        request.on('error', reject)
    })
}
async function tables(request) {
    const type = request.headers['content-type'] ?? ''
    const data = await body(request)
    try {
        if (type.startsWith('multipart/form-data')) return formFiles(data, type)
        if (type.startsWith('application/zip')) return unzip(data)
    } catch (error) {
        throw new Refusal(400, 'unreadable upload', { detail: error.message })
    }
    throw new Refusal(415, 'not a form, zip or tar')
}

function caller(request) {
    const shownToken = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? /maru_token=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
    if (!process.env.MOCK_TOKEN) return { name: 'local', role: 'admin', open: true }
    const found = tokens.find((token) => token.secret === decodeURIComponent(shownToken ?? ''))
    if (!found) throw new Refusal(401, shownToken ? 'unknown token' : 'a token is needed', { type: 'maru:sign-in' })
    return { name: found.name, role: found.role, open: false }
}
function page(list, query) {
    const limit = Math.min(200, Number(query.get('limit') ?? 50))
    const from = Number(query.get('after') ?? 0)
    return { items: list.slice(from, from + limit), ...(from + limit < list.length ? { next: String(from + limit) } : {}) }
}
const newest = (map) => [...map].reverse()

// [method, path, role, answer(context) -> [status, body] | undefined when it has answered by itself]
const routes = [
    ['GET', '/healthz', null, () => [200, { status: 'ok', version }]],
    ['GET', '/readyz', null, () => [200, { status: 'ok', version }]],
    ['GET', '/v1/openapi.json', null, () => [200, JSON.parse(readFileSync(join(HERE, '../../docs/openapi.json'), 'utf8'))]],
    ['GET', '/v1/me', 'viewer', ({ who }) => [200, { tenant: 'local', role: who.role, name: who.name, open: who.open, version }]],
    ['GET', '/v1/tenants', 'admin', ({ query }) => [200, page(tenants, query)]],
    ['POST', '/v1/tenants', 'admin', ({ json, who }) => {
        if (!/^[a-z][a-z0-9-]{0,30}$/.test(json.name ?? '')) throw new Refusal(422, 'not a name of a tenant', { pointer: '/name', detail: 'Small letters, digits and hyphens; a letter first; at most 31.' })
        if (tenants.some((tenant) => tenant.name === json.name)) throw new Refusal(409, 'there is a tenant of this name', { pointer: '/name' })
        const tenant = { name: json.name, created: now() }
        tenants.push(tenant)
        log(who.name, 'tenant.create', tenant.name)
        return [201, { ...tenant, token: `maru_${randomBytes(20).toString('hex')}` }]
    }],
    ['DELETE', '/v1/tenants/:tenant', 'admin', ({ at, who }) => {
        const index = tenants.findIndex((tenant) => tenant.name === at.tenant && tenant.name !== 'local')
        if (index < 0) throw new Refusal(404, 'no such tenant')
        tenants.splice(index, 1)
        log(who.name, 'tenant.delete', at.tenant)
        return [200, { name: at.tenant, removed: [`${at.tenant}.db`] }]
    }],
    ['GET', '/v1/tokens', 'admin', ({ query }) => [200, page(tokens.map(({ secret, ...token }) => token), query)]],
    ['POST', '/v1/tokens', 'admin', ({ json, who }) => {
        if (!ROLES.includes(json.role)) throw new Refusal(422, 'no such role', { pointer: '/role' })
        const expires = json.expires_days ? { expires: new Date(Date.now() + json.expires_days * 86400e3).toISOString() } : {}
        const token = { id: id(), name: json.name ?? '', role: json.role, created: now(), ...expires }
        const secret = `maru_${randomBytes(20).toString('hex')}`
        tokens.push({ ...token, secret })
        log(who.name, 'create token', token.id, `${token.role} ${token.name}`)
        return [201, { ...token, token: secret }]
    }],
    ['DELETE', '/v1/tokens/:token', 'admin', ({ at, who }) => {
        const index = tokens.findIndex((token) => token.id === at.token)
        if (index < 0) throw new Refusal(404, 'no such token')
        tokens.splice(index, 1)
        log(who.name, 'delete token', at.token)
        return [204]
    }],
    ['GET', '/v1/plants', 'viewer', ({ query }) => [200, page(newest(plants.values()).map(plantShown), query)]],
    ['POST', '/v1/plants', 'engineer', async ({ request, query, who }) => {
        const plant = { id: id(), name: query.get('name') || undefined, fallback: 'plant', created: now(), versions: [] }
        const added = await addVersion(plant, await tables(request), who.name)
        plants.set(plant.id, plant)
        log(who.name, 'create plant', plant.id, added.name)
        return [201, shown(added)]
    }],
    ['GET', '/v1/plants/:plant', 'viewer', ({ at }) => [200, plantShown(plantOf(at.plant))]],
    ['DELETE', '/v1/plants/:plant', 'engineer', ({ at, who }) => {
        plantOf(at.plant)
        plants.delete(at.plant)
        for (const [key, entry] of runs) if (entry.run.plant === at.plant) runs.delete(key)
        log(who.name, 'delete plant', at.plant)
        return [204]
    }],
    ['GET', '/v1/plants/:plant/versions', 'viewer', ({ at, query }) => [200, page(plantOf(at.plant).versions.map(shown).reverse(), query)]],
    ['POST', '/v1/plants/:plant/versions', 'engineer', async ({ at, request, query, who }) => {
        const plant = plantOf(at.plant)
        let files = await tables(request)
        if (query.get('keep') === 'true') {
            const before = plant.versions.at(-1)
            const kept = before.tables.filter(({ name }) => !files.some((file) => file.name === name))
            files = [...files, ...kept.map(({ name }) => ({ name, data: readFileSync(join(before.folder, name)) }))]
        }
        const added = await addVersion(plant, files, who.name)
        log(who.name, 'change plant', `${plant.id}/${added.version}`)
        return [201, shown(added)]
    }],
    ['GET', '/v1/plants/:plant/versions/:version', 'viewer', ({ at }) => [200, shown(versionOf(plantOf(at.plant), at.version))]],
    ['GET', '/v1/plants/:plant/versions/:version/check', 'viewer', ({ at }) => [200, versionOf(plantOf(at.plant), at.version).check]],
    ['GET', '/v1/plants/:plant/versions/:version/tables/:table', 'viewer', ({ at, response }) => {
        const found = versionOf(plantOf(at.plant), at.version)
        if (!found.tables.some(({ name }) => name === at.table)) throw new Refusal(404, 'no such table')
        response.writeHead(200, { 'Content-Type': 'text/csv' }).end(readFileSync(join(found.folder, at.table)))
    }],
    ['GET', '/v1/plants/:plant/versions/:version/archive', 'viewer', ({ at, response }) => {
        const found = versionOf(plantOf(at.plant), at.version)
        const data = zip(found.tables.map(({ name }) => ({ name, data: readFileSync(join(found.folder, name)) })))
        response.writeHead(200, { 'Content-Type': 'application/zip', 'Content-Disposition': `attachment; filename="plant-${found.version}.zip"` }).end(data)
    }],
    ['GET', '/v1/plants/:plant/versions/:version/diff', 'viewer', ({ at, query }) => {
        const plant = plantOf(at.plant)
        return [200, diff(versionOf(plant, query.get('from')), versionOf(plant, at.version))]
    }],
    ['GET', '/v1/runs', 'viewer', ({ query }) => {
        const wanted = query.get('plant')
        return [200, page(newest(runs.values()).map((entry) => entry.run).filter((run) => !wanted || run.plant === wanted), query)]
    }],
    ['POST', '/v1/runs', 'engineer', ({ json, who }) => {
        const plant = plantOf(json.plant)
        const found = versionOf(plant, json.version)
        if (!found.sound) throw new Refusal(422, 'the plant has faults', { type: 'maru:not-sound', detail: `${found.counts.faults} faults; mend them first.` })
        if (!((json.days ?? 365) > 0)) throw new Refusal(422, 'days must be more than 0', { pointer: '/days' })
        if ((json.warmup_days ?? 0) >= (json.days ?? 365)) throw new Refusal(422, 'the warm-up is as long as the run', { pointer: '/warmup_days' })
        const ahead = [...runs.values()].filter((entry) => !isOver(entry.run)).length
        const run = { id: id(), ...(json.name ? { name: json.name } : {}), plant: plant.id, version: found.version, kind: json.variants ? 'compare' : 'simulate', state: 'waiting', progress: 0, ahead, created: now(), by: who.name, request: json }
        const entry = { run, reports: {}, listeners: new Set() }
        runs.set(run.id, entry)
        log(who.name, 'start run', run.id)
        work(entry, found.folder)
        return [202, run]
    }],
    ['GET', '/v1/runs/:run', 'viewer', ({ entry }) => [200, entry.run]],
    ['DELETE', '/v1/runs/:run', 'engineer', ({ at, entry, who }) => {
        entry.cancelled = true
        entry.child?.kill('SIGINT')
        runs.delete(at.run)
        log(who.name, 'delete run', at.run)
        return [204]
    }],
    ['POST', '/v1/runs/:run/cancel', 'engineer', ({ entry, who }) => {
        entry.cancelled = true
        entry.child?.kill('SIGINT')
        if (entry.run.state === 'waiting') tell(entry, { state: 'cancelled', ended: now() })
        log(who.name, 'cancel run', entry.run.id)
        return [202, entry.run]
    }],
    ['GET', '/v1/runs/:run/events', 'viewer', ({ entry, request, response }) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
        const listener = (run) => {
            response.write(`event: run\ndata: ${JSON.stringify(run)}\n\n`)
            if (isOver(run)) {
                entry.listeners.delete(listener)
                response.end()
            }
        }
        entry.listeners.add(listener)
        request.on('close', () => entry.listeners.delete(listener))
        listener(entry.run)
    }],
    ['GET', '/v1/runs/:run/result', 'viewer', ({ entry, response }) => {
        if (!entry.result) throw new Refusal(409, 'no result yet')
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }).end(gzipSync(entry.result))
    }],
    ['GET', '/v1/runs/:run/report', 'viewer', ({ entry, query, response }) => {
        const file = entry.reports[query.get('lang') ?? 'en']
        if (!file) throw new Refusal(409, 'no result yet')
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(readFileSync(file))
    }],
    ['GET', '/v1/audit', 'admin', ({ query }) => [200, page([...audit].reverse(), query)]],
    ...twinRoutes({ Refusal, id, now, log, plantOf, versionOf, maru, scratch, page, runs, tell }),
].map(([method, path, role, answer]) => ({ method, role, answer, parts: path.split('/') }))

function match(method, path) {
    const parts = path.split('/')
    for (const route of routes) {
        if (route.method !== method || route.parts.length !== parts.length) continue
        const at = {}
        const fits = route.parts.every((part, n) => {
            if (!part.startsWith(':')) return part === parts[n]
            at[part.slice(1)] = decodeURIComponent(parts[n])
            return true
        })
        if (fits) return { ...route, at }
    }
    return null
}

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' }
function page_(path, response) {
    const wanted = normalize(join(DIST, path))
    const file = wanted.startsWith(DIST) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, 'index.html')
    if (!existsSync(file)) return response.writeHead(404).end('npm run build first')
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': "default-src 'self'", 'X-Content-Type-Options': 'nosniff' })
    createReadStream(file).pipe(response)
}

const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    const send = (status, answer) => {
        if (answer === undefined) return response.writeHead(status).end()
        const text = JSON.stringify(answer)
        const etag = `"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`
        if (request.method === 'GET' && request.headers['if-none-match'] === etag) return response.writeHead(304).end()
        response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', ETag: etag, 'Cache-Control': 'no-cache' }).end(text)
    }
    try {
        const route = match(request.method, url.pathname)
        if (!route) {
            if (request.method === 'GET' && !url.pathname.startsWith('/v1/')) return page_(url.pathname, response)
            throw new Refusal(404, 'no such path')
        }
        const context = { request, response, query: url.searchParams, at: route.at }
        if (route.role) {
            context.who = caller(request)
            if (ROLES.indexOf(context.who.role) < ROLES.indexOf(route.role)) throw new Refusal(403, `only for the role ${route.role}`, { type: 'maru:role' })
        }
        if (route.at.run) {
            context.entry = runs.get(route.at.run)
            if (!context.entry) throw new Refusal(404, 'no such run')
        }
        const key = request.method === 'POST' && request.headers['idempotency-key']
        if (key && answered.has(key)) return send(...answered.get(key))
        if (request.method === 'POST' && (request.headers['content-type'] ?? '').startsWith('application/json')) {
            try {
                context.json = JSON.parse((await body(request)).toString())
            } catch {
                throw new Refusal(400, 'not JSON')
            }
        }
        const answer = await route.answer(context)
        if (!answer) return
        if (key) answered.set(key, answer)
        send(...answer)
    } catch (error) {
        if (!error.problem) console.error(error)
        if (!response.headersSent) send(error.problem?.status ?? 500, error.problem ?? { type: 'about:blank', title: 'the mock broke', status: 500, detail: String(error) })
    }
})

for (const folder of process.argv.slice(2)) {
    const plant = { id: id(), fallback: basename(folder), created: now(), versions: [] }
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
    await addVersion(plant, files.map(({ name }) => ({ name, data: readFileSync(join(folder, name)) })), 'local')
    plants.set(plant.id, plant)
}
const port = Number(process.env.PORT ?? 7070)
server.listen(port, process.env.MOCK_HOST ?? '127.0.0.1', () => console.log(`mock on http://127.0.0.1:${server.address().port}`))
for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
        rmSync(scratch, { recursive: true, force: true })
        process.exit(0)
    })
}
