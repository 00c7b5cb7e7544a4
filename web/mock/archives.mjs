// Just enough of zip and multipart/form-data for the mock: what browsers and our tests send.
import { deflateRawSync, inflateRawSync } from 'node:zlib'

let table
/** zlib.crc32 is not in Node 18. */
function crc32(data) {
    table ??= Array.from({ length: 256 }, (_, n) => {
        for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
        return n >>> 0
    })
    let c = 0xffffffff
    for (const byte of data) c = table[(c ^ byte) & 0xff] ^ (c >>> 8)
    return (c ^ 0xffffffff) >>> 0
}

/** files: [{ name, data }] */
export function zip(files) {
    const parts = []
    const directory = []
    let at = 0
    for (const { name, data } of files) {
        const named = Buffer.from(name)
        const packed = deflateRawSync(data)
        const shared = Buffer.alloc(26)
        shared.writeUInt16LE(20, 0)
        shared.writeUInt16LE(0x0800, 2) // names are UTF-8
        shared.writeUInt16LE(8, 4)
        shared.writeUInt16LE(0, 6)
        shared.writeUInt16LE(0x21, 8) // 1980-01-01
        shared.writeUInt32LE(crc32(data), 10)
        shared.writeUInt32LE(packed.length, 14)
        shared.writeUInt32LE(data.length, 18)
        shared.writeUInt16LE(named.length, 22)
        parts.push(Buffer.from('PK\x03\x04'), shared, named, packed)
        const entry = Buffer.alloc(14)
        entry.writeUInt32LE(at, 10)
        directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, entry, named)
        at += 30 + named.length + packed.length
    }
    const names = Buffer.concat(directory)
    const end = Buffer.alloc(22)
    end.write('PK\x05\x06', 0, 'latin1')
    end.writeUInt16LE(files.length, 8)
    end.writeUInt16LE(files.length, 10)
    end.writeUInt32LE(names.length, 12)
    end.writeUInt32LE(at, 16)
    return Buffer.concat([...parts, names, end])
}

export function unzip(data) {
    const end = data.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
    if (end < 0) throw new Error('not a zip archive')
    const files = []
    let at = data.readUInt32LE(end + 16)
    for (let n = data.readUInt16LE(end + 10); n > 0; n--) {
        const method = data.readUInt16LE(at + 10)
        const packed = data.readUInt32LE(at + 20)
        const nameBytes = data.readUInt16LE(at + 28)
        const name = data.toString('utf8', at + 46, at + 46 + nameBytes)
        const local = data.readUInt32LE(at + 42)
        const from = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28)
        const raw = data.subarray(from, from + packed)
        if (!name.endsWith('/')) files.push({ name: name.split('/').pop(), data: method === 8 ? inflateRawSync(raw) : raw })
        at += 46 + nameBytes + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32)
    }
    return files
}

export function formFiles(data, type) {
    const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1]
    if (!boundary) throw new Error('a form without a boundary')
    const mark = Buffer.from(`\r\n--${boundary}`)
    const body = Buffer.concat([Buffer.from('\r\n'), data])
    const files = []
    let at = body.indexOf(mark)
    while (at >= 0) {
        const next = body.indexOf(mark, at + mark.length)
        if (next < 0) break
        const part = body.subarray(at + mark.length + 2, next)
        const split = part.indexOf('\r\n\r\n')
        const name = /filename="([^"]*)"/.exec(part.toString('utf8', 0, split))?.[1]
        if (name) files.push({ name: name.split('/').pop(), data: part.subarray(split + 4) })
        at = next
    }
    return files
}
