// The journal: every value goes here before it goes anywhere else. Append-only segment files, each named by the position
// of its first byte; a position is a count of bytes since the store was made and never goes back.
//
//     frame = u32 length | u32 crc32 of the payload | payload (records, record.ts)
//
// Writing is in groups: what has come since the last write goes out with one write and one fdatasync; only then is it durable, and only
// what is durable may be sent on or acknowledged to the OPC UA server. A torn tail, as kill -9 or a power cut leaves it, is cut
// off at opening. The cap drops whole segments, oldest first, and tells how much of it.
import { closeSync, fsyncSync, openSync, readdirSync, readSync, statSync, unlinkSync } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

export const JOURNAL_MAX_SEGMENT_BYTES = 8 << 20
export const JOURNAL_MAX_FRAME_BYTES = 64 << 20
const HEAD = 8

interface Segment {
    start: number
    size: number
    newest: number // ms: when it was last written
}

export interface Frame {
    payload: Buffer
    from: number
    to: number
}

export interface Caps {
    bytes: number
    age: number // ms
    sync: number // ms
}

const TABLE = new Uint32Array(256).map((_, n) => {
    for (let bit = 0; bit < 8; bit++) {
        n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
    }
    return n >>> 0
})

// CRC-32 of ISO 3309, as zlib has it; zlib.crc32 comes only with Node.js 20.15.
export function crc32(bytes: Uint8Array): number {
    let crc = 0xffffffff
    for (let n = 0; n < bytes.length; n++) {
        crc = TABLE[(crc ^ bytes[n]!) & 0xff]! ^ (crc >>> 8)
    }
    return ~crc >>> 0
}

export class Journal {
    private segments: Segment[] = []
    private file: FileHandle | undefined
    private waiting: Buffer[] = []
    private waitingBytes = 0
    private running: Promise<void> | undefined
    private timer: NodeJS.Timeout | undefined
    private closed = false
    private reader: { start: number; fd: number } | undefined

    end = 0 // where the next frame goes
    durable = 0 // up to here it is on the disk
    damaged = 0 // bytes that were skipped because their check sum is wrong
    onDurable: (position: number) => void = () => undefined
    onTrouble: (error: Error | undefined) => void = () => undefined // undefined: well again
    onDrop: (from: number, to: number, newest: number) => void = () => undefined // called before they go

    private readonly segmentBytes: number // an eighth of the cap, so that little goes at a time

    private constructor(
        private readonly folder: string,
        private readonly caps: Caps,
    ) {
        this.segmentBytes = Math.min(JOURNAL_MAX_SEGMENT_BYTES, Math.max(1 << 16, caps.bytes / 8))
    }

    // Opens a folder, made where it is missing; a torn tail is cut off.
    static async open(folder: string, caps: Caps): Promise<Journal> {
        const journal = new Journal(folder, caps)
        await mkdir(folder, { recursive: true })
        for (const name of readdirSync(folder).sort()) {
            if (/^\d{16}\.seg$/.test(name)) {
                const { size, mtimeMs } = statSync(join(folder, name))
                journal.segments.push({ start: Number(name.slice(0, 16)), size, newest: mtimeMs })
            }
        }
        const last = journal.segments.at(-1)
        if (last) {
            last.size = journal.wholeBytes(last)
            journal.file = await open(journal.path(last), 'r+')
            await journal.file.truncate(last.size)
            await journal.file.datasync()
            journal.end = last.start + last.size
        }
        journal.durable = journal.end
        return journal
    }

    // The position of the oldest byte that is still there.
    get begin(): number {
        return this.segments[0]?.start ?? this.end
    }

    get bytes(): number {
        return this.segments.reduce((sum, segment) => sum + segment.size, 0)
    }

    // Bytes that wait for the disk.
    get pending(): number {
        return this.waitingBytes
    }

    // Adds a frame and returns the position behind it; it is safe once `durable` has reached that.
    append(payload: Buffer): number {
        const head = Buffer.allocUnsafe(HEAD)
        head.writeUInt32LE(payload.length, 0)
        head.writeUInt32LE(crc32(payload), 4)
        this.waiting.push(head, payload)
        this.waitingBytes += HEAD + payload.length
        this.end += HEAD + payload.length
        if (!this.timer && !this.running && !this.closed) {
            this.timer = setTimeout(() => this.start(), this.caps.sync)
        }
        return this.end
    }

    // Frames from `position` on, at least one where there is one, then until `limit` bytes; only durable ones.
    read(position: number, limit: number): { frames: Frame[]; next: number } {
        const frames: Frame[] = []
        let at = position
        for (let left = limit; left > 0 && at < this.durable; ) {
            const segment = this.segments.find((s) => at < s.start + s.size)
            if (!segment) {
                break
            }
            at = Math.max(at, segment.start)
            const frame = this.readFrame(segment, at)
            if (!frame) {
                this.damaged += segment.start + segment.size - at
                at = segment.start + segment.size
                continue
            }
            if (frame.to > this.durable) {
                break
            }
            frames.push(frame)
            left -= frame.to - frame.from
            at = frame.to
        }
        return { frames, next: at }
    }

