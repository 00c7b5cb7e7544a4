// The OPC UA side. One life of a session after the other: connect, see whether the server is the one that is known, browse if not, take over or
// make the subscriptions, and stay until something ends it; then wait a little longer each time and begin anew. There is one path
// for a blip, a restart of the server and a restart of the gateway, so it is walked every day.
import { AttributeIds, type ClientSession, type Variant } from 'node-opcua-client'
import { Backoff, pause } from './backoff'
import { browse } from './browse'
import type { Metric } from './catalogue'
import type { Keeper } from './keeper'
import { pieces, readLimits, type Limits } from './limits'
import { briefly, openSession, type Connection } from './session'
import type { Settings } from './settings'
import { Subscriptions } from './subscriptions'
import { timeOf, valueOf } from './values'
import { Refusal, type Say } from './words'

const FIRST_WAIT_MS = 500
const LAST_WAIT_MS = 10_000
const LOGIN_WAIT_MS = 300_000 // a wrong password tried every second locks the account
const PROBE_METRICS = 200
const SETTLE_MS = 2000 // changes of the address space come in swarms
const START_TIME = 'ns=0;i=2257'
const NAMESPACES = 'ns=0;i=2255'

export class Collector {
    up = false
    since = Date.now() // when `up` last changed
    onUp: (up: boolean) => void = () => undefined
    onCatalogue: () => void = () => undefined
    private connection: Connection | undefined
    private modelChange = 0 // ms: when a change was told
    private probeAt = 0

    constructor(
        private readonly settings: Settings,
        private readonly keeper: Keeper,
        private readonly say: Say,
        private readonly log: (text: string) => void,
    ) {}

    // Collects until the signal says stop.
    async run(signal: AbortSignal, trust: boolean): Promise<void> {
        const backoff = new Backoff(FIRST_WAIT_MS, LAST_WAIT_MS)
        let said = ''
        while (!signal.aborted) {
            const began = Date.now()
            let reason: string
            let wait = 0
            try {
                reason = await this.live(signal, trust)
                trust = false
            } catch (error) {
                reason = error instanceof Refusal ? error.message : briefly(error)
                wait = error instanceof Refusal && error.kind === 'login' ? LOGIN_WAIT_MS : 0
            }
            this.setUp(false)
            if (Date.now() - began > LAST_WAIT_MS) {
                backoff.reset()
            }
            wait ||= backoff.next()
            if (!signal.aborted && reason !== said) {
                this.log(this.say('disconnected', reason, (wait / 1000).toFixed(1)))
                said = reason
            }
            await pause(wait, signal)
        }
    }

    // Writes a value; the name of the status.
    async write(metric: Metric, variant: Variant): Promise<string> {
        if (!this.connection || !this.up) {
            return this.say('write_away')
        }
        const status = await this.connection.session.write({ nodeId: metric.node, attributeId: AttributeIds.Value, value: { value: variant } })
        return status.name
    }

    // One session, from connecting to its end; why it ended.
    private async live(signal: AbortSignal, trust: boolean): Promise<string> {
        const connection = await openSession(this.settings, trust, this.say, this.log)
        const { client, session } = connection
        let subscriptions: Subscriptions | undefined
        try {
            const lost = new Promise<string>((done) => {
                client.on('connection_lost', () => done('connection lost'))
                client.on('close', () => done('connection closed'))
                signal.addEventListener('abort', () => done('stop'))
            })
            const limits = await readLimits(session)
            const server = await this.identify(session)
            if (this.keeper.catalogue.server !== server || this.keeper.catalogue.active.length === 0) {
                await this.learn(session, limits, server)
            }
            subscriptions = this.subscribe(session, limits, server)
            const gone = await subscriptions.resume(this.keeper.kept())
            if (gone > 0) {
                this.keeper.gap({ cause: 'server restarted or subscription lost', from: this.keeper.heard, to: Date.now(), metrics: gone })
            }
            const metrics = this.keeper.catalogue.active
            await subscriptions.watch(metrics)
            this.log(this.say('subscriptions', subscriptions.count, metrics.length, subscriptions.takenOver, subscriptions.made))
            await this.readLatest(session, limits, metrics.filter(({ id }) => !this.keeper.latest.has(id)))
            this.connection = connection
            this.setUp(true)
            const ended = new AbortController()
            const reason = await Promise.race([
                lost,
                subscriptions.ended.then(briefly),
                this.care(session, limits, server, subscriptions, ended.signal).catch(briefly),
            ])
            ended.abort()
            return reason
        } finally {
            this.connection = undefined
            subscriptions?.stop()
            await connection.close(true)
        }
    }

    private subscribe(session: ClientSession, limits: Limits, server: string): Subscriptions {
        const { keeper } = this
        const sink = {
            take: keeper.take.bind(keeper),
            commit: keeper.commit.bind(keeper),
            durable: () => keeper.journal.durable,
            pressed: () => keeper.pressed,
            gap: (cause: string, from: number, to: number, metrics: number) => keeper.gap({ cause, from, to, metrics }),
            modelChanged: () => (this.modelChange ||= Date.now()),
            save: keeper.keep.bind(keeper),
        }
        const subscriptions = new Subscriptions(session, server, limits, this.settings.subscription, sink, this.say, this.log)
        const bare = subscriptions.metricOf
        subscriptions.metricOf = (id, node) => keeper.catalogue.metrics.get(id) ?? bare(id, node)
        return subscriptions
    }

