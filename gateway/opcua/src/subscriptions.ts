// The subscriptions of one session, kept by hand on OPC UA's own services (Part 4, 5.13 and 5.14), because what a library hides here
// is what goes wrong unseen:
//
//   - a notification is acknowledged only when its values are durable in the journal; until then the server keeps it;
//   - sequence numbers are followed: a missing message is asked for again (Republish), and if it is gone that is a gap;
//   - subscriptions outlive session and process: a new one takes them over (TransferSubscriptions) with what they have queued;
//   - one that is silent for longer than its keep-alive, or that does not tell what a reading shows, is made anew.
//
// The handle of a monitored item is the number of its metric, so that nothing has to be known of the time before.
import {
    AttributeIds,
    DataChangeFilter,
    DataChangeNotification,
    DataChangeTrigger,
    DeadbandType,
    EventNotificationList,
    MonitoringMode,
    PublishRequest,
    RepublishRequest,
    StatusChangeNotification,
    StatusCodes,
    TimestampsToReturn,
    constructEventFilter,
    ofType,
    resolveNodeId,
    type ClientSession,
    type DataValue,
    type MonitoredItemCreateRequestOptions,
    type NotificationMessage,
    type PublishResponse,
    type RepublishResponse,
} from 'node-opcua-client'
import type { Metric } from './catalogue'
import { pieces, type Limits } from './limits'
import { matcher } from './patterns'
import type { Settings } from './settings'
import type { Say } from './words'

const MODEL_CHANGE = 1 // handle of the item that tells of changes of the address space
const SERVER = 'ns=0;i=2253'
const PUBLISH_TIMEOUT_MS = 3_600_000
const MAX_REQUESTS = 20
const MAX_REPUBLISH = 1000
const LAST_SEQUENCE = 0xffffffff

// What is kept of subscriptions beyond the process: [metric, monitored item, node].
export interface Kept {
    server: string
    subscriptions: { id: number; publishing: number; keepAlive: number; items: [number, number, string][] }[]
}

export interface Sink {
    take(metric: number, data: DataValue, again: boolean): void
    commit(): number // position of the journal behind what was taken
    durable(): number
    pressed(): boolean // the disk does not keep up: ask for nothing more
    gap(cause: string, from: number, to: number, metrics: number): void
    modelChanged(): void
    save(kept: Kept): void
}

interface Item {
    item: number
    node: string
}

interface Subscription {
    id: number
    publishing: number // ms, as the server revised it
    keepAlive: number // ms
    items: Map<number, Item>
    expected: number // next sequence number, 0: any
    heard: number // ms
    chain: Promise<void> // messages are handled one after the other
    renewing: boolean
}

type Raw = ClientSession & {
    createSubscription(o: object): Promise<{ subscriptionId: number; revisedPublishingInterval: number; revisedMaxKeepAliveCount: number }>
    deleteSubscriptions(o: object): Promise<unknown>
    transferSubscriptions(o: object): Promise<{ results: { statusCode: { isGood(): boolean; name: string }; availableSequenceNumbers: number[] | null }[] | null }>
    createMonitoredItems(o: object): Promise<{ results: { statusCode: { isGood(): boolean; name: string; value: number }; monitoredItemId: number; revisedQueueSize: number }[] | null }>
    deleteMonitoredItems(o: object): Promise<unknown>
    publish(o: PublishRequest): Promise<PublishResponse>
    republish(o: RepublishRequest): Promise<RepublishResponse>
}

function after(sequence: number): number {
    return sequence === LAST_SEQUENCE ? 1 : sequence + 1
}

// How many metrics are watched.
function sizeOf({ items }: Subscription): number {
    return items.size - (items.has(MODEL_CHANGE) ? 1 : 0)
}

function watched(items: [number, number, string][]): number {
    return items.filter(([metric]) => metric !== MODEL_CHANGE).length
}