    // Lets go of whole segments that end at or before `position`, and of what the caps do not allow.
    trim(position: number, now: number): void {
        let bytes = this.bytes
        while (this.segments.length > 1) {
            const segment = this.segments[0]!
            const done = segment.start + segment.size <= position
            if (!done && bytes <= this.caps.bytes && now - segment.newest <= this.caps.age) {
                return
            }
            if (!done) {
                this.onDrop(segment.start, segment.start + segment.size, segment.newest)
            }
            bytes -= segment.size
            this.drop(segment)
        }
    }

    // Writes what waits, and resolves when it is durable.
    async flush(): Promise<void> {
        while (this.waiting.length > 0 || this.running) {
            clearTimeout(this.timer)
            this.start()
            await this.running
            if (this.waiting.length > 0 && this.closed) {
                return
            }
        }
    }

    async close(): Promise<void> {
        this.closed = true
        await this.flush()
        clearTimeout(this.timer)
        if (this.reader) {
            closeSync(this.reader.fd)
            this.reader = undefined
        }
        await this.file?.close()
        this.file = undefined
    }

    private path(segment: Segment): string {
        return join(this.folder, `${String(segment.start).padStart(16, '0')}.seg`)
    }

    private drop(segment: Segment): void {
        if (this.reader?.start === segment.start) {
            closeSync(this.reader.fd)
            this.reader = undefined
        }
        unlinkSync(this.path(segment))
        this.segments.shift()
    }

    private start(): void {
        this.timer = undefined
        this.running ??= this.write()
            .catch((error: Error) => this.recover(error))
            .finally(() => {
                this.running = undefined
                if (this.waiting.length > 0 && !this.timer && !this.closed) {
                    this.timer = setTimeout(() => this.start(), this.caps.sync)
                }
            })
    }

    // One group: whole frames, as many as the segment takes.
    private async write(): Promise<void> {
        const group = this.waiting
        let n = 0
        let bytes = 0
        while (n < group.length && bytes < this.segmentBytes) {
            bytes += group[n]!.length + group[n + 1]!.length
            n += 2
        }
        if (n === 0) {
            return
        }
        const segment = await this.segment()
        const all = Buffer.concat(group.slice(0, n), bytes)
        for (let done = 0; done < bytes; ) {
            done += (await this.file!.write(all, done, bytes - done, segment.size + done)).bytesWritten
        }
        await this.file!.datasync()
        segment.size += bytes
        segment.newest = Date.now()
        group.splice(0, n)
        this.waitingBytes -= bytes
        this.durable = segment.start + segment.size
        this.onTrouble(undefined)
        this.onDurable(this.durable)
    }

    // The segment that is written to: a new one where the last is full.
    private async segment(): Promise<Segment> {
        const last = this.segments.at(-1)
        if (last && this.file && last.size < this.segmentBytes) {
            return last
        }
        await this.file?.close()
        const next = { start: this.durable, size: 0, newest: Date.now() }
        this.file = await open(this.path(next), 'w+')
        const at = openSync(this.folder, 'r')
        fsyncSync(at) // the name is on the disk, too
        closeSync(at)
        this.segments.push(next)
        return next
    }

    // A full or failing disk: what was half written is overwritten by the next try, a second later.
    private async recover(error: Error): Promise<void> {
        this.onTrouble(error)
        this.trim(0, Date.now())
        if (!this.closed) {
            await new Promise((done) => setTimeout(done, 1000))
        } else {
            this.waiting = []
        }
    }

    private wholeBytes(segment: Segment): number {
        let at = segment.start
        for (let frame = this.readFrame(segment, at); frame; frame = this.readFrame(segment, at)) {
            at = frame.to
        }
        return at - segment.start
    }

    private readFrame(segment: Segment, at: number): Frame | undefined {
        if (this.reader?.start !== segment.start) {
            if (this.reader) {
                closeSync(this.reader.fd)
            }
            this.reader = { start: segment.start, fd: openSync(this.path(segment), 'r') }
        }
        const { fd } = this.reader
        const offset = at - segment.start
        const head = Buffer.allocUnsafe(HEAD)
        if (offset + HEAD > segment.size || readSync(fd, head, 0, HEAD, offset) !== HEAD) {
            return undefined
        }
        const length = head.readUInt32LE(0)
        if (length > JOURNAL_MAX_FRAME_BYTES || length > segment.size - offset - HEAD) {
            return undefined
        }
        const payload = Buffer.allocUnsafe(length)
        if (readSync(fd, payload, 0, length, offset + HEAD) !== length || crc32(payload) !== head.readUInt32LE(4)) {
            return undefined
        }
        return { payload, from: at, to: at + HEAD + length }
    }
}