    // Two servers, or two lives of one, are told apart by when they began and what namespaces they have.
    private async identify(session: ClientSession): Promise<string> {
        const [start, namespaces] = await session.read([
            { nodeId: START_TIME, attributeId: AttributeIds.Value },
            { nodeId: NAMESPACES, attributeId: AttributeIds.Value },
        ])
        const time = start?.value?.value as Date | null
        return JSON.stringify([time instanceof Date ? time.toISOString() : '', namespaces?.value?.value ?? []])
    }

    // Browses; true where the catalogue has changed.
    private async learn(session: ClientSession, limits: Limits, server: string): Promise<boolean> {
        const began = Date.now()
        const found = await browse(session, limits, this.settings)
        const { say, log } = this
        log(say('browsed', found.variables.length, found.objects, found.seen, ((Date.now() - began) / 1000).toFixed(1)))
        found.missing.forEach((root) => log(say('browse_root', root)))
        if (found.beyond) {
            log(say('browse_limit', this.settings.browse.max_variables))
        }
        let { variables } = found
        if (found.failed > 0) {
            // What could not be looked at is not gone.
            log(say('browse_partial', found.failed, found.reason))
            const names = new Set(variables.map(({ device, name }) => `${device}/${name}`))
            variables = [...variables, ...this.keeper.catalogue.active.filter(({ device, name }) => !names.has(`${device}/${name}`))]
        }
        if (variables.length === 0) {
            throw new Refusal(say('browse_nothing'), 'browse')
        }
        this.modelChange = 0
        const changed = this.keeper.catalogue.update(variables, server, this.keeper.journal.end)
        if (changed) {
            this.onCatalogue()
        }
        return changed
    }

    // What births tell of metrics that have not changed since the gateway began; not put into the journal.
    private async readLatest(session: ClientSession, limits: Limits, metrics: Metric[]): Promise<void> {
        for (const piece of pieces(metrics, limits.read)) {
            const values = await session.read(piece.map(({ node }) => ({ nodeId: node, attributeId: AttributeIds.Value })))
            piece.forEach((metric, n) => {
                const data = values[n]!
                const { value, status } = valueOf(data.value, metric.type, data.statusCode.value)
                if (!this.keeper.latest.has(metric.id)) {
                    this.keeper.latest.set(metric.id, { metric: metric.id, time: timeOf(data, Date.now()), status, type: metric.type, value, arrived: Date.now() })
                }
            })
        }
    }

    // While a session lives: browse when told or when it is time, and look from time to time whether what is told is true.
    private async care(session: ClientSession, limits: Limits, server: string, subscriptions: Subscriptions, signal: AbortSignal): Promise<string> {
        let browsed = Date.now()
        let probed = Date.now()
        while (!signal.aborted) {
            await pause(250, signal)
            const now = Date.now()
            const told = this.modelChange !== 0 && now - this.modelChange >= SETTLE_MS
            if (!signal.aborted && (told || now - browsed >= this.settings.browse.every)) {
                if (await this.learn(session, limits, server)) {
                    await subscriptions.watch(this.keeper.catalogue.active)
                }
                browsed = Date.now()
            }
            if (!signal.aborted && now - probed >= this.settings.subscription.probe) {
                await this.probe(session, limits, subscriptions, signal)
                probed = Date.now()
            }
        }
        return 'stop'
    }

    // Reads some metrics, a different lot each time: one that reads newer than what was told, and is still not told a while later,
    // sits in a subscription that has stopped.
    private async probe(session: ClientSession, limits: Limits, subscriptions: Subscriptions, signal: AbortSignal): Promise<void> {
        const metrics = this.keeper.catalogue.active
        const some = Array.from({ length: Math.min(PROBE_METRICS, metrics.length, limits.read) }, (_, n) => metrics[(this.probeAt + n) % metrics.length]!)
        this.probeAt = (this.probeAt + some.length) % Math.max(1, metrics.length)
        const values = await session.read(some.map(({ node }) => ({ nodeId: node, attributeId: AttributeIds.Value })))
        const { deadbands } = this.settings.subscription
        const suspects = some.flatMap((metric, n) => {
            const data = values[n]!
            const known = this.keeper.latest.get(metric.id)
            if (!known || deadbands.length > 0 || data.statusCode.isNotGood() || !data.sourceTimestamp) {
                return []
            }
            const { value } = valueOf(data.value, metric.type, data.statusCode.value)
            const newer = data.sourceTimestamp.getTime() > known.time
            return newer && !same(value, known.value) ? [{ metric, arrived: known.arrived }] : []
        })
        if (suspects.length === 0) {
            return
        }
        await pause(5000 + 3 * (this.settings.subscription.publishing + this.settings.subscription.sampling), signal)
        for (const { metric, arrived } of suspects) {
            if (!signal.aborted && !this.keeper.pressed && this.keeper.latest.get(metric.id)?.arrived === arrived) {
                await subscriptions.renewFor(metric.id, 'stale', arrived)
                return
            }
        }
    }

    private setUp(up: boolean): void {
        if (up !== this.up) {
            this.up = up
            this.since = Date.now()
            this.onUp(up)
        }
    }
}

function same(a: unknown, b: unknown): boolean {
    return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.from(a).equals(b) : Object.is(a, b)
}