export class Subscriptions {
    private readonly session: Raw
    private readonly open = new Map<number, Subscription>()
    private requests = 0
    private mostRequests = MAX_REQUESTS
    private readonly unacknowledged: { position: number; subscriptionId: number; sequenceNumber: number }[] = []
    private timer: NodeJS.Timeout | undefined
    private ticked = 0
    private stopped = false
    private renewals = 0 // while one is made anew there may be none to publish for
    private wasPressed = false
    private revised = false
    private end: (error: Error) => void = () => undefined
    readonly ended: Promise<Error>
    takenOver = 0
    made = 0

    constructor(
        session: ClientSession,
        private readonly server: string,
        private readonly limits: Limits,
        private readonly settings: Settings['subscription'],
        private readonly sink: Sink,
        private readonly say: Say,
        private readonly log: (text: string) => void,
    ) {
        this.session = session as Raw
        this.ended = new Promise((done) => (this.end = done))
    }

    get count(): number {
        return this.open.size
    }

    // Takes over what an earlier session left. Returns how many metrics were lost with subscriptions that are gone.
    async resume(kept: Kept | undefined): Promise<number> {
        const known = kept?.server === this.server ? kept.subscriptions : []
        let lost = kept && kept.server !== this.server ? kept.subscriptions.reduce((sum, one) => sum + watched(one.items), 0) : 0
        if (known.length > 0) {
            const answer = await this.session.transferSubscriptions({ subscriptionIds: known.map(({ id }) => id), sendInitialValues: false })
            for (const [n, one] of known.entries()) {
                const result = answer.results?.[n]
                if (!result?.statusCode.isGood()) {
                    lost += watched(one.items)
                    continue
                }
                const items = new Map(one.items.map(([metric, item, node]) => [metric, { item, node }]))
                const subscription = this.adopt(one.id, one.publishing, one.keepAlive, items)
                await this.fetchAgain(subscription, result.availableSequenceNumbers ?? [])
                this.takenOver++
            }
        }
        return lost
    }

    // Watches exactly these metrics from now on.
    async watch(metrics: Metric[]): Promise<void> {
        const wanted = new Map(metrics.map((metric) => [metric.id, metric]))
        for (const subscription of this.open.values()) {
            const gone = [...subscription.items].filter(([id, { node }]) => id !== MODEL_CHANGE && wanted.get(id)?.node !== node)
            for (const piece of pieces(gone, this.limits.items)) {
                await this.session.deleteMonitoredItems({ subscriptionId: subscription.id, monitoredItemIds: piece.map(([, { item }]) => item) })
                piece.forEach(([id]) => subscription.items.delete(id))
            }
            subscription.items.forEach((_, id) => wanted.delete(id))
        }
        let missing = [...wanted.values()]
        for (const subscription of this.open.values()) {
            const room = this.settings.items - subscription.items.size
            if (room > 0 && missing.length > 0) {
                await this.addItems(subscription, missing.slice(0, room))
                missing = missing.slice(room)
            }
        }
        for (const piece of pieces(missing, this.settings.items)) {
            await this.addItems(await this.create(), piece)
        }
        this.save()
        this.pump()
        this.timer ??= setInterval(() => this.tick(), Math.min(1000, this.settings.keep_alive / 2))
    }

    // The subscription that watches a metric is made anew: it does not tell what a reading shows.
    async renewFor(metric: number, cause: string, from: number): Promise<void> {
        for (const subscription of this.open.values()) {
            if (subscription.items.has(metric)) {
                await this.renew(subscription, cause, from)
                return
            }
        }
    }

    stop(): void {
        this.stopped = true
        clearInterval(this.timer)
    }

    // Asks for as many messages as there should be under way. Called again whenever room may have come.
    pump(): void {
        this.wasPressed = this.sink.pressed()
        while (!this.stopped && !this.wasPressed && this.open.size > 0 && this.requests < Math.min(this.mostRequests, this.open.size + 2)) {
            this.request()
        }
    }

    private adopt(id: number, publishing: number, keepAlive: number, items: Map<number, Item>): Subscription {
        const subscription = { id, publishing, keepAlive, items, expected: 0, heard: Date.now(), chain: Promise.resolve(), renewing: false }
        this.open.set(id, subscription)
        return subscription
    }

