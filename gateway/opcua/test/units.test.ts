// The parts one by one, without a network: laws first, then tables of cases.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { crc32 as zlibCrc } from './reference'
import { DataType, DataValue, StatusCodes, Variant, VariantArrayType } from 'node-opcua-client'
import { decodePayload } from 'sparkplug-payload/lib/sparkplugbpayload'
import { Backoff } from '../src/backoff'
import { placed, stepOf } from '../src/browse'
import { Catalogue, OWN, type Variable } from '../src/catalogue'
import { readCommands, readState } from '../src/commands'
import { Journal, crc32 } from '../src/journal'
import { Keeper } from '../src/keeper'
import { Owed } from '../src/owed'
import { matcher } from '../src/patterns'
import { encodePayload } from '../src/payload'
import { FrameWriter, Type, readFrame, type Sample } from '../src/record'
import { loadSettings, readSettings } from '../src/settings'
import { metricType, qualityOf, timeOf, valueOf, variantFor } from '../src/values'
import { Refusal, languageOf, sentences, speaker } from '../src/words'

// Numbers that are the same in every run.
function dice(seed: number): () => number {
    return () => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
        return seed / 2 ** 32
    }
}

const SAMPLES: Sample[] = [
    { metric: 1, time: 0, status: 0, type: Type.Boolean, value: true },
    { metric: 2, time: 1.5e12, status: 0x80000000, type: Type.Int8, value: -128 },
    { metric: 3, time: 1.5e12, status: 0, type: Type.Int32, value: -(2 ** 31) },
    { metric: 4, time: 1.5e12, status: 0, type: Type.UInt32, value: 2 ** 32 - 1 },
    { metric: 5, time: 1.5e12, status: 0, type: Type.Int64, value: -(2n ** 63n) },
    { metric: 6, time: 1.5e12, status: 0, type: Type.UInt64, value: 2n ** 64n - 1n },
    { metric: 7, time: 1.5e12, status: 0, type: Type.DateTime, value: 1767323045678n },
    { metric: 8, time: 1.5e12, status: 0, type: Type.Float, value: 0.5 },
    { metric: 9, time: 1.5e12, status: 0, type: Type.Double, value: NaN },
    { metric: 10, time: 1.5e12, status: 0, type: Type.String, value: '값 \0 "x"' },
    { metric: 11, time: 1.5e12, status: 0, type: Type.Bytes, value: Buffer.from([0, 255]) },
    { metric: 12, time: 1.5e12, status: 0x80350000, type: Type.Double, value: null },
    { metric: 14, time: 1.5e12, status: 0, type: Type.Double, value: 2, again: true },
    { metric: 13, time: 1.5e12, status: 0, type: Type.String, value: 'x'.repeat(200_000) },
]

describe('records', () => {
    it('come back as they went in', () => {
        const writer = new FrameWriter()
        SAMPLES.forEach((sample) => writer.add(sample))
        assert.deepEqual(readFrame(writer.take()), SAMPLES)
        assert.equal(writer.size, 0)
    })
    it('refuse every prefix that does not end where a record does', () => {
        const writer = new FrameWriter()
        const ends = new Set([0])
        SAMPLES.slice(0, 13).forEach((sample) => {
            writer.add(sample)
            ends.add(writer.size)
        })
        const whole = writer.take()
        for (let n = 0; n < whole.length; n++) {
            if (ends.has(n)) {
                readFrame(whole.subarray(0, n))
            } else {
                assert.throws(() => readFrame(whole.subarray(0, n)), RangeError)
            }
        }
    })
})

