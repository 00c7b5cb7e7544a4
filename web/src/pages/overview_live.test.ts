import { describe, expect, it } from 'vitest'
import type { GroupNow } from '../api/twin'
import { needs, ofLastDay } from './overview_live'

describe('figures of a living factory', () => {
    it('are of one day, however long a point is, without the one that is not over', () => {
        const points = Array.from({ length: 49 }, () => 1)
        expect(ofLastDay(points, { point_seconds: 3600 })).toBe(24)
        expect(ofLastDay([4, 4, 9], { point_seconds: 2 * 86_400 })).toBe(2)
        expect(ofLastDay([6, 6, 1], { point_seconds: 6 * 3600 })).toBe(24)
        expect(ofLastDay([3], { point_seconds: 3600 })).toBe(0)
    })
    it('say what needs somebody, limits first', () => {
        const group = (name: string, failed: number, risk: number): GroupNow => ({ name, queue: 0, in_process: 0, tools: [0, 0, 0, 0, 0, failed, 0], utilization: null, wait: 0, risk })
        expect(needs([group('a', 0, 0), group('b', 2, 0), group('c', 0, 1), group('d', 1, 0)]).map((one) => one.group)).toEqual(['c', 'b', 'd'])
    })
})
