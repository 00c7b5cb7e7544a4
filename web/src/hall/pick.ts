// What the pointer is on: a ray against upright boxes, over plain arrays, so that 2,000 tools take no time and make no garbage.

/** Turned boxes in the plan: arrays by number. Heights from 0. */
export interface Boxes {
    n: number
    x: ArrayLike<number>
    y: ArrayLike<number>
    sin: ArrayLike<number>
    cos: ArrayLike<number>
    width: ArrayLike<number>
    depth: ArrayLike<number>
    height: ArrayLike<number>
}

/** A ray in the plan's coordinates, x, y and height h. */
export interface Ray {
    x: number
    y: number
    h: number
    dx: number
    dy: number
    dh: number
}

/** The first box that the ray meets, or -1; `reach` is how far. */
export function pickBox(boxes: Boxes, ray: Ray): { box: number; reach: number } {
    let box = -1
    let reach = Infinity
    for (let n = 0; n < boxes.n; n++) {
        const width = boxes.width[n]!
        if (!(width > 0)) continue
        const c = boxes.cos[n]!
        const s = boxes.sin[n]!
        const ox = ray.x - boxes.x[n]!
        const oy = ray.y - boxes.y[n]!
        let near = 0
        let far = reach
        // Three slabs: along its width, its depth and up.
        for (let axis = 0; axis < 3; axis++) {
            const o = axis === 0 ? ox * c + oy * s : axis === 1 ? oy * c - ox * s : ray.h
            const d = axis === 0 ? ray.dx * c + ray.dy * s : axis === 1 ? ray.dy * c - ray.dx * s : ray.dh
            const low = axis === 0 ? -width / 2 : axis === 1 ? -boxes.depth[n]! / 2 : 0
            const high = axis === 0 ? width / 2 : axis === 1 ? boxes.depth[n]! / 2 : boxes.height[n]!
            if (Math.abs(d) < 1e-12) {
                if (o < low || o > high) far = -1
                continue
            }
            const a = (low - o) / d
            const b = (high - o) / d
            near = Math.max(near, Math.min(a, b))
            far = Math.min(far, Math.max(a, b))
        }
        if (near <= far && near < reach) {
            reach = near
            box = n
        }
    }
    return { box, reach }
}

/** The nearest lot's box within `size` of the ray and nearer than `reach`, or -1. `at`: x, y, height, mark of each. */
export function pickCarrier(at: Float32Array, n: number, ray: Ray, size: number, reach: number): number {
    let best = -1
    for (let slot = 0; slot < n; slot++) {
        const x = at[slot * 4]! - ray.x
        const y = at[slot * 4 + 1]! - ray.y
        const h = at[slot * 4 + 2]! + 0.2 - ray.h
        const along = x * ray.dx + y * ray.dy + h * ray.dh
        if (along <= 0 || along >= reach) continue
        const wide = x * x + y * y + h * h - along * along
        if (wide < size * size) {
            best = slot
            reach = along
        }
    }
    return best
}
