// Where each node of the pool is drawn: kinds one below the other, the nodes of a kind in rows, each node a box of cells, one a GPU; a
// node without GPUs has two, its CPUs and its memory. Cells are as large as the room allows.
import type { PoolNode } from '../api/compute'

export interface Box { x: number; y: number; width: number; height: number }
export interface PlacedNode extends Box { node: PoolNode; columns: number }
export interface Kind { type: string; nodes: PoolNode[]; titleY: number; gpus: number }
export interface MapLayout { unit: number; height: number; kinds: Kind[]; placed: PlacedNode[] }

const UNIT_MAX = 22
const UNIT_MIN = 3
const TITLE = 26
const PAD = 1
const KIND_GAP = 12

export const cellsOf = (node: PoolNode): number => Math.max(node.gpus.length, node.gpus.length === 0 ? 2 : 1)
export const columnsOf = (cells: number): number => (cells <= 1 ? 1 : cells <= 4 ? 2 : cells <= 16 ? 4 : 8)

/** What a cell shows: how much of it is taken, and whose it is. */
export interface Cell { used: number; tenant: string | null; what: 'gpu' | 'cpu' | 'memory' }
export function cellAt(node: PoolNode, n: number): Cell {
    const gpu = node.gpus[n]
    if (gpu) return { used: gpu.used, tenant: gpu.tenant ?? null, what: 'gpu' }
    if (n === 0) return { used: node.cpus > 0 ? 1 - node.cpus_free / node.cpus : 0, tenant: null, what: 'cpu' }
    return { used: node.memory_mib > 0 ? 1 - node.memory_free_mib / node.memory_mib : 0, tenant: null, what: 'memory' }
}

function kindsOf(nodes: readonly PoolNode[]): Kind[] {
    const kinds = new Map<string, Kind>()
    for (const node of nodes) {
        const type = node.gpus.length > 0 ? node.type : ''
        const kind = kinds.get(type) ?? kinds.set(type, { type, nodes: [], titleY: 0, gpus: 0 }).get(type)!
        kind.nodes.push(node)
        kind.gpus += node.gpus.length
    }
    const collator = new Intl.Collator('en', { numeric: true })
    for (const kind of kinds.values()) kind.nodes.sort((a, b) => b.gpus.length - a.gpus.length || collator.compare(a.name, b.name))
    // Those with GPUs first, the most of them at the top.
    return [...kinds.values()].sort((a, b) => b.gpus - a.gpus || collator.compare(a.type, b.type))
}

function place(kinds: Kind[], width: number, unit: number): MapLayout {
    const placed: PlacedNode[] = []
    const gap = Math.max(2, Math.round(unit / 3))
    let y = 0
    for (const kind of kinds) {
        kind.titleY = y
        y += TITLE
        let x = 0
        let tall = 0
        for (const node of kind.nodes) {
            const cells = cellsOf(node)
            const columns = columnsOf(cells)
            const box = { width: columns * unit + 2 * PAD, height: Math.ceil(cells / columns) * unit + 2 * PAD }
            if (x > 0 && x + box.width > width) {
                x = 0
                y += tall + gap
                tall = 0
            }
            placed.push({ ...box, x, y, node, columns })
            x += box.width + gap
            tall = Math.max(tall, box.height)
        }
        y += tall + KIND_GAP
    }
    return { unit, height: Math.max(0, y - KIND_GAP), kinds, placed }
}

/** The largest cells that still fit into `room` pixels of height; where none do, the smallest, and more height. */
export function layoutMap(nodes: readonly PoolNode[], width: number, room: number): MapLayout {
    const kinds = kindsOf(nodes)
    let [low, high] = [UNIT_MIN, UNIT_MAX]
    while (low < high) {
        const middle = (low + high + 1) >> 1
        if (place(kinds, width, middle).height <= room) low = middle
        else high = middle - 1
    }
    return place(kinds, width, low)
}

/** The last of those that are sorted so that what is `before` comes first. */
function lastBefore(placed: readonly PlacedNode[], before: (one: PlacedNode) => boolean): PlacedNode | undefined {
    let low = 0
    let high = placed.length
    while (low < high) {
        const middle = (low + high) >> 1
        if (before(placed[middle]!)) low = middle + 1
        else high = middle
    }
    return placed[low - 1]
}

/** The node under a point: first the row, then the node in it. */
export function nodeAt({ placed }: MapLayout, x: number, y: number): PlacedNode | null {
    const row = lastBefore(placed, (one) => one.y <= y)?.y
    if (row === undefined) return null
    const found = lastBefore(placed, (one) => one.y < row || (one.y === row && one.x <= x))
    return found && found.y === row && x < found.x + found.width && y < found.y + found.height ? found : null
}
