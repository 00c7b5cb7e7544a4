// An OPC UA server that shows what `maru fake --opcua PORT` plays: maru starts it and speaks to it by stdin, a JSON text a line. The first
// is the plan; each one behind it is a list of values, [number of the tag, us since 1970, value]. It says {"up": port} or {"error": "..."} by
// stdout, and ends when stdin does. For trying things alone: who connects is asked for nothing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DataType, StatusCodes, Variant } from 'node-opcua-client'
import { OPCUACertificateManager } from 'node-opcua-certificate-manager'
import { OPCUAServer } from 'node-opcua-server'

interface Tag {
    name: string
    type: 'double' | 'integer' | 'bool' | 'text'
}
interface Plan {
    plant: string
    host: string // to listen at
    port: number
    told: number // the port that clients are told to come to: that of a relay in front, or the same
    devices: { node: string; device: string; tags: Tag[] }[]
}
type Value = [tag: number, atUs: number, value: number | boolean | string]

const types = { double: DataType.Double, integer: DataType.Int32, bool: DataType.Boolean, text: DataType.String }
const usual = { double: 0, integer: 0, bool: false, text: '' }

type Variable = { tag: Tag; set: (value: Variant, at: Date) => void }

function addVariables(server: OPCUAServer, plan: Plan): Variable[] {
    const space = server.engine.addressSpace!
    const own = space.getOwnNamespace()
    const plant = own.addFolder(space.rootFolder.objects, { browseName: plan.plant, nodeId: `s=${plan.plant}` })
    const nodes = new Map<string, ReturnType<typeof own.addFolder>>()
    const variables: Variable[] = []
    for (const { node, device, tags } of plan.devices) {
        const folder = nodes.get(node) ?? own.addFolder(plant, { browseName: node, nodeId: `s=${node}` })
        nodes.set(node, folder)
        const path = device === '' ? node : `${node}/${device}`
        const parent = device === '' ? folder : own.addObject({ organizedBy: folder, browseName: device, nodeId: `s=${path}` })
        for (const tag of tags) {
            const made = own.addVariable({
                componentOf: parent,
                browseName: tag.name,
                nodeId: `s=${path}/${tag.name}`,
                dataType: types[tag.type],
                minimumSamplingInterval: 0,
            })
            made.setValueFromSource(new Variant({ dataType: types[tag.type], value: usual[tag.type] }), StatusCodes.UncertainInitialValue)
            variables.push({ tag, set: (value, at) => made.setValueFromSource(value, StatusCodes.Good, at) })
        }
    }
    return variables
}

function show(variables: Variable[], values: Value[]): void {
    for (const [number, atUs, value] of values) {
        const variable = variables[number]
        variable?.set(new Variant({ dataType: types[variable.tag.type], value }), new Date(atUs / 1000))
    }
}

async function main(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'maru-fake-opcua-'))
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
    const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
    const first = await lines.next()
    const plan = JSON.parse(String(first.value)) as Plan
    const server = new OPCUAServer({
        host: plan.host,
        port: plan.port,
        serverCertificateManager: new OPCUACertificateManager({ rootFolder: folder, automaticallyAcceptUnknownCertificate: true }),
        serverInfo: { applicationUri: `urn:maru:fake:${plan.told}`, applicationName: { text: `${plan.plant} (maru fake)` } },
        buildInfo: { productName: 'maru fake', manufacturerName: 'maru' },
        serverCapabilities: { maxSessions: 50 },
        ...(plan.told !== plan.port ? { advertisedEndpoints: [`opc.tcp://${plan.host}:${plan.told}`] } : {}),
    })
    await server.initialize()
    const variables = addVariables(server, plan)
    await server.start()
    process.stdout.write(JSON.stringify({ up: plan.told }) + '\n')
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
        show(variables, JSON.parse(line.value) as Value[])
    }
    await server.shutdown(0)
}

main().then(
    () => process.exit(0),
    (error: unknown) => {
        process.stdout.write(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }) + '\n', () => process.exit(1))
    },
)