describe('the journal', () => {
    let folder: string
    const caps = { bytes: 1 << 30, age: 1e12, sync: 0 }
    const all = (journal: Journal, from = 0): string[] => {
        const out: string[] = []
        for (let at = from; at < journal.durable; ) {
            const { frames, next } = journal.read(at, 1000)
            frames.forEach(({ payload }) => out.push(payload.toString()))
            assert.ok(next > at)
            at = next
        }
        return out
    }
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'maru-journal-'))))
    afterEach(() => rmSync(folder, { recursive: true }))

    it('has the check sum of zlib', () => {
        for (const [text, sum] of zlibCrc) {
            assert.equal(crc32(Buffer.from(text)), sum, text)
        }
    })
    it('gives back what was put in, after opening again too', async () => {
        let journal = await Journal.open(folder, caps)
        const put: string[] = []
        for (let n = 0; n < 300; n++) {
            put.push(`frame ${n} ${'y'.repeat(n % 50)}`)
            journal.append(Buffer.from(put.at(-1)!))
            if (n % 70 === 0) {
                await journal.flush()
            }
        }
        await journal.flush()
        assert.equal(journal.durable, journal.end)
        assert.deepEqual(all(journal), put)
        await journal.close()
        journal = await Journal.open(folder, caps)
        assert.deepEqual(all(journal), put)
        await journal.close()
    })
    it('keeps every whole frame wherever the file is cut off, and goes on behind', async () => {
        let journal = await Journal.open(folder, caps)
        const ends: number[] = [0]
        for (let n = 0; n < 8; n++) {
            ends.push(journal.append(Buffer.from(`frame ${n}`)))
        }
        await journal.close()
        const [name] = readdirSync(folder)
        const path = join(folder, name!)
        const whole = readFileSync(path)
        for (let cut = 0; cut <= whole.length; cut++) {
            writeFileSync(path, whole.subarray(0, cut))
            journal = await Journal.open(folder, caps)
            const left = ends.filter((end) => end <= cut).length - 1
            assert.equal(all(journal).length, left, `cut at ${cut}`)
            journal.append(Buffer.from('behind'))
            await journal.close()
            journal = await Journal.open(folder, caps)
            assert.deepEqual(all(journal).slice(left), ['behind'])
            await journal.close()
        }
    })
    it('skips what is damaged and tells how much', async () => {
        let journal = await Journal.open(folder, caps)
        for (let n = 0; n < 3; n++) {
            journal.append(Buffer.alloc(9 << 20, 65 + n)) // each fills a segment
            await journal.flush()
        }
        const end = journal.end
        await journal.close()
        const path = join(folder, readdirSync(folder).sort()[1]!)
        const bytes = readFileSync(path)
        bytes[1000]! ^= 1
        writeFileSync(path, bytes)
        journal = await Journal.open(folder, caps)
        const { frames, next } = journal.read(0, Infinity)
        assert.deepEqual(frames.map(({ payload }) => payload[0]), [65, 67])
        assert.equal(next, end)
        assert.equal(journal.damaged, bytes.length)
        await journal.close()
    })
    it('drops the oldest at its cap, and says so before', async () => {
        const journal = await Journal.open(folder, { bytes: 20 << 20, age: 1e12, sync: 0 })
        const dropped: [number, number][] = []
        journal.onDrop = (from, to) => dropped.push([from, to])
        for (let n = 0; n < 5; n++) {
            journal.append(Buffer.alloc(8 << 20, n))
            await journal.flush()
            journal.trim(0, Date.now())
        }
        assert.ok(journal.bytes <= (20 << 20) + 16)
        assert.ok(dropped.length >= 2)
        assert.equal(dropped[0]![0], 0)
        assert.equal(dropped.at(-1)![1], journal.begin)
        const before = dropped.length
        journal.trim(journal.end, Date.now())
        assert.equal(dropped.length, before, 'what is settled goes without a word')
        assert.equal(readdirSync(folder).length, 1)
        await journal.close()
    })
    it('waits for a disk that refuses, and loses nothing', async () => {
        const journal = await Journal.open(folder, caps)
        journal.append(Buffer.from('before'))
        await journal.flush()
        const troubles: (string | undefined)[] = []
        journal.onTrouble = (error) => troubles.push(error?.message)
        const inner = journal as unknown as { file: { write: (...a: unknown[]) => Promise<unknown> } }
        const real = inner.file.write.bind(inner.file)
        let failing = 2
        inner.file.write = async (...words) => {
            if (failing-- > 0) {
                await real(Buffer.from('half a fra'), 0, 10, words[3])
                throw new Error('ENOSPC: no space left on device')
            }
            return real(...words)
        }
        const end = journal.append(Buffer.from('during'))
        await journal.flush()
        assert.equal(journal.durable, end)
        assert.deepEqual(all(journal), ['before', 'during'])
        assert.deepEqual(troubles, ['ENOSPC: no space left on device', 'ENOSPC: no space left on device', undefined])
        await journal.close()
    })
})