    private async create(): Promise<Subscription> {
        const { publishing, keep_alive, lifetime } = this.settings
        const count = Math.max(1, Math.round(keep_alive / publishing))
        const made = await this.session.createSubscription({
            requestedPublishingInterval: publishing,
            requestedMaxKeepAliveCount: count,
            requestedLifetimeCount: Math.max(3 * count, Math.ceil(lifetime / publishing)),
            maxNotificationsPerPublish: 0,
            publishingEnabled: true,
            priority: 1,
        })
        const subscription = this.adopt(made.subscriptionId, made.revisedPublishingInterval, made.revisedMaxKeepAliveCount * made.revisedPublishingInterval, new Map())
        subscription.expected = 1
        this.made++
        if (![...this.open.values()].some(({ items }) => items.has(MODEL_CHANGE))) {
            await this.addModelChange(subscription)
        }
        return subscription
    }

    // Servers that tell of changes in the address space are believed; those that cannot are browsed from time to time.
    private async addModelChange(subscription: Subscription): Promise<void> {
        const filter = constructEventFilter(['EventType'], ofType(resolveNodeId('ns=0;i=2132')))
        const request = {
            itemToMonitor: { nodeId: SERVER, attributeId: AttributeIds.EventNotifier },
            monitoringMode: MonitoringMode.Reporting,
            requestedParameters: { clientHandle: MODEL_CHANGE, samplingInterval: 0, queueSize: 2, discardOldest: true, filter },
        }
        try {
            const answer = await this.session.createMonitoredItems({ subscriptionId: subscription.id, timestampsToReturn: TimestampsToReturn.Both, itemsToCreate: [request] })
            if (answer.results?.[0]?.statusCode.isGood()) {
                subscription.items.set(MODEL_CHANGE, { item: answer.results[0].monitoredItemId, node: SERVER })
            }
        } catch {
            // not offered: [browse] every does it
        }
    }

    private itemFor(metric: Metric, deadbands: boolean): MonitoredItemCreateRequestOptions {
        const deadband = deadbands ? this.settings.deadbands.find(({ path }) => matcher([path])(metric.path)) : undefined
        const filter = new DataChangeFilter({
            trigger: DataChangeTrigger.StatusValueTimestamp,
            deadbandType: deadband === undefined ? DeadbandType.None : deadband.percent === undefined ? DeadbandType.Absolute : DeadbandType.Percent,
            deadbandValue: deadband?.absolute ?? deadband?.percent ?? 0,
        })
        return {
            itemToMonitor: { nodeId: metric.node, attributeId: AttributeIds.Value },
            monitoringMode: MonitoringMode.Reporting,
            requestedParameters: { clientHandle: metric.id, samplingInterval: this.settings.sampling, queueSize: this.settings.queue, discardOldest: true, filter },
        }
    }

    private async addItems(subscription: Subscription, metrics: Metric[]): Promise<void> {
        const refused: [Metric, string][] = []
        for (const piece of pieces(metrics, this.limits.items)) {
            const again = await this.tryItems(subscription, piece, true, refused)
            if (again.length > 0) {
                await this.tryItems(subscription, again, false, refused)
            }
        }
        const [first] = refused
        if (first) {
            this.log(this.say('item_refused', refused.length, first[0].path, first[1]))
        }
    }

    // Returns those whose filter the server does not take.
    private async tryItems(subscription: Subscription, metrics: Metric[], filtered: boolean, refused: [Metric, string][]): Promise<Metric[]> {
        const again: Metric[] = []
        const itemsToCreate = metrics.map((metric) => {
            const item = this.itemFor(metric, filtered)
            if (!filtered) {
                delete item.requestedParameters!.filter
            }
            return item
        })
        const answer = await this.session.createMonitoredItems({ subscriptionId: subscription.id, timestampsToReturn: TimestampsToReturn.Both, itemsToCreate })
        metrics.forEach((metric, n) => {
            const result = answer.results?.[n]
            if (result?.statusCode.isGood()) {
                subscription.items.set(metric.id, { item: result.monitoredItemId, node: metric.node })
                this.tellQueue(result.revisedQueueSize)
            } else if (filtered && /Filter|Deadband/.test(result?.statusCode.name ?? '')) {
                again.push(metric)
            } else {
                refused.push([metric, result?.statusCode.name ?? 'Bad'])
            }
        })
        return again
    }

