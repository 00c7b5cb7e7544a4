// An OPC UA server for the tests, a process of its own so that it can be killed: COUNT variables that change by the tick. Each tick t sets
// the variables of its turn to their next number, all with one time. Over IPC it is told when to run and says what it made.
import { DataType, StatusCodes, Variant, VariantArrayType } from 'node-opcua-client'
import { OPCUAServer } from 'node-opcua-server'
import { OPCUACertificateManager } from 'node-opcua-certificate-manager'

export type Order = { do: 'run'; tickMs: number; ticks: number; parts?: number } | { do: 'made' | 'add' | 'freeze' | 'withhold' }
export interface Made {
    counts: number[] // how many values each variable got
    times: [number, number][][] // of each variable: value, ms since 1970
}

const PORT = Number(process.env['PORT'])
const COUNT = Number(process.env['COUNT'] ?? 100)
const PER_OBJECT = 100

async function main(): Promise<void> {
    const certificates = new OPCUACertificateManager({ rootFolder: process.env['PKI']!, automaticallyAcceptUnknownCertificate: process.env['TRUST_ALL'] !== '0' })
    const server = new OPCUAServer({
        port: PORT,
        serverCertificateManager: certificates,
        allowAnonymous: process.env['ANONYMOUS'] !== '0',
        userManager: { isValidUser: (user: string, password: string) => user === 'line' && password === 'right' },
        serverInfo: { applicationUri: `urn:maru:test:${PORT}` },
        serverCapabilities: { maxSessions: 100, operationLimits: { maxNodesPerBrowse: 300, maxNodesPerRead: 700, maxMonitoredItemsPerCall: 400 } },
        ...(process.env['SECURITY'] === 'none' ? { securityModes: [1], securityPolicies: ['http://opcfoundation.org/UA/SecurityPolicy#None' as never] } : {}),
    })
    await server.initialize()
    const space = server.engine.addressSpace!
    const own = space.getOwnNamespace()
    const plant = own.addObject({ organizedBy: space.rootFolder.objects, browseName: 'Plant' })
    const variables: ReturnType<typeof own.addVariable>[] = []
    const counts: number[] = []
    const addVariable = (): void => {
        const n = variables.length
        const parent = n % PER_OBJECT === 0 ? own.addObject({ organizedBy: plant, browseName: `Cell${n / PER_OBJECT}`, nodeId: `s=cell${n / PER_OBJECT}` }) : space.findNode(`ns=1;s=cell${Math.floor(n / PER_OBJECT)}`)!
        const variable = own.addVariable({
            componentOf: parent as never,
            browseName: `V${n}`,
            nodeId: `s=v${n}`,
            dataType: DataType.Double,
            minimumSamplingInterval: 0,
            ...(n === 0 ? { description: 'the first of them' } : {}),
        })
        variable.setValueFromSource(new Variant({ dataType: DataType.Double, value: 0 }))
        variables.push(variable)
        counts.push(0)
    }
    for (let n = 0; n < COUNT; n++) {
        addVariable()
    }
    if (process.env['HOSTILE']) {
        addHostile(own, plant)
    }
    const times: [number, number][][] = []
    let timer: NodeJS.Timeout | undefined
    let tick = 0
    let running = false
    let ask: (() => void) | undefined // who waits for what was made
    process.on('message', (order: Order) => {
        if (order.do === 'run') {
            const parts = order.parts ?? 1
            const ends = tick + order.ticks
            running = true
            timer = setInterval(() => {
                const now = new Date()
                for (let n = tick % parts; n < variables.length; n += parts) {
                    counts[n]!++
                    variables[n]!.setValueFromSource(new Variant({ dataType: DataType.Double, value: counts[n]! }), StatusCodes.Good, now)
                    ;(times[n] ??= []).push([counts[n]!, now.getTime()])
                }
                tick++
                if (tick >= ends) {
                    clearInterval(timer)
                    running = false
                    ask?.()
                }
            }, order.tickMs)
            process.send!({ running: true })
        } else if (order.do === 'add') {
            addVariable()
            process.send!({ added: true })
        } else if (order.do === 'freeze') {
            freeze(server)
            process.send!({ frozen: true })
        } else if (order.do === 'withhold') {
            withhold(server)
            process.send!({ withheld: true })
        } else {
            ask = () => process.send!({ counts, times } satisfies Made)
            if (!running) {
                ask()
            }
        }
    })
    await server.start()
    process.send!({ up: true })
}