describe('what is owed', () => {
    it('is what a plain list of bytes says, whatever is settled', () => {
        const random = dice(7)
        for (let round = 0; round < 200; round++) {
            const owed = new Owed()
            const plain = new Array<boolean>(100).fill(true)
            for (let n = 0; n < 10; n++) {
                const from = Math.floor(random() * 100)
                const to = from + Math.floor(random() * (100 - from))
                owed.settle(from, to)
                plain.fill(false, from, to)
            }
            const said = new Array<boolean>(100).fill(false)
            owed.before(100).forEach(({ from, to }) => said.fill(true, from, to))
            assert.deepEqual(said, plain)
            assert.equal(owed.bytes(100), plain.filter(Boolean).length)
            assert.equal(owed.ranges.at(-1)!.to, Infinity)
        }
    })
})

describe('the keeper', () => {
    it('drops at its cap, and what it drops is a gap: all values are there or counted', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'maru-keeper-'))
        const least = { opcua: { endpoint: 'opc.tcp://plc:1' }, mqtt: { url: 'mqtt://b' }, sparkplug: { group: 'G', node: 'N' }, store: { folder, max_bytes: '1 MiB', sync: '0 ms' } }
        const keeper = await Keeper.open(readSettings(JSON.stringify(least), 'x.json', 'en'), speaker('en'), () => undefined)
        keeper.catalogue.update([{ path: 'P/a', device: 'P', name: 'a', node: 'ns=1;s=a', declared: 11, type: Type.Double, writable: false }], 's', 0)
        const metric = keeper.catalogue.find('P', 'a')!.id
        const put = 60_000 // of 25 bytes each
        for (let n = 0; n < put; n++) {
            keeper.take(metric, new DataValue({ value: { dataType: DataType.Double, value: n }, sourceTimestamp: new Date(n) }), false)
            if (n % 500 === 499) {
                keeper.commit()
                await keeper.journal.flush()
            }
        }
        await new Promise((done) => setTimeout(done, 1500)) // it looks once a second
        await keeper.journal.flush()
        const left: Sample[] = []
        for (const range of keeper.owed.before(keeper.journal.durable)) {
            keeper.journal.read(range.from, range.to - range.from).frames.forEach(({ payload }) => left.push(...readFrame(payload)))
        }
        const gaps = left.filter((sample) => sample.metric === OWN.gap.id).map(({ value }) => JSON.parse(String(value)) as { cause: string; values: number; from: string })
        const values = left.filter((sample) => sample.metric === metric)
        assert.ok(keeper.journal.bytes <= 1.2 * (1 << 20))
        assert.equal(gaps[0]!.cause, 'store full')
        assert.equal(gaps[0]!.from, new Date(0).toISOString())
        assert.equal(values.length + gaps.reduce((sum, gap) => sum + gap.values, 0), put)
        assert.equal(values.at(-1)!.value, put - 1)
        await keeper.close()
        rmSync(folder, { recursive: true })
    })
    it('is for one process', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'maru-keeper-'))
        const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8')
        writeFileSync(join(folder, 'lock'), JSON.stringify({ mark: `${process.ppid} ${stat.slice(stat.lastIndexOf(')')).split(' ')[20]}` }))
        const settings = readSettings(JSON.stringify({ opcua: { endpoint: 'opc.tcp://plc:1' }, mqtt: { url: 'mqtt://b' }, sparkplug: { group: 'G', node: 'N' }, store: { folder } }), 'x.json', 'en')
        await assert.rejects(Keeper.open(settings, speaker('en'), () => undefined), /in use by process/)
        writeFileSync(join(folder, 'lock'), JSON.stringify({ mark: `${process.ppid} 1` })) // the number was given again
        await (await Keeper.open(settings, speaker('en'), () => undefined)).close()
        rmSync(folder, { recursive: true })
    })
})

