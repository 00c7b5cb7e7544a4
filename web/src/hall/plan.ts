// The plan of a hall in three.js's axes: y is up, the plan's x stays x and its y becomes -z, with the middle of the hall at the origin.
import { Vector2, Vector3 } from 'three'
import type { Layout } from '../api/twin'

export class Plan {
    readonly layout: Layout
    readonly middle: Vector2
    readonly size: Vector2

    constructor(layout: Layout) {
        const [x0, y0, x1, y1] = layout.hall
        this.layout = layout
        this.middle = new Vector2((x0 + x1) / 2, (y0 + y1) / 2)
        this.size = new Vector2(Math.max(4, x1 - x0), Math.max(4, y1 - y0))
    }

    at(x: number, y: number, h = 0): Vector3 {
        return new Vector3(x - this.middle.x, h, -(y - this.middle.y))
    }
}
