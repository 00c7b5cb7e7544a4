// The gateway between a real server and a real broker. Counted at both ends: every number that the server made must be told, with
// its time. SOAK=1 is the long form.
import assert from 'node:assert/strict'
import { after, before, beforeEach, afterEach, describe, it } from 'node:test'
import { Floor, until } from './floor'
import { Host } from './host'

const SOAK = process.env['SOAK'] === '1'

// How many of the server's values were told, and what is missing or wrong.
async function compare(floor: Floor, host: Host, allow = 0): Promise<number> {
    const made = await floor.order({ do: 'made' })
    const whole = made.counts.reduce((sum, n) => sum + n, 0)
    const missing = (): string[] => {
        const out: string[] = []
        made.times!.forEach((times, n) => {
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
    })
    afterEach(async () => {
        await host?.close()
        await floor.close()
    })
    const begin = async (count: number, tables = {}, env = {}): Promise<void> => {
        await floor.startServer({ COUNT: String(count), ...env })
        await floor.startBroker()
        host = await Host.open(floor.brokerPort, 'Test', 'Edge')
        floor.startGateway(floor.settings(tables))
        await until('births', () => host!.counts.dbirth >= Math.ceil(count / 100) && /subscriptions with/.test(floor.said), 60_000).catch((error: Error) => {
            throw new Error(`${error.message}\n${floor.said}`)
        })
    }

    it('with 10 000 variables arrives whole', async () => {
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
})

void [after, before]
