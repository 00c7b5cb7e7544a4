// Where every lot's box is in the hall, and how it gets from place to place. No three.js in here: arrays in, arrays out, and nothing is
// made while boxes move. Lengths are metres in the plan of the layout, heights are up.
//
// A lot rests in a stack: in front of a tool while it waits, on the load ports while it is worked on. When the stream says that it is
// somewhere else, its box takes the aisles there, or the rails where the plant has some. Real time is short when the twin is fast, so a way takes as long as it would at 1 m/s
// in the twin's time, but at least LEAST_S; a box that is told of elsewhere while it is still under way hurries from where it is.
import type { Layout } from '../api/twin'
import { IN_TOOL, UNDER_WAY, WHERE, type Floor } from '../twin/floor'
import { RailRides } from './rail_rides'
import { layWay, newWay, NO_AISLE } from './way'

export const PITCH_M = 0.62
export const LEVEL_M = 0.46
const ROWS = 2
const LEAST_S = 0.9
const HURRY_S = 0.7
const MOST_S = 900
const NEAR_M = 5
const POINTS = 6
const RAIL_M = 3
const GROUND_M = 0.35
const PORT_M = 1
export const NOWHERE = -1000

export class Carriers {
    /** x, y (plan), height, 1 under way or 0 at rest: (n) of each lot's slot. */
    at: Float32Array
    moving = 0
    readonly height: number
    readonly #layout: Layout
    readonly #sin: Float32Array
    readonly #cos: Float32Array
    /** The tools at which lots of a group wait; delays have a stocker instead. */
    readonly #toolGroup: Int32Array
    readonly #stocker: Int32Array
    #room: number
    #stackOf: Int32Array // tool * 2 + (1: inside), or -1
    #indexIn: Int32Array
    #tool: Int32Array // where its box is or goes
    #points: Float32Array // (POINTS * 3)
    #along: Float32Array // (POINTS)
    #n: Uint8Array
    #from: Float64Array
    #lasts: Float32Array
    #active: Int32Array
    #activeAt: Int32Array
    readonly #stack: Int32Array[]
    readonly #stacked: Int32Array
    readonly #way = newWay()
    readonly #rides: RailRides | null

