import { describe, expect, it } from 'vitest'
import { Floor, FloorError, JUMP } from './floor'
import { joined, message } from './message'
import { FloorReader, MESSAGE_MAX } from './stream'

const sizes = { tools: 300, groups: 20, products: 4 }
const whole = message({ kind: 1, flags: JUMP, time: 12.5, end: 40, tools: [[0, 1], [5, 5], [299, 6]], lots: [{ lot: 0, what: 1, place: 19, step: 3, details: [1, 25, -20] }, { lot: 7, what: 2, place: 299, step: 200, details: [3, 1, 10] }, { lot: 70_000, what: 32, place: 2, step: 0, details: [0, 25, 0] }] })
const changes = message({ kind: 2, time: 13, end: 40, tools: [[5, 0]], gone: [7], lots: [{ lot: 0, what: 2 | 8, place: 130, step: 3 }, { lot: 70_001, what: 0, place: 4, step: 0, details: [2, 24, 20] }] })
const beat = message({ kind: 3, time: 14, end: 41, speed: 0 })
const stream = joined(whole, changes, beat)

/** All that a floor knows, in the order of lots. */
function told(floor: Floor): unknown {
    const lots = [...floor.lot].flatMap((lot, slot) => (lot < 0 ? [] : [[lot, floor.what[slot], floor.place[slot], floor.step[slot], floor.product[slot], floor.wafers[slot], floor.priority[slot]]]))
    return { time: floor.time, end: floor.end, speed: floor.speed, flags: floor.flags, n: floor.n, state: [...floor.state], lots: lots.sort((a, b) => a[0]! - b[0]!) }
}
function read(...parts: Uint8Array[]): Floor {
    const floor = new Floor(sizes, 2)
    const reader = new FloorReader(floor)
    for (const part of parts) reader.push(part)
    return floor
}

describe('the stream of a twin', () => {
    it('tells what was written', () => {
        const floor = read(stream)
        expect(floor.time).toBe(14)
        expect(floor.end).toBe(41)
        expect(floor.speed).toBe(0)
        expect([floor.state[0], floor.state[5], floor.state[299]]).toEqual([1, 0, 6])
        expect(floor.n).toBe(3)
        const slot = floor.slotOfLot(0)
        expect([floor.what[slot], floor.place[slot], floor.step[slot], floor.priority[slot]]).toEqual([10, 130, 3, -20])
        expect(floor.slotOfLot(7)).toBe(-1)
        expect(floor.wafers[floor.slotOfLot(70_001)]).toBe(24)
    })
    it('tells the same wherever it is cut', () => {
        const wanted = told(read(stream))
        for (let cut = 0; cut <= stream.length; cut++) expect(told(read(stream.subarray(0, cut), stream.subarray(cut))), `cut at ${cut}`).toEqual(wanted)
        for (const size of [1, 2, 3, 5, 29]) {
            const parts: Uint8Array[] = []
            for (let at = 0; at < stream.length; at += size) parts.push(stream.subarray(at, at + size))
            expect(told(read(...parts)), `pieces of ${size}`).toEqual(wanted)
        }
    })
    it('waits at every prefix, and tells whole messages only', () => {
        const ends = [0, whole.length, whole.length + changes.length, stream.length]
        for (let n = 0; n < stream.length; n++) {
            const before = ends.filter((end) => end <= n).at(-1)!
            expect(told(read(stream.subarray(0, n))), `prefix ${n}`).toEqual(told(read(stream.subarray(0, before))))
        }
    })
    it('refuses lengths that cannot be', () => {
        const long = new Uint8Array(8)
        new DataView(long.buffer).setUint32(0, MESSAGE_MAX + 1, true)
        expect(() => read(long)).toThrow(FloorError)
        for (let cut = 1; cut < 4; cut++) expect(() => read(long.subarray(0, cut), long.subarray(cut))).toThrow(FloorError)
        const short = new Uint8Array(4 + 3)
        short[0] = 3
        expect(() => read(short)).toThrow(FloorError)
        // A list that says it has more entries than there are bytes.
        const boast = message({ kind: 1 })
        for (const at of [28, 29, 30]) {
            const lied = Uint8Array.from(boast)
            lied[at] = 0x7f
            expect(() => read(lied), `list at ${at}`).toThrow(FloorError)
        }
    })
    it('refuses a message that ends too soon, and one with a tail', () => {
        for (let n = 24; n < whole.length - 4; n++) {
            const cut = whole.slice(0, 4 + n)
            new DataView(cut.buffer).setUint32(0, n, true)
            expect(() => read(cut), `length ${n}`).toThrow(FloorError)
        }
        const longer = joined(whole, new Uint8Array(1))
        new DataView(longer.buffer).setUint32(0, longer.length - 4, true)
        expect(() => read(longer)).toThrow(FloorError)
        const beaten = joined(beat, new Uint8Array(1))
        new DataView(beaten.buffer).setUint32(0, beaten.length - 4, true)
        expect(() => read(beaten)).toThrow(FloorError)
    })
    it.each([
        ['an unknown kind', message({ kind: 4 })],
        ['changes before anything was told', changes],
        ['a tool that is not there', message({ kind: 1, tools: [[300, 0]] })],
        ['a state that is not one', message({ kind: 1, tools: [[0, 7]] })],
        ['a group that is not there', message({ kind: 1, lots: [{ lot: 1, what: 1, place: 20, step: 0, details: [0, 1, 0] }] })],
        ['a lot in a tool that is not there', message({ kind: 1, lots: [{ lot: 1, what: 2, place: 300, step: 0, details: [0, 1, 0] }] })],
        ['a place of no kind', message({ kind: 1, lots: [{ lot: 1, what: 3, place: 0, step: 0, details: [0, 1, 0] }] })],
        ['a product that is not there', message({ kind: 1, lots: [{ lot: 1, what: 1, place: 0, step: 0, details: [4, 1, 0] }] })],
        ['a new lot without details', message({ kind: 1, lots: [{ lot: 1, what: 1, place: 0, step: 0 }] })],
    ])('refuses %s', (_, bytes) => {
        expect(() => read(bytes)).toThrow(FloorError)
    })
    it('refuses numbers that have no end', () => {
        const endless = joined(message({ kind: 1 }).subarray(0, 28), new Uint8Array(12).fill(0xff))
        new DataView(endless.buffer).setUint32(0, endless.length - 4, true)
        expect(() => read(endless)).toThrow(FloorError)
    })
    it('never breaks otherwise, whatever byte is changed', () => {
        for (let at = 4; at < stream.length; at++)
            for (const bits of [1, 0x80, 0xff]) {
                const broken = Uint8Array.from(stream)
                broken[at]! ^= bits
                try {
                    read(broken)
                } catch (error) {
                    expect(error, `byte ${at} ^ ${bits}`).toBeInstanceOf(FloorError)
                }
            }
    })
    it('uses slots again', () => {
        const floor = read(whole)
        for (let n = 0; n < 200; n++) {
            const lot = 80_000 + n
            floor.apply(message({ kind: 2, lots: [{ lot, what: 1, place: 0, step: 0, details: [0, 1, 0] }] }), 4, message({ kind: 2, lots: [{ lot, what: 1, place: 0, step: 0, details: [0, 1, 0] }] }).length)
            const gone = message({ kind: 2, gone: [lot] })
            floor.apply(gone, 4, gone.length)
        }
        expect(floor.slots).toBe(4)
        expect(floor.n).toBe(3)
    })
})
