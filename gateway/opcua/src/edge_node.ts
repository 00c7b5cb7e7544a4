// The MQTT side: a Sparkplug B 3.0 edge node. One connection after the other; in each, births first, then two streams out of the journal:
//
//     live      from where the journal ended when the births went out; sent as it becomes durable
//     backlog   what is owed from before, oldest first, marked historical, so many values a second
//
// What the broker has acknowledged is not settled at once: broker and host may die with it in their hands. It is settled after `overlap`
// of the same connection with the host online; if the connection ends or the host asks for births before that, it is sent
// again, as backlog: same name, same time, so that a host can drop what it has. A host that asks again and again gets it once in `overlap`;
// until then nothing is settled.
import { Backoff, pause } from './backoff'
import { DataMetrics, birthMetric, byDevice, ownMetrics, type Standing } from './births'
import { Broker } from './broker'
import { OWN, type Metric } from './catalogue'
import type { Collector } from './collector'
import { readCommands, readState, type Command } from './commands'
import type { Keeper } from './keeper'
import type { Range } from './owed'
import { matcher } from './patterns'
import { encodePayload, type PayloadMetric } from './payload'
import { Type, readFrame, type Sample } from './record'
import type { Settings } from './settings'
import { variantFor } from './values'
import type { Say } from './words'

const FIRST_WAIT_MS = 500
const LAST_WAIT_MS = 10_000
const READ_BYTES = 256 << 10 // of the journal at a time
const MAX_UNDER_WAY = 16 // readings of the journal that wait for the broker
const STANDING_MS = 10_000 // how often the gateway's own numbers go out
const AWAY_MS = 10_000 // a source that is away for longer is dead to the host
const REBIRTH_MS = 1000 // no more than one rebirth in this time, whoever asks
const MAX_WRITES = 100 // that wait at a time

interface Sent extends Range {
    at: number // when the broker had all of it; Infinity: not yet
}

export class EdgeNode {
    private readonly topic: string
    private readonly mayWrite: (path: string) => boolean
    private readonly data = new DataMetrics()
    private broker: Broker | undefined
    private seq = 0
    private live = 0
    private backlog: Range[] = []
    private sent: Sent[] = [] // in this order; neither settled nor sent again
    private underWay = 0
    private tokens = 0
    private tokensAt = 0
    private bornDevices = new Set<string>()
    private bornMetrics = new Set<number>()
    private bornStale = false // births said that the source is away
    private rebirth: 'no' | 'changed' | 'asked' = 'no'
    private rebornAt = 0
    private mustRewind = false
    private rewoundAt = 0
    private standingAt = 0
    private sentAt = 0
    private writes = 0
    private hostOnline = false
    private hostTime = -1
    private wakeUp: () => void = () => undefined

    constructor(
        private readonly settings: Settings,
        private readonly keeper: Keeper,
        private readonly collector: Collector,
        private readonly say: Say,
        private readonly log: (text: string) => void,
    ) {
        this.topic = `spBv1.0/${settings.sparkplug.group}`
        this.mayWrite = matcher(settings.writes.allow)
        keeper.onChange = () => this.wakeUp()
        collector.onUp = () => this.wakeUp()
        collector.onCatalogue = () => {
            this.rebirth = 'changed'
            this.wakeUp()
        }
    }

    // Publishes until the signal says stop.
    async run(signal: AbortSignal): Promise<void> {
        const backoff = new Backoff(FIRST_WAIT_MS, LAST_WAIT_MS)
        let said = ''
        while (!signal.aborted) {
            const began = Date.now()
            const reason = await this.connection(signal).catch((error: Error) => error.message)
            this.broker = undefined
            this.underWay = 0
            if (Date.now() - began > LAST_WAIT_MS) {
                backoff.reset()
            }
            const wait = backoff.next()
            if (!signal.aborted && reason !== said) {
                const refused = /not authori[sz]ed|bad user name/i.test(reason)
                this.log(refused ? this.say('broker_refuses', this.settings.mqtt.user, reason) : this.say('broker_lost', reason, (wait / 1000).toFixed(1)))
            }
            said = reason
            await pause(wait, signal)
        }
    }

