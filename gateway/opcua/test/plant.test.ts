// The gateway between a real server and a real broker. Counted at both ends: every number that the server made must be told, with
// its time. SHORT=1 takes only what fits into a minute, SOAK=1 runs for longer.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Floor, Relay, pause, until } from './floor'
import { Host } from './host'

const SOAK = process.env['SOAK'] === '1'
const LONG = { skip: process.env['SHORT'] === '1' && 'the long form' }

// How many of the server's values were told, and what is missing or wrong.
async function compare(floor: Floor, host: Host, allow = 0): Promise<number> {
    const made = await floor.order({ do: 'made' })
    const whole = made.counts.reduce((sum, n) => sum + n, 0)
    const missing = (): string[] => {
        const out: string[] = []
        made.times.forEach((times, n) => {
            const values = host.values(`Plant:Cell${Math.floor(n / 100)}/V${n}`)
            for (const [value, time] of times ?? []) {
                if (values.get(value)?.time !== time) {
                    out.push(`V${n}=${value}`)
                }
            }
        })
        return out
    }
    await until(`all of ${whole} values`, () => missing().length <= allow, 30_000).catch(() => undefined)
    const left = missing()
    assert.ok(left.length <= allow, `${left.length} of ${whole} missing: ${left.slice(0, 5).join(', ')}\n${floor.said}`)
    return whole
}

// Per metric, live values come in order, and so do those from the backlog.
function inOrder(host: Host): void {
    for (const [name, list] of host.told) {
        if (name.startsWith('/')) {
            continue
        }
        let before = 0
        for (const { time, historical } of list) {
            if (!historical) {
                assert.ok(time >= before, `${name}: live values out of order`)
                before = time
            }
        }
    }
}

