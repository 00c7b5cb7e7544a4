import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Layout } from '../api/twin'
import { Floor } from '../twin/floor'
import { message } from '../twin/message'
import { Carriers } from './carriers'
import { Rails } from './rails'

// The same cases as src/scene/ways_test.c.
const lines = readFileSync(new URL('../../../tests/rail_ways.txt', import.meta.url), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'))
const rows = (kind: string) => lines.filter((line) => line.startsWith(kind)).map((line) => line.split(' ').slice(1).map(Number))
const nodes = rows('node')
const links = rows('link')
const ports = rows('port')
const ways = rows('way')
const layoutRails = { x: nodes.map((n) => n[0]!), y: nodes.map((n) => n[1]!), from: links.map((l) => l[0]!), to: links.map((l) => l[1]!) }

/** The points of a way from port to port, straight ones left out; without a way none. */
function pointsOf(rails: Rails, from: number[], to: number[]): number[] {
    const [px, py, link, along] = from as [number, number, number, number]
    const [qx, qy, goal, goalAlong] = to as [number, number, number, number]
    if (rails.far(link, along, goal, goalAlong) < 0) return []
    const all = [px, py, rails.xAt(link, along), rails.yAt(link, along)]
    if (link !== goal || along > goalAlong)
        for (let at = link; at !== goal || all.length === 4; at = rails.next(at, goal)) {
            all.push(rails.x[rails.to[at]!]!, rails.y[rails.to[at]!]!)
            if (rails.next(at, goal) === goal) break
        }
    all.push(rails.xAt(goal, goalAlong), rails.yAt(goal, goalAlong), qx, qy)
    const kept: number[] = []
    for (let k = 0; k < all.length; k += 2) {
        const n = kept.length
        const isInside = k > 4 && k < all.length - 2 && n > 4
        const cross = isInside ? (kept[n - 2]! - kept[n - 4]!) * (all[k + 1]! - kept[n - 1]!) - (kept[n - 1]! - kept[n - 3]!) * (all[k]! - kept[n - 2]!) : 1
        if (Math.abs(cross) < 1e-9) kept.length = n - 2
        kept.push(all[k]!, all[k + 1]!)
    }
    return kept
}

describe('ways on rails', () => {
    const rails = new Rails(layoutRails)
    it.each(ways.filter((way) => way[0] !== way[1]))('from port %i to port %i are %f m', (from, to, length, ...points) => {
        const got = pointsOf(rails, ports[from!]!, ports[to!]!)
        if (got.length === 0) expect(points.length, 'two legs where no rails lead').toBe(6)
        else {
            expect(got.map((v) => Math.round(v * 1e6) / 1e6)).toEqual(points)
            let sum = 0
            for (let k = 2; k < got.length; k += 2) sum += Math.hypot(got[k]! - got[k - 2]!, got[k + 1]! - got[k - 1]!)
            expect(sum).toBeCloseTo(length!, 9)
        }
    })
    it('are as long as what all distances at once give', () => {
        const n = nodes.length
        const far = nodes.map((_, a) => nodes.map((__, b) => (a === b ? 0 : Infinity)))
        links.forEach(([a, b], k) => (far[a!]![b!] = Math.min(far[a!]![b!]!, rails.length[k]!)))
        for (let k = 0; k < n; k++) for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) far[a]![b] = Math.min(far[a]![b]!, far[a]![k]! + far[k]![b]!)
        for (let a = 0; a < links.length; a++)
            for (let b = 0; b < links.length; b++) {
                const want = a === b ? 0 : rails.length[a]! + far[links[a]![1]!]![links[b]![0]!]!
                const got = rails.far(a, 0, b, 0)
                if (want === Infinity) expect(got).toBe(-1)
                else expect(got).toBeCloseTo(want, 9)
            }
    })
})

