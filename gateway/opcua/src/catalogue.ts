// The catalogue: every metric that was ever collected, with the number that the journal and Sparkplug's aliases know it by. A number is never
// given twice. A variable that has gone stays as retired until nothing of it is owed, so that what was kept of it can still be sent.
import { replaceFile, readJson } from './owed'
import { Type } from './record'

// A variable as browsing finds it.
export interface Variable {
    path: string // names from the root, joined with '/'
    device: string // '' for the node itself
    name: string
    node: string // its NodeId as text
    declared: number // OPC UA built-in type
    type: Type
    writable: boolean
    unit?: string
    low?: number
    high?: number
    description?: string
}

export interface Metric extends Variable {
    id: number
    retired?: number // position of the journal when it went
}

// What the gateway tells of itself; numbers below FIRST.
export const OWN = {
    gap: { id: 1, name: 'Gateway/Gap', type: Type.String },
    command: { id: 2, name: 'Gateway/Command', type: Type.String },
    connected: { id: 3, name: 'Gateway/Connected', type: Type.Boolean },
    owed: { id: 4, name: 'Gateway/Owed Bytes', type: Type.UInt64 },
    gaps: { id: 5, name: 'Gateway/Gaps', type: Type.UInt64 },
    received: { id: 6, name: 'Gateway/Received', type: Type.UInt64 },
    variables: { id: 7, name: 'Gateway/Variables', type: Type.UInt32 },
} as const
const FIRST = 100

export class Catalogue {
    readonly metrics = new Map<number, Metric>()
    private byName = new Map<string, Metric>()
    private next = FIRST
    server = '' // what the numbers were read from: start of the server and its namespaces

    constructor(private readonly path: string) {
        const kept = readJson(path) as { next: number; server: string; metrics: Metric[] } | undefined
        if (kept && Array.isArray(kept.metrics) && Number.isSafeInteger(kept.next)) {
            this.next = kept.next
            this.server = kept.server
            for (const metric of kept.metrics) {
                this.metrics.set(metric.id, metric)
            }
            this.index()
        }
    }

    // Those that are collected now.
    get active(): Metric[] {
        return [...this.metrics.values()].filter((metric) => metric.retired === undefined)
    }

    find(device: string, name: string): Metric | undefined {
        return this.byName.get(`${device}/${name}`)
    }

    // Takes over what browsing found; true where something has changed. On the disk when it returns.
    update(found: Variable[], server: string, position: number): boolean {
        let changed = server !== this.server
        const seen = new Set<number>()
        let renamed = false
        for (const variable of found) {
            const old = this.byName.get(`${variable.device}/${variable.name}`)
            if (old && old.retired === undefined && old.type === variable.type) {
                seen.add(old.id)
                if (!sameVariable(old, variable)) {
                    this.metrics.set(old.id, { ...variable, id: old.id })
                    renamed = true
                }
            } else {
                const id = this.next++
                this.metrics.set(id, { ...variable, id })
                seen.add(id)
                renamed = true
            }
        }
        for (const metric of this.metrics.values()) {
            if (metric.retired === undefined && !seen.has(metric.id)) {
                metric.retired = position
                renamed = true
            }
        }
        this.server = server
        changed ||= renamed
        if (changed) {
            this.index()
            this.save()
        }
        return renamed
    }

    // Forgets retired metrics that went before `position`.
    forget(position: number): void {
        const gone = [...this.metrics.values()].filter((metric) => metric.retired !== undefined && metric.retired < position)
        for (const metric of gone) {
            this.metrics.delete(metric.id)
        }
        if (gone.length > 0) {
            this.index()
            this.save()
        }
    }

    // The metric under whose name a record goes out: an active one takes over the name of a retired one.
    current(id: number): Metric | undefined {
        const metric = this.metrics.get(id)
        return metric && (this.byName.get(`${metric.device}/${metric.name}`) ?? metric)
    }

    // What a birth lists: every name once, the active metric first.
    named(): Metric[] {
        return [...this.byName.values()]
    }

    private index(): void {
        this.byName = new Map()
        for (const metric of this.metrics.values()) {
            const key = `${metric.device}/${metric.name}`
            if (metric.retired === undefined || !this.byName.has(key)) {
                this.byName.set(key, metric)
            }
        }
    }

    private save(): void {
        replaceFile(this.path, JSON.stringify({ next: this.next, server: this.server, metrics: [...this.metrics.values()] }))
    }
}

function sameVariable(a: Variable, b: Variable): boolean {
    const keys = ['path', 'node', 'declared', 'writable', 'unit', 'low', 'high', 'description'] as const
    return keys.every((key) => a[key] === b[key])
}