interface Inner {
    process_subscription: () => void
    timerId: NodeJS.Timeout
    monitoredItems: Record<string, { _enqueue_value: () => void }>
}

function subscriptionsOf(server: OPCUAServer): Inner[] {
    const engine = server.engine as unknown as { _sessions: Record<string, { publishEngine: { _subscriptions: Record<string, Inner> } }> }
    return Object.values(engine._sessions).flatMap((session) => Object.values(session.publishEngine._subscriptions))
}

// Subscriptions stop telling, though the session answers: what users of other gateways saw for months.
function freeze(server: OPCUAServer): void {
    for (const subscription of subscriptionsOf(server)) {
        clearInterval(subscription.timerId)
        subscription.process_subscription = () => undefined
    }
}

// Keep-alives go on, but no value is told.
function withhold(server: OPCUAServer): void {
    for (const subscription of subscriptionsOf(server)) {
        for (const item of Object.values(subscription.monitoredItems)) {
            item._enqueue_value = () => undefined
        }
    }
}

function addHostile(own: ReturnType<NonNullable<OPCUAServer['engine']['addressSpace']>['getOwnNamespace']>, plant: ReturnType<typeof own.addObject>): void {
    const odd = own.addObject({ organizedBy: plant, browseName: 'Odd/Cell+#' })
    const add = (name: string, dataType: DataType | string, value: object, rank = -1): void => {
        own.addVariable({ componentOf: odd, browseName: name, dataType, valueRank: rank, minimumSamplingInterval: 0, value: value as never })
    }
    add('Huge', DataType.String, { dataType: DataType.String, value: 'x'.repeat(300_000) })
    add('Text/with#signs+%', DataType.String, { dataType: DataType.String, value: '값 \u0000 "quoted"' })
    add('NaN', DataType.Double, { dataType: DataType.Double, value: NaN })
    add('Inf', DataType.Float, { dataType: DataType.Float, value: -Infinity })
    add('Long', DataType.Int64, { dataType: DataType.Int64, arrayType: VariantArrayType.Scalar, value: [0xffffffff, 0xfffffffe] })
    add('ULong', DataType.UInt64, { dataType: DataType.UInt64, arrayType: VariantArrayType.Scalar, value: [0xffffffff, 0xffffffff] })
    add('UInt', DataType.UInt32, { dataType: DataType.UInt32, value: 4294967295 })
    add('Byte', DataType.SByte, { dataType: DataType.SByte, value: -128 })
    add('Array', DataType.Double, { dataType: DataType.Double, arrayType: VariantArrayType.Array, value: new Float64Array([1, NaN, 3]) }, 1)
    add('Matrix', DataType.Int32, { dataType: DataType.Int32, arrayType: VariantArrayType.Matrix, dimensions: [2, 2], value: new Int32Array([1, 2, 3, 4]) }, 2)
    add('Structure', 'Range', { dataType: DataType.ExtensionObject, value: own.addressSpace.constructExtensionObject(own.addressSpace.findDataType('Range') as never, { low: 1, high: 2 }) })
    add('Null', DataType.Double, { dataType: DataType.Null })
    add('Date', DataType.DateTime, { dataType: DataType.DateTime, value: new Date('2026-01-02T03:04:05.678Z') })
    add('Guid', DataType.Guid, { dataType: DataType.Guid, value: '12345678-1234-1234-1234-123456789ABC' })
    add('Bytes', DataType.ByteString, { dataType: DataType.ByteString, value: Buffer.from([0, 255, 7]) })
    add('Same', DataType.Int32, { dataType: DataType.Int32, value: 1 })
    add('Same', DataType.Int32, { dataType: DataType.Int32, value: 2 })
    add('n'.repeat(5000), DataType.Int32, { dataType: DataType.Int32, value: 3 })
}

main().catch((error: unknown) => {
    console.error(error)
    process.exit(1)
})
