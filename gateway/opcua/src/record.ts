// One value on its way: what the journal keeps and what Sparkplug sends. Bytes of a record, little-endian:
//
//     u32 metric | f64 time, ms since 1970 | u32 OPC UA status code | u8 Sparkplug type | value
//
// where the value is 4 or 8 bytes for numbers, 1 for Boolean, u32 length and bytes for texts and Bytes, none for null
// (0x80 set in the type). 0x40 is set where the server told it again. A frame of records is all or nothing: the journal keeps its length and check sum.

// Sparkplug B 3.0, 6.4.16: data types.
export enum Type {
    Int8 = 1,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float,
    Double,
    Boolean,
    String,
    DateTime,
    Text,
    UUID,
    Bytes = 17,
    Int8Array = 22,
    Int16Array,
    Int32Array,
    Int64Array,
    UInt8Array,
    UInt16Array,
    UInt32Array,
    UInt64Array,
    FloatArray,
    DoubleArray,
    BooleanArray,
    StringArray,
    DateTimeArray,
}

// Int64, UInt64 and DateTime are bigint; arrays are the bytes that Sparkplug wants; texts are strings.
export type Value = number | bigint | boolean | string | Uint8Array | null

export interface Sample {
    metric: number
    time: number // ms since 1970, of the source where it gives one
    status: number // OPC UA status code
    type: Type
    value: Value
    again?: boolean // told again after a break: it may have been sent before
}

const NULL = 0x80
const AGAIN = 0x40
const HEAD = 17 // u32 + f64 + u32 + u8

// Puts records into one growing buffer.
export class FrameWriter {
    private bytes = Buffer.allocUnsafe(1 << 16)
    private at = 0
    count = 0

    get size(): number {
        return this.at
    }

    add(sample: Sample): void {
        const text = typeof sample.value === 'string' ? Buffer.from(sample.value, 'utf8') : sample.value instanceof Uint8Array ? sample.value : undefined
        this.room(HEAD + 8 + (text?.length ?? 0))
        const { bytes } = this
        let at = this.at
        bytes.writeUInt32LE(sample.metric, at)
        bytes.writeDoubleLE(sample.time, at + 4)
        bytes.writeUInt32LE(sample.status >>> 0, at + 12)
        bytes[at + 16] = sample.type | (sample.value === null ? NULL : 0) | (sample.again ? AGAIN : 0)
        at += HEAD
        if (text) {
            bytes.writeUInt32LE(text.length, at)
            bytes.set(text, at + 4)
            at += 4 + text.length
        } else if (sample.value !== null) {
            at = this.number(sample.type, sample.value as number | bigint | boolean, at)
        }
        this.at = at
        this.count++
    }

    // What was put in; the writer is empty again.
    take(): Buffer {
        const out = Buffer.from(this.bytes.subarray(0, this.at))
        this.at = this.count = 0
        return out
    }

    private number(type: Type, value: number | bigint | boolean, at: number): number {
        switch (type) {
            case Type.Boolean:
                return this.bytes.writeUInt8(value ? 1 : 0, at)
            case Type.Int8:
            case Type.Int16:
            case Type.Int32:
                return this.bytes.writeInt32LE(Number(value) | 0, at)
            case Type.UInt8:
            case Type.UInt16:
            case Type.UInt32:
                return this.bytes.writeUInt32LE(Number(value) >>> 0, at)
            case Type.Float:
                return this.bytes.writeFloatLE(Number(value), at)
            case Type.Double:
                return this.bytes.writeDoubleLE(Number(value), at)
            default:
                return this.bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)), at)
        }
    }

    private room(more: number): void {
        if (this.at + more > this.bytes.length) {
            const wider = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + more))
            this.bytes.copy(wider, 0, 0, this.at)
            this.bytes = wider
        }
    }
}

// The records of a frame. Throws RangeError where the bytes do not end where a record does: the check sum says that
// this cannot happen to what was written here.
export function readFrame(bytes: Buffer): Sample[] {
    const out: Sample[] = []
    let at = 0
    while (at < bytes.length) {
        const sample: Sample = {
            metric: bytes.readUInt32LE(at),
            time: bytes.readDoubleLE(at + 4),
            status: bytes.readUInt32LE(at + 12),
            type: bytes.readUInt8(at + 16),
            value: null,
        }
        at += HEAD
        if (sample.type & AGAIN) {
            sample.type &= ~AGAIN
            sample.again = true
        }
        if (sample.type & NULL) {
            sample.type &= ~NULL
        } else {
            at = readValue(bytes, at, sample)
        }
        out.push(sample)
    }
    return out
}

function readValue(bytes: Buffer, at: number, sample: Sample): number {
    switch (sample.type) {
        case Type.Boolean:
            sample.value = bytes.readUInt8(at) !== 0
            return at + 1
        case Type.Int8:
        case Type.Int16:
        case Type.Int32:
            sample.value = bytes.readInt32LE(at)
            return at + 4
        case Type.UInt8:
        case Type.UInt16:
        case Type.UInt32:
            sample.value = bytes.readUInt32LE(at)
            return at + 4
        case Type.Float:
            sample.value = bytes.readFloatLE(at)
            return at + 4
        case Type.Double:
            sample.value = bytes.readDoubleLE(at)
            return at + 8
        case Type.Int64:
            sample.value = bytes.readBigInt64LE(at)
            return at + 8
        case Type.UInt64:
        case Type.DateTime:
            sample.value = bytes.readBigUInt64LE(at)
            return at + 8
        default:
    }
    const length = bytes.readUInt32LE(at)
    at += 4
    if (length > bytes.length - at) {
        throw new RangeError('a record is cut off')
    }
    const piece = bytes.subarray(at, at + length)
    sample.value = sample.type === Type.String || sample.type === Type.Text || sample.type === Type.UUID ? piece.toString('utf8') : piece
    return at + length
}