    // One connection; why it ended.
    private async connection(signal: AbortSignal): Promise<string> {
        const { node, primary_host } = this.settings.sparkplug
        const bdSeq = this.keeper.nextBdSeq() // on the disk before the broker has the will
        const death = encodePayload(Date.now(), undefined, [bdSeqMetric(bdSeq)])
        const commands = `${this.topic}/NCMD/${node}`
        const broker = await Broker.open(this.settings, { topic: `${this.topic}/NDEATH/${node}`, payload: death }, commands)
        this.broker = broker
        this.hostOnline = primary_host === ''
        this.hostTime = -1
        broker.onMessage((topic, payload) => this.take(topic, payload))
        const topics = [commands, `${this.topic}/DCMD/${node}/#`]
        await broker.subscribe(primary_host ? [...topics, `spBv1.0/STATE/${primary_host}`] : topics)
        this.log(this.say('broker_connected', this.settings.mqtt.url, `${this.settings.sparkplug.group}/${node}`))
        try {
            return await this.connected(broker, bdSeq, death, signal)
        } catch (error) {
            broker.fail(error as Error)
            throw error
        }
    }

    private async connected(broker: Broker, bdSeq: number, death: Buffer, signal: AbortSignal): Promise<string> {
        const { node, primary_host } = this.settings.sparkplug
        let over: Error | undefined
        void broker.ended.then((error) => {
            over = error
            this.wakeUp()
        })
        await this.awaitHost(() => signal.aborted || over !== undefined)
        if (!over && !signal.aborted) {
            await this.publishing(bdSeq, () => signal.aborted || over !== undefined || !this.hostOnline)
        }
        if (over) {
            return (over as Error).message
        }
        await broker.publish(`${this.topic}/NDEATH/${node}`, death, 1).catch(() => undefined)
        await broker.close()
        return signal.aborted ? 'stop' : this.say('host_offline', primary_host)
    }

    private async awaitHost(over: () => boolean): Promise<void> {
        const host = this.settings.sparkplug.primary_host
        if (!this.hostOnline) {
            await this.sleep(500) // a retained STATE comes right behind the subscription
        }
        if (!this.hostOnline && !over()) {
            this.log(this.say('host_waiting', host))
        }
        while (!this.hostOnline && !over()) {
            await this.sleep(1000)
        }
        if (host && this.hostOnline) {
            this.log(this.say('host_online', host))
        }
    }

    private async publishing(bdSeq: number, over: () => boolean): Promise<void> {
        const { keeper } = this
        this.live = keeper.journal.durable
        this.backlog = keeper.owed.before(this.live)
        this.sent = []
        this.rebirth = 'no'
        this.mustRewind = false
        this.rewoundAt = 0
        await this.births(bdSeq)
        while (!over()) {
            this.settle()
            if (this.rebirth !== 'no' && Date.now() - this.rebornAt >= REBIRTH_MS) {
                await this.bearAgain(bdSeq)
            }
            this.rewind()
            await this.tellDevices()
            this.tellStanding()
            if (this.underWay >= MAX_UNDER_WAY || !(this.sendLive() || this.sendBacklog())) {
                await this.sleep(this.patience())
            }
        }
    }

    private async bearAgain(bdSeq: number): Promise<void> {
        this.mustRewind ||= this.rebirth === 'asked'
        this.rebirth = 'no'
        await this.births(bdSeq)
    }

    // What was sent of late goes out again, for a host that asks for births may have missed it: it may have come after us.
    private rewind(): void {
        if (this.mustRewind && Date.now() - this.rewoundAt >= this.settings.store.overlap) {
            this.mustRewind = false
            this.rewoundAt = Date.now()
            this.backlog = mergeRanges([...this.backlog, ...this.sent])
            this.sent = []
        }
    }

    private async births(bdSeq: number): Promise<void> {
        const now = Date.now()
        this.rebornAt = now
        this.seq = 0
        const devices = byDevice(this.keeper.catalogue)
        const stale = !this.collector.up
        const own = [
            bdSeqMetric(bdSeq),
            { name: 'Node Control/Rebirth', time: now, type: Type.Boolean, value: false },
            ...ownMetrics(this.standing(), now, true),
            ...devices.get('')!.map((metric) => birthMetric(metric, this.keeper.latest.get(metric.id), stale, now)),
        ]
        this.bornStale = stale
        this.bornDevices.clear()
        this.bornMetrics = new Set([...Object.values(OWN).map(({ id }) => id), ...devices.get('')!.map(({ id }) => id)])
        await this.broker!.publish(`${this.topic}/NBIRTH/${this.settings.sparkplug.node}`, encodePayload(now, this.nextSeq(), own), this.qos)
        this.data.begin(this.keeper.latest.values(), stale)
        if (!stale || this.keeper.owed.bytes(this.keeper.journal.durable) > 0) {
            await this.bearDevices(devices)
        }
        const owed = (this.keeper.owed.bytes(this.keeper.journal.durable) / (1 << 20)).toFixed(1)
        this.log(this.say('born', this.bornDevices.size, this.bornMetrics.size, owed))
    }