describe('payloads', () => {
    it('are read by sparkplug-payload as they were meant', () => {
        const metrics = SAMPLES.map(({ metric, time, type, value }) => ({
            name: `m${metric}`,
            alias: metric,
            time,
            type,
            value,
            historical: metric % 2 === 0,
            properties: { Quality: { type: Type.Int32, value: 192 }, engUnit: { type: Type.String, value: '°C' } },
        }))
        const read = decodePayload(encodePayload(1767323045678, 255, metrics))
        const plain = (value: unknown): unknown => (typeof value === 'object' && value !== null && 'toNumber' in value ? BigInt(String(value)) : value)
        assert.equal(plain(read.timestamp), 1767323045678n)
        assert.equal(plain(read.seq), 255n)
        read.metrics!.forEach((metric, n) => {
            const meant = metrics[n]!
            assert.equal(metric.name, meant.name)
            assert.equal(metric.type, Type[meant.type])
            assert.equal(Number(plain(metric.alias)), meant.alias)
            assert.equal(metric.isHistorical ?? false, meant.historical)
            assert.deepEqual(metric.properties, { Quality: { type: 'Int32', value: 192 }, engUnit: { type: 'String', value: '°C' } })
            // sparkplug-payload takes UInt32 for signed and Int64 for unsigned.
            const value = meant.type === Type.UInt32 ? (metric.value as number) >>> 0 : meant.type === Type.Int64 ? BigInt.asIntN(64, plain(metric.value) as bigint) : plain(metric.value)
            assert.deepEqual(value instanceof Uint8Array ? Buffer.from(value) : value, meant.value, meant.name)
        })
        assert.equal(decodePayload(encodePayload(1, undefined, [])).seq, undefined)
    })
})

