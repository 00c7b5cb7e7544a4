// What a server can take in one call (Part 5, 6.3.11 OperationLimits); 0 or nothing said: our own measure.
import { AttributeIds, type ClientSession } from 'node-opcua-client'

const OWN_CALL = 1000

export interface Limits {
    read: number
    write: number
    browse: number
    items: number // monitored items a call
    points: number // continuation points at a time
}

const NODES = { read: 'ns=0;i=11705', write: 'ns=0;i=11707', browse: 'ns=0;i=11710', items: 'ns=0;i=11714', points: 'ns=0;i=2735' } as const

export async function readLimits(session: ClientSession): Promise<Limits> {
    const keys = Object.keys(NODES) as (keyof Limits)[]
    const values = await session.read(keys.map((key) => ({ nodeId: NODES[key], attributeId: AttributeIds.Value })))
    const limits = {} as Limits
    keys.forEach((key, n) => {
        const value: unknown = values[n]?.value?.value
        limits[key] = typeof value === 'number' && value > 0 ? Math.min(value, OWN_CALL) : OWN_CALL
    })
    return limits
}

// A list in pieces of at most `size`.
export function pieces<T>(list: readonly T[], size: number): T[][] {
    const out: T[][] = []
    for (let n = 0; n < list.length; n += size) {
        out.push(list.slice(n, n + size))
    }
    return out
}
