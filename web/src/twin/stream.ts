// Cuts the stream of a twin into messages and keeps it open. Messages that lie whole in what has arrived are applied where they lie;
// only one that is cut in two is copied, into a buffer that stays.
import { ask } from '../api/client'
import { ApiError } from '../api/problem'
import { streamAddress } from '../api/twin'
import { FloorError, type Floor } from './floor'

/** A whole floor of 100,000 lots has about 1.5 MB. */
export const MESSAGE_MAX = 8 << 20

export class FloorReader {
    readonly #floor: Floor
    #held = new Uint8Array(4096)
    #n = 0
    constructor(floor: Floor) {
        this.#floor = floor
    }

    /** Pieces may end anywhere. Throws FloorError; what was told before the fault has been applied. */
    push(bytes: Uint8Array): void {
        let at = 0
        while (at < bytes.length) {
            if (this.#n === 0) {
                const left = bytes.length - at
                const length = left >= 4 ? lengthAt(bytes, at) : -1
                if (length >= 0 && left - 4 >= length) {
                    this.#floor.apply(bytes, at + 4, at + 4 + length)
                    at += 4 + length
                    continue
                }
            }
            at = this.#hold(bytes, at)
        }
    }

    /** Copies as much as the message that is begun still wants. */
    #hold(bytes: Uint8Array, from: number): number {
        const wanted = this.#n < 4 ? 4 : 4 + lengthAt(this.#held, 0)
        const take = Math.min(wanted - this.#n, bytes.length - from)
        if (this.#n + take > this.#held.length) {
            const wider = new Uint8Array(Math.max(wanted, this.#held.length * 2))
            wider.set(this.#held.subarray(0, this.#n))
            this.#held = wider
        }
        this.#held.set(bytes.subarray(from, from + take), this.#n)
        this.#n += take
        if (this.#n >= 4) {
            const whole = 4 + lengthAt(this.#held, 0)
            if (this.#n === whole) {
                this.#n = 0
                this.#floor.apply(this.#held, 4, whole)
            }
        }
        return from + take
    }

    /** True between two messages. */
    get isBetween(): boolean {
        return this.#n === 0
    }
}

function lengthAt(bytes: Uint8Array, at: number): number {
    const length = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) + bytes[at + 3]! * 0x1000000
    if (length > MESSAGE_MAX) throw new FloorError('a message too long')
    return length
}

const PAUSE_FIRST_MS = 500
const PAUSE_MAX_MS = 10_000

/** Listens until stopped; a broken connection is taken up again, later each time. `lost` says so meanwhile, null when it is well. */
export function listen(id: string, floor: Floor, lost: (error: ApiError | null) => void): () => void {
    const stop = new AbortController()
    const read = async () => {
        let pause = PAUSE_FIRST_MS
        while (!stop.signal.aborted) {
            try {
                const response = await ask(streamAddress(id), { signal: stop.signal, headers: { Accept: 'application/vnd.maru.floor' } })
                const stream = response.body!.getReader()
                const reader = new FloorReader(floor)
                try {
                    for (;;) {
                        const { done, value } = await stream.read()
                        if (done || stop.signal.aborted) break
                        reader.push(value)
                        pause = PAUSE_FIRST_MS
                        lost(null)
                    }
                } finally {
                    void stream.cancel().catch(() => {})
                }
                if (!stop.signal.aborted) lost(new ApiError({ type: 'maru:no-answer', title: 'the stream ended', status: 0 }))
            } catch (error) {
                if (stop.signal.aborted) return
                lost(error instanceof ApiError ? error : new ApiError({ type: 'maru:no-answer', title: String(error), status: 0 }))
                if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) return
            }
            await new Promise((done) => setTimeout(done, pause))
            pause = Math.min(pause * 2, PAUSE_MAX_MS)
        }
    }
    void read()
    return () => stop.abort()
}