describe('a plant', () => {
    let floor: Floor
    let host: Host | undefined
    beforeEach(async () => {
        floor = new Floor()
        await floor.ports()
        host = undefined
        awayMs = undefined
    })
    afterEach(async () => {
        await host?.close()
        await floor.close()
    })
    let awayMs: number | undefined // of the host, after a break
    const begin = async (count: number, tables = {}, env = {}, ...words: string[]): Promise<void> => {
        await floor.startServer({ COUNT: String(count), ...env })
        await floor.startBroker()
        host = await Host.open(floor.brokerPort, 'Test', 'Edge', '', awayMs)
        floor.startGateway(floor.settings(tables), ...words)
        await until('births', () => host!.counts.dbirth >= Math.ceil(count / 100) && /subscriptions with/.test(floor.said), 60_000).catch((error: Error) => {
            throw new Error(`${error.message}\n${floor.said}`)
        })
    }

    it('with 10 000 variables arrives whole', LONG, async () => {
        await begin(10_000)
        const used = floor.usage()
        const from = Date.now()
        await floor.order({ do: 'run', tickMs: 100, parts: 10, ticks: SOAK ? 600 : 80 })
        const whole = await compare(floor, host!)
        const now = floor.usage()
        const seconds = (Date.now() - from) / 1000
        console.log(`# ${whole} values in ${seconds.toFixed(1)} s, CPU ${(((now.cpu - used.cpu) / seconds) * 100).toFixed(0)} %, ${now.mib.toFixed(0)} MiB`)
        assert.deepEqual(host!.complaints, [])
        assert.deepEqual(host!.gaps(), [])
        inOrder(host!)
    })

    it('loses nothing on a bad day: gateway killed, broker killed, wire cut', async () => {
        const relay = await Relay.open()
        floor.relayPort = relay.port
        relay.target = floor.serverPort
        awayMs = 2500 // later than the gateway: what goes out before that must come again
        await begin(1000, { store: { overlap: '20 s' } })
        await floor.order({ do: 'run', tickMs: 50, parts: 10, ticks: 200 })
        await pause(1500)
        await floor.kill(floor.gateway, 'SIGKILL')
        await pause(500)
        floor.startGateway(join(floor.folder, 'settings.json'))
        await until('taken over', () => /taken over, 0 made/.test(floor.said))
        await floor.kill(floor.broker, 'SIGKILL')
        await pause(700)
        await floor.startBroker()
        await pause(1000)
        relay.cut(false)
        await pause(700)
        relay.mend()
        await compare(floor, host!)
        await relay.close()
        assert.deepEqual(host!.gaps(), [])
        assert.deepEqual(host!.complaints, [])
        inOrder(host!)
    })

    it('loses nothing when the gateway is killed, encrypted, with a user', LONG, async () => {
        await begin(500, { opcua: { security: 'best', user: 'line', password: 'right' } }, {}, '--trust')
        await floor.order({ do: 'run', tickMs: 50, parts: 5, ticks: SOAK ? 1200 : 200 })
        for (let n = 0; n < (SOAK ? 8 : 2); n++) {
            await pause(2500)
            await floor.kill(floor.gateway, 'SIGKILL')
            await pause(1000)
            floor.startGateway(join(floor.folder, 'settings.json'))
        }
        await compare(floor, host!)
        assert.match(floor.said, /: 1 taken over, 0 made/)
        assert.deepEqual(host!.gaps(), [])
        assert.deepEqual(host!.complaints, [])
        assert.ok(host!.counts.ndeath >= 1)
    })

    it('loses nothing when the broker is killed', LONG, async () => {
        await begin(500)
        await floor.order({ do: 'run', tickMs: 50, parts: 5, ticks: SOAK ? 1200 : 200 })
        for (let n = 0; n < (SOAK ? 6 : 2); n++) {
            await pause(2000)
            await floor.kill(floor.broker, 'SIGKILL')
            await pause(1500)
            await floor.startBroker()
        }
        await compare(floor, host!)
        assert.deepEqual(host!.gaps(), [])
        assert.deepEqual(host!.complaints, [])
        const some = [...host!.told].find(([name]) => name.endsWith('/V0'))![1]
        assert.ok(some.some(({ historical }) => historical) && some.some(({ historical }) => !historical))
        inOrder(host!)
    })

    it('loses nothing when the network blinks, at QoS 0', LONG, async () => {
        const relay = await Relay.open()
        floor.relayPort = relay.port
        relay.target = floor.serverPort
        await begin(500, { sparkplug: { qos: 0 } })
        await floor.order({ do: 'run', tickMs: 50, parts: 5, ticks: SOAK ? 1200 : 160 })
        for (const mute of [false, true, false]) {
            await pause(1500)
            relay.cut(mute)
            await pause(mute ? 6000 : 700)
            relay.mend()
        }
        await compare(floor, host!)
        await relay.close()
        assert.deepEqual(host!.gaps(), [])
        assert.deepEqual(host!.complaints, [])
    })

    it('comes back when the server is restarted, and says what is missing', LONG, async () => {
        await begin(200)
        await floor.order({ do: 'run', tickMs: 50, ticks: 40 })
        await compare(floor, host!)
        await floor.kill(floor.server, 'SIGKILL')
        await pause(500)
        await floor.startServer({ COUNT: '200' })
        await until('a gap', () => host!.gaps().length > 0, 60_000)
        assert.equal(host!.gaps()[0]!.metrics, 200)
        host!.told.clear()
        await floor.order({ do: 'run', tickMs: 50, ticks: 40 })
        await compare(floor, host!)
        assert.deepEqual(host!.complaints, [])
    })

    it('makes a subscription anew that has silently stopped', LONG, async () => {
        await begin(200)
        await floor.order({ do: 'run', tickMs: 50, ticks: 20 })
        await compare(floor, host!)
        await floor.order({ do: 'freeze' })
        await until('a gap', () => host!.gaps().some(({ cause }) => cause === 'silent'), 30_000)
        host!.told.clear()
        await floor.order({ do: 'run', tickMs: 50, ticks: 20 })
        await until('values again', () => host!.values('Plant:Cell0/V0').has(40))
    })

    it('finds out by reading when values are withheld', LONG, async () => {
        await begin(200, { subscription: { probe: '2 s' } })
        await floor.order({ do: 'withhold' })
        await floor.order({ do: 'run', tickMs: 50, ticks: 20 })
        await until('a gap', () => host!.gaps().some(({ cause }) => cause === 'stale'), 30_000)
        await until('the value', () => host!.last('Plant:Cell0/V0')?.value === 20)
    })

    it('keeps values while the primary host is away', LONG, async () => {
        await floor.startServer({ COUNT: '100' })
        await floor.startBroker()
        const watch = (host = await Host.open(floor.brokerPort, 'Test', 'Edge'))
        floor.startGateway(floor.settings({ sparkplug: { primary_host: 'Main' } }))
        await until('subscriptions', () => /waiting for the primary host/.test(floor.said) && /subscriptions with/.test(floor.said))
        await floor.order({ do: 'run', tickMs: 50, ticks: 40 })
        await pause(1000)
        assert.equal(watch.counts.nbirth, 0)
        const main = await Host.open(floor.brokerPort, 'Test', 'Edge', 'Main')
        await compare(floor, watch)
        await main.close() // without a word: the broker tells it
        await until('a death', () => watch.counts.ndeath > 0)
        const births = watch.counts.nbirth
        await floor.order({ do: 'run', tickMs: 50, ticks: 40 })
        await pause(1000)
        assert.equal(watch.counts.nbirth, births)
        const again = await Host.open(floor.brokerPort, 'Test', 'Edge', 'Main')
        await compare(floor, watch)
        await again.close()
        assert.deepEqual(watch.complaints, [])
    })

    it('is born again when asked, with the same bdSeq, and finds new variables', LONG, async () => {
        await begin(150, { browse: { roots: ['Plant'], every: '2 s' } })
        const { bdSeq, counts } = host!
        const before = counts.nbirth
        host!.send('NCMD', '', [{ name: 'Node Control/Rebirth', type: 'Boolean', value: true }])
        await until('births', () => host!.counts.nbirth > before)
        assert.equal(host!.bdSeq, bdSeq)
        await floor.order({ do: 'add' })
        await until('the new variable', () => host!.born.has('Plant:Cell1/V150'))
        await floor.order({ do: 'run', tickMs: 50, ticks: 10 })
        await compare(floor, host!)
        assert.deepEqual(host!.complaints, [])
    })

    it('writes only what the settings allow', LONG, async () => {
        await begin(100, { writes: { allow: ['Plant/Cell0/V1'] } })
        const command = (name: string, value: unknown, type = 'Double'): void => host!.send('DCMD', 'Plant:Cell0', [{ name, type, value }])
        command('V1', 77.5)
        await until('the value', () => host!.last('Plant:Cell0/V1')?.value === 77.5)
        command('V2', 78.5)
        command('V1', 'text', 'String')
        command('Nothing', 1)
        host!.sendRaw('spBv1.0/Test/DCMD/Edge/Plant:Cell0', Buffer.from([0xff, 0x00, 0x12, 0xff]))
        const told = (): { metric: string; done: boolean }[] => [...host!.values('/Gateway/Command').keys()].map((text) => JSON.parse(String(text)) as never)
        await until('all answers', () => told().length === 4)
        assert.deepEqual(told().map(({ metric, done }) => [metric, done]), [['Plant:Cell0/V1', true], ['Plant:Cell0/V2', false], ['Plant:Cell0/V1', false], ['Plant:Cell0/Nothing', false]])
        assert.equal(host!.last('Plant:Cell0/V2')?.value, 0)
    })

    it('takes whatever a server has', async () => {
        await begin(1, {}, { HOSTILE: '1' })
        const at = 'Plant:Odd%2FCell%2B%23'
        const value = (name: string): unknown => host!.last(`${at}/${name}`)?.value
        await until('the odd device', () => host!.born.has(`${at}/NaN`))
        assert.ok(Number.isNaN(value('NaN')))
        assert.equal(value('Inf'), -Infinity)
        assert.equal(value('Long'), -2n)
        assert.equal(value('ULong'), 18446744073709551615n)
        assert.equal(value('UInt'), 4294967295)
        assert.equal(value('Byte'), -128)
        assert.equal(value('Array'), '[1,"NaN",3]')
        assert.equal(value('Matrix'), '{"dimensions":[2,2],"values":[1,2,3,4]}')
        assert.deepEqual(JSON.parse(String(value('Structure'))), { low: 1, high: 2 })
        assert.equal(value('Null'), null)
        assert.equal(value('Date'), 1767323045678n)
        assert.equal(String(value('Guid')).toUpperCase(), '12345678-1234-1234-1234-123456789ABC')
        assert.deepEqual(Buffer.from(value('Bytes') as Uint8Array), Buffer.from([0, 255, 7]))
        assert.equal(value('Huge'), null)
        assert.equal(host!.last(`${at}/Huge`)?.quality, 0)
        assert.equal(value('Text%2Fwith%23signs%2B%25'), '값 \u0000 "quoted"')
        assert.equal([...host!.born.keys()].filter((name) => name.startsWith(`${at}/Same`)).length, 2)
        assert.ok([...host!.born.keys()].some((name) => name.includes('nnnn') && name.length < 300))
        assert.deepEqual(host!.complaints, [])
    })
})

