// What frames cost in script: the last ones, kept in a ring. Read by scripts/frames.mjs and the browser test.
const KEPT = 600

export class Meter {
    n = 0
    /** Moving boxes and the camera, before anything is drawn. */
    readonly own = new Float32Array(KEPT)
    /** All script of the frame, the calls that draw included. */
    readonly all = new Float32Array(KEPT)
    /** From the frame before. */
    readonly apart = new Float32Array(KEPT)

    add(own: number, all: number, apart: number) {
        const at = this.n % KEPT
        this.own[at] = own
        this.all[at] = all
        this.apart[at] = apart
        this.n++
    }

    clear() {
        this.n = 0
    }

    /** Mean, median and 99 % of what is kept. */
    told(kind: 'own' | 'all' | 'apart'): { n: number; mean: number; median: number; most: number } {
        const n = Math.min(this.n, KEPT)
        const sorted = Array.from(this[kind].subarray(0, n)).sort((a, b) => a - b)
        return { n, mean: sorted.reduce((sum, one) => sum + one, 0) / (n || 1), median: sorted[n >> 1] ?? 0, most: sorted[Math.floor(n * 0.99)] ?? 0 }
    }
}
