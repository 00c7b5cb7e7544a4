// A gap is a record like any value: of the metric Gateway/Gap, JSON with cause, from, to, and how many metrics or values. So the
// host learns of it even if it was away when it happened.
import { OWN } from './catalogue'
import type { Sample } from './record'

export interface Gap {
    cause: string
    from: number // ms since 1970
    to: number
    metrics?: number
    values?: number
}

export function gapSample(gap: Gap, now: number): Sample {
    const { cause, from, to, ...rest } = gap
    const value = JSON.stringify({ cause, from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...rest })
    return { metric: OWN.gap.id, time: now, status: 0, type: OWN.gap.type, value }
}