describe('security', () => {
    let floor: Floor
    beforeEach(async () => {
        floor = new Floor()
        await floor.ports()
    })
    afterEach(() => floor.close())

    it('refuses a certificate that it does not know, trusts it when told, and encrypts', async () => {
        await floor.startServer({ COUNT: '10' })
        const settings = floor.settings({ opcua: { security: 'SignAndEncrypt', policy: 'Basic256Sha256' } })
        const first = await floor.runGateway('check', settings)
        assert.equal(first.status, 1)
        assert.match(first.said, /certificate that is not trusted: .*thumbprint [0-9A-F]{40}.*--trust/)
        const second = await floor.runGateway('check', settings, '--trust')
        assert.equal(second.status, 0, second.said)
        assert.match(second.said, /SignAndEncrypt\/Basic256Sha256/)
        const third = await floor.runGateway('list', settings)
        assert.equal(third.status, 0, third.said)
        assert.match(third.said, /^Plant\/Cell0\/V0\tPlant:Cell0\tV0\t10\t$/m)
        const best = await floor.runGateway('check', floor.settings({ opcua: { security: 'best' } }))
        assert.equal(best.status, 0, best.said)
        assert.match(best.said, /SignAndEncrypt\/Aes256_Sha256_RsaPss/)
    })

    it('says a wrong password plainly, in Korean too', LONG, async () => {
        await floor.startServer({ COUNT: '10', ANONYMOUS: '0' })
        const login = (password: string): object => ({ security: 'SignAndEncrypt', policy: 'Basic256Sha256', user: 'line', password })
        const wrong = await floor.runGateway('check', floor.settings({ opcua: login('wrong') as never }), '--trust')
        assert.equal(wrong.status, 1)
        assert.match(wrong.said, /refuses user "line": name or password is wrong/)
        const right = await floor.runGateway('check', floor.settings({ opcua: login('right') as never }))
        assert.equal(right.status, 0, right.said)
        const nobody = await floor.runGateway('check', floor.settings({ opcua: { security: 'SignAndEncrypt' } }))
        assert.match(nobody.said, /wants a user/)
        const korean = await floor.runGateway('check', floor.settings({ opcua: login('wrong') as never }, 'ko'))
        assert.match(korean.said, /사용자 "line"을\(를\) 거부합니다/)
    })

    it('connects without security only when told so', LONG, async () => {
        await floor.startServer({ COUNT: '10', SECURITY: 'none' })
        const refused = await floor.runGateway('check', floor.settings({ opcua: { security: 'best' } }))
        assert.equal(refused.status, 1)
        assert.match(refused.said, /security = "None"/)
        const taken = await floor.runGateway('check', floor.settings({ opcua: { security: 'None' } }))
        assert.equal(taken.status, 0, taken.said)
    })
})
