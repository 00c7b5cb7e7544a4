// An OPC UA value as Sparkplug has it, and back for writes. Whatever a server sends becomes something: what fits the type of the metric
// goes as it is; arrays and structures become JSON text; what fits in no way is null with a status that says so. Never a throw.
import { DataType, StatusCodes, Variant, VariantArrayType, type DataValue } from 'node-opcua-client'
import { Type, type Value } from './record'

export const VALUE_MAX_BYTES = 65536 // of a text; longer ones are null with BadEncodingLimitsExceeded

// The Sparkplug type of an OPC UA built-in type (Part 6, 5.1.2). What is not listed is told as text.
const TYPES: Partial<Record<DataType, Type>> = {
    [DataType.Boolean]: Type.Boolean,
    [DataType.SByte]: Type.Int8,
    [DataType.Byte]: Type.UInt8,
    [DataType.Int16]: Type.Int16,
    [DataType.UInt16]: Type.UInt16,
    [DataType.Int32]: Type.Int32,
    [DataType.UInt32]: Type.UInt32,
    [DataType.Int64]: Type.Int64,
    [DataType.UInt64]: Type.UInt64,
    [DataType.Float]: Type.Float,
    [DataType.Double]: Type.Double,
    [DataType.DateTime]: Type.DateTime,
    [DataType.Guid]: Type.UUID,
    [DataType.ByteString]: Type.Bytes,
    [DataType.StatusCode]: Type.UInt32,
}
// Sparkplug's arrays: type of the array, bytes of an element (0: not of one size).
const ARRAYS: Partial<Record<Type, [Type, number]>> = {
    [Type.Int8]: [Type.Int8Array, 1],
    [Type.Int16]: [Type.Int16Array, 2],
    [Type.Int32]: [Type.Int32Array, 4],
    [Type.Int64]: [Type.Int64Array, 8],
    [Type.UInt8]: [Type.UInt8Array, 1],
    [Type.UInt16]: [Type.UInt16Array, 2],
    [Type.UInt32]: [Type.UInt32Array, 4],
    [Type.UInt64]: [Type.UInt64Array, 8],
    [Type.Float]: [Type.FloatArray, 4],
    [Type.Double]: [Type.DoubleArray, 8],
    [Type.Boolean]: [Type.BooleanArray, 0],
    [Type.String]: [Type.StringArray, 0],
    [Type.DateTime]: [Type.DateTimeArray, 8],
}
const INTEGERS: Partial<Record<Type, [bigint, bigint]>> = {
    [Type.Int8]: [-128n, 127n],
    [Type.Int16]: [-32768n, 32767n],
    [Type.Int32]: [-(2n ** 31n), 2n ** 31n - 1n],
    [Type.Int64]: [-(2n ** 63n), 2n ** 63n - 1n],
    [Type.UInt8]: [0n, 255n],
    [Type.UInt16]: [0n, 65535n],
    [Type.UInt32]: [0n, 2n ** 32n - 1n],
    [Type.UInt64]: [0n, 2n ** 64n - 1n],
    [Type.DateTime]: [0n, 2n ** 64n - 1n],
}

// The type of a metric: of the variable's declared built-in type and rank.
//   rank    Part 3, 5.6.2: -1 scalar, 1 one dimension, others anything
//   native  arrays as Sparkplug arrays, else as text
export function metricType(declared: DataType, rank: number, native: boolean): Type {
    const type = TYPES[declared] ?? Type.String
    if (rank === -1) {
        return type
    }
    return native && rank === 1 ? (ARRAYS[type]?.[0] ?? Type.String) : Type.String
}

// node-opcua keeps 64 bits as [high, low].
function wide(value: unknown): bigint | undefined {
    if (Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number') {
        return (BigInt(value[0] >>> 0) << 32n) | BigInt(value[1] >>> 0)
    }
    return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined
}

