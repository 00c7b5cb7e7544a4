// Which lots share a pattern: the share of their wafers that show it, with Wilson's interval, against all other lots; what chance alone would do
// is kept out by the exact test of Fisher, corrected by Holm for all lots and patterns that are looked at.

export interface LotPattern {
    lot: string
    pattern: string
    n: number
    of: number
    low: number
    high: number
    others: number
    p: number // corrected
}

const Z = 1.959963984540054

/** E. B. Wilson, JASA 22 (1927) 209-212. */
export function wilson(n: number, of: number): [number, number] {
    if (of === 0) return [0, 1]
    const [p, z2] = [n / of, Z * Z]
    const middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    const half = (Z * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of * of))) / (1 + z2 / of)
    return [Math.max(0, middle - half), Math.min(1, middle + half)]
}

/** The chance that of `of` drawn from `all`, of which `with_` have it, at least n do. */
export function fisher(n: number, of: number, with_: number, all: number): number {
    const ln = [0]
    for (let k = 1; k <= all; k++) ln.push(ln[k - 1]! + Math.log(k))
    const choose = (a: number, b: number) => ln[a]! - ln[b]! - ln[a - b]!
    let sum = 0
    for (let k = n; k <= Math.min(of, with_); k++) if (of - k <= all - with_) sum += Math.exp(choose(with_, k) + choose(all - with_, of - k) - choose(all, of))
    return Math.min(1, sum)
}

const LEAST = 2 // wafers of a lot that show it

/** Surest first. Patterns named in `usual` are none. */
export function lotPatterns(wafers: readonly { lot: string; pattern: string }[], usual: (pattern: string) => boolean): LotPattern[] {
    const [lots, patterns] = [[...new Set(wafers.map(({ lot }) => lot))], [...new Set(wafers.map(({ pattern }) => pattern))].filter((one) => !usual(one))]
    if (lots.length < 2) return []
    const counts = new Map<string, number>()
    const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
    for (const { lot, pattern } of wafers) {
        add(`lot ${lot}`)
        add(`pattern ${pattern}`)
        add(`${lot}\u0000${pattern}`)
    }
    const all = wafers.length
    const tried = lots.flatMap((lot) =>
        patterns.map((pattern) => {
            const [n, of, shown] = [counts.get(`${lot}\u0000${pattern}`) ?? 0, counts.get(`lot ${lot}`)!, counts.get(`pattern ${pattern}`)!]
            const [low, high] = wilson(n, of)
            return { lot, pattern, n, of, low, high, others: all > of ? (shown - n) / (all - of) : 0, p: fisher(n, of, shown, all) }
        }),
    )
    // Holm: the k-th smallest times how many are left, never falling.
    let least = 0
    return tried
        .sort((a, b) => a.p - b.p)
        .map((one, k) => ({ ...one, p: (least = Math.max(least, Math.min(1, one.p * (tried.length - k)))) }))
        .filter(({ n, p, low, others }) => n >= LEAST && p <= 0.05 && low > others)
}
