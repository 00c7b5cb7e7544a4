import { describe, expect, it } from 'vitest'
import type { Weibull } from '../api/models'
import { costsOf } from './replacement'

const just = (value: number) => ({ value, low: null, high: null })
const weibull = (shape: number, scale: number): Weibull => ({ shape: just(shape), scale: just(scale), tenth: just(0), half: just(0) })

describe('planned replacement', () => {
    it('never pays where failures have no memory: the cost falls to that of running to failure', () => {
        const points = costsOf(weibull(1, 100), 1, 10)
        for (let n = 1; n < points.length; n++) expect(points[n]!.cost).toBeLessThan(points[n - 1]!.cost)
        // (S + 10 (1 - S)) / (100 (1 - S)) at twice the scale
        const s = Math.exp(-2)
        expect(points.at(-1)!.cost).toBeCloseTo((s + 10 * (1 - s)) / (100 * (1 - s)), 6)
    })
    it('has its cheapest age where hazard times time in use equals what was spent', () => {
        const [planned, failure, shape, scale] = [1, 10, 3, 50]
        const points = costsOf(weibull(shape, scale), planned, failure)
        const best = points.reduce((a, b) => (b.cost < a.cost ? b : a))
        // At the best age the cost is (failure - planned) times the hazard there.
        const hazard = (shape / scale) * (best.age / scale) ** (shape - 1)
        expect(best.cost / ((failure - planned) * hazard)).toBeCloseTo(1, 1)
        expect(best.age).toBeGreaterThan(10)
        expect(best.age).toBeLessThan(30)
    })
    it('is not told of what is no distribution', () => {
        expect(costsOf(weibull(0, 10), 1, 10)).toEqual([])
        expect(costsOf({ ...weibull(2, 10), scale: { value: null, low: null, high: null } }, 1, 10)).toEqual([])
    })
})
