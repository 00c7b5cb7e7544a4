// Writes messages of the stream, for tests.
export interface Told {
    kind: number
    flags?: number
    speed?: number
    time?: number
    end?: number
    tools?: [tool: number, state: number][]
    gone?: number[]
    lots?: { lot: number; what: number; place: number; step: number; details?: [product: number, wafers: number, priority: number] }[]
}

function v(out: number[], value: number) {
    for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) | 128)
    out.push(value)
}

export function message({ kind, flags = 0, speed = 60, time = 0, end = time, tools = [], gone = [], lots = [] }: Told): Uint8Array {
    const tail: number[] = []
    if (kind < 3) {
        let last = -1
        const gap = (number: number) => {
            v(tail, number - last - 1)
            last = number
        }
        v(tail, tools.length)
        for (const [tool, state] of tools) {
            gap(tool)
            tail.push(state)
        }
        v(tail, gone.length)
        last = -1
        for (const lot of gone) gap(lot)
        v(tail, lots.length)
        last = -1
        for (const { lot, what, place, step, details } of lots) {
            gap(lot)
            tail.push(what | (details ? 4 : 0))
            v(tail, place)
            v(tail, step)
            if (!details) continue
            v(tail, details[0])
            v(tail, details[1])
            v(tail, details[2] < 0 ? -2 * details[2] - 1 : 2 * details[2])
        }
    }
    const bytes = new Uint8Array(28 + tail.length)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, 24 + tail.length, true)
    bytes[4] = kind
    bytes[5] = flags
    view.setFloat32(8, speed, true)
    view.setBigInt64(12, BigInt(Math.round(time * 1e6)), true)
    view.setBigInt64(20, BigInt(Math.round(end * 1e6)), true)
    bytes.set(tail, 28)
    return bytes
}

export function joined(...parts: Uint8Array[]): Uint8Array {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
        all.set(part, at)
        at += part.length
    }
    return all
}