// One element as a plain value: number, bigint, boolean, string, bytes, or undefined where it is empty or odd.
function plain(type: DataType, value: unknown): Exclude<Value, null> | undefined {
    switch (type) {
        case DataType.Int64: {
            const found = wide(value)
            return found === undefined ? undefined : BigInt.asIntN(64, found)
        }
        case DataType.UInt64:
            return wide(value)
        case DataType.DateTime:
            return value instanceof Date && !isNaN(value.getTime()) ? BigInt(Math.max(0, value.getTime())) : undefined
        case DataType.StatusCode:
            return (value as { value?: number } | null)?.value ?? undefined
        case DataType.ByteString:
            return value instanceof Uint8Array ? value : undefined
        case DataType.LocalizedText:
            return (value as { text?: string | null } | null)?.text ?? undefined
        default:
    }
    if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
        return value
    }
    return value === null || value === undefined ? undefined : told(value)
}

// As JSON: bytes as base64, 64 bits and dates as text, NaN and infinities as text too, for JSON has none.
function told(value: unknown): string {
    try {
        return (
            JSON.stringify(value, (_, v: unknown) => {
                if (typeof v === 'bigint' || (typeof v === 'number' && !isFinite(v))) {
                    return String(v)
                }
                return v
            }) ?? ''
        )
    } catch {
        return ''
    }
}

function toldElement(type: DataType, value: unknown): unknown {
    const found = plain(type, value)
    if (type === DataType.DateTime && value instanceof Date && !isNaN(value.getTime())) {
        return value.toISOString()
    }
    if (typeof found === 'bigint') {
        return Number.isSafeInteger(Number(found)) ? Number(found) : String(found)
    }
    if (type === DataType.ExtensionObject || type === DataType.Variant || type === DataType.DataValue) {
        return value
    }
    return found instanceof Uint8Array ? Buffer.from(found).toString('base64') : (found ?? null)
}

function fit(value: Exclude<Value, null>, type: Type): Value | undefined {
    const range = INTEGERS[type]
    if (range) {
        if (typeof value === 'string' || value instanceof Uint8Array || (typeof value === 'number' && !Number.isInteger(value))) {
            return undefined
        }
        const whole = BigInt(value)
        if (whole < range[0] || whole > range[1]) {
            return undefined
        }
        return type === Type.Int64 || type === Type.UInt64 || type === Type.DateTime ? whole : Number(whole)
    }
    switch (type) {
        case Type.Float:
        case Type.Double:
            return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : undefined
        case Type.Boolean:
            return typeof value === 'boolean' ? value : undefined
        case Type.Bytes:
            return value instanceof Uint8Array ? value : undefined
        default:
            return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value)
    }
}

// Sparkplug B 3.0, 6.4.16: arrays are packed, little-endian; booleans a u32 count and bits from the high end; texts end with a zero.
function packed(type: Type, elements: Value[]): Uint8Array | undefined {
    const element = Number(Object.entries(ARRAYS).find(([, found]) => found[0] === type)?.[0]) as Type
    const size = ARRAYS[element]?.[1] ?? 0
    if (elements.some((value) => value === null)) {
        return undefined
    }
    if (element === Type.String) {
        return elements.some((value) => String(value).includes('\0')) ? undefined : Buffer.from(elements.map((value) => `${String(value)}\0`).join(''))
    }
    if (element === Type.Boolean) {
        const out = Buffer.alloc(4 + Math.ceil(elements.length / 8))
        out.writeUInt32LE(elements.length, 0)
        elements.forEach((value, n) => (out[4 + (n >> 3)]! |= value ? 0x80 >> (n & 7) : 0))
        return out
    }
    const out = Buffer.alloc(elements.length * size)
    elements.forEach((value, n) => {
        if (element === Type.Float) {
            out.writeFloatLE(Number(value), n * size)
        } else if (element === Type.Double) {
            out.writeDoubleLE(Number(value), n * size)
        } else {
            const bits = BigInt.asUintN(8 * size, BigInt(value as bigint))
            for (let byte = 0; byte < size; byte++) {
                out[n * size + byte] = Number((bits >> BigInt(8 * byte)) & 0xffn)
            }
        }
    })
    return out
}

