// The floor of a twin as the stream tells it (docs/TWIN.md): states of tools and places of lots, kept in arrays that grow and are then
// used again, so that a message makes no garbage. Lots sit in slots; a slot is free again when its lot has left.

export const WHOLE = 1
export const CHANGES = 2
export const BEAT = 3

export const PLAYS = 1
export const JUMP = 2
export const SEEKS = 4
export const FAILED = 8

/** Where a lot is: `what & WHERE`. */
export const WHERE = 3
export const UNDER_WAY = 0
export const WAITS = 1
export const IN_TOOL = 2
export const DETAILS = 4
export const LATE = 8
export const AT_RISK = 16
export const HOT = 32

const N_STATE = 7
const HEAD = 28

export class FloorError extends Error {}

/** Sizes that numbers in a message are checked against. */
export interface Sizes {
    tools: number
    groups: number
    products: number
}

export interface FloorEvents {
    /** Everything is told anew. `jump`: do not animate. */
    whole?: (jump: boolean) => void
    tool?: (tool: number, state: number) => void
    /** Place or mark of the lot in this slot have changed; its numbers are in the arrays. `isNew`: it was not there before. */
    lot?: (slot: number, isNew: boolean) => void
    left?: (slot: number) => void
    told?: () => void
}

export class Floor {
    readonly sizes: Sizes
    events: FloorEvents = {}
    time = 0
    end = 0
    speed = 0
    flags = 0
    known = false
    readonly state: Uint8Array
    /** Slots in use are those with lot >= 0, all below `slots`. */
    slots = 0
    n = 0
    lot: Int32Array
    what: Uint8Array
    place: Int32Array
    step: Int32Array
    product: Int32Array
    wafers: Int32Array
    priority: Int32Array
    #slotOf = new Map<number, number>()
    #free: Int32Array
    #nFree = 0
    // The reader's place in the message that is being applied.
    #bytes: Uint8Array = new Uint8Array(0)
    #at = 0
    #to = 0

    constructor(sizes: Sizes, room = 256) {
        this.sizes = sizes
        this.state = new Uint8Array(sizes.tools)
        this.lot = new Int32Array(room).fill(-1)
        this.what = new Uint8Array(room)
        this.place = new Int32Array(room)
        this.step = new Int32Array(room)
        this.product = new Int32Array(room)
        this.wafers = new Int32Array(room)
        this.priority = new Int32Array(room)
        this.#free = new Int32Array(room)
    }

    slotOfLot(lot: number): number {
        return this.#slotOf.get(lot) ?? -1
    }

    /** One message without its length, bytes[from .. to). Throws FloorError for anything that is not exactly right. */
    apply(bytes: Uint8Array, from: number, to: number): void {
        if (to - from < HEAD - 4) throw new FloorError('shorter than its head')
        this.#bytes = bytes
        this.#at = from
        this.#to = to
        const kind = bytes[from]!
        const flags = bytes[from + 1]!
        if (kind < WHOLE || kind > BEAT) throw new FloorError('unknown kind')
        if (bytes[from + 2] !== 0 || bytes[from + 3] !== 0) throw new FloorError('what should be zero is not')
        const speed = f32(bytes, from + 4)
        const time = i64(bytes, from + 8)
        const end = i64(bytes, from + 16)
        this.#at = from + HEAD - 4
        if (kind === BEAT && this.#at !== to) throw new FloorError('a beat with a tail')
        if (kind === CHANGES && !this.known) throw new FloorError('changes of what was never told')
        this.flags = flags
        this.speed = speed
        this.time = time / 1e6
        this.end = end / 1e6
        if (kind !== BEAT) {
            if (kind === WHOLE) this.#forget((flags & JUMP) !== 0 || !this.known)
            this.#tools()
            this.#gone()
            this.#lots()
            if (this.#at !== to) throw new FloorError('bytes left over')
            this.known = true
        }
        this.events.told?.()
    }

    #forget(jump: boolean) {
        this.events.whole?.(jump)
        for (let slot = 0; slot < this.slots; slot++) if (this.lot[slot]! >= 0) this.#leave(slot)
        this.state.fill(0)
        this.known = false
    }

    #number(): number {
        let value = 0
        for (let shift = 0; shift < 35; shift += 7) {
            if (this.#at >= this.#to) throw new FloorError('a number without its end')
            const byte = this.#bytes[this.#at++]!
            value += (byte & 127) * 2 ** shift
            if (byte < 128) {
                if (value > 0x7fffffff) break
                return value
            }
        }
        throw new FloorError('a number too large')
    }

    #signed(): number {
        const value = this.#number()
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }

    /** Each entry takes so many bytes at least: a length that cannot be true is refused before anything is made of it. */
    #length(least: number): number {
        const length = this.#number()
        if (length > (this.#to - this.#at) / least) throw new FloorError('a list longer than its message')
        return length
    }

    #tools() {
        const length = this.#length(2)
        let tool = -1
        for (let n = 0; n < length; n++) {
            tool += this.#number() + 1
            if (tool >= this.sizes.tools) throw new FloorError('no such tool')
            if (this.#at >= this.#to) throw new FloorError('a tool without its state')
            const state = this.#bytes[this.#at++]!
            if (state >= N_STATE) throw new FloorError('no such state')
            this.state[tool] = state
            this.events.tool?.(tool, state)
        }
    }

    #gone() {
        const length = this.#length(1)
        let lot = -1
        for (let n = 0; n < length; n++) {
            lot = this.#nextLot(lot)
            const slot = this.#slotOf.get(lot)
            if (slot !== undefined) this.#leave(slot)
        }
    }

    #nextLot(before: number): number {
        const lot = before + this.#number() + 1
        if (lot > 0x7fffffff) throw new FloorError('no such lot')
        return lot
    }

    #leave(slot: number) {
        this.events.left?.(slot)
        this.#slotOf.delete(this.lot[slot]!)
        this.lot[slot] = -1
        this.#free[this.#nFree++] = slot
        this.n--
    }

    #lots() {
        const length = this.#length(4)
        let lot = -1
        for (let n = 0; n < length; n++) {
            lot = this.#nextLot(lot)
            if (this.#at >= this.#to) throw new FloorError('a lot without its place')
            const what = this.#bytes[this.#at++]!
            if ((what & WHERE) === 3 || what > 63) throw new FloorError('no such place of a lot')
            const place = this.#number()
            if (place >= ((what & WHERE) === IN_TOOL ? this.sizes.tools : this.sizes.groups)) throw new FloorError('no such place')
            const step = this.#number()
            const known = this.#slotOf.get(lot)
            if (known === undefined && !(what & DETAILS)) throw new FloorError('a lot without details')
            let product = 0
            let wafers = 0
            let priority = 0
            if (what & DETAILS) {
                product = this.#number()
                if (product >= this.sizes.products) throw new FloorError('no such product')
                wafers = this.#number()
                priority = this.#signed()
            }
            const slot = known ?? this.#take(lot)
            this.what[slot] = what & ~DETAILS
            this.place[slot] = place
            this.step[slot] = step
            if (what & DETAILS) {
                this.product[slot] = product
                this.wafers[slot] = wafers
                this.priority[slot] = priority
            }
            this.events.lot?.(slot, known === undefined)
        }
    }

    #take(lot: number): number {
        const slot = this.#nFree > 0 ? this.#free[--this.#nFree]! : this.slots++
        if (slot >= this.lot.length) this.#grow()
        this.lot[slot] = lot
        this.#slotOf.set(lot, slot)
        this.n++
        return slot
    }

    #grow() {
        const room = this.lot.length * 2
        const wider = (old: Int32Array): Int32Array => {
            const made = new Int32Array(room)
            made.set(old)
            return made
        }
        const before = this.lot.length
        this.lot = wider(this.lot).fill(-1, before)
        this.place = wider(this.place)
        this.step = wider(this.step)
        this.product = wider(this.product)
        this.wafers = wider(this.wafers)
        this.priority = wider(this.priority)
        this.#free = wider(this.#free)
        const what = new Uint8Array(room)
        what.set(this.what)
        this.what = what
    }
}

const scratch = new DataView(new ArrayBuffer(4))
function f32(bytes: Uint8Array, at: number): number {
    for (let n = 0; n < 4; n++) scratch.setUint8(n, bytes[at + n]!)
    return scratch.getFloat32(0, true)
}
function u32(bytes: Uint8Array, at: number): number {
    return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) + bytes[at + 3]! * 0x1000000
}
/** Microseconds fit a double for 285 years. */
function i64(bytes: Uint8Array, at: number): number {
    const high = u32(bytes, at + 4)
    return u32(bytes, at) + (high > 0x7fffffff ? high - 0x100000000 : high) * 0x100000000
}
