import { describe, expect, it } from 'vitest'
import type { Usage, UsageFigures } from '../api/compute'
import { barsOf } from './usage_chart'

const figures = (used: number, idle: number) => ({ used_hours: used, idle_hours: idle }) as UsageFigures
const account = (name: string, depth: number, months: [number, number][]): Usage['accounts'][number] => ({ name, depth, months: months.map(([used, idle]) => figures(used, idle)), total: figures(months.reduce((sum, [used]) => sum + used, 0), 0) })

describe('bars of usage', () => {
    it('has every hour once: at work and idle are what was used', () => {
        const accounts = [account('', 0, [[36, 8], [3, 1]]), ...Array.from({ length: 8 }, (_, n) => account(`t${n}`, 1, [[n + 1, n / 4], [n % 2, 0]])), account('t7/p', 2, [[8, 1], [1, 0]])]
        const bars = barsOf(accounts, 'others')
        expect(bars.map(({ name }) => name)).toEqual(['t7', 't5', 't6', 't3', 't4', 'others'])
        for (const month of [0, 1]) expect(bars.reduce((sum, { busy, idle }) => sum + busy[month]! + idle[month]!, 0)).toBe(accounts.slice(1, 9).reduce((sum, one) => sum + one.months[month]!.used_hours, 0))
    })
    it('shows the projects of a tenant alone, and nothing where nothing was used', () => {
        expect(barsOf([account('a', 1, [[3, 0]]), account('a/x', 2, [[2, 0]]), account('a/y', 2, [[1, 0]])], '').map(({ name }) => name)).toEqual(['a/x', 'a/y'])
        expect(barsOf([account('a', 1, [[0, 0]]), account('a/x', 2, [[0, 0]])], '')).toEqual([])
        expect(barsOf([], '')).toEqual([])
    })
    it('idle is never more than was used', () => {
        expect(barsOf([account('a', 1, [[3, 5]])], '')).toEqual([{ name: 'a', busy: [0], idle: [3] }])
    })
})
