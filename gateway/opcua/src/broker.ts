// One connection to the broker: its will, its subscriptions, and publishing with an acknowledgement. It never reconnects by itself:
// after a break Sparkplug wants a new death certificate and new births, and a library's own queue would come before them.
import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { readFileSync } from 'node:fs'
import type { Settings } from './settings'

const CONNECT_MS = 15_000
const LATE_ACK_MS = 60_000

export class Broker {
    readonly ended: Promise<Error>
    private end: (error: Error) => void = () => undefined
    private alive = true

    private constructor(
        private readonly client: MqttClient,
        private readonly barrier: string, // a topic of our own: subscribing to it again proves that all before was taken
    ) {
        this.ended = new Promise((done) => (this.end = done))
        client.on('close', () => this.fail(new Error('connection closed')))
        client.on('error', (error) => this.fail(error))
        client.on('disconnect', () => this.fail(new Error('disconnected by the broker')))
    }

    // Connects, or throws what the broker or the network says.
    static async open(settings: Settings, will: { topic: string; payload: Buffer }, barrier: string): Promise<Broker> {
        const { url, user, password, client_id, ca, certificate, key, keep_alive } = settings.mqtt
        const options: IClientOptions = {
            clientId: client_id || `maru-${settings.sparkplug.group}-${settings.sparkplug.node}`,
            clean: true,
            protocolVersion: 4,
            reconnectPeriod: 0,
            connectTimeout: CONNECT_MS,
            keepalive: Math.max(1, Math.round(keep_alive / 1000)),
            resubscribe: false,
            queueQoSZero: false,
            will: { topic: will.topic, payload: will.payload, qos: 1, retain: false },
            ...(user ? { username: user, password } : {}),
            ...(ca ? { ca: readFileSync(ca) } : {}),
            ...(certificate ? { cert: readFileSync(certificate), key: readFileSync(key) } : {}),
            rejectUnauthorized: true,
        }
        const client = connect(url, options)
        const broker = new Broker(client, barrier)
        const connected = new Promise<void>((done) => client.once('connect', () => done()))
        await Promise.race([
            connected,
            broker.ended.then((error) => {
                client.end(true)
                throw error
            }),
        ])
        return broker
    }

    onMessage(take: (topic: string, payload: Buffer) => void): void {
        this.client.on('message', (topic, payload) => take(topic, payload))
    }

    async subscribe(topics: string[]): Promise<void> {
        await this.within(
            new Promise<void>((done, fail) => this.client.subscribe(topics, { qos: 1 }, (error) => (error ? fail(error) : done()))),
        )
    }

    // Resolves when the broker has it: by its acknowledgement, or at QoS 0 by one for what was asked behind it.
    async publish(topic: string, payload: Buffer, qos: 0 | 1): Promise<void> {
        await this.within(
            new Promise<void>((done, fail) => this.client.publish(topic, payload, { qos, retain: false }, (error) => (error ? fail(error) : done()))),
        )
    }

    async barrierPassed(): Promise<void> {
        await this.subscribe([this.barrier])
    }

    // Ends without the will; for an end that was said with a death certificate.
    async close(): Promise<void> {
        this.alive = false
        await new Promise<void>((done) => {
            const timer = setTimeout(() => {
                this.client.end(true)
                done()
            }, 2000)
            this.client.end(false, {}, () => {
                clearTimeout(timer)
                done()
            })
        })
    }

    fail(error: Error): void {
        if (this.alive) {
            this.alive = false
            this.end(error)
            this.client.end(true)
        }
    }

    // An acknowledgement that does not come is a broken connection, even if TCP has not noticed.
    private async within<T>(work: Promise<T>): Promise<T> {
        let timer: NodeJS.Timeout | undefined
        const late = new Promise<never>((_, fail) => {
            timer = setTimeout(() => fail(new Error('no acknowledgement')), LATE_ACK_MS)
        })
        try {
            return await Promise.race([work, late, this.ended.then((error) => Promise.reject(error))])
        } catch (error) {
            this.fail(error as Error)
            throw error
        } finally {
            clearTimeout(timer)
        }
    }
}