    private async bearDevices(devices: Map<string, Metric[]>): Promise<void> {
        const now = Date.now()
        const sent: Promise<void>[] = []
        for (const [device, metrics] of devices) {
            if (device === '') {
                continue
            }
            const payload = metrics.map((metric) => birthMetric(metric, this.keeper.latest.get(metric.id), !this.collector.up, now))
            sent.push(this.broker!.publish(this.deviceTopic('DBIRTH', device), encodePayload(now, this.nextSeq(), payload), this.qos))
            this.bornDevices.add(device)
            metrics.forEach(({ id }) => this.bornMetrics.add(id))
        }
        await Promise.all(sent)
    }

    // Devices die when their source has been away for a while and nothing of them is left to send; they are born when it is back.
    private async tellDevices(): Promise<void> {
        if (this.collector.up && this.bornStale) {
            this.rebirth = 'changed'
            return
        }
        const away = !this.collector.up && Date.now() - this.collector.since >= AWAY_MS
        if (away && this.bornDevices.size > 0 && this.underWay === 0 && this.backlog.length === 0 && this.live >= this.keeper.journal.end) {
            const now = Date.now()
            const sent = [...this.bornDevices].map((device) => this.broker!.publish(this.deviceTopic('DDEATH', device), encodePayload(now, this.nextSeq(), []), this.qos))
            this.bornDevices.clear()
            this.bornStale = true
            await Promise.all(sent)
        }
    }

    private tellStanding(): void {
        const now = Date.now()
        if (now - this.standingAt >= STANDING_MS) {
            this.standingAt = now
            const payload = encodePayload(now, this.nextSeq(), ownMetrics(this.standing(), now, false))
            void this.broker!.publish(`${this.topic}/NDATA/${this.settings.sparkplug.node}`, payload, this.qos).catch(() => undefined)
        }
    }

    private standing(): Standing {
        const { owed, journal, counts, catalogue } = this.keeper
        return { connected: this.collector.up, owed: owed.bytes(journal.end), gaps: counts.gaps, received: counts.received, variables: catalogue.active.length }
    }

    // True where something was sent.
    private sendLive(): boolean {
        const waited = Date.now() - this.sentAt >= this.settings.sparkplug.batch_time
        if (this.live >= this.keeper.journal.durable || !waited) {
            return false
        }
        const { from, to } = this.sendFrom(this.live, false)
        this.live = to
        if (to >= this.keeper.journal.durable) {
            this.sentAt = Date.now()
        }
        return to > from
    }

    private sendBacklog(): boolean {
        const [range] = this.backlog
        const now = Date.now()
        const rate = this.settings.sparkplug.catch_up
        this.tokens = Math.min(rate, this.tokens + ((now - this.tokensAt) / 1000) * rate)
        this.tokensAt = now
        if (!range || this.tokens <= 0) {
            return false
        }
        const { to } = this.sendFrom(range.from, true, range.to)
        range.from = to
        if (range.from >= range.to) {
            this.backlog.shift()
        }
        return true
    }

    // Sends frames from a position on; the range is remembered as delivered when the broker has all of it.
    private sendFrom(from: number, historical: boolean, end = Infinity): Range {
        const { frames, next } = this.keeper.journal.read(from, Math.min(READ_BYTES, end - from))
        const to = next > from ? next : Math.min(end, this.keeper.journal.durable) // nothing there: dropped
        const samples = frames.flatMap(({ payload }) => readFrame(payload))
        if (historical) {
            this.tokens -= samples.length
        }
        this.keeper.counts.sent += samples.length
        const range = { from, to, at: Infinity }
        const { broker } = this
        this.sent.push(range)
        this.underWay++
        this.publishAll(samples, historical)
            .then(() => (range.at = Date.now()))
            .catch(() => undefined) // the connection has ended: still owed
            .finally(() => {
                if (broker === this.broker) {
                    this.underWay--
                    this.wakeUp()
                }
            })
        return { from, to }
    }

    private async publishAll(samples: Sample[], historical: boolean): Promise<void> {
        const groups = new Map<string, PayloadMetric[]>()
        const { batch, node } = this.settings.sparkplug
        const sent: Promise<void>[] = []
        const send = (device: string, metrics: PayloadMetric[]): void => {
            const topic = device === '' ? `${this.topic}/NDATA/${node}` : this.deviceTopic('DDATA', device)
            sent.push(this.broker!.publish(topic, encodePayload(Date.now(), this.nextSeq(), metrics), this.qos))
        }
        for (const sample of samples) {
            const where = this.addressOf(sample)
            if (!where) {
                continue
            }
            let group = groups.get(where.device)
            if (!group) {
                groups.set(where.device, (group = []))
            }
            group.push(this.data.metric(sample, where.id, historical))
            if (group.length >= batch) {
                send(where.device, group)
                groups.delete(where.device)
            }
        }
        groups.forEach((metrics, device) => send(device, metrics))
        await Promise.all(sent)
        if (this.qos === 0 && sent.length > 0) {
            await this.broker!.barrierPassed()
        }
    }