describe('values', () => {
    const scalar = (dataType: DataType, value: unknown): Variant => new Variant({ dataType, arrayType: VariantArrayType.Scalar, value })
    it('become what a metric takes, or null with a status that says why', () => {
        const misfit = StatusCodes.BadTypeMismatch.value
        const cases: [Variant | null, Type, unknown, number][] = [
            [scalar(DataType.Double, 1.5), Type.Double, 1.5, 0],
            [scalar(DataType.Double, -0), Type.Double, -0, 0],
            [scalar(DataType.Int64, [0xffffffff, 0xffffffff]), Type.Int64, -1n, 0],
            [scalar(DataType.UInt64, [0x80000000, 0]), Type.UInt64, 2n ** 63n, 0],
            [scalar(DataType.Int32, 300), Type.UInt8, null, misfit],
            [scalar(DataType.Double, 1.5), Type.Int32, null, misfit],
            [scalar(DataType.Int16, 7), Type.Double, 7, 0],
            [scalar(DataType.Boolean, true), Type.Boolean, true, 0],
            [scalar(DataType.String, 'x'), Type.Boolean, null, misfit],
            [scalar(DataType.Double, 2.5), Type.String, '2.5', 0],
            [scalar(DataType.String, 'x'.repeat(70_000)), Type.String, null, StatusCodes.BadEncodingLimitsExceeded.value],
            [scalar(DataType.String, 'x'.repeat(65_536)), Type.String, 'x'.repeat(65_536), 0],
            [scalar(DataType.Null, null), Type.Double, null, 0],
            [null, Type.Double, null, 0],
        ]
        cases.forEach(([variant, type, value, status], n) => assert.deepEqual(valueOf(variant, type, 0), { value, status }, `case ${n}`))
    })
    it('are packed as Sparkplug packs arrays', () => {
        const array = (dataType: DataType, value: unknown, type: Type): string => {
            const found = valueOf(new Variant({ dataType, arrayType: VariantArrayType.Array, value }), type, 0)
            return Buffer.from(found.value as Uint8Array).toString('hex')
        }
        // Sparkplug B 3.0, 6.4.16, examples of the text.
        assert.equal(array(DataType.SByte, new Int8Array([-23, 123]), Type.Int8Array), 'e97b')
        assert.equal(array(DataType.Int16, new Int16Array([-30000, 30000]), Type.Int16Array), 'd08a3075')
        assert.equal(array(DataType.Int32, new Int32Array([-1, 315338746]), Type.Int32Array), 'fffffffffaafcb12')
        assert.equal(array(DataType.String, ['ABC', 'hello'], Type.StringArray), '4142430068656c6c6f00')
        assert.equal(array(DataType.Boolean, [false, false, true, true, false, true, false, false, true, true, false, true], Type.BooleanArray), '0c00000034d0')
        assert.equal(metricType(DataType.Double, 1, true), Type.DoubleArray)
        assert.equal(metricType(DataType.Double, 1, false), Type.String)
        assert.equal(metricType(DataType.ExtensionObject, -1, true), Type.String)
    })
    it('carry the time of the source, else the server\'s, else now', () => {
        const data = (source: Date | null, server: Date | null): DataValue => new DataValue({ sourceTimestamp: source, serverTimestamp: server })
        assert.equal(timeOf(data(new Date(5), new Date(7)), 9), 5)
        assert.equal(timeOf(data(null, new Date(7)), 9), 7)
        assert.equal(timeOf(data(new Date('1601-01-01'), null), 9), 9)
        assert.equal(timeOf(data(new Date(NaN), new Date(7)), 9), 7)
    })
    it('are written back in the type of the variable, or not at all', () => {
        assert.equal(variantFor(DataType.Double, 1.5)?.value, 1.5)
        assert.deepEqual(variantFor(DataType.Int64, -2n)?.value, [0xffffffff, 0xfffffffe])
        assert.equal(variantFor(DataType.Byte, 256), undefined)
        assert.equal(variantFor(DataType.Boolean, 'true'), undefined)
        assert.equal(variantFor(DataType.ExtensionObject, '{}'), undefined)
        assert.equal(variantFor(DataType.Double, null), undefined)
    })
    it('have the quality that Sparkplug knows', () => {
        assert.equal(qualityOf(StatusCodes.Good.value), 192)
        assert.equal(qualityOf(StatusCodes.UncertainLastUsableValue.value), 500)
        assert.equal(qualityOf(StatusCodes.BadNotConnected.value), 0)
    })
})

describe('the catalogue', () => {
    const variable = (name: string, type = Type.Double): Variable => ({ path: `P/${name}`, device: 'P', name, node: `ns=1;s=${name}`, declared: 11, type, writable: false })
    it('never gives a number twice, and forgets only what nothing is owed of', () => {
        const folder = mkdtempSync(join(tmpdir(), 'maru-catalogue-'))
        const path = join(folder, 'catalogue.json')
        const one = new Catalogue(path)
        assert.ok(one.update([variable('a'), variable('b')], 's', 0))
        assert.ok(!one.update([variable('a'), variable('b')], 's', 10))
        const a = one.find('P', 'a')!.id
        assert.ok(one.update([variable('a', Type.String), variable('c')], 's', 20))
        assert.equal(one.current(a)!.type, Type.String)
        assert.equal(one.named().length, 3)
        const two = new Catalogue(path)
        assert.deepEqual([...two.metrics.values()], [...one.metrics.values()])
        two.forget(20)
        assert.equal(two.metrics.size, 4)
        two.forget(21)
        assert.equal(two.metrics.size, 2)
        assert.ok(two.update([variable('b'), variable('c'), variable('d')], 's', 30))
        const ids = [...one.metrics.keys(), ...two.active.filter(({ name }) => name !== 'c').map(({ id }) => id), two.find('P', 'd')!.id]
        assert.equal(new Set(ids).size, ids.length - 1)
        rmSync(folder, { recursive: true })
    })
})

