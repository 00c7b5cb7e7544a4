import { describe, expect, it } from 'vitest'
import type { Layout, LayoutGroup } from '../api/twin'
import { Floor } from '../twin/floor'
import { message, type Told } from '../twin/message'
import { Carriers, NOWHERE } from './carriers'
import { pickBox, pickCarrier, type Boxes, type Ray } from './pick'
import { layWay, newWay, toolWay } from './way'

/** A central aisle from x 0 to 30 at y 10, and two aisles up and one down from it, tools on both sides of each. */
function hall(aisles = true): Layout {
    const rects: Layout['aisles'] = [[0, 8, 30, 12], [4, 12, 7, 40], [14, 12, 17, 40], [4, -20, 7, 8]]
    const x: number[] = []
    const y: number[] = []
    const heading: number[] = []
    const aisle: number[] = []
    rects.slice(1).forEach(([x0, y0, x1], a) => {
        for (let n = 0; n < 5; n++)
            for (const right of [false, true]) {
                x.push(right ? x1 + 1 : x0 - 1)
                y.push(y0 + 4 + n * 3)
                heading.push(right ? 270 : 90)
                aisle.push(aisles ? a + 1 : -1)
            }
    })
    const n = x.length
    const same = (value: number) => new Array<number>(n).fill(value)
    const middle = x.map((_, t) => (rects[Math.floor(t / 10) + 1]![0] + rects[Math.floor(t / 10) + 1]![2]) / 2)
    const groups = Array.from({ length: n / 5 }, (_, g): LayoutGroup => ({ name: `G${g}`, area: 0, first_tool: g * 5, n_tool: 5, body: 'bench', is_delay: false }))
    return { hall: [0, -20, 30, 40], areas: [{ name: 'A', rects: [[0, -20, 30, 40]] }], aisles: aisles ? rects : [], products: ['P'], groups, tools: { x, y, heading, width: same(1.8), depth: same(2), height: same(2), port_x: middle, port_y: y, aisle }, stockers: [] }
}

describe('ways along aisles', () => {
    const layout = hall()
    const within = (px: number, py: number) => layout.aisles.some(([x0, y0, x1, y1]) => px >= x0 - 1e-9 && px <= x1 + 1e-9 && py >= y0 - 1e-9 && py <= y1 + 1e-9)
    it('go from port to port, straight, in aisles only', () => {
        const way = newWay()
        const { port_x, port_y } = layout.tools
        for (let from = 0; from < port_x.length; from++)
            for (let to = 0; to < port_x.length; to++) {
                toolWay(way, layout, from, to)
                expect([way.xy[0], way.xy[1]]).toEqual([port_x[from], port_y[from]])
                expect([way.xy[way.n * 2 - 2], way.xy[way.n * 2 - 1]]).toEqual([port_x[to], port_y[to]])
                let length = 0
                for (let k = 1; k < way.n; k++) {
                    const [ax, ay, bx, by] = [way.xy[k * 2 - 2]!, way.xy[k * 2 - 1]!, way.xy[k * 2]!, way.xy[k * 2 + 1]!]
                    expect(ax === bx || ay === by, `${from} to ${to}`).toBe(true)
                    for (let share = 0; share <= 1; share += 0.05) expect(within(ax + (bx - ax) * share, ay + (by - ay) * share), `${from} to ${to}`).toBe(true)
                    length += Math.hypot(bx - ax, by - ay)
                }
                expect(way.length).toBeCloseTo(length, 9)
            }
    })
    it('are as long both ways, and nothing to oneself', () => {
        const there = newWay()
        const back = newWay()
        for (let n = 0; n < 30; n += 3) {
            toolWay(there, layout, n, 29 - n)
            toolWay(back, layout, 29 - n, n)
            expect(there.length).toBeCloseTo(back.length, 9)
            expect(toolWay(there, layout, n, n).length).toBe(0)
        }
    })
    it('are two legs at a right angle where nobody knows the aisles', () => {
        const way = layWay(newWay(), [], 1, 2, -1, 5, 9, -1)
        expect(way.n).toBe(3)
        expect([...way.xy.subarray(0, 6)]).toEqual([1, 2, 5, 2, 5, 9])
        expect(way.length).toBe(11)
    })
})

