// What lies between the two sides: the journal, what of it is owed, the catalogue, and the latest value of each metric. The OPC UA side puts
// in, the MQTT side takes out; neither waits for the other. One process a store: a lock names who.
import { type DataValue } from 'node-opcua-client'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Catalogue } from './catalogue'
import { gapSample, type Gap } from './gaps'
import { Journal } from './journal'
import { Owed, readJson, replaceFile, type Range } from './owed'
import { FrameWriter, readFrame, type Sample } from './record'
import type { Settings } from './settings'
import type { Kept } from './subscriptions'
import { timeOf, valueOf } from './values'
import { Refusal, type Say } from './words'

const MAX_FRAME_BYTES = 1 << 20 // a frame is closed when it gets this large
const MAX_PENDING_BYTES = 32 << 20 // beyond this the OPC UA side asks for nothing more
const OVERFLOW = 0x480 // status bits: the server's queue for the item has overflowed (Part 4, 7.39.1)

interface State {
    ranges: Range[]
    bdSeq: number
    heard: number
}

export interface Latest extends Sample {
    arrived: number
}

export class Keeper {
    readonly latest = new Map<number, Latest>()
    readonly counts = { received: 0, gaps: 0, sent: 0, misfits: 0, overflows: 0 }
    bdSeq = -1
    heard = 0 // ms: when the OPC UA side last heard something
    onChange: () => void = () => undefined // there is something to send
    private frame = new FrameWriter()
    private saved = ''
    private timer: NodeJS.Timeout | undefined
    private troubled = false

    private constructor(
        private readonly folder: string,
        readonly journal: Journal,
        readonly catalogue: Catalogue,
        readonly owed: Owed,
        private readonly say: Say,
        readonly log: (text: string) => void,
    ) {}

    static async open(settings: Settings, say: Say, log: (text: string) => void): Promise<Keeper> {
        const { folder, max_bytes, max_age, sync } = settings.store
        try {
            mkdirSync(folder, { recursive: true })
            lock(join(folder, 'lock'), folder, say)
            const journal = await Journal.open(join(folder, 'journal'), { bytes: max_bytes, age: max_age, sync })
            const state = readJson(join(folder, 'state.json')) as State | undefined
            const ranges = Array.isArray(state?.ranges) ? state.ranges.map(({ from, to }) => ({ from, to: to ?? Infinity })) : undefined
            const keeper = new Keeper(folder, journal, new Catalogue(join(folder, 'catalogue.json')), new Owed(ranges), say, log)
            keeper.bdSeq = state?.bdSeq ?? -1
            keeper.heard = state?.heard ?? 0
            keeper.attach()
            return keeper
        } catch (error) {
            throw error instanceof Refusal ? error : new Refusal(say('store_unusable', folder, (error as Error).message), 'store')
        }
    }

    // One value from the OPC UA side, into the frame that is being filled.
    take(id: number, data: DataValue, again: boolean): void {
        const metric = this.catalogue.metrics.get(id)
        if (!metric) {
            return
        }
        const now = Date.now()
        const given = data.statusCode?.value ?? 0
        const { value, status } = valueOf(data.value, metric.type, given)
        if (status !== given) {
            this.counts.misfits++
        }
        if ((given & OVERFLOW) === OVERFLOW) {
            this.overflow.set(id, this.latest.get(id)?.time ?? this.heard)
        }
        this.put({ metric: id, time: timeOf(data, now), status, type: metric.type, value, ...(again ? { again } : {}) }, now)
        this.counts.received++
        if (this.frame.size > MAX_FRAME_BYTES) {
            this.commit()
        }
    }

    // Closes the frame. The values in it are safe once the journal is durable up to the position returned.
    commit(): number {
        this.heard = Date.now()
        if (this.overflow.size > 0) {
            const from = Math.min(...this.overflow.values())
            const metrics = this.overflow.size
            this.overflow.clear()
            this.counts.overflows++
            this.gap({ cause: 'overflow', from, to: this.heard, metrics })
        }
        return this.frame.count > 0 ? this.journal.append(this.frame.take()) : this.journal.end
    }

    gap(gap: Gap): void {
        this.counts.gaps++
        this.put(gapSample(gap, Date.now()), Date.now())
        this.journal.append(this.frame.take())
        const many = gap.values === undefined ? `${gap.metrics ?? 0} metrics` : `${gap.values} values`
        this.log(this.say('gap', gap.cause, new Date(gap.from).toISOString(), new Date(gap.to).toISOString(), many))
    }