    private tellQueue(size: number): void {
        if (!this.revised && size < this.settings.queue) {
            this.revised = true
            this.log(this.say('queue_revised', size, this.settings.queue))
        }
    }

    private request(): void {
        const acknowledgements = []
        const durable = this.sink.durable()
        while (this.unacknowledged.length > 0 && this.unacknowledged[0]!.position <= durable) {
            const { subscriptionId, sequenceNumber } = this.unacknowledged.shift()!
            acknowledgements.push({ subscriptionId, sequenceNumber })
        }
        this.requests++
        this.session
            .publish(new PublishRequest({ requestHeader: { timeoutHint: PUBLISH_TIMEOUT_MS }, subscriptionAcknowledgements: acknowledgements }))
            .then((response) => this.take(response))
            .catch((error: Error) => this.refused(error))
            .finally(() => {
                this.requests--
                this.pump()
            })
    }

    private refused(error: Error): void {
        if (/BadTooManyPublishRequests/.test(error.message)) {
            this.mostRequests = Math.max(1, this.requests - 1)
        } else if (/BadNoSubscription/.test(error.message)) {
            if (this.renewals === 0) {
                this.fail(new Error('BadNoSubscription'))
            }
        } else if (!/BadTimeout|BadServerTooBusy|BadTcpServerTooBusy/.test(error.message)) {
            this.fail(error)
        }
    }

    private fail(error: Error): void {
        if (!this.stopped) {
            this.stop()
            this.end(error)
        }
    }

    private take(response: PublishResponse): void {
        const subscription = this.open.get(response.subscriptionId)
        const message = response.notificationMessage
        if (!subscription) {
            if ((message.notificationData?.length ?? 0) > 0) {
                this.unacknowledged.push({ position: 0, subscriptionId: response.subscriptionId, sequenceNumber: message.sequenceNumber })
            }
            return
        }
        subscription.heard = Date.now()
        subscription.chain = subscription.chain
            .then(() => this.inOrder(subscription, message))
            .catch((error: Error) => this.fail(error))
    }

    // A keep-alive carries the number that comes next, a message its own.
    private async inOrder(subscription: Subscription, message: NotificationMessage): Promise<void> {
        const { sequenceNumber } = message
        const empty = (message.notificationData?.length ?? 0) === 0
        if (subscription.expected !== 0 && sequenceNumber !== subscription.expected) {
            const distance = (sequenceNumber - subscription.expected + LAST_SEQUENCE) % LAST_SEQUENCE
            if (distance < MAX_REPUBLISH) {
                const missing: number[] = []
                for (let n = subscription.expected; n !== sequenceNumber; n = after(n)) {
                    missing.push(n)
                }
                await this.fetchAgain(subscription, missing)
            } else if (distance < LAST_SEQUENCE / 2) {
                this.sink.gap('sequence', subscription.heard, Date.now(), sizeOf(subscription))
            } else if (!empty) {
                this.handle(subscription, message, true) // older than expected
                return
            }
        }
        subscription.expected = empty ? sequenceNumber : after(sequenceNumber)
        if (!empty) {
            this.handle(subscription, message, false)
        }
    }