function arrayValue(variant: Variant, type: Type): Value | undefined {
    const raw: unknown[] = Array.from((variant.value as ArrayLike<unknown> | null) ?? [])
    if (type >= Type.Int8Array) {
        const element = Number(Object.entries(ARRAYS).find(([, found]) => found[0] === type)?.[0]) as Type
        const fitted = raw.map((value) => {
            const found = plain(variant.dataType, value)
            return found === undefined ? null : (fit(found, element) ?? null)
        })
        return packed(type, fitted)
    }
    const list = raw.map((value) => toldElement(variant.dataType, value))
    const matrix = variant.arrayType === VariantArrayType.Matrix && (variant.dimensions?.length ?? 0) > 1
    return type === Type.String ? told(matrix ? { dimensions: variant.dimensions, values: list } : list) : undefined
}

// The value of a variant as a metric of `type` has it, with the status that it gets: the given one, or Bad where it does not fit.
export function valueOf(variant: Variant | null | undefined, type: Type, status: number): { value: Value; status: number } {
    if (!variant || variant.dataType === DataType.Null || variant.value === null || variant.value === undefined) {
        return { value: null, status }
    }
    let value: Value | undefined
    try {
        if (variant.arrayType !== VariantArrayType.Scalar) {
            value = arrayValue(variant, type)
        } else {
            const found = type === Type.String && !isText(variant.dataType) ? textOf(variant) : plain(variant.dataType, variant.value)
            value = found === undefined ? undefined : fit(found, type)
        }
    } catch {
        value = undefined
    }
    if (value === undefined) {
        return { value: null, status: StatusCodes.BadTypeMismatch.value }
    }
    const bytes = typeof value === 'string' ? Buffer.byteLength(value) : value instanceof Uint8Array ? value.length : 0
    return bytes > VALUE_MAX_BYTES ? { value: null, status: StatusCodes.BadEncodingLimitsExceeded.value } : { value, status }
}

function isText(type: DataType): boolean {
    return type === DataType.String || type === DataType.LocalizedText || type === DataType.XmlElement
}

function textOf(variant: Variant): string {
    const element = toldElement(variant.dataType, variant.value)
    return typeof element === 'string' ? element : told(element)
}

// When it was so, ms since 1970: the source's time, else the server's, else now. Times before 1970 count as none.
export function timeOf(data: DataValue, now: number): number {
    for (const stamp of [data.sourceTimestamp, data.serverTimestamp]) {
        const time = stamp?.getTime() ?? NaN
        if (time >= 0) {
            return time
        }
    }
    return now
}

// A command's value as a variant of the variable's own type, or undefined where it does not fit.
export function variantFor(declared: DataType, value: Value): Variant | undefined {
    const type = TYPES[declared] ?? Type.String
    const fitted = value === null ? undefined : fit(value, type)
    if (fitted === undefined || (type === Type.String && declared !== DataType.String)) {
        return undefined
    }
    if (typeof fitted === 'bigint') {
        const bits = BigInt.asUintN(64, fitted)
        const halves = [Number(bits >> 32n), Number(bits & 0xffffffffn)]
        return new Variant({ dataType: declared, arrayType: VariantArrayType.Scalar, value: declared === DataType.DateTime ? new Date(Number(fitted)) : halves })
    }
    return new Variant({ dataType: declared, arrayType: VariantArrayType.Scalar, value: fitted })
}

// Sparkplug's Quality of an OPC UA status: 192 good, 0 bad, and 500 (stale) for what is uncertain.
export function qualityOf(status: number): 0 | 192 | 500 {
    return status >>> 30 === 0 ? 192 : status >>> 30 === 1 ? 500 : 0
}
