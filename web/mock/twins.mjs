// Twins for the mock: docs/TWIN.md spoken with a made-up floor (floor_play.mjs). Whole states are kept at intervals and played again
// from there, so that a look into the past is exact here too.
import { readFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { csv, modelOf, Play } from './floor_play.mjs'
import { layoutOf } from './layout.mjs'

const TICK_MS = 50
const BUDGET_MS = 20
const KEEP_S = 4 * 3600
const E10 = ['standby', 'productive', 'setup', 'engineering', 'scheduled_down', 'unscheduled_down', 'nonscheduled']
const LOTS = Number(process.env.MOCK_LOTS ?? 2500)
const LOAD = Number(process.env.MOCK_LOAD ?? 0.9)

const STORM = !!process.env.MOCK_STORM

const layouts = new Map() // folder -> { layout, model }

export async function stage(folder, maru, scratch) {
    const known = layouts.get(folder)
    if (known) return known
    const scene = join(scratch, `scene${layouts.size}.usda`)
    const got = await maru(['scene', folder, '-o', scene])
    if (!existsSync(scene)) throw new Error(`maru scene: ${got.err}`)
    const read = (name) => {
        const found = readdirSync(folder).find((one) => one === name)
        if (!found) return []
        const data = readFileSync(join(folder, found))
        const text = data.toString('utf8')
        return csv(text.includes('\ufffd') ? new TextDecoder('euc-kr').decode(data) : text)
    }
    const groups = read('tools.csv').map((row) => ({ name: row.tools, count: Math.max(1, Number(row.count) || 1) }))
    const named = read('products.csv').map((row) => row.product)
    const routes = read('routes.csv')
    const products = named.length > 0 ? named : [...new Set(routes.map((row) => row.route))]
    const start = read('plant.csv')[0]?.start?.replace(' ', 'T')
    const layout = layoutOf(readFileSync(scene, 'utf8'), groups, products, start)
    const made = { layout, model: modelOf(layout, routes, LOAD, LOTS) }
    layouts.set(folder, made)
    return made
}

class Twin {
    constructor({ layout, model }, fields, from) {
        Object.assign(this, { layout, model, events: [], ...fields })
        this.point = model.raw[0] > 100 * 3600 ? 1800 : 600
        this.keeps = from ? from.keeps.filter((keep) => keep.time <= fields.time).map((keep) => ({ ...keep })) : []
        this.history = from ? structuredClone(from.history) : { wip: [], released: [], done: [], queues: [] }
        this.play = new Play(model, this.seed)
        if (this.keeps.length === 0) this.keeps.push({ time: 0, state: this.play.save() })
        this.end = this.time
        this.sought = null
        this.listeners = new Set()
        if (from) {
            this.play = this.stateAt(this.time)
            this.trim()
            if (fields.luck) this.play.s.rng = fields.luck >>> 0
        }
    }
    /** Another Play at a time that has been. */
    stateAt(time) {
        const keep = this.keeps.findLast((one) => one.time <= time)
        const play = Play.at(this.model, keep.state)
        this.advance(play, time)
        return play
    }
    look(time) {
        if (time === undefined || Math.abs(time - this.time) < 0.5) return this.play
        if (time > this.end) return this.play
        if (this.looked?.time !== time) this.looked = { time, play: this.stateAt(Math.max(0, time)) }
        return this.looked.play
    }
    advance(play, until, budget = Infinity) {
        const began = performance.now()
        for (const event of this.events) {
            if (event.time < play.s.time || event.time > until || play.s.seen?.includes(event.id)) continue
            if (!play.run(event.time, budget)) return false
            play.inject(event.number, event.kind === 'down', event.for ?? 0)
            play.s.seen = [...(play.s.seen ?? []), event.id]
        }
        return play.run(until, budget - (performance.now() - began))
    }
    trim() {
        const n = Math.floor(this.time / this.point)
        for (const list of ['wip', 'released', 'done', 'queues']) this.history[list].length = Math.min(this.history[list].length, n)
        this.keeps = this.keeps.filter((keep) => keep.time <= this.time)
        this.end = this.time
    }
    step(until, budget) {
        // Points of the history are told on the way.
        for (;;) {
            const next = (Math.floor(this.time / this.point + 1e-9) + 1) * this.point
            const to = Math.min(next, until)
            if (!this.advance(this.play, to, budget)) {
                this.time = this.play.s.time
                break
            }
            this.time = to
            if (to >= next) {
                const n = Math.round(next / this.point) - 1
                if (n >= this.history.wip.length) {
                    const { s } = this.play
                    this.history.wip[n] = s.lots.size
                    this.history.released[n] = s.released - (this.before?.released ?? 0)
                    this.history.done[n] = s.done - (this.before?.done ?? 0)
                    this.history.queues[n] = s.queues.map((queue) => queue.length)
                    this.before = { released: s.released, done: s.done }
                }
                if (next - (this.keeps.at(-1)?.time ?? 0) >= KEEP_S && next > (this.keeps.at(-1)?.time ?? 0)) this.keeps.push({ time: next, state: this.play.save() })
            }
            if (to >= until) break
            budget -= 2
            if (budget <= 0) break
        }
        this.end = Math.max(this.end, this.time)
    }
    tick() {
        const before = this.time
        if (this.sought !== null) {
            this.step(this.sought, BUDGET_MS)
            if (this.time >= this.sought - 1e-6) this.sought = null
        } else if (this.state === 'playing') this.step(this.speed > 0 ? this.time + (this.speed * TICK_MS) / 1000 : this.time + 6 * 3600, BUDGET_MS)
        this.rate = Math.round(((this.time - before) * 1000) / TICK_MS)
        for (const listener of this.listeners) listener.tick()
    }
    seek(time) {
        if (time <= this.end) {
            this.play = this.stateAt(Math.max(0, time))
            this.time = Math.max(0, time)
            this.sought = null
        } else {
            if (this.time < this.end) {
                this.play = this.stateAt(this.end)
                this.time = this.end
            }
            this.sought = time
        }
        for (const listener of this.listeners) listener.jump = true
    }
    shown() {
        const { id, name, plant, version, speed, time, end, rate, seed, origin, forecast, created, by } = this
        const events = this.events.map(({ number, id: _, ...event }) => event)
        return { id, name, plant, version, state: this.sought !== null ? 'seeking' : this.state, speed, time, end, rate: rate ?? 0, wip: this.play.s.lots.size, seed, options: {}, events, created, by, ...(origin ? { origin } : {}), ...(forecast ? { forecast } : {}) }
    }
    groups(play) {
        const { s } = play
        return this.layout.groups.map((group, g) => {
            const tools = [0, 0, 0, 0, 0, 0, 0]
            let busy = 0
            let inside = 0
            for (let t = group.first_tool; t < group.first_tool + group.n_tool; t++) {
                tools[s.state[t]]++
                inside += s.load[t].length
                busy += s.busy[t] + (s.state[t] === 1 ? s.time - s.since[t] : 0)
            }
            const waits = s.queues[g].map((id) => s.time - s.lots.get(id).since)
            const risk = s.queues[g].filter((id) => atRisk(s.lots.get(id), s.time)).length
            return { name: group.name, queue: s.queues[g].length, in_process: inside, tools, utilization: group.is_delay || s.time === 0 ? null : Math.min(1, busy / group.n_tool / s.time), wait: waits.length ? waits.reduce((a, b) => a + b, 0) / waits.length : 0, risk }
        })
    }
    lotShown(play, lot) {
        const steps = play.route(lot)
        return { lot: lot.id, product: this.layout.products[lot.product], priority: lot.priority, wafers: lot.wafers, step: lot.step, steps: steps.length, step_name: steps[lot.step].name, where: lot.where, group: this.layout.groups[lot.group].name, ...(lot.tool >= 0 ? { tool: this.toolName(lot.tool) } : {}), since: lot.since, released: lot.released < 0 ? null : lot.released, due: lot.due, ...(lot.limit ? { queue_limit: lot.limit } : {}) }
    }
    toolName(t) {
        const group = this.layout.groups.find((one) => t < one.first_tool + one.n_tool)
        return `${group.name}/${t - group.first_tool + 1}`
    }
}
const atRisk = (lot, time) => lot.limit > 0 && lot.limit - time < 1200

class Bytes {
    constructor() {
        this.list = []
    }
    v(value) {
        while (value > 127) {
            this.list.push((value % 128) | 128)
            value = Math.floor(value / 128)
        }
        this.list.push(value)
    }
    z(value) {
        this.v(value < 0 ? -2 * value - 1 : 2 * value)
    }
}

/** What was last told, and the message that makes it what is. */
export class Teller {
    constructor() {
        this.tools = null
        this.lots = new Map()
        this.jump = false
    }
    message(twin, play, whole) {
        const { s } = play
        const out = new Bytes()
        const first = whole || !this.tools
        if (first) {
            this.tools = new Uint8Array(s.state.length)
            this.lots.clear()
        }
        const tools = []
        s.state.forEach((state, t) => (first || state !== this.tools[t]) && tools.push(t))
        const gone = [...this.lots.keys()].filter((id) => !s.lots.has(id)).sort((a, b) => a - b)
        const changed = []
        for (const id of [...s.lots.keys()].sort((a, b) => a - b)) {
            const lot = s.lots.get(id)
            const where = { moving: 0, waiting: 1, processing: 2 }[lot.where]
            const what = where | (lot.due < s.time ? 8 : 0) | (atRisk(lot, s.time) ? 16 : 0) | (lot.priority >= 20 ? 32 : 0)
            const told = STORM ? what & ~3 : what
            const place = STORM ? (id * 7 + Math.floor(Date.now() / 12_000 + id / 400)) % twin.layout.groups.length : where === 2 ? lot.tool : lot.group
            const key = (told * 65536 + place) * 4096 + lot.step
            if (this.lots.get(id) !== key) changed.push([lot, told | (this.lots.has(id) ? 0 : 4), place])
            this.lots.set(id, key)
        }
        if (!first && !this.jump && tools.length + gone.length + changed.length === 0) return head(3, twin, this, s, [])
        const list = (entries, numberOf, tell) => {
            out.v(entries.length)
            let last = -1
            for (const entry of entries) {
                out.v(numberOf(entry) - last - 1)
                last = numberOf(entry)
                tell(entry)
            }
        }
        list(tools, (t) => t, (t) => out.list.push((this.tools[t] = s.state[t])))
        list(gone, (id) => id, (id) => this.lots.delete(id))
        list(changed, ([lot]) => lot.id, ([lot, what, place]) => {
            out.list.push(what)
            out.v(place)
            out.v(lot.step)
            if (what & 4) {
                out.v(lot.product)
                out.v(lot.wafers)
                out.z(lot.priority)
            }
        })
        return head(first ? 1 : 2, twin, this, s, out.list)
    }
}
function head(kind, twin, teller, s, tail) {
    const data = Buffer.alloc(28 + tail.length)
    data.writeUInt32LE(24 + tail.length, 0)
    data[4] = kind
    data[5] = (twin.state === 'playing' && twin.sought === null ? 1 : 0) | (teller.jump ? 2 : 0) | (twin.sought !== null ? 4 : 0) | (twin.state === 'failed' ? 8 : 0)
    teller.jump = false
    data.writeFloatLE(STORM ? 2 : twin.speed, 8)
    data.writeBigInt64LE(BigInt(Math.round(s.time * 1e6)), 12)
    data.writeBigInt64LE(BigInt(Math.round(twin.end * 1e6)), 20)
    data.set(tail, 28)
    return data
}

function quantiles(rows) {
    const fan = { p05: [], p25: [], p50: [], p75: [], p95: [] }
    for (let n = 0; n < rows[0].length; n++) {
        const sorted = rows.map((row) => row[n]).sort((a, b) => a - b)
        for (const [key, share] of [['p05', 0.05], ['p25', 0.25], ['p50', 0.5], ['p75', 0.75], ['p95', 0.95]]) fan[key].push(sorted[Math.round(share * (sorted.length - 1))])
    }
    return fan
}

async function forecast(twin, hours, replications, tell) {
    const reps = Math.min(replications, 12)
    const start = twin.play.s.time
    const saved = twin.play.save()
    const point = hours > 48 ? 7200 : 1800
    const n = Math.ceil((hours * 3600) / point)
    const wip = []
    const out = []
    const queues = twin.layout.groups.map(() => [])
    for (let rep = 0; rep < reps; rep++) {
        const play = Play.at(twin.model, saved)
        play.s.rng = (saved.rng + (rep + 1) * 0x9e3779b9) >>> 0
        wip.push([play.s.lots.size])
        out.push([0])
        queues.forEach((list, g) => list.push([play.s.queues[g].length]))
        for (let k = 1; k <= n; k++) {
            play.run(start + k * point)
            wip[rep].push(play.s.lots.size)
            out[rep].push(play.s.done - saved.done)
            queues.forEach((list, g) => list[rep].push(play.s.queues[g].length))
            if (k % 8 === 0) await new Promise((done) => setTimeout(done, 2))
        }
        tell((rep + 1) / reps)
    }
    const groups = twin.layout.groups.map((group, g) => ({ name: group.name, queue: quantiles(queues[g]) })).filter((_, g) => !twin.layout.groups[g].is_delay)
    const lots = [...saved.lots.values()].map((lot) => {
        const route = twin.model.products[lot.product]
        const left = route.slice(lot.step).reduce((sum, step) => sum + step.time + 300, 0)
        const p50 = start + left * 1.6
        const spread = left * 0.25 + 600
        return { lot: lot.id, product: twin.layout.products[lot.product], priority: lot.priority, step: lot.step, steps: route.length, due: lot.due, p10: p50 - spread, p50, p90: p50 + spread * 1.4, late: Math.max(0, Math.min(1, 0.5 + (p50 - lot.due) / (3 * spread))), extrapolated: left * 1.6 > hours * 3600 }
    })
    const worst = groups.map((group) => ({ group: group.name, most: Math.max(...group.queue.p50) })).sort((a, b) => b.most - a.most).slice(0, 5)
    const total = worst.reduce((sum, one) => sum + one.most, 0) || 1
    const bottlenecks = worst.map((one, k) => ({ group: one.group, chance: one.most / total, from: k === 0 ? start + hours * 900 : start + hours * 900 * k }))
    const first = worst[0]?.group ?? ''
    const sentence = {
        ko: `앞으로 ${hours}시간 안에 병목이 될 가능성이 가장 높은 곳은 ${first}(${Math.round(bottlenecks[0].chance * 100)} %)이며, 대기가 ${worst[0]?.most ?? 0}로트까지 늘 수 있습니다.`,
        en: `Within ${hours} h ${first} is the most likely bottleneck (${Math.round(bottlenecks[0].chance * 100)} %), with up to ${worst[0]?.most ?? 0} lots waiting.`,
    }
    return { twin: twin.id, time: start, hours, replications, point_seconds: point, wip: quantiles(wip), out: quantiles(out), groups, lots, bottlenecks, sentence }
}

/** Routes of the mock: `tools` is what server.mjs lends. */
export function twinRoutes({ Refusal, id, now, log, plantOf, versionOf, maru, scratch, page, runs, tell }) {
    const twins = new Map()
    setInterval(() => {
        for (const twin of twins.values()) twin.tick()
    }, TICK_MS).unref()
    const of = (at) => {
        const twin = twins.get(at.twin)
        if (!twin) throw new Refusal(404, 'no such twin')
        return twin
    }
    const timeOf = (query, twin) => {
        if (!query.has('time')) return undefined
        const time = Number(query.get('time'))
        if (!(time >= 0)) throw new Refusal(422, 'not a time', { pointer: '/time' })
        if (time > twin.end + 1) throw new Refusal(422, 'that time has not been yet', { pointer: '/time' })
        return time
    }
    return [
        ['GET', '/v1/plants/:plant/versions/:version/layout', 'viewer', async ({ at }) => [200, (await stage(versionOf(plantOf(at.plant), at.version).folder, maru, scratch)).layout]],
        ['GET', '/v1/twins', 'viewer', ({ query }) => [200, page([...twins.values()].reverse().map((twin) => twin.shown()), query)]],
        ['POST', '/v1/twins', 'engineer', async ({ json, who }) => {
            const plant = plantOf(json.plant)
            const version = versionOf(plant, json.version)
            if (!version.sound) throw new Refusal(422, 'the plant has faults', { type: 'maru:not-sound' })
            const made = new Twin(await stage(version.folder, maru, scratch), { id: id(), name: json.name ?? plant.name ?? plant.fallback, plant: plant.id, version: version.version, seed: json.seed ?? 1, speed: json.speed ?? 60, state: json.playing === false ? 'paused' : 'playing', time: 0, created: now(), by: who.name })
            twins.set(made.id, made)
            log(who.name, 'make twin', made.id)
            return [201, made.shown()]
        }],
        ['GET', '/v1/twins/:twin', 'viewer', ({ at }) => [200, of(at).shown()]],
        ['DELETE', '/v1/twins/:twin', 'engineer', ({ at, who }) => {
            of(at)
            twins.delete(at.twin)
            log(who.name, 'delete twin', at.twin)
            return [204]
        }],
        ['POST', '/v1/twins/:twin/play', 'engineer', ({ at, json }) => {
            const twin = of(at)
            if (json.speed !== undefined) twin.speed = json.speed
            twin.state = 'playing'
            return [200, twin.shown()]
        }],
        ['POST', '/v1/twins/:twin/pause', 'engineer', ({ at }) => {
            of(at).state = 'paused'
            of(at).sought = null
            return [200, of(at).shown()]
        }],
        ['POST', '/v1/twins/:twin/seek', 'engineer', ({ at, json }) => {
            if (!(json.time >= 0)) throw new Refusal(422, 'not a time', { pointer: '/time' })
            of(at).seek(json.time)
            return [200, of(at).shown()]
        }],
        ['POST', '/v1/twins/:twin/fork', 'engineer', ({ at, json, who }) => {
            const twin = of(at)
            const time = Math.min(twin.end, json.time ?? twin.time)
            const made = new Twin(twin, { id: id(), name: json.name ?? `${twin.name} ⑂`, plant: twin.plant, version: twin.version, seed: twin.seed, luck: json.seed, speed: twin.speed, state: json.playing ? 'playing' : 'paused', time, created: now(), by: who.name, origin: { twin: twin.id, time }, events: twin.events.filter((event) => event.time <= time) }, twin)
            twins.set(made.id, made)
            log(who.name, 'fork twin', made.id)
            return [201, made.shown()]
        }],
        ['POST', '/v1/twins/:twin/events', 'engineer', ({ at, json, who }) => {
            const twin = of(at)
            const slash = String(json.tool).lastIndexOf('/')
            const group = twin.layout.groups.find((one) => one.name === json.tool.slice(0, slash))
            const number = Number(json.tool.slice(slash + 1))
            if (!group || !(number >= 1 && number <= group.n_tool)) throw new Refusal(422, 'no such tool', { pointer: '/tool' })
            const t = group.first_tool + number - 1
            const event = { id: id(), time: twin.play.s.time, kind: json.kind, tool: json.tool, ...(json.for ? { for: json.for } : {}), by: who.name, number: t }
            twin.events.push(event)
            twin.time = twin.play.s.time
            twin.trim()
            twin.advance(twin.play, twin.play.s.time)
            log(who.name, 'put event', twin.id, `${json.kind} ${json.tool}`)
            return [200, twin.shown()]
        }],
        ['POST', '/v1/twins/:twin/forecast', 'engineer', ({ at, json, who }) => {
            const twin = of(at)
            const { hours = 24, replications = 100 } = json
            const run = { id: id(), plant: twin.plant, version: twin.version, kind: 'forecast', state: 'running', progress: 0, created: now(), by: who.name, request: { twin: twin.id, time_us: twin.time * 1e6, span_us: hours * 3.6e9, replications } }
            const entry = { run, reports: {}, listeners: new Set() }
            runs.set(run.id, entry)
            forecast(twin, hours, replications, (progress) => tell(entry, { progress })).then(
                (result) => {
                    entry.result = JSON.stringify(result)
                    twin.forecast = run.id
                    tell(entry, { state: 'done', progress: 1, ended: now(), sentence: result.sentence })
                },
                (error) => tell(entry, { state: 'failed', ended: now(), problem: { type: 'about:blank', title: String(error), status: 500 } }),
            )
            return [202, run]
        }],
        ['GET', '/v1/twins/:twin/stream', 'viewer', ({ at, request, response }) => {
            const twin = of(at)
            response.writeHead(200, { 'Content-Type': 'application/vnd.maru.floor', 'Cache-Control': 'no-store' })
            const teller = new Teller()
            let credit = 100_000
            let beats = 0
            const listener = {
                set jump(_) {
                    teller.jump = true
                },
                tick() {
                    credit = Math.min(200_000, credit + 100 * TICK_MS)
                    if (credit < 0 || response.writableLength > 0) return
                    const whole = teller.jump || !teller.tools
                    const data = teller.message(twin, twin.play, whole)
                    if (data.length === 28 && beats++ % 10 !== 0 && twin.state !== 'playing') return
                    credit -= data.length
                    response.write(data)
                },
            }
            twin.listeners.add(listener)
            request.on('close', () => twin.listeners.delete(listener))
            teller.jump = true
            listener.tick()
        }],
        ['GET', '/v1/twins/:twin/floor', 'viewer', ({ at, query, response }) => {
            const twin = of(at)
            const teller = new Teller()
            teller.jump = true
            response.writeHead(200, { 'Content-Type': 'application/vnd.maru.floor' }).end(teller.message(twin, twin.look(timeOf(query, twin)), true))
        }],
        ['GET', '/v1/twins/:twin/groups', 'viewer', ({ at, query }) => {
            const twin = of(at)
            const play = twin.look(timeOf(query, twin))
            return [200, { time: play.s.time, groups: twin.groups(play) }]
        }],
        ['GET', '/v1/twins/:twin/tools/:group/:number', 'viewer', ({ at, query }) => {
            const twin = of(at)
            const g = twin.layout.groups.findIndex((one) => one.name === at.group)
            const group = twin.layout.groups[g]
            if (!group || !(Number(at.number) >= 1 && Number(at.number) <= group.n_tool)) throw new Refusal(404, 'no such tool')
            const play = twin.look(timeOf(query, twin))
            const { s } = play
            const t = group.first_tool + Number(at.number) - 1
            const brief = (lotId) => {
                const lot = s.lots.get(lotId)
                return { lot: lotId, product: twin.layout.products[lot.product], step: lot.step, step_name: play.route(lot)[lot.step].name, since: lot.since, priority: lot.priority, ...(lot.where === 'processing' ? { ends: lot.ends } : {}) }
            }
            const pm = s.heap.find((entry) => entry[2] === 'pm' && entry[3] === t)
            const busy = s.busy[t] + (s.state[t] === 1 ? s.time - s.since[t] : 0)
            return [200, { time: s.time, stopped: false, name: `${group.name} #${at.number}`, group: group.name, number: Number(at.number), area: twin.layout.areas[group.area]?.name ?? null, state: E10[s.state[t]], since: s.since[t], ...(s.until[t] ? { until: s.until[t] } : {}), utilization: s.time ? busy / s.time : null, lots: s.load[t].map(brief), queue: s.queues[g].slice(0, 50).map(brief), n_queue: s.queues[g].length, ...(pm ? { next_maintenance: { name: 'PM-7D', due: pm[0] } } : {}) }]
        }],
        ['GET', '/v1/twins/:twin/lots', 'viewer', ({ at, query }) => {
            const twin = of(at)
            const play = twin.look(timeOf(query, twin))
            const wanted = (query.get('search') ?? '').toLowerCase()
            const all = [...play.s.lots.values()].map((lot) => twin.lotShown(play, lot)).filter((lot) => !wanted || [String(lot.lot), lot.product, lot.group, lot.step_name].some((text) => text.toLowerCase().includes(wanted)))
            return [200, page(all, query)]
        }],
        ['GET', '/v1/twins/:twin/lots/:lot', 'viewer', ({ at, query }) => {
            const twin = of(at)
            const play = twin.look(timeOf(query, twin))
            const lot = play.s.lots.get(Number(at.lot))
            if (!lot) throw new Refusal(404, 'no such lot on the floor')
            const steps = play.route(lot)
            const { groups } = twin.layout
            return [200, { time: play.s.time, ...twin.lotShown(play, lot), history: lot.history.map((one) => ({ ...one, step: one.step, step_name: steps[one.step].name, group: groups[one.group].name, tool: one.tool >= 0 ? twin.toolName(one.tool) : null })), ahead: steps.slice(lot.step + 1, lot.step + 21).map((step, n) => ({ step: lot.step + n + 1, step_name: step.name, group: groups[step.group].name })) }]
        }],
        ['GET', '/v1/twins/:twin/history', 'viewer', ({ at }) => {
            const twin = of(at)
            const { wip, released, done, queues } = twin.history
            return [200, { time: twin.time, digest: '', point_seconds: twin.point, n: wip.length, wip, released, done, groups: twin.layout.groups.map((group, g) => ({ name: group.name, queue: queues.map((row) => row[g]) })).filter((_, g) => !twin.layout.groups[g].is_delay) }]
        }],
    ]
}