    constructor(layout: Layout, room = 256) {
        this.#layout = layout
        this.#rides = layout.rails ? new RailRides(layout.rails, RAIL_M, room) : null
        const n = layout.tools.x.length
        this.#sin = Float32Array.from(layout.tools.heading, (deg) => Math.sin((deg * Math.PI) / 180))
        this.#cos = Float32Array.from(layout.tools.heading, (deg) => Math.cos((deg * Math.PI) / 180))
        this.#toolGroup = new Int32Array(n)
        layout.groups.forEach((group, g) => this.#toolGroup.fill(g, group.first_tool, group.first_tool + group.n_tool))
        this.#stocker = new Int32Array(layout.groups.length).fill(-1)
        layout.stockers.forEach((stocker, s) => (this.#stocker[stocker.group] = s))
        this.height = layout.aisles.length > 0 || this.#rides ? RAIL_M : GROUND_M
        this.#stack = Array.from({ length: n * 2 }, () => EMPTY)
        this.#stacked = new Int32Array(n * 2)
        this.#room = room
        this.at = new Float32Array(room * 4).fill(NOWHERE)
        this.#stackOf = new Int32Array(room).fill(-1)
        this.#indexIn = new Int32Array(room)
        this.#tool = new Int32Array(room).fill(-1)
        this.#points = new Float32Array(room * POINTS * 3)
        this.#along = new Float32Array(room * POINTS)
        this.#n = new Uint8Array(room)
        this.#from = new Float64Array(room)
        this.#lasts = new Float32Array(room)
        this.#active = new Int32Array(room)
        this.#activeAt = new Int32Array(room).fill(-1)
    }

    /** Room for so many slots. True when the arrays are new ones. */
    #reach(slot: number) {
        if (slot < this.#room) return
        const room = Math.max(slot + 1, this.#room * 2)
        const f32 = (old: Float32Array, each: number, empty = 0) => {
            const made = new Float32Array(room * each).fill(empty)
            made.set(old)
            return made
        }
        const i32 = (old: Int32Array, empty = 0) => {
            const made = new Int32Array(room).fill(empty)
            made.set(old)
            return made
        }
        this.at = f32(this.at, 4, NOWHERE)
        this.#stackOf = i32(this.#stackOf, -1)
        this.#indexIn = i32(this.#indexIn)
        this.#tool = i32(this.#tool, -1)
        this.#points = f32(this.#points, POINTS * 3)
        this.#along = f32(this.#along, POINTS)
        const n = new Uint8Array(room)
        n.set(this.#n)
        this.#n = n
        this.#rides?.reach(room)
        const from = new Float64Array(room)
        from.set(this.#from)
        this.#from = from
        this.#lasts = f32(this.#lasts, 1)
        this.#active = i32(this.#active)
        this.#activeAt = i32(this.#activeAt, -1)
        this.#room = room
    }

    clear() {
        this.#stacked.fill(0)
        this.#stackOf.fill(-1)
        this.#tool.fill(-1)
        this.#activeAt.fill(-1)
        this.at.fill(NOWHERE)
        this.moving = 0
    }

    leave(slot: number) {
        if (slot >= this.#room) return
        this.#unstack(slot)
        this.#stop(slot)
        this.#tool[slot] = -1
        this.at.fill(NOWHERE, slot * 4, slot * 4 + 4)
    }

    /** The lot of a slot is where the floor now says. `now` in seconds; `speed` of the twin; `snap`: at once. */
    put(floor: Floor, slot: number, now: number, speed: number, snap: boolean) {
        this.#reach(slot)
        const where = floor.what[slot]! & WHERE
        const place = floor.place[slot]!
        const wasNowhere = this.#tool[slot]! < 0
        let tool: number
        if (where === IN_TOOL) tool = place
        else tool = this.#tool[slot]! >= 0 && this.#stackOf[slot]! % 2 !== 1 && this.#toolGroup[this.#tool[slot]!] === place ? this.#tool[slot]! : this.#choose(place, floor.lot[slot]!)
        const stack = where === UNDER_WAY ? -1 : tool * 2 + (where === IN_TOOL ? 1 : 0)
        if (tool === this.#tool[slot] && stack === this.#stackOf[slot] && (stack >= 0 || this.#activeAt[slot]! >= 0)) return
        this.#unstack(slot)
        if (stack >= 0) this.#push(slot, stack)
        const before = this.#tool[slot]!
        this.#tool[slot] = tool
        if (snap || wasNowhere) this.#rest(slot)
        else this.#go(slot, before, tool, now, where === UNDER_WAY ? speed : Infinity)
    }

    /** The tool of a group with the fewest boxes in front of it; which of them, the lot says. */
    #choose(group: number, lot: number): number {
        const { first_tool, n_tool, is_delay } = this.#layout.groups[group]!
        if (is_delay || n_tool === 1) return first_tool
        let best = first_tool + (lot % n_tool)
        for (let k = 1; k < n_tool && this.#stacked[best * 2]! > 0; k++) {
            const tool = first_tool + ((lot + k) % n_tool)
            if (this.#stacked[tool * 2]! < this.#stacked[best * 2]!) best = tool
        }
        return best
    }

    #push(slot: number, stack: number) {
        const n = this.#stacked[stack]!
        let list = this.#stack[stack]!
        if (n >= list.length) {
            list = new Int32Array(Math.max(4, list.length * 2))
            list.set(this.#stack[stack]!)
            this.#stack[stack] = list
        }
        list[n] = slot
        this.#stacked[stack] = n + 1
        this.#stackOf[slot] = stack
        this.#indexIn[slot] = n
    }

    #unstack(slot: number) {
        const stack = this.#stackOf[slot]!
        if (stack < 0) return
        const list = this.#stack[stack]!
        const n = --this.#stacked[stack]!
        // Those above come down by one.
        for (let k = this.#indexIn[slot]!; k < n; k++) {
            const other = list[k + 1]!
            list[k] = other
            this.#indexIn[other] = k
            if (this.#activeAt[other]! < 0) this.#rest(other)
        }
        this.#stackOf[slot] = -1
    }

    #x = 0
    #y = 0
    #h = 0
    /** Where a box belongs: its place in its stack, or above the port it goes to. */
    #spot(slot: number) {
        const tool = this.#tool[slot]!
        const stack = this.#stackOf[slot]!
        const { tools, stockers } = this.#layout
        const delay = this.#stocker[this.#toolGroup[tool]!]!
        if (delay >= 0) {
            // All that waits out a delay is inside the stocker.
            const stocker = stockers[delay]!
            this.#x = stocker.x
            this.#y = stocker.y
            this.#h = stocker.height * 0.4
            return
        }
        const width = tools.width[tool]!
        const depth = tools.depth[tool]!
        const isInside = stack >= 0 && stack % 2 === 1
        const index = stack >= 0 ? this.#indexIn[slot]! : 0
        // On the ports: side by side, then on top. On the floor: two rows side by side before the next level.
        const columns = isInside ? Math.max(1, Math.floor((width * 0.84) / PITCH_M)) : Math.max(2, Math.floor(width / PITCH_M))
        const rows = isInside ? 1 : ROWS
        const side = ((index % columns) - (columns - 1) / 2) * PITCH_M
        const row = Math.floor(index / columns) % rows
        const front = isInside ? depth / 2 - Math.min(0.22, depth * 0.06) : depth / 2 + 0.42 + row * PITCH_M
        const level = Math.floor(index / (columns * rows))
        this.#x = tools.x[tool]! + this.#cos[tool]! * side + this.#sin[tool]! * front
        this.#y = tools.y[tool]! + this.#sin[tool]! * side - this.#cos[tool]! * front
        this.#h = (isInside ? Math.min(PORT_M, tools.height[tool]! * 0.46) : 0.05) + level * LEVEL_M
    }

    #rest(slot: number) {
        this.#stop(slot)
        this.#spot(slot)
        const n = slot * 4
        this.at[n] = this.#x
        this.at[n + 1] = this.#y
        this.at[n + 2] = this.#h
        this.at[n + 3] = 0
    }

    #go(slot: number, before: number, tool: number, now: number, speed: number) {
        const { tools, aisles } = this.#layout
        const onWay = this.#activeAt[slot]! >= 0
        const x0 = this.at[slot * 4]!
        const y0 = this.at[slot * 4 + 1]!
        const h0 = this.at[slot * 4 + 2]!
        this.#spot(slot)
        const isNear = Math.hypot(this.#x - x0, this.#y - y0) < NEAR_M
        let length = isNear ? -1 : this.#takeRails(slot, before, tool, onWay)
        if (length < 0) {
            this.#rides?.leave(slot)
            this.#begin(slot, x0, y0, h0)
            if (!isNear) {
                const inAisle = onWay ? this.#aisleAt(x0, y0) : tools.aisle[before]!
                const fromX = onWay ? x0 : tools.port_x[before]!
                const fromY = onWay ? y0 : tools.port_y[before]!
                const way = layWay(this.#way, aisles, fromX, fromY, inAisle, tools.port_x[tool]!, tools.port_y[tool]!, tools.aisle[tool]!)
                for (let k = 0; k < way.n; k++) this.#add(slot, way.xy[k * 2]!, way.xy[k * 2 + 1]!, this.height)
            }
            this.#add(slot, this.#x, this.#y, this.#h)
            length = this.#along[slot * POINTS + this.#n[slot]! - 1]!
        }
        const real = length / Math.max(speed, 1)
        this.#from[slot] = now
        this.#lasts[slot] = speed === Infinity ? HURRY_S : Math.min(MOST_S, Math.max(LEAST_S, real))
        if (!onWay) {
            this.#activeAt[slot] = this.moving
            this.#active[this.moving++] = slot
        }
        this.at[slot * 4 + 3] = isNear ? 0 : 1
    }

    /** Sends a box along the rails to its tool; gives how long the way is, -1 where it is no way of rails. */
    #takeRails(slot: number, before: number, tool: number, onWay: boolean): number {
        const { aisle, rail, along } = this.#layout.tools
        if (!this.#rides || !rail || !along) return -1
        const isRiding = onWay && this.#rides.isRiding(slot)
        if (!isRiding && aisle[before]! !== NO_AISLE && aisle[tool]! !== NO_AISLE) return -1
        if (!isRiding) this.#rides.stand(slot, rail[before]!, along[before]!)
        const n = slot * 4
        return this.#rides.begin(slot, this.at[n]!, this.at[n + 1]!, this.at[n + 2]!, rail[tool]!, along[tool]!, this.#x, this.#y, this.#h)
    }

    #begin(slot: number, x: number, y: number, h: number) {
        const n = slot * POINTS * 3
        this.#points[n] = x
        this.#points[n + 1] = y
        this.#points[n + 2] = h
        this.#along[slot * POINTS] = 0
        this.#n[slot] = 1
    }

    #add(slot: number, x: number, y: number, h: number) {
        const k = this.#n[slot]!
        const n = (slot * POINTS + k) * 3
        const p = this.#points
        const length = Math.hypot(x - p[n - 3]!, y - p[n - 2]!, h - p[n - 1]!)
        if (length < 1e-4 && k > 1) return
        p[n] = x
        p[n + 1] = y
        p[n + 2] = h
        this.#along[slot * POINTS + k] = this.#along[slot * POINTS + k - 1]! + length
        this.#n[slot] = k + 1
    }

    #stop(slot: number) {
        const index = this.#activeAt[slot]!
        if (index < 0) return
        const last = this.#active[--this.moving]!
        this.#active[index] = last
        this.#activeAt[last] = index
        this.#activeAt[slot] = -1
    }

    /** Moves all boxes that are under way to where they are at `now`. */
    step(now: number) {
        const { at } = this
        for (let k = this.moving - 1; k >= 0; k--) {
            const slot = this.#active[k]!
            const share = (now - this.#from[slot]!) / this.#lasts[slot]!
            if (share >= 1) {
                this.#rest(slot)
                continue
            }
            // Starts and stops softly.
            const soft = share < 0 ? 0 : share * share * (3 - 2 * share)
            if (this.#rides?.isRiding(slot)) {
                this.#rides.move(slot, soft, at)
                continue
            }
            const first = slot * POINTS
            const done = soft * this.#along[first + this.#n[slot]! - 1]!
            let leg = 1
            while (leg < this.#n[slot]! - 1 && this.#along[first + leg]! < done) leg++
            const length = this.#along[first + leg]! - this.#along[first + leg - 1]!
            const part = length > 0 ? (done - this.#along[first + leg - 1]!) / length : 1
            const p = (first + leg) * 3
            const pts = this.#points
            const n = slot * 4
            at[n] = pts[p - 3]! + (pts[p]! - pts[p - 3]!) * part
            at[n + 1] = pts[p - 2]! + (pts[p + 1]! - pts[p - 2]!) * part
            at[n + 2] = pts[p - 1]! + (pts[p + 2]! - pts[p - 1]!) * part
        }
    }

    /** For a box that is told to turn round: the aisle that it is in, or beside. */
    #aisleAt(x: number, y: number): number {
        const { aisles } = this.#layout
        let best = NO_AISLE
        let least = Infinity
        for (let n = 0; n < aisles.length; n++) {
            const [x0, y0, x1, y1] = aisles[n]!
            const far = Math.max(x0 - x, 0, x - x1) + Math.max(y0 - y, 0, y - y1)
            if (far < least) {
                least = far
                best = n
            }
        }
        return best
    }

    /** Lots that wait in front of a tool, and those in it. */
    countAt(tool: number, inside: boolean): number {
        return this.#stacked[tool * 2 + (inside ? 1 : 0)]!
    }

    toolOf(slot: number): number {
        return slot < this.#room ? this.#tool[slot]! : -1
    }
}

const EMPTY = new Int32Array(0)