/** A hall of the tools at the first loop of rails, each at its port, nobody knowing aisles. */
function hall(): Layout {
    const at = [0, 1, 2, 3, 5].map((k) => ports[k]!)
    const n = at.length
    const same = (value: number) => new Array<number>(n).fill(value)
    const group = (_: unknown, g: number) => ({ name: `G${g}`, area: 0, first_tool: g, n_tool: 1, body: 'bench' as const, is_delay: false })
    return {
        hall: [-5, -5, 25, 15], areas: [{ name: 'A', rects: [[-5, -5, 25, 15]] }], aisles: [], products: ['P'], groups: at.map(group), stockers: [], rails: layoutRails,
        tools: { x: at.map((p) => p[0]!), y: at.map((p) => p[1]!), heading: same(0), width: same(1.8), depth: same(1), height: same(2), port_x: at.map((p) => p[0]!), port_y: at.map((p) => p[1]!), aisle: same(-1), rail: at.map((p) => p[2]!), along: at.map((p) => p[3]!) },
    }
}

describe('boxes on rails', () => {
    const layout = hall()
    const details: [number, number, number] = [0, 25, 0]
    const isOnRails = (x: number, y: number) =>
        links.slice(0, 7).some(([a, b]) => {
            const [ax, ay] = nodes[a!] as [number, number]
            const [bx, by] = nodes[b!] as [number, number]
            const square = (bx - ax) ** 2 + (by - ay) ** 2
            const share = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / square))
            return Math.hypot(ax + (bx - ax) * share - x, ay + (by - ay) * share - y) < 1e-3
        })
    const play = () => {
        const floor = new Floor({ tools: layout.tools.x.length, groups: layout.groups.length, products: 1 }, 4)
        const carriers = new Carriers(layout, 2)
        const clock = { now: 0 }
        floor.events = { whole: () => carriers.clear(), lot: (slot, isNew) => carriers.put(floor, slot, clock.now, 1, isNew), left: (slot) => carriers.leave(slot) }
        const say = (told: Parameters<typeof message>[0]) => {
            const bytes = message(told)
            floor.apply(bytes, 4, bytes.length)
        }
        return { floor, carriers, clock, say }
    }
    it('keep to them at their height, without a jump, and come to rest', () => {
        const { floor, carriers, clock, say } = play()
        say({ kind: 1, lots: [{ lot: 0, what: 2, place: 2, step: 0, details }] })
        say({ kind: 2, lots: [{ lot: 0, what: 0, place: 0, step: 1 }] }) // around the far end: 30 m
        let [x, y, h] = carriers.at
        let onRails = 0
        let length = 0
        for (let n = 0; n < 10_000 && carriers.moving > 0; n++) {
            clock.now += 0.02
            carriers.step(clock.now)
            const step = Math.hypot(carriers.at[0]! - x!, carriers.at[1]! - y!, carriers.at[2]! - h!)
            expect(step).toBeLessThan(0.1)
            length += step
            ;[x, y, h] = carriers.at
            if (h === carriers.height) {
                onRails++
                expect(isOnRails(x!, y!), `${x} ${y}`).toBe(true)
            }
        }
        expect(carriers.moving).toBe(0)
        expect(onRails).toBeGreaterThan(1000)
        expect(length).toBeGreaterThan(30)
        expect(floor.place[0]).toBe(0)
    })
    it('turn to where they are told on the way, still on rails', () => {
        const { carriers, clock, say } = play()
        say({ kind: 1, lots: [{ lot: 0, what: 2, place: 0, step: 0, details }] })
        let seed = 3
        for (let turn = 0; turn < 300; turn++) {
            seed = (seed * 48271) % 2147483647
            say({ kind: 2, lots: [{ lot: 0, what: 0, place: seed % layout.groups.length, step: turn }] })
            for (let n = 0; n < 1 + (seed % 40); n++) {
                clock.now += 0.1
                carriers.step(clock.now)
                if (carriers.at[2] === Math.fround(carriers.height)) expect(isOnRails(carriers.at[0]!, carriers.at[1]!), `${carriers.at[0]} ${carriers.at[1]}`).toBe(true)
            }
        }
        carriers.step(clock.now + 1000)
        expect(carriers.moving).toBe(0)
    })
})
