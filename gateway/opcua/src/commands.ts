// Commands of the host: payloads of NCMD and DCMD, read with sparkplug-payload. They come from outside: what cannot be read is
// no command, and nothing here throws.
import { decodePayload } from 'sparkplug-payload/lib/sparkplugbpayload'
import type { Value } from './record'

export const COMMAND_MAX_BYTES = 1 << 20
export const COMMAND_MAX_METRICS = 1000

export interface Command {
    name: string | undefined
    alias: number | undefined
    type: string
    value: Value
    historical: boolean
}

interface Wide {
    low: number
    high: number
}

function isWide(value: unknown): value is Wide {
    return typeof value === 'object' && value !== null && 'low' in value && 'high' in value
}

// 64 bits come as Long, and 32 bits without a sign come with one.
function valueOf(type: string, value: unknown): Value {
    if (isWide(value)) {
        const bits = (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0)
        return type === 'Int64' ? BigInt.asIntN(64, bits) : bits
    }
    if (typeof value === 'number') {
        const small = type === 'Int8' ? (value << 24) >> 24 : type === 'Int16' ? (value << 16) >> 16 : value
        return type === 'UInt32' ? value >>> 0 : small
    }
    return typeof value === 'boolean' || typeof value === 'string' || value instanceof Uint8Array ? value : null
}

export function readCommands(payload: Buffer): Command[] {
    if (payload.length > COMMAND_MAX_BYTES) {
        return []
    }
    try {
        const metrics = decodePayload(payload).metrics ?? []
        return metrics.slice(0, COMMAND_MAX_METRICS).map((metric) => {
            const alias = metric.alias === undefined || metric.alias === null ? undefined : Number(valueOf('UInt64', metric.alias))
            return {
                name: metric.name ?? undefined,
                alias,
                type: metric.type,
                value: valueOf(metric.type, metric.value),
                historical: metric.isHistorical === true,
            }
        })
    } catch {
        return []
    }
}

// STATE of a host application (Sparkplug B 3.0, 5.14): undefined where the payload is not one.
export function readState(payload: Buffer): { online: boolean; timestamp: number } | undefined {
    try {
        const state = JSON.parse(payload.toString('utf8')) as { online?: unknown; timestamp?: unknown } | null
        if (typeof state?.online === 'boolean' && Number.isSafeInteger(state.timestamp)) {
            return { online: state.online, timestamp: state.timestamp as number }
        }
    } catch {
        // falls through
    }
    return undefined
}