    // Something that the gateway tells of itself and that must not get lost.
    tell(own: { id: number; type: number }, text: string): void {
        this.put({ metric: own.id, time: Date.now(), status: 0, type: own.type, value: text }, Date.now())
        this.journal.append(this.frame.take())
    }

    get pressed(): boolean {
        return this.journal.pending > MAX_PENDING_BYTES
    }

    kept(): Kept | undefined {
        return readJson(join(this.folder, 'subscriptions.json')) as Kept | undefined
    }

    keep(kept: Kept): void {
        replaceFile(join(this.folder, 'subscriptions.json'), JSON.stringify(kept))
    }

    // The number of the next birth and death; on the disk before it is used.
    nextBdSeq(): number {
        this.bdSeq = (this.bdSeq + 1) % 256
        this.save()
        return this.bdSeq
    }

    save(): void {
        const ranges = this.owed.ranges.map(({ from, to }) => ({ from, to: to === Infinity ? null : to }))
        const text = JSON.stringify({ ranges, bdSeq: this.bdSeq, heard: this.heard })
        if (text !== this.saved) {
            replaceFile(join(this.folder, 'state.json'), text)
            this.saved = text
        }
    }

    async close(): Promise<void> {
        clearInterval(this.timer)
        this.commit()
        await this.journal.close()
        this.save()
    }

    private readonly overflow = new Map<number, number>() // metric -> time of the value before

    private put(sample: Sample, arrived: number): void {
        this.frame.add(sample)
        const before = this.latest.get(sample.metric)
        if (!before || sample.time >= before.time) {
            this.latest.set(sample.metric, { ...sample, arrived })
        } else {
            before.arrived = arrived
        }
    }

    private attach(): void {
        this.journal.onDurable = () => this.onChange()
        this.journal.onTrouble = (error) => {
            if (error && !this.troubled) {
                this.log(this.say('store_full', error.message, this.journal.pending))
            } else if (!error && this.troubled) {
                this.log(this.say('store_well'))
            }
            this.troubled = error !== undefined
        }
        this.journal.onDrop = (from, to, newest) => this.dropped(from, to, newest)
        this.timer = setInterval(() => this.tick(), 1000)
    }

    private tick(): void {
        try {
            this.journal.trim(this.owed.begin, Date.now())
            this.catalogue.forget(this.journal.begin)
            this.save()
        } catch (error) {
            this.journal.onTrouble(error as Error)
        }
        if (this.journal.damaged > 0) {
            const bytes = this.journal.damaged
            this.journal.damaged = 0
            this.log(this.say('store_damaged', bytes))
            this.gap({ cause: 'damaged', from: this.heard, to: Date.now(), values: 0 })
        }
    }

    // A segment goes because of the cap: what of it was owed is a gap.
    private dropped(from: number, to: number, newest: number): void {
        let values = 0
        let oldest = Infinity
        for (const range of this.owed.before(to)) {
            for (let at = Math.max(from, range.from); at < Math.min(to, range.to); ) {
                const { frames, next } = this.journal.read(at, 1)
                if (next <= at) {
                    break
                }
                for (const { payload } of frames) {
                    const samples = readFrame(payload)
                    values += samples.length
                    oldest = samples.reduce((low, { time }) => Math.min(low, time), oldest)
                }
                at = next
            }
        }
        this.owed.settle(from, to)
        if (values > 0) {
            this.log(this.say('store_dropped', values, new Date(newest).toISOString()))
            this.gap({ cause: 'store full', from: isFinite(oldest) ? oldest : newest, to: newest, values })
        }
    }
}

// Which process: its number and when it began, so that a number used again is not taken for it.
function processMark(pid: number): string | undefined {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        return `${pid} ${stat.slice(stat.lastIndexOf(')')).split(' ')[20]}`
    } catch {
        return undefined
    }
}

function lock(path: string, folder: string, say: Say): void {
    const holder = readJson(path) as { mark?: string } | undefined
    const pid = Number(holder?.mark?.split(' ')[0])
    if (Number.isSafeInteger(pid) && pid !== process.pid && processMark(pid) === holder?.mark) {
        throw new Refusal(say('store_in_use', folder, pid), 'store')
    }
    replaceFile(path, JSON.stringify({ mark: processMark(process.pid) ?? String(process.pid) }))
}

