// Ways of carriers, as maru_layout_way takes them: port, its aisle, the central aisle, the other aisle, port; straight legs.
import type { Layout } from '../api/twin'

export const NO_AISLE = -1
export const WAY_POINTS = 4

/** A way that is written over again and again: x0, y0, x1, y1, ... */
export interface Way {
    n: number
    xy: Float64Array
    length: number
}

export const newWay = (): Way => ({ n: 0, xy: new Float64Array(WAY_POINTS * 2), length: 0 })

function add(way: Way, x: number, y: number) {
    if (way.n > 0) {
        const length = Math.hypot(x - way.xy[way.n * 2 - 2]!, y - way.xy[way.n * 2 - 1]!)
        if (length < 1e-9) return
        way.length += length
    }
    way.xy[way.n * 2] = x
    way.xy[way.n * 2 + 1] = y
    way.n++
}

/** From a point in aisle `from` to one in aisle `to`; NO_AISLE: nobody knows. An `on` in the central aisle is aisle 0. */
export function layWay(way: Way, aisles: Layout['aisles'], x0: number, y0: number, from: number, x1: number, y1: number, to: number): Way {
    way.n = 0
    way.length = 0
    add(way, x0, y0)
    if (from === NO_AISLE && to === NO_AISLE) add(way, x1, y0)
    else if (from !== to) {
        const central = aisles[0]!
        const middle = (central[1] + central[3]) / 2
        add(way, x0, middle)
        add(way, x1, middle)
    }
    add(way, x1, y1)
    return way
}

/** The way between the ports of two tools. */
export function toolWay(way: Way, layout: Layout, from: number, to: number): Way {
    const { port_x, port_y, aisle } = layout.tools
    return layWay(way, layout.aisles, port_x[from]!, port_y[from]!, aisle[from]!, port_x[to]!, port_y[to]!, aisle[to]!)
}