describe('boxes of lots', () => {
    const play = (layout: Layout, tell: (floor: Floor, say: (told: Told) => void, carriers: Carriers, clock: { now: number }) => void) => {
        const floor = new Floor({ tools: layout.tools.x.length, groups: layout.groups.length, products: 1 }, 4)
        const carriers = new Carriers(layout, 2)
        const clock = { now: 0 }
        floor.events = { whole: () => carriers.clear(), lot: (slot, isNew) => carriers.put(floor, slot, clock.now, 60, isNew), left: (slot) => carriers.leave(slot) }
        const say = (told: Told) => {
            const bytes = message(told)
            floor.apply(bytes, 4, bytes.length)
        }
        tell(floor, say, carriers, clock)
    }
    const details: [number, number, number] = [0, 25, 0]
    it.each([['with', true], ['without', false]])('always come to rest, each in a place of its own, %s aisles', (_, aisles) => {
        const layout = hall(aisles)
        play(layout, (floor, say, carriers, clock) => {
            let seed = 7
            const rand = (n: number) => (seed = (seed * 48271) % 2147483647) % n
            say({ kind: 1, lots: Array.from({ length: 60 }, (_, lot) => ({ lot, what: 1, place: lot % layout.groups.length, step: 0, details })) })
            for (let turn = 0; turn < 400; turn++) {
                const lot = rand(60)
                const what = rand(3)
                say({ kind: 2, lots: [{ lot, what, place: what === 2 ? rand(layout.tools.x.length) : rand(layout.groups.length), step: turn }] })
                clock.now += rand(10) / 10
                carriers.step(clock.now)
                for (let slot = 0; slot < floor.slots; slot++) for (let k = 0; k < 3; k++) expect(Number.isFinite(carriers.at[slot * 4 + k]!)).toBe(true)
            }
            carriers.step(clock.now + 10_000)
            expect(carriers.moving).toBe(0)
            const places = new Set<string>()
            let resting = 0
            for (let slot = 0; slot < floor.slots; slot++) {
                if ((floor.what[slot]! & 3) === 0) continue
                resting++
                places.add([0, 1, 2].map((k) => carriers.at[slot * 4 + k]!.toFixed(2)).join())
            }
            expect(places.size).toBe(resting)
            // What is counted in stacks is what the floor says.
            let inside = 0
            let waiting = 0
            for (let tool = 0; tool < layout.tools.x.length; tool++) {
                inside += carriers.countAt(tool, true)
                waiting += carriers.countAt(tool, false)
            }
            const count = (where: number) => [...floor.lot].filter((lot, slot) => lot >= 0 && (floor.what[slot]! & 3) === where).length
            expect(inside).toBe(count(2))
            expect(waiting).toBe(count(1))
        })
    })
    it('go nowhere when their lot has left', () => {
        play(hall(), (floor, say, carriers) => {
            say({ kind: 1, lots: [{ lot: 3, what: 1, place: 0, step: 0, details }, { lot: 4, what: 1, place: 0, step: 0, details }] })
            const slot = floor.slotOfLot(3)
            say({ kind: 2, gone: [3] })
            expect(carriers.at[slot * 4 + 2]).toBe(NOWHERE)
            expect(carriers.countAt(carriers.toolOf(floor.slotOfLot(4)), false)).toBe(1)
        })
    })
    it('move without a jump, in small steps', () => {
        play(hall(), (floor, say, carriers, clock) => {
            say({ kind: 1, lots: [{ lot: 0, what: 2, place: 0, step: 0, details }] })
            say({ kind: 2, lots: [{ lot: 0, what: 0, place: 5, step: 1 }] })
            expect(carriers.moving).toBe(1)
            let before = Array.from(carriers.at.subarray(0, 3))
            const far = 80
            for (let n = 0; n < 2000 && carriers.moving > 0; n++) {
                clock.now += 0.01
                carriers.step(clock.now)
                const now = Array.from(carriers.at.subarray(0, 3))
                expect(Math.hypot(now[0]! - before[0]!, now[1]! - before[1]!, now[2]! - before[2]!)).toBeLessThan(far * 0.05)
                before = now
            }
            expect(carriers.moving).toBe(0)
            expect(floor.place[0]).toBe(5)
        })
    })
})

describe('the pointer', () => {
    const layout = hall()
    const boxes: Boxes = { ...layout.tools, n: layout.tools.x.length, sin: layout.tools.heading.map((deg) => Math.sin((deg * Math.PI) / 180)), cos: layout.tools.heading.map((deg) => Math.cos((deg * Math.PI) / 180)) }
    const from = (x: number, y: number, h: number, tx: number, ty: number, th: number): Ray => {
        const length = Math.hypot(tx - x, ty - y, th - h)
        return { x, y, h, dx: (tx - x) / length, dy: (ty - y) / length, dh: (th - h) / length }
    }
    it('finds the tool below it', () => {
        for (let tool = 0; tool < boxes.n; tool++) expect(pickBox(boxes, from(boxes.x[tool]! + 0.1, boxes.y[tool]! - 0.1, 50, boxes.x[tool]!, boxes.y[tool]!, 1)).box).toBe(tool)
    })
    it('finds nothing on the bare floor or behind it', () => {
        expect(pickBox(boxes, from(25, 10, 50, 25, 10, 0)).box).toBe(-1)
        expect(pickBox(boxes, from(boxes.x[0]!, boxes.y[0]!, 50, boxes.x[0]!, boxes.y[0]!, 90)).box).toBe(-1)
    })
    it('finds a lot that is before the tool, and none behind it', () => {
        const at = new Float32Array([5, 20, 0.5, 0, NOWHERE, NOWHERE, NOWHERE, NOWHERE])
        expect(pickCarrier(at, 2, from(5, 20, 30, 5, 20, 0), 0.5, Infinity)).toBe(0)
        expect(pickCarrier(at, 2, from(5, 20, 30, 5, 20, 0), 0.5, 10)).toBe(-1)
        expect(pickCarrier(at, 2, from(8, 20, 30, 8, 20, 0), 0.5, Infinity)).toBe(-1)
    })
})
