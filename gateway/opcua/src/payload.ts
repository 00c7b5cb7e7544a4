// Sparkplug B 3.0 payloads as bytes (6.4, sparkplug_b.proto): the few fields that an edge node writes, on the writer of protobufjs.
// Not on sparkplug-payload, which knows no arrays and takes 64 bits only as Long; the tests read what is written here with it.
import { Writer } from 'protobufjs/minimal'
import { Type, type Value } from './record'

export interface Property {
    type: Type
    value: Value
}

export interface PayloadMetric {
    name?: string
    alias?: number
    time: number
    type: Type
    value: Value
    historical?: boolean
    properties?: Record<string, Property>
}

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5
const tag = (field: number, wire: number): number => (field << 3) | wire

// 64 bits as protobufjs takes them without Long.
function wide(writer: Writer, value: bigint | number): void {
    const bits = BigInt.asUintN(64, BigInt(value))
    // A Long by its fields: low and high words.
    writer.uint64({ low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: true } as never)
}

function time(ms: number): bigint {
    return ms > 0 ? BigInt(Math.min(Math.floor(ms), Number.MAX_SAFE_INTEGER)) : 0n
}

// A value at its field: `base` is that of int_value, the others follow (metrics 10, properties 3).
function writeValue(writer: Writer, base: number, type: Type, value: Exclude<Value, null>): void {
    switch (type) {
        case Type.Int8:
        case Type.Int16:
        case Type.Int32:
        case Type.UInt8:
        case Type.UInt16:
            writer.uint32(tag(base, VARINT)).uint32(Number(value) >>> 0)
            return
        case Type.UInt32:
        case Type.Int64:
        case Type.UInt64:
        case Type.DateTime:
            wide(writer.uint32(tag(base + 1, VARINT)), value as bigint | number)
            return
        case Type.Float:
            writer.uint32(tag(base + 2, FIXED32)).float(Number(value))
            return
        case Type.Double:
            writer.uint32(tag(base + 3, FIXED64)).double(Number(value))
            return
        case Type.Boolean:
            writer.uint32(tag(base + 4, VARINT)).bool(Boolean(value))
            return
        case Type.String:
        case Type.Text:
        case Type.UUID:
            writer.uint32(tag(base + 5, BYTES)).string(String(value))
            return
        default:
            writer.uint32(tag(base + 6, BYTES)).bytes(value as Uint8Array)
    }
}

function writeProperties(writer: Writer, properties: Record<string, Property>): void {
    const names = Object.keys(properties)
    writer.uint32(tag(9, BYTES)).fork()
    names.forEach((name) => writer.uint32(tag(1, BYTES)).string(name))
    for (const name of names) {
        const { type, value } = properties[name]!
        writer.uint32(tag(2, BYTES)).fork().uint32(tag(1, VARINT)).uint32(type)
        if (value === null) {
            writer.uint32(tag(2, VARINT)).bool(true)
        } else {
            writeValue(writer, 3, type, value)
        }
        writer.ldelim()
    }
    writer.ldelim()
}

function writeMetric(writer: Writer, metric: PayloadMetric): void {
    writer.uint32(tag(2, BYTES)).fork()
    if (metric.name !== undefined) {
        writer.uint32(tag(1, BYTES)).string(metric.name)
    }
    if (metric.alias !== undefined) {
        wide(writer.uint32(tag(2, VARINT)), metric.alias)
    }
    wide(writer.uint32(tag(3, VARINT)), time(metric.time))
    writer.uint32(tag(4, VARINT)).uint32(metric.type)
    if (metric.historical) {
        writer.uint32(tag(5, VARINT)).bool(true)
    }
    if (metric.value === null) {
        writer.uint32(tag(7, VARINT)).bool(true)
    }
    if (metric.properties) {
        writeProperties(writer, metric.properties)
    }
    if (metric.value !== null) {
        writeValue(writer, 10, metric.type, metric.value)
    }
    writer.ldelim()
}

// A payload. `seq` is left out where Sparkplug wants none (NDEATH).
export function encodePayload(timestamp: number, seq: number | undefined, metrics: PayloadMetric[]): Buffer {
    const writer = Writer.create()
    wide(writer.uint32(tag(1, VARINT)), time(timestamp))
    metrics.forEach((metric) => writeMetric(writer, metric))
    if (seq !== undefined) {
        wide(writer.uint32(tag(3, VARINT)), seq)
    }
    return Buffer.from(writer.finish())
}
