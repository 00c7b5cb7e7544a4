// Boxes that ride on rails. A ride has no list of points: of each box it keeps the leg that it is on, and goes to the next link of the
// tree (rails.ts) when that one is done. Legs: up to the rails, along links to their ends, along the last one to the place of the port,
// down to where the box comes to rest.
import type { Layout } from '../api/twin'
import { Rails } from './rails'

const NONE = -1
const TO_RAIL = 0
const TO_END = 1
const TO_PLACE = 2
const TO_REST = 3

// Numbers of a box, one behind the other.
const LEG_FROM = 0 // x, y, height
const LEG_TO = 3
const REST = 6
const DONE_FROM = 9 // length of the way where its leg begins
const DONE_TO = 10
const LENGTH = 11 // of the whole way
const START_ALONG = 12
const GOAL_ALONG = 13
const NUMBERS = 14

export class RailRides {
    readonly #rails: Rails
    readonly #height: number
    #number: Float64Array // (NUMBERS)
    #goal: Int32Array // the last link of its way; NONE: it does not ride
    #link: Int32Array // the one it is on
    #leg: Uint8Array

    constructor(rails: NonNullable<Layout['rails']>, height: number, room: number) {
        this.#rails = new Rails(rails)
        this.#height = height
        this.#number = new Float64Array(room * NUMBERS)
        this.#goal = new Int32Array(room).fill(NONE)
        this.#link = new Int32Array(room)
        this.#leg = new Uint8Array(room)
    }

    reach(room: number) {
        const grown = <T extends Float64Array | Int32Array | Uint8Array>(made: T, old: T): T => {
            made.set(old)
            return made
        }
        this.#number = grown(new Float64Array(room * NUMBERS), this.#number)
        this.#goal = grown(new Int32Array(room).fill(NONE), this.#goal)
        this.#link = grown(new Int32Array(room), this.#link)
        this.#leg = grown(new Uint8Array(room), this.#leg)
    }

    isRiding(slot: number): boolean {
        return this.#goal[slot]! !== NONE
    }

    leave(slot: number) {
        this.#goal[slot] = NONE
    }

    /** A box that does not ride would get on here. */
    stand(slot: number, link: number, along: number) {
        this.#link[slot] = link
        this.#leg[slot] = TO_RAIL
        this.#number[slot * NUMBERS + START_ALONG] = along
    }

    /** From where a box is to a place on a link, and down from there; gives how long that is, -1 and no ride where no rails lead there. */
    begin(slot: number, x: number, y: number, h: number, goal: number, goalAlong: number, restX: number, restY: number, restH: number): number {
        const rails = this.#rails
        const link = this.#link[slot]!
        const along = this.#alongNow(slot, x, y)
        const far = rails.far(link, along, goal, goalAlong)
        if (far < 0) return -1
        const numbers = this.#number
        const n = slot * NUMBERS
        this.#goal[slot] = goal
        this.#leg[slot] = TO_RAIL
        numbers[n + START_ALONG] = along
        numbers[n + GOAL_ALONG] = goalAlong
        this.#set(n + LEG_FROM, x, y, h)
        this.#set(n + LEG_TO, rails.xAt(link, along), rails.yAt(link, along), this.#height)
        this.#set(n + REST, restX, restY, restH)
        numbers[n + DONE_FROM] = 0
        numbers[n + DONE_TO] = this.#legLength(n)
        const down = Math.hypot(restX - rails.xAt(goal, goalAlong), restY - rails.yAt(goal, goalAlong), restH - this.#height)
        return (numbers[n + LENGTH] = numbers[n + DONE_TO]! + far + down)
    }

    /** Where a box is when this share of its way is done, into x, y, height of its slot. */
    move(slot: number, share: number, at: Float32Array) {
        const n = slot * NUMBERS
        const numbers = this.#number
        const done = share * numbers[n + LENGTH]!
        while (this.#leg[slot]! !== TO_REST && numbers[n + DONE_TO]! < done) this.#turn(slot)
        const length = numbers[n + DONE_TO]! - numbers[n + DONE_FROM]!
        const part = length > 0 ? Math.min(1, (done - numbers[n + DONE_FROM]!) / length) : 1
        for (let k = 0; k < 3; k++) at[slot * 4 + k] = numbers[n + LEG_FROM + k]! + (numbers[n + LEG_TO + k]! - numbers[n + LEG_FROM + k]!) * part
    }

    /** How far along its link a box at this place is. */
    #alongNow(slot: number, x: number, y: number): number {
        const rails = this.#rails
        const link = this.#link[slot]!
        if (this.#leg[slot]! === TO_RAIL) return this.#number[slot * NUMBERS + START_ALONG]!
        if (this.#leg[slot]! === TO_REST) return this.#number[slot * NUMBERS + GOAL_ALONG]!
        const node = rails.from[link]!
        return Math.min(rails.length[link]!, Math.hypot(x - rails.x[node]!, y - rails.y[node]!))
    }

    /** The next leg begins where the last one ends. */
    #turn(slot: number) {
        const rails = this.#rails
        const numbers = this.#number
        const n = slot * NUMBERS
        const goal = this.#goal[slot]!
        const along = numbers[n + GOAL_ALONG]!
        this.#set(n + LEG_FROM, numbers[n + LEG_TO]!, numbers[n + LEG_TO + 1]!, numbers[n + LEG_TO + 2]!)
        const leg = this.#leg[slot]!
        let isLast = leg === TO_RAIL && this.#link[slot] === goal && numbers[n + START_ALONG]! <= along
        if (leg === TO_END) {
            this.#link[slot] = rails.next(this.#link[slot]!, goal)
            isLast = this.#link[slot] === goal
        }
        if (leg === TO_PLACE) {
            this.#leg[slot] = TO_REST
            this.#set(n + LEG_TO, numbers[n + REST]!, numbers[n + REST + 1]!, numbers[n + REST + 2]!)
        } else if (isLast) {
            this.#leg[slot] = TO_PLACE
            this.#set(n + LEG_TO, rails.xAt(goal, along), rails.yAt(goal, along), this.#height)
        } else {
            const end = rails.to[this.#link[slot]!]!
            this.#leg[slot] = TO_END
            this.#set(n + LEG_TO, rails.x[end]!, rails.y[end]!, this.#height)
        }
        numbers[n + DONE_FROM] = numbers[n + DONE_TO]!
        numbers[n + DONE_TO]! += this.#legLength(n)
    }

    #set(at: number, x: number, y: number, h: number) {
        this.#number[at] = x
        this.#number[at + 1] = y
        this.#number[at + 2] = h
    }

    #legLength(n: number): number {
        const p = this.#number
        return Math.hypot(p[n + LEG_TO]! - p[n + LEG_FROM]!, p[n + LEG_TO + 1]! - p[n + LEG_FROM + 1]!, p[n + LEG_TO + 2]! - p[n + LEG_FROM + 2]!)
    }
}