describe('names', () => {
    it('have one meaning, and nothing that MQTT forbids', () => {
        for (const [name, step] of [['a/b', 'a%2Fb'], ['a%2Fb', 'a%252Fb'], ['+#', '%2B%23'], ['', '%'], ['\0\n', '%00%0A'], ['온도', '온도'], [null, '%']] as const) {
            assert.equal(stepOf(name), step)
        }
        const long = [stepOf('가'.repeat(500)), stepOf('가'.repeat(501))]
        assert.ok(long.every((step) => Buffer.byteLength(step) <= 200) && long[0] !== long[1])
        assert.deepEqual(placed(['A', 'B', 'C'], 'parent'), { device: 'A:B', name: 'C' })
        assert.deepEqual(placed(['A', 'B', 'C'], 'top'), { device: 'A', name: 'B/C' })
        assert.deepEqual(placed(['A', 'B', 'C'], 'none'), { device: '', name: 'A/B/C' })
        assert.deepEqual(placed(['C'], 'top'), { device: '', name: 'C' })
    })
    it('match patterns', () => {
        for (const [pattern, path, yes] of [['**', 'a/b', true], ['*', 'a/b', false], ['a/*', 'a/b', true], ['a.b', 'axb', false], ['a/?', 'a/b', true], ['**/b', 'a/x/b', true], ['A/(x)', 'A/(x)', true]] as const) {
            assert.equal(matcher([pattern])(path), yes, pattern)
        }
        assert.equal(matcher([])('a'), false)
    })
})

describe('settings', () => {
    const least = '[opcua]\nendpoint = "opc.tcp://plc:4840"\n[mqtt]\nurl = "mqtt://broker"\n[sparkplug]\ngroup = "G"\nnode = "N"\n'
    it('need little, and are strict', () => {
        const settings = readSettings(least, 'x.toml', 'en')
        assert.equal(settings.opcua.security, 'best')
        assert.equal(settings.store.max_bytes, 2 ** 30)
        assert.equal(settings.subscription.publishing, 500)
        assert.deepEqual(settings.writes.allow, [])
        assert.deepEqual(readSettings(JSON.stringify({ opcua: { endpoint: 'opc.tcp://plc:4840' }, mqtt: { url: 'mqtt://broker' }, sparkplug: { group: 'G', node: 'N' } }), 'x.json', 'en'), settings)
    })
    it('of the example are good', () => {
        const settings = loadSettings(join(__dirname, '..', '..', 'example.toml'), 'en')
        assert.equal(settings.opcua.security, 'best')
        assert.equal(settings.subscription.deadbands.length, 1)
    })
    it('are refused with a sentence for each fault', () => {
        const cases: [string, RegExp][] = [
            ['', /"opcua.endpoint" is missing[^]*"mqtt.url" is missing[^]*"sparkplug.group" is missing/],
            [`${least}[store]\nfolders = "x"\n`, /"store.folders" is not a setting; known here are: folder/],
            [`colour = 1\n${least}`, /"colour" is not a setting/],
            [`${least}[subscription]\npublishing = "5 m"\n`, /must be a duration such as/],
            [`${least}[subscription]\npublishing = 500\n`, /must be a duration such as .* not 500/],
            [`${least}[subscription]\nqueue = 1\n`, /must lie between 2 and 100000/],
            [`${least}[subscription]\ndeadbands = [{ path = "x" }]\n`, /must be a list of/],
            [`${least}[store]\nmax_bytes = "1 KiB"\n`, /must lie between/],
            [least.replace('"N"', '"a/b"'), /"sparkplug.node" must not be empty or hold/],
            [least.replace('opc.tcp', 'http'), /must look like opc.tcp/],
            [least.replace('"mqtt://broker"', '"broker"'), /must look like mqtt/],
            [least.replace('[mqtt]', 'security = "none"\n[mqtt]'), /must be one of best, SignAndEncrypt, Sign, None/],
            [least.replace('[mqtt]', 'password = "x"\n[mqtt]'), /"opcua.password" needs "opcua.user"/],
            [least.replace('[mqtt]', 'user = "u"\npassword_file = "/nonexistent/x"\n[mqtt]'), /password file \/nonexistent\/x cannot be read/],
            [`${least}[mqtt]\n`, /is not well-formed/],
            ['[[opcua]]\n', /\[opcua\]/],
            [`language = "fr"\n${least}`, /must be one of en, ko/],
        ]
        for (const [text, told] of cases) {
            assert.throws(() => readSettings(text, 'x.toml', 'en'), (error) => error instanceof Refusal && told.test(error.message), text)
        }
        assert.throws(() => readSettings(`language = "ko"\n${least}[store]\nx = 1\n`, 'x.toml', 'en'), /설정은 없습니다/)
    })
    it('never break on any prefix or any flipped character', () => {
        for (let n = 0; n < least.length; n++) {
            for (const text of [least.slice(0, n), `${least.slice(0, n)}\u0001${least.slice(n + 1)}`]) {
                try {
                    readSettings(text, 'x.toml', 'en')
                } catch (error) {
                    assert.ok(error instanceof Refusal, text)
                }
            }
        }
    })
})

