// What planned replacement at an age costs a unit of time, of lives that follow a Weibull distribution (R. E. Barlow, F. Proschan:
// Mathematical Theory of Reliability, 1965, 4.2): (planned S(T) + failure (1 - S(T))) over the mean time in use, the integral of S up to T.
import type { Weibull } from '../api/models'

export interface CostPoint { age: number; cost: number }
const POINTS = 120
const END = 2 // times the scale: few units live longer

export function costsOf(weibull: Weibull, planned: number, failure: number): CostPoint[] {
    const [scale, shape] = [weibull.scale.value, weibull.shape.value]
    if (scale === null || shape === null || !(scale > 0) || !(shape > 0)) return []
    const surviving = (age: number) => Math.exp(-((age / scale) ** shape))
    const step = (scale * END) / POINTS
    let used = 0
    return Array.from({ length: POINTS }, (_, n) => {
        const [a, b] = [n * step, (n + 1) * step]
        used += ((surviving(a) + 4 * surviving((a + b) / 2) + surviving(b)) / 6) * step // Simpson's rule
        return { age: b, cost: (planned * surviving(b) + failure * (1 - surviving(b))) / used }
    })
}