    // Messages that were sent but not taken; what the server has no more is a gap.
    private async fetchAgain(subscription: Subscription, sequences: number[]): Promise<void> {
        let lost = 0
        for (const sequence of sequences) {
            try {
                const answer = await this.session.republish(new RepublishRequest({ subscriptionId: subscription.id, retransmitSequenceNumber: sequence }))
                this.handle(subscription, answer.notificationMessage, true)
            } catch (error) {
                if (!/BadMessageNotAvailable/.test((error as Error).message)) {
                    throw error
                }
                lost++
            }
        }
        if (lost > 0) {
            this.sink.gap('sequence', subscription.heard, Date.now(), sizeOf(subscription))
        }
        if (sequences.length > 0) {
            subscription.expected = after(sequences.at(-1)!)
        }
    }

    private handle(subscription: Subscription, message: NotificationMessage, again: boolean): void {
        let dead: string | undefined
        for (const data of message.notificationData ?? []) {
            if (data instanceof DataChangeNotification) {
                data.monitoredItems?.forEach(({ clientHandle, value }) => this.sink.take(clientHandle, value, again))
            } else if (data instanceof EventNotificationList) {
                this.sink.modelChanged()
            } else if (data instanceof StatusChangeNotification && data.status.isNotGood()) {
                dead = data.status.name
            } else if (data instanceof StatusChangeNotification && data.status === StatusCodes.GoodSubscriptionTransferred) {
                dead = data.status.name
            }
        }
        this.unacknowledged.push({ position: this.sink.commit(), subscriptionId: subscription.id, sequenceNumber: message.sequenceNumber })
        if (dead !== undefined) {
            void this.renew(subscription, dead)
        }
    }

    // Once a second: who has been silent for longer than a keep-alive allows? A process that slept itself asks nobody.
    private tick(): void {
        const now = Date.now()
        const slept = this.ticked !== 0 && now - this.ticked > 5000
        this.ticked = now
        this.pump()
        for (const subscription of this.open.values()) {
            if (slept || this.wasPressed) {
                subscription.heard = now
            }
            const patience = 1.5 * (subscription.keepAlive + subscription.publishing) + 2000
            if (now - subscription.heard > patience && !subscription.renewing) {
                void this.silent(subscription)
            }
        }
    }

    // Silent: is the message lost, the subscription gone, or the server? Each has its own cure.
    private async silent(subscription: Subscription): Promise<void> {
        subscription.renewing = true
        try {
            const answer = await this.session.republish(new RepublishRequest({ subscriptionId: subscription.id, retransmitSequenceNumber: Math.max(1, subscription.expected) }))
            subscription.heard = Date.now()
            await this.inOrder(subscription, answer.notificationMessage)
            subscription.renewing = false
            return
        } catch (error) {
            if (!/BadMessageNotAvailable|BadSubscriptionIdInvalid|BadServiceUnsupported/.test((error as Error).message)) {
                this.fail(error as Error)
                return
            }
        }
        subscription.renewing = false
        await this.renew(subscription, 'silent')
    }

    private async renew(subscription: Subscription, cause: string, from = subscription.heard): Promise<void> {
        if (subscription.renewing || this.stopped) {
            return
        }
        subscription.renewing = true
        this.renewals++
        try {
            this.open.delete(subscription.id)
            await this.session.deleteSubscriptions({ subscriptionIds: [subscription.id] }).catch(() => undefined)
            const next = await this.create()
            subscription.items.delete(MODEL_CHANGE)
            await this.addItems(next, [...subscription.items].map(([id, { node }]) => this.metricOf(id, node)))
            this.sink.gap(cause, from, Date.now(), subscription.items.size)
            this.log(this.say('subscription_renewed', subscription.id, cause))
            this.save()
        } catch (error) {
            this.fail(error as Error)
        }
        this.renewals--
        this.pump()
    }

    // What is needed of a metric to watch it again.
    metricOf: (id: number, node: string) => Metric = (id, node) => ({ id, node, path: '', device: '', name: '', declared: 0, type: 10, writable: false })

    private save(): void {
        this.sink.save({
            server: this.server,
            subscriptions: [...this.open.values()].map(({ id, publishing, keepAlive, items }) => ({
                id,
                publishing,
                keepAlive,
                items: [...items].map(([metric, { item, node }]) => [metric, item, node]),
            })),
        })
    }
}
