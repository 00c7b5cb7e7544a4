// What births, deaths and data say of a metric: values with their quality, and in births also unit, range, description and node.
import { OWN, type Catalogue, type Metric } from './catalogue'
import type { Latest } from './keeper'
import type { PayloadMetric, Property } from './payload'
import { Type, type Sample } from './record'
import { qualityOf } from './values'

const STALE = 500

function quality(status: number, stale: boolean): Record<string, Property> {
    const properties: Record<string, Property> = { Quality: { type: Type.Int32, value: stale ? STALE : qualityOf(status) } }
    if (status >>> 30 !== 0) {
        properties['StatusCode'] = { type: Type.UInt32, value: status >>> 0 }
    }
    return properties
}

// A metric of a birth.
//   stale  the source is away: the value is the last that was known
export function birthMetric(metric: Metric, latest: Latest | undefined, stale: boolean, now: number): PayloadMetric {
    const gone = metric.retired !== undefined || latest === undefined
    const properties = quality(latest?.status ?? 0, stale || gone)
    const texts: [string, string | undefined][] = [['engUnit', metric.unit], ['Description', metric.description], ['NodeId', metric.node]]
    for (const [name, text] of texts) {
        if (text !== undefined) {
            properties[name] = { type: Type.String, value: text }
        }
    }
    for (const [name, number] of [['engLow', metric.low], ['engHigh', metric.high]] as const) {
        if (number !== undefined) {
            properties[name] = { type: Type.Double, value: number }
        }
    }
    return { name: metric.name, alias: metric.id, time: latest?.time ?? now, type: metric.type, value: latest?.value ?? null, properties }
}

// A metric of data. Its quality is told when it is not good, or when what was told last was not. What the server has told again and is
// older than what the host knows is history: its current value must not step back.
export class DataMetrics {
    private unwell = new Set<number>()
    private told = new Map<number, number>() // time of the newest value that the host takes for current

    // Births tell the quality of everything: what is not good then has to be told when it becomes so.
    begin(latest: Iterable<Latest>, stale: boolean): void {
        this.unwell = new Set()
        this.told = new Map()
        for (const { metric, status, time } of latest) {
            this.told.set(metric, time)
            if (stale || qualityOf(status) !== 192) {
                this.unwell.add(metric)
            }
        }
    }

    metric(sample: Sample, alias: number, backlog: boolean): PayloadMetric {
        const { time, type, value, status } = sample
        const historical = backlog || (sample.again === true && time < (this.told.get(alias) ?? 0))
        const well = qualityOf(status) === 192
        const tell = !well || historical || this.unwell.has(alias)
        if (!historical) {
            this.told.set(alias, time)
            if (well) {
                this.unwell.delete(alias)
            } else {
                this.unwell.add(alias)
            }
        }
        const out: PayloadMetric = { alias, time, type, value }
        if (historical) {
            out.historical = true
        }
        if (tell && (!well || !historical)) {
            out.properties = quality(status, false)
        }
        return out
    }
}

// The metrics of a birth, by device; '' is the node's own.
export function byDevice(catalogue: Catalogue): Map<string, Metric[]> {
    const out = new Map<string, Metric[]>([['', []]])
    for (const metric of catalogue.named()) {
        const list = out.get(metric.device)
        if (list) {
            list.push(metric)
        } else {
            out.set(metric.device, [metric])
        }
    }
    return out
}

export interface Standing {
    connected: boolean
    owed: number
    gaps: number
    received: number
    variables: number
}

// What the gateway tells of itself. In a birth everything with names, else the numbers alone.
export function ownMetrics(standing: Standing, now: number, birth: boolean): PayloadMetric[] {
    const of = (own: { id: number; name: string; type: Type }, value: PayloadMetric['value']): PayloadMetric =>
        birth ? { name: own.name, alias: own.id, time: now, type: own.type, value } : { alias: own.id, time: now, type: own.type, value }
    const numbers = [
        of(OWN.connected, standing.connected),
        of(OWN.owed, BigInt(standing.owed)),
        of(OWN.gaps, BigInt(standing.gaps)),
        of(OWN.received, BigInt(standing.received)),
        of(OWN.variables, standing.variables),
    ]
    return birth ? [...numbers, of(OWN.gap, null), of(OWN.command, null)] : numbers
}
