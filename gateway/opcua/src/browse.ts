// Looks through the address space: from the roots along hierarchical references, breadth first, in calls as large as the server
// takes, with continuation points, each node once. Then one reading of what each variable is: type, rank, rights, unit.
import {
    AttributeIds,
    BrowseDirection,
    DataType,
    NodeClass,
    NodeId,
    ReferenceDescription,
    StatusCodes,
    resolveNodeId,
    type BrowseResult,
    type ClientSession,
    type DataValue,
} from 'node-opcua-client'
import { createHash } from 'node:crypto'
import type { Variable } from './catalogue'
import { pieces, type Limits } from './limits'
import { matcher } from './patterns'
import type { Settings } from './settings'
import { metricType } from './values'

export const BROWSE_MAX_NODES = 2_000_000
export const BROWSE_MAX_NAME_BYTES = 200 // of one name; longer ones are cut and marked with a digest
export const BROWSE_MAX_PATH_BYTES = 2000

const HIERARCHICAL = 'ns=0;i=33'
const NUMERIC = 1 // NodeIdType
const HAS_PROPERTY = 46
const SERVER_OBJECT = 'ns=0;i=2253'
const MASK = 0x3f // all fields of a result

interface Place {
    node: NodeId
    path: string[]
    variable: boolean
    units?: { unit?: NodeId; range?: NodeId }
}

export interface Browsed {
    variables: Variable[]
    objects: number
    seen: number
    failed: number // places that refused to be looked at
    reason: string
    beyond: boolean // there were more than max_variables
    missing: string[] // roots that do not exist
}