describe('words', () => {
    it('have the same places in both languages', () => {
        for (const [key, [en, ko]] of Object.entries(sentences)) {
            const places = (text: string): string[] => (text.match(/\{\d\}/g) ?? []).sort()
            assert.deepEqual(places(ko), places(en), key)
            assert.ok(key === 'settings_wrong' || key === 'key_range' || /[가-힣]/.test(ko), key)
        }
        assert.equal(languageOf({ LANG: 'ko_KR.UTF-8' }), 'ko')
        assert.equal(languageOf({ LANG: 'ko_KR.UTF-8', LC_ALL: 'C' }), 'en')
    })
})

describe('commands', () => {
    it('that cannot be read are none', () => {
        const random = dice(3)
        const good = encodePayload(1, 0, [{ name: 'a', time: 1, type: Type.Double, value: 1 }])
        for (let n = 0; n < 3000; n++) {
            const bytes = Buffer.from(good)
            bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
            const read = readCommands(bytes.subarray(0, Math.floor(random() * (bytes.length + 1))))
            assert.ok(Array.isArray(read))
        }
        assert.deepEqual(readCommands(good), [{ name: 'a', alias: undefined, type: 'Double', value: 1, historical: false }])
        for (const text of ['', '{}', 'ONLINE', '{"online":1,"timestamp":2}', '{"online":true,"timestamp":"2"}', '{"online":true,"timestamp":1e99}', 'null', '[]']) {
            assert.equal(readState(Buffer.from(text)), undefined, text)
        }
        assert.deepEqual(readState(Buffer.from('{"online":true,"timestamp":2}')), { online: true, timestamp: 2 })
    })
})

describe('waiting', () => {
    it('grows to its limit, never below half, and begins anew', () => {
        const random = dice(1)
        const backoff = new Backoff(100, 1000, random)
        const whole = [100, 200, 400, 800, 1000, 1000]
        for (const ms of whole) {
            const next = backoff.next()
            assert.ok(next >= ms / 2 && next <= ms, `${next} of ${ms}`)
        }
        backoff.reset()
        assert.ok(backoff.next() <= 100)
    })
})

