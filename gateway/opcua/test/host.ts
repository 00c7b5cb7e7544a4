// A Sparkplug host for the tests: takes everything, resolves aliases by the births, and complains of what a host may complain of. It reads
// with sparkplug-payload, which is not what the gateway writes with.
import { connect, type MqttClient } from 'mqtt'
import { decodePayload, encodePayload, type UPayload } from 'sparkplug-payload/lib/sparkplugbpayload'

export interface Told {
    value: unknown
    time: number
    historical: boolean
    quality: number | undefined
    status: number | undefined
}

interface Wide {
    toString(): string
    toNumber(): number
}

const plain = (value: unknown): unknown => (typeof value === 'object' && value !== null && 'toNumber' in value ? BigInt((value as Wide).toString()) : value)

// sparkplug-payload takes UInt32 for signed and Int64 for unsigned.
function signed(type: string, value: unknown): unknown {
    if (value === null || (type !== 'UInt32' && type !== 'Int64')) {
        return value
    }
    return type === 'UInt32' ? Number(value) >>> 0 : BigInt.asIntN(64, BigInt(value as bigint))
}

export class Host {
    readonly told = new Map<string, Told[]>() // device/metric
    readonly born = new Map<string, { type: string; properties: Record<string, { value: unknown }>; told: Told }>()
    readonly complaints: string[] = []
    readonly counts = { nbirth: 0, dbirth: 0, ndeath: 0, ddeath: 0, metrics: 0, messages: 0 }
    bdSeq: number | undefined
    private aliases = new Map<number, string>()
    private alive = new Set<string>()
    private seq = -1
    private unsure = false // our connection broke: births may have passed us by
    private askedAt = 0

    private constructor(
        private readonly client: MqttClient,
        private readonly group: string,
        private readonly node: string,
    ) {}

    // After a break it is back after `awayMs`, and the gateway mostly before it.
    static async open(port: number, group: string, node: string, id = '', awayMs = 200): Promise<Host> {
        const timestamp = Date.now()
        const will = id ? { will: { topic: `spBv1.0/STATE/${id}`, payload: Buffer.from(JSON.stringify({ online: false, timestamp })), qos: 1 as const, retain: true } } : {}
        const client = connect(`mqtt://127.0.0.1:${port}`, { clientId: `host-${id || 'watch'}`, reconnectPeriod: awayMs, protocolVersion: 4, ...will })
        const host = new Host(client, group, node)
        client.on('error', () => undefined)
        client.on('message', (topic, payload) => host.take(topic, payload))
        let connections = 0
        client.on('connect', () => {
            host.unsure = connections++ > 0
            client.subscribe(`spBv1.0/${group}/#`, { qos: 1 }, () => {
                if (id) {
                    client.publish(`spBv1.0/STATE/${id}`, JSON.stringify({ online: true, timestamp }), { qos: 1, retain: true })
                }
            })
        })
        await new Promise<void>((done) => client.once('connect', () => done()))
        return host
    }

    send(kind: 'NCMD' | 'DCMD', device: string, metrics: object[]): void {
        const topic = `spBv1.0/${this.group}/${kind}/${this.node}${device ? `/${device}` : ''}`
        this.client.publish(topic, Buffer.from(encodePayload({ timestamp: Date.now(), metrics } as UPayload)))
    }

    sendRaw(topic: string, payload: Buffer): void {
        this.client.publish(topic, payload)
    }

    // How many different values of a metric came, and their times by value.
    values(name: string): Map<unknown, Told> {
        return new Map((this.told.get(name) ?? []).map((told) => [told.value, told]))
    }

    last(name: string): Told | undefined {
        return this.told.get(name)?.at(-1) ?? this.born.get(name)?.told
    }

    gaps(): { cause: string; from: string; to: string; metrics?: number; values?: number }[] {
        return [...this.values('/Gateway/Gap').keys()].filter((text) => typeof text === 'string').map((text) => JSON.parse(text as string))
    }

    async close(): Promise<void> {
        await new Promise<void>((done) => this.client.end(true, {}, () => done()))
    }

    private take(topic: string, payload: Buffer): void {
        const [, , kind, node, device = ''] = topic.split('/')
        if (node !== this.node || kind === 'NCMD' || kind === 'DCMD') {
            return
        }
        if (this.unsure && kind !== 'NBIRTH' && kind !== 'NDEATH') {
            if (Date.now() - this.askedAt > 1000) {
                this.askedAt = Date.now()
                this.send('NCMD', '', [{ name: 'Node Control/Rebirth', type: 'Boolean', value: true, timestamp: Date.now() }])
            }
            return
        }
        const message = decodePayload(payload)
        const seq = message.seq === undefined || message.seq === null ? undefined : Number(plain(message.seq))
        this.counts.messages++
        if (kind === 'NDEATH') {
            this.counts.ndeath++
            this.alive.clear()
            return
        }
        if (kind === 'NBIRTH') {
            this.counts.nbirth++
            this.unsure = false
            this.alive = new Set([''])
            this.aliases.clear()
            this.seq = -1
            const bdSeq = message.metrics?.find(({ name }) => name === 'bdSeq')
            this.bdSeq = Number(plain(bdSeq?.value))
        }
        if (seq !== (this.seq + 1) % 256) {
            this.complaints.push(`${kind} ${device}: seq ${seq} after ${this.seq}`)
        }
        this.seq = seq ?? -1
        if (kind === 'DBIRTH') {
            this.counts.dbirth++
            this.alive.add(device)
        } else if (kind === 'DDEATH') {
            this.counts.ddeath++
            this.alive.delete(device)
        } else if (!this.alive.has(device)) {
            this.complaints.push(`${kind} of ${device}, which is not born`)
        }
        for (const metric of message.metrics ?? []) {
            this.metric(kind!, device, metric as never)
        }
    }

    private metric(kind: string, device: string, metric: { name?: string; alias?: unknown; value: unknown; type: string; timestamp?: unknown; isHistorical?: boolean; properties?: Record<string, { value: unknown }> }): void {
        const alias = metric.alias === undefined ? undefined : Number(plain(metric.alias))
        const birth = kind.endsWith('BIRTH')
        const told: Told = {
            value: signed(metric.type, plain(metric.value)),
            time: Number(plain(metric.timestamp)),
            historical: metric.isHistorical === true,
            quality: metric.properties?.['Quality']?.value as number | undefined,
            status: metric.properties?.['StatusCode'] ? Number(plain(metric.properties['StatusCode'].value)) >>> 0 : undefined,
        }
        if (birth) {
            const key = `${device}/${metric.name!}`
            if (alias !== undefined) {
                if (this.aliases.has(alias)) {
                    this.complaints.push(`alias ${alias} twice`)
                }
                this.aliases.set(alias, key)
            }
            this.born.set(key, { type: metric.type, properties: metric.properties ?? {}, told })
            return
        }
        const key = alias === undefined ? undefined : this.aliases.get(alias)
        if (key === undefined || !key.startsWith(`${device}/`) || metric.name !== undefined) {
            this.complaints.push(`${kind} of ${device}: alias ${alias} is ${key}`)
            return
        }
        this.counts.metrics++
        const list = this.told.get(key)
        if (list) {
            list.push(told)
        } else {
            this.told.set(key, [told])
        }
    }
}