// A browse name as one step of a path: what Sparkplug and MQTT do not allow is written %XX, as is the stroke, so that a
// path has one meaning; a name too long is cut and gets a digest of the whole.
export function stepOf(name: string | null | undefined): string {
    const text = Buffer.from(name ?? '').toString().replace(/[%/+#\u0000-\u001f\u007f-\u009f]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
    if (text === '') {
        return '%'
    }
    if (Buffer.byteLength(text) <= BROWSE_MAX_NAME_BYTES) {
        return text
    }
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 12)
    return `${Buffer.from(text).subarray(0, BROWSE_MAX_NAME_BYTES - 14).toString('utf8').replace(/\ufffd+$/, '')}~${digest}`
}

// Where a variable belongs: the device and the name of its metric.
export function placed(path: string[], devices: Settings['sparkplug']['devices']): { device: string; name: string } {
    const cut = devices === 'none' ? 0 : devices === 'top' ? Math.min(1, path.length - 1) : path.length - 1
    return { device: path.slice(0, cut).join(':'), name: path.slice(cut).join('/') }
}

class Walk {
    readonly found: Place[] = []
    readonly out = { objects: 0, seen: 0, failed: 0, reason: '', beyond: false, missing: [] as string[] }
    private seen = new Set<string>([SERVER_OBJECT])
    private included: (path: string) => boolean
    private excluded: (path: string) => boolean

    constructor(
        private readonly session: ClientSession,
        private readonly limits: Limits,
        private readonly settings: Settings['browse'],
    ) {
        this.included = matcher(settings.include)
        this.excluded = matcher(settings.exclude)
    }

    async run(roots: Place[]): Promise<void> {
        let level = roots
        roots.forEach((root) => this.seen.add(root.node.toString()))
        for (let depth = 0; level.length > 0 && depth <= this.settings.depth; depth++) {
            const next: Place[] = []
            for (const piece of pieces(level, Math.min(this.limits.browse, this.limits.points))) {
                const results = await this.look(piece)
                piece.forEach((place, n) => this.take(place, results[n] ?? [], next))
            }
            level = next
        }
    }

    // What lies right below a place.
    async children(place: Place): Promise<Place[]> {
        const next: Place[] = []
        this.take(place, (await this.look([place]))[0] ?? [], next)
        return next
    }

    private async look(places: Place[]): Promise<ReferenceDescription[][]> {
        const results = await this.session.browse(
            places.map(({ node }) => ({
                nodeId: node,
                browseDirection: BrowseDirection.Forward,
                referenceTypeId: HIERARCHICAL,
                includeSubtypes: true,
                nodeClassMask: NodeClass.Object | NodeClass.Variable,
                resultMask: MASK,
            })),
        )
        const lists = results.map((result, n) => this.listOf(result, places[n]!))
        let open = results.map((result, n) => ({ n, point: result.continuationPoint })).filter(({ point }) => point && point.length > 0)
        while (open.length > 0) {
            const more: BrowseResult[] = await this.session.browseNext(open.map(({ point }) => point), false)
            open = open.flatMap(({ n }, k) => {
                const result = more[k]!
                lists[n]!.push(...this.listOf(result, places[n]!))
                return result.continuationPoint && result.continuationPoint.length > 0 ? [{ n, point: result.continuationPoint }] : []
            })
        }
        return lists
    }

    private listOf(result: BrowseResult, place: Place): ReferenceDescription[] {
        if (result.statusCode.isNotGood()) {
            this.out.failed++
            this.out.reason ||= `${place.path.join('/')}: ${result.statusCode.name}`
        }
        return result.references ?? []
    }

    private take(place: Place, references: ReferenceDescription[], next: Place[]): void {
        for (const reference of references) {
            const variable = reference.nodeClass === NodeClass.Variable
            if (isNs0(reference.referenceTypeId, HAS_PROPERTY)) {
                takeProperty(place, reference)
                continue
            }
            const path = [...place.path, stepOf(reference.browseName?.name)]
            const key = reference.nodeId.toString()
            const text = path.join('/')
            if (this.seen.has(key) || this.excluded(text) || Buffer.byteLength(text) > BROWSE_MAX_PATH_BYTES || this.seen.size >= BROWSE_MAX_NODES) {
                continue
            }
            this.seen.add(key)
            this.out.seen++
            const child: Place = { node: reference.nodeId, path, variable }
            next.push(child)
            if (!variable) {
                this.out.objects++
            } else if (!this.included(text)) {
                continue
            } else if (this.found.length >= this.settings.max_variables) {
                this.out.beyond = true
            } else {
                this.found.push(child)
            }
        }
    }
}

function isNs0(node: NodeId, value: number): boolean {
    return node.namespace === 0 && node.identifierType === NUMERIC && node.value === value
}

function takeProperty(place: Place, reference: ReferenceDescription): void {
    const name = reference.browseName?.name
    if (place.variable && (name === 'EngineeringUnits' || name === 'EURange')) {
        place.units ??= {}
        place.units[name === 'EURange' ? 'range' : 'unit'] = reference.nodeId
    }
}

// The nodes that [browse] roots names: NodeIds, or paths of browse names from the root folder's Objects.
async function findRoots(session: ClientSession, limits: Limits, roots: string[]): Promise<{ places: Place[]; missing: string[] }> {
    const places: Place[] = []
    const missing: string[] = []
    for (const root of roots) {
        if (/^(ns=\d+;)?[isgb]=/.test(root)) {
            const node = resolveNodeId(root)
            const name = await session.read({ nodeId: node, attributeId: AttributeIds.BrowseName })
            if (name.statusCode.isGood()) {
                places.push({ node, path: [stepOf((name.value.value as { name?: string })?.name)], variable: false })
            } else {
                missing.push(root)
            }
            continue
        }
        const steps = root.split('/').filter((step) => step !== '')
        let place: Place | undefined = { node: resolveNodeId('ns=0;i=85'), path: [], variable: false }
        for (const step of steps[0] === 'Objects' ? steps.slice(1) : steps) {
            const walk: Walk = new Walk(session, limits, { roots: [], include: [], exclude: [], every: 0, max_variables: 0, depth: 0 })
            const children: Place[] = await walk.children(place!)
            place = children.find((child) => child.path.at(-1) === step)
            if (!place) {
                break
            }
        }
        if (place) {
            places.push(place)
        } else {
            missing.push(root)
        }
    }
    return { places, missing }
}

// Built-in types of DataTypes: those of namespace 0 are their own number up to 25; others are followed upwards.
class DataTypes {
    private known = new Map<string, DataType>()

    constructor(
        private readonly session: ClientSession,
        private readonly limits: Limits,
    ) {}

    // Numbers of namespace 0 that do not follow from their supertype: abstract ones take all that is below them.
    private static abstract(id: number): DataType | undefined {
        const wide: Record<number, DataType> = { 24: DataType.Variant, 26: DataType.Double, 27: DataType.Int64, 28: DataType.UInt64, 29: DataType.Int32 }
        return wide[id] ?? (id >= 1 && id <= 23 ? (id as DataType) : id === 25 ? DataType.DiagnosticInfo : undefined)
    }

    async learn(nodes: NodeId[]): Promise<void> {
        let open = new Map(nodes.map((node) => [node.toString(), { start: [node.toString()], at: node }]))
        for (let depth = 0; open.size > 0 && depth < 32; depth++) {
            const next: typeof open = new Map()
            const asked = [...open.values()].filter(({ start, at }) => {
                const found = at.namespace === 0 && typeof at.value === 'number' ? DataTypes.abstract(at.value) : this.known.get(at.toString())
                start.forEach((name) => found !== undefined && this.known.set(name, found))
                return found === undefined
            })
            for (const piece of pieces(asked, this.limits.browse)) {
                const results = await this.session.browse(
                    piece.map(({ at }) => ({ nodeId: at, browseDirection: BrowseDirection.Inverse, referenceTypeId: 'ns=0;i=45', includeSubtypes: true, nodeClassMask: 0, resultMask: 1 })),
                )
                piece.forEach(({ start }, n) => {
                    const up = results[n]?.references?.[0]?.nodeId
                    if (up) {
                        const same = next.get(up.toString())
                        next.set(up.toString(), { start: [...(same?.start ?? []), ...start], at: up })
                    }
                })
            }
            open = next
        }
    }

    of(node: NodeId | undefined): DataType {
        return (node && this.known.get(node.toString())) ?? DataType.Variant
    }
}

async function readAll(session: ClientSession, limits: Limits, asked: { nodeId: NodeId; attributeId: AttributeIds }[]): Promise<DataValue[]> {
    const out: DataValue[] = []
    for (const piece of pieces(asked, limits.read)) {
        out.push(...(await session.read(piece)))
    }
    return out
}

async function readUnits(session: ClientSession, limits: Limits, places: Place[], variables: Variable[]): Promise<void> {
    const asked = places.flatMap(({ units }, n) => [
        ...(units?.unit ? [{ n, node: units.unit, unit: true }] : []),
        ...(units?.range ? [{ n, node: units.range, unit: false }] : []),
    ])
    const values = await readAll(session, limits, asked.map(({ node }) => ({ nodeId: node, attributeId: AttributeIds.Value })))
    asked.forEach(({ n, unit }, k) => {
        const value = values[k]?.value?.value as { displayName?: { text?: string }; low?: number; high?: number } | null | undefined
        const variable = variables[n]!
        if (unit && value?.displayName?.text) {
            variable.unit = stepOf(value.displayName.text).replace(/%2F/g, '/').replace(/%25/g, '%')
        } else if (!unit && typeof value?.low === 'number' && typeof value.high === 'number') {
            variable.low = value.low
            variable.high = value.high
        }
    })
}

const ATTRIBUTES = [AttributeIds.DataType, AttributeIds.ValueRank, AttributeIds.UserAccessLevel, AttributeIds.Description, AttributeIds.Value] as const
const READABLE = 1
const WRITABLE = 2

// What each place is. Variables that nobody may read are left out; two of one name get the node's id behind it.
async function describe(session: ClientSession, limits: Limits, places: Place[], settings: Settings): Promise<Variable[]> {
    const values = await readAll(session, limits, places.flatMap(({ node }) => ATTRIBUTES.map((attributeId) => ({ nodeId: node, attributeId }))))
    const declared = places.map((_, n) => values[n * ATTRIBUTES.length]?.value?.value as NodeId | undefined)
    const types = new DataTypes(session, limits)
    await types.learn([...new Map(declared.filter((node) => node instanceof NodeId).map((node) => [node.toString(), node])).values()])
    const native = settings.sparkplug.arrays === 'native'
    const kept: Place[] = []
    const variables: Variable[] = []
    const names = new Set<string>()
    places.forEach((place, n) => {
        const [, rank, access, description, value] = values.slice(n * ATTRIBUTES.length, (n + 1) * ATTRIBUTES.length)
        if (((Number(access?.value?.value ?? READABLE) & READABLE) === 0) || value?.statusCode === StatusCodes.BadUserAccessDenied) {
            return
        }
        const type = types.of(declared[n])
        const where = placed(place.path, settings.sparkplug.devices)
        if (names.has(`${where.device}/${where.name}`)) {
            where.name += ` [${stepOf(place.node.toString())}]`
        }
        names.add(`${where.device}/${where.name}`)
        const text = (description?.value?.value as { text?: string } | null)?.text
        kept.push(place)
        variables.push({
            path: place.path.join('/'),
            ...where,
            node: place.node.toString(),
            declared: type,
            type: metricType(type, Number(rank?.value?.value ?? -1), native),
            writable: (Number(access?.value?.value ?? 0) & WRITABLE) !== 0,
            ...(text ? { description: text.slice(0, 1000) } : {}),
        })
    })
    await readUnits(session, limits, kept, variables)
    return variables
}

// All variables that the settings ask for.
export async function browse(session: ClientSession, limits: Limits, settings: Settings): Promise<Browsed> {
    const { places, missing } = await findRoots(session, limits, settings.browse.roots)
    const walk = new Walk(session, limits, settings.browse)
    await walk.run(places)
    const variables = await describe(session, limits, walk.found, settings)
    return { ...walk.out, missing, variables }
}
