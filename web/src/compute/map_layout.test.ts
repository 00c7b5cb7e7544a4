import { describe, expect, it } from 'vitest'
import type { PoolNode } from '../api/compute'
import { cellAt, layoutMap, nodeAt, type Box } from './map_layout'

const nodeOf = (n: number, gpus: number, type = 'h100'): PoolNode => ({ name: `n${n}`, type: gpus ? type : '', state: 'up', ordered: false, cpus: 64, cpus_free: 16, memory_mib: 1000, memory_free_mib: 250, gpus: Array.from({ length: gpus }, () => ({ used: 0 })) })
const many = (count: number, gpusOf: (n: number) => number): PoolNode[] => Array.from({ length: count }, (_, n) => nodeOf(n, gpusOf(n), n % 3 ? 'h100' : 'l40s'))
const overlap = (a: Box, b: Box) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

describe('the map of the pool', () => {
    it('draws every node once, inside its width, none over another', () => {
        for (const [count, width] of [[0, 300], [1, 300], [4, 900], [97, 300], [400, 1200]] as const) {
            const nodes = many(count, (n) => [8, 8, 4, 0, 1, 16][n % 6]!)
            const { placed, height } = layoutMap(nodes, width, 500)
            expect(new Set(placed.map(({ node }) => node.name)).size).toBe(count)
            for (const [n, one] of placed.entries()) {
                expect(one.x).toBeGreaterThanOrEqual(0)
                expect(one.x + one.width).toBeLessThanOrEqual(width)
                expect(one.y + one.height).toBeLessThanOrEqual(height)
                for (const other of placed.slice(n + 1)) expect(overlap(one, other), `${one.node.name} ${other.node.name}`).toBe(false)
            }
        }
    })
    it('fits 4000 nodes of 8 GPUs on a screen, and makes cells no larger than they need be for few', () => {
        expect(layoutMap(many(4000, () => 8), 1200, 1100).height).toBeLessThanOrEqual(1100)
        expect(layoutMap(many(4, () => 8), 1200, 500).unit).toBe(22)
    })
    it('has smaller cells the more nodes there are, never larger ones', () => {
        const units = [4, 40, 400, 4000].map((count) => layoutMap(many(count, () => 8), 1000, 600).unit)
        expect(units).toEqual([...units].sort((a, b) => b - a))
        expect(units[0]).toBeGreaterThan(units[3]!)
    })
    it('finds the node under a point, and none between nodes', () => {
        const layout = layoutMap(many(500, (n) => [8, 4, 0][n % 3]!), 700, 500)
        for (const one of layout.placed) {
            expect(nodeAt(layout, one.x + 0.5, one.y + 0.5)?.node.name).toBe(one.node.name)
            expect(nodeAt(layout, one.x + one.width - 0.5, one.y + one.height - 0.5)?.node.name).toBe(one.node.name)
            expect(nodeAt(layout, one.x + one.width + 0.5, one.y + 0.5)).toBe(null)
        }
        expect(nodeAt(layout, 5, -3)).toBe(null)
        expect(nodeAt(layout, 5, layout.height + 9)).toBe(null)
    })
    it('shows CPUs and memory where there are no GPUs', () => {
        expect([0, 1].map((n) => cellAt(nodeOf(0, 0), n))).toEqual([{ used: 0.75, tenant: null, what: 'cpu' }, { used: 0.75, tenant: null, what: 'memory' }])
    })
})
