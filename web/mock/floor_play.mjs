// A small fab for the mock: lots go along their routes through first-come-first-served tool groups that now and then fail. Its numbers
// are made up; its law is that the same seed and events give the same floor at the same time.
const HOUR = 3600
const STATES = { standby: 0, productive: 1, setup: 2, scheduled: 4, unscheduled: 5 }
const CAPACITY = { furnace: 4, track: 2 }

export function csv(text) {
    const rows = []
    let row = []
    let cell = ''
    let quoted = false
    for (let n = 0; n <= text.length; n++) {
        const c = text[n] ?? '\n'
        if (quoted) {
            if (c === '"' && text[n + 1] === '"') cell += text[n++]
            else if (c === '"') quoted = false
            else cell += c
        } else if (c === '"') quoted = true
        else if (c === ',' || c === '\n') {
            row.push(cell.replace(/\r$/, ''))
            cell = ''
            if (c === '\n') {
                if (row.length > 1 || row[0] !== '') rows.push(row)
                row = []
            }
        } else cell += c
    }
    const [head, ...rest] = rows
    return rest.map((cells) => Object.fromEntries(head.map((name, k) => [name, cells[k] ?? ''])))
}

const UNITS = { s: 1, sec: 1, min: 60, h: 3600, hour: 3600, day: 86400, d: 86400 }
function seconds(text, otherwise = 600) {
    const m = /^(?:\w+\(([^)]*)\)|([\d.]+))\s*(\w+)?/.exec(text ?? '')
    if (!m) return otherwise
    const values = (m[1] ?? m[2]).split(',').map(Number)
    return (values.reduce((a, b) => a + b, 0) / values.length) * (UNITS[m[3]] ?? 1)
}

/** What never changes: routes with group numbers, times and limits. */
export function modelOf(layout, routes, load, lots) {
    const groupOf = new Map(layout.groups.map((group, n) => [group.name, n]))
    const names = [...new Set(routes.map((row) => row.route))]
    const products = layout.products.map((name, p) => {
        const route = names[Math.min(p, names.length - 1)]
        const rows = routes.filter((row) => row.route === route && groupOf.has(row.tools))
        return rows.map((row) => {
            const group = groupOf.get(row.tools)
            const per = row.per === 'wafer' ? 25 : 1
            return { name: row.name || row.step, group, time: Math.max(60, seconds(row.time) * per), limit: row.queue_limit ? seconds(row.queue_limit) : 0, until: Number(row.queue_to) - 1 }
        })
    }).map((steps) => (steps.length > 0 ? steps : [{ name: '1', group: 0, time: 600, limit: 0 }]))
    const work = layout.groups.map(() => 0)
    for (const steps of products) for (const step of steps) work[step.group] += step.time / products.length
    const most = Math.max(...layout.groups.map((group, g) => (group.is_delay ? 0 : work[g] / group.n_tool / (CAPACITY[group.body] ?? 1))))
    const raw = products.map((steps) => steps.reduce((sum, step) => sum + step.time + 300, 0))
    const every = most / load
    const meanRaw = raw.reduce((a, b) => a + b, 0) / raw.length
    return { layout, products, raw, every, start: Math.min(lots, Math.round((meanRaw / every) * 1.7)) }
}