    private addressOf(sample: Sample): { device: string; id: number } | undefined {
        if (sample.metric < 100) {
            return { device: '', id: sample.metric }
        }
        const metric = this.keeper.catalogue.current(sample.metric)
        return metric && this.bornMetrics.has(metric.id) ? metric : undefined
    }

    // What has stood long enough is settled.
    private settle(): void {
        const ripe = Date.now() - this.settings.store.overlap
        while (!this.mustRewind && this.sent.length > 0 && this.sent[0]!.at <= ripe) {
            const { from, to } = this.sent.shift()!
            this.keeper.owed.settle(from, to)
        }
    }

    private take(topic: string, payload: Buffer): void {
        const { node, primary_host } = this.settings.sparkplug
        if (primary_host && topic === `spBv1.0/STATE/${primary_host}`) {
            const state = readState(payload)
            if (state && state.timestamp >= this.hostTime) {
                this.hostTime = state.timestamp
                this.hostOnline = state.online
                this.wakeUp()
            }
            return
        }
        const device = topic === `${this.topic}/NCMD/${node}` ? '' : topic.startsWith(`${this.topic}/DCMD/${node}/`) ? topic.slice(`${this.topic}/DCMD/${node}/`.length) : undefined
        if (device === undefined) {
            return
        }
        for (const command of readCommands(payload)) {
            if (device === '' && command.name === 'Node Control/Rebirth') {
                if (command.value === true) {
                    this.rebirth = 'asked'
                    this.wakeUp()
                }
            } else {
                void this.write(device, command)
            }
        }
    }

    // A write of the host: made only where the settings allow it, and what came of it is a record.
    private async write(device: string, command: Command): Promise<void> {
        const { catalogue } = this.keeper
        const found = command.name === undefined ? catalogue.metrics.get(command.alias ?? -1) : catalogue.find(device, command.name)
        const metric = found?.device === device && found.retired === undefined ? found : undefined
        const name = `${device}/${metric?.name ?? command.name ?? command.alias ?? ''}`
        let result: string
        const variant = metric && variantFor(metric.declared, command.value)
        if (!metric) {
            result = this.say('write_unknown')
        } else if (!this.mayWrite(metric.path)) {
            result = this.say('write_not_allowed')
        } else if (command.historical || command.value === null) {
            result = this.say('write_historical')
        } else if (!variant) {
            result = this.say('write_value', Type[metric.type] ?? '')
        } else if (this.writes >= MAX_WRITES) {
            result = 'BadTooManyOperations'
        } else {
            this.writes++
            result = await this.collector.write(metric, variant).catch((error: Error) => error.message)
            this.writes--
        }
        const done = /^Good/.test(result)
        this.log(this.say(done ? 'write_done' : 'write_refused', name, result))
        this.keeper.tell(OWN.command, JSON.stringify({ metric: name.slice(0, 500), done, result }))
    }

    private get qos(): 0 | 1 {
        return this.settings.sparkplug.qos === 0 ? 0 : 1
    }

    private nextSeq(): number {
        const seq = this.seq
        this.seq = (this.seq + 1) % 256
        return seq
    }

    private deviceTopic(kind: string, device: string): string {
        return `${this.topic}/${kind}/${this.settings.sparkplug.node}/${device}`
    }

    // How long there is nothing to do, unless something comes.
    private patience(): number {
        if (this.backlog.length > 0 && this.underWay < MAX_UNDER_WAY) {
            return 20
        }
        const rest = this.settings.sparkplug.batch_time - (Date.now() - this.sentAt)
        return this.live < this.keeper.journal.durable && rest > 0 ? rest : 500
    }

    private async sleep(ms: number): Promise<void> {
        await new Promise<void>((done) => {
            const timer = setTimeout(done, Math.max(1, ms))
            this.wakeUp = () => {
                clearTimeout(timer)
                this.wakeUp = () => undefined
                done()
            }
        })
    }
}

function bdSeqMetric(bdSeq: number): PayloadMetric {
    return { name: 'bdSeq', time: Date.now(), type: Type.Int64, value: BigInt(bdSeq) }
}

function mergeRanges(ranges: Range[]): Range[] {
    const out: Range[] = []
    for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
        const last = out.at(-1)
        if (last && from <= last.to) {
            last.to = Math.max(last.to, to)
        } else {
            out.push({ from, to })
        }
    }
    return out
}