export class Play {
    constructor(model, seed) {
        this.model = model
        const { groups } = model.layout
        const n_tool = model.layout.tools.x.length
        this.s = {
            time: 0, rng: (seed * 2654435761) >>> 0 || 1, next: 0, heap: [], order: 0, done: 0, released: 0,
            lots: new Map(), queues: groups.map(() => []), state: new Uint8Array(n_tool), since: new Float64Array(n_tool), until: new Float64Array(n_tool),
            busy: new Float64Array(n_tool), load: Array.from({ length: n_tool }, () => []), left: [],
        }
        this.toolGroup = new Int32Array(n_tool)
        groups.forEach((group, g) => this.toolGroup.fill(g, group.first_tool, group.first_tool + group.n_tool))
        for (let n = 0; n < model.start; n++) {
            const lot = this.release(true)
            lot.step = Math.floor(this.rand() * this.route(lot).length)
            lot.released = -(lot.step / this.route(lot).length) * model.raw[lot.product] * 1.7
            lot.due = lot.released + model.raw[lot.product] * 2.1
            lot.group = this.route(lot)[lot.step].group
            this.put(this.rand() * 900, 'arrive', lot.id)
        }
        this.put(this.model.every * this.rand(), 'release')
        for (let t = 0; t < n_tool; t++) if (!groups[this.toolGroup[t]].is_delay) this.put(this.exp(120 * HOUR), 'fail', t, 0)
        for (let t = 0; t < n_tool; t++) if (!groups[this.toolGroup[t]].is_delay) this.put(this.rand() * 7 * 24 * HOUR, 'pm', t, 0)
    }
    rand() {
        let t = (this.s.rng = (this.s.rng + 0x6d2b79f5) >>> 0)
        t = Math.imul(t ^ (t >>> 15), t | 1)
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296
    }
    exp(mean) {
        return -Math.log(1 - this.rand()) * mean
    }
    route(lot) {
        return this.model.products[lot.product]
    }
    save() {
        return structuredClone(this.s)
    }
    static at(model, saved) {
        const play = Object.create(Play.prototype)
        play.model = model
        play.s = structuredClone(saved)
        play.toolGroup = new Int32Array(play.s.state.length)
        model.layout.groups.forEach((group, g) => play.toolGroup.fill(g, group.first_tool, group.first_tool + group.n_tool))
        return play
    }
    put(at, kind, a = 0, b = 0) {
        const heap = this.s.heap
        const entry = [at, this.s.order++, kind, a, b]
        let n = heap.push(entry) - 1
        while (n > 0) {
            const up = (n - 1) >> 1
            if (before(heap[up], entry)) break
            heap[n] = heap[up]
            n = up
        }
        heap[n] = entry
    }
    take() {
        const heap = this.s.heap
        const top = heap[0]
        const last = heap.pop()
        if (heap.length > 0) {
            let n = 0
            for (;;) {
                let down = 2 * n + 1
                if (down >= heap.length) break
                if (down + 1 < heap.length && before(heap[down + 1], heap[down])) down++
                if (before(last, heap[down])) break
                heap[n] = heap[down]
                n = down
            }
            heap[n] = last
        }
        return top
    }
    /** Up to `until`, at most for `budget` ms of ours. True when it got there. */
    run(until, budget = Infinity) {
        const began = performance.now()
        for (let n = 0; this.s.heap.length > 0 && this.s.heap[0][0] <= until; n++) {
            if (n % 256 === 255 && performance.now() - began > budget) return false
            const [at, , kind, a, b] = this.take()
            this.s.time = Math.max(this.s.time, at)
            this[kind](a, b)
        }
        this.s.time = until
        return true
    }
    release(isStock) {
        const s = this.s
        const product = Math.floor(this.rand() * this.model.products.length)
        const id = s.next++
        const lot = { id, product, wafers: 25, priority: id % 24 === 7 ? 20 : 0, step: 0, where: 'moving', group: 0, tool: -1, since: s.time, released: s.time, due: s.time + this.model.raw[product] * 2.1, limit: 0, to: -1, history: [] }
        s.lots.set(id, lot)
        if (!isStock) {
            s.released++
            this.put(s.time + 60, 'arrive', id)
            this.put(s.time + this.exp(this.model.every), 'release')
        }
        lot.group = this.route(lot)[0].group
        return lot
    }
    arrive(id) {
        const lot = this.s.lots.get(id)
        if (!lot) return
        const step = this.route(lot)[lot.step]
        if (lot.to >= 0 && lot.step >= lot.to) lot.limit = lot.to = 0
        Object.assign(lot, { where: 'waiting', group: step.group, tool: -1, since: this.s.time })
        lot.history.push({ step: lot.step, arrived: this.s.time, started: null, ended: null, tool: -1, group: step.group })
        if (lot.history.length > 40) lot.history.shift()
        if (this.model.layout.groups[step.group].is_delay) return this.begin(this.model.layout.groups[step.group].first_tool, lot)
        const queue = this.s.queues[step.group]
        let at = queue.length
        while (at > 0 && this.s.lots.get(queue[at - 1]).priority < lot.priority) at--
        queue.splice(at, 0, id)
        this.dispatch(step.group)
    }
    dispatch(g) {
        const group = this.model.layout.groups[g]
        const capacity = CAPACITY[group.body] ?? 1
        const queue = this.s.queues[g]
        for (let k = 0; k < group.n_tool && queue.length > 0; k++) {
            const t = group.first_tool + ((k + this.s.order) % group.n_tool)
            if (this.s.state[t] >= STATES.scheduled) continue
            if (group.body === 'furnace' && this.s.load[t].length > 0) continue
            while (this.s.load[t].length < capacity && queue.length > 0) this.begin(t, this.s.lots.get(queue.shift()))
        }
    }
    begin(t, lot) {
        const step = this.route(lot)[lot.step]
        const setup = this.rand() < 0.06 ? 900 : 0
        const ends = this.s.time + setup + step.time * (0.92 + 0.16 * this.rand())
        Object.assign(lot, { where: 'processing', tool: t, since: this.s.time, ends })
        Object.assign(lot.history.at(-1), { started: this.s.time, tool: t })
        this.s.load[t].push(lot.id)
        this.setState(t, setup ? STATES.setup : STATES.productive)
        if (setup) this.put(this.s.time + setup, 'ready', t)
        this.put(ends, 'finish', t, lot.id)
    }
    setState(t, state) {
        if (this.s.state[t] === STATES.productive) this.s.busy[t] += this.s.time - this.s.since[t]
        this.s.state[t] = state
        this.s.since[t] = this.s.time
        this.s.until[t] = 0
    }
    ready(t) {
        if (this.s.state[t] === STATES.setup) this.setState(t, STATES.productive)
    }
    finish(t, id) {
        const lot = this.s.lots.get(id)
        this.s.load[t] = this.s.load[t].filter((one) => one !== id)
        lot.history.at(-1).ended = this.s.time
        const done = this.route(lot)[lot.step]
        if (done.limit > 0) Object.assign(lot, { limit: this.s.time + done.limit, to: done.until > lot.step ? done.until : lot.step + 1 })
        if (this.s.load[t].length === 0 && this.s.state[t] < STATES.scheduled) this.setState(t, STATES.standby)
        lot.step++
        if (lot.step >= this.route(lot).length) {
            this.s.lots.delete(id)
            this.s.done++
        } else {
            Object.assign(lot, { where: 'moving', tool: -1, since: this.s.time, group: this.route(lot)[lot.step].group })
            this.put(this.s.time + 120 + this.rand() * 360, 'arrive', id)
        }
        this.dispatch(this.toolGroup[t])
    }
    down(t, state, seconds_) {
        if (this.s.state[t] >= STATES.scheduled) return false
        this.setState(t, state)
        this.s.until[t] = this.s.time + seconds_
        this.put(this.s.time + seconds_, 'up', t, this.s.until[t])
        return true
    }
    up(t, until) {
        if (this.s.state[t] < STATES.scheduled || (until && Math.abs(this.s.until[t] - until) > 1)) return
        this.setState(t, this.s.load[t].length > 0 ? STATES.productive : STATES.standby)
        this.dispatch(this.toolGroup[t])
    }
    fail(t) {
        this.down(t, STATES.unscheduled, this.exp(3 * HOUR))
        this.put(this.s.time + this.exp(120 * HOUR), 'fail', t)
    }
    pm(t) {
        this.down(t, STATES.scheduled, 2 * HOUR + this.rand() * 2 * HOUR)
        this.put(this.s.time + 7 * 24 * HOUR, 'pm', t)
    }
    inject(t, isDown, seconds_) {
        if (isDown) this.down(t, STATES.unscheduled, seconds_)
        else this.up(t, 0)
    }
}
const before = (a, b) => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1])
