// Maps of wafers from a table with a row for each die: lot, wafer, x, y, bin. They come in the order in which they begin, as the server reads them
// (src/learn/wafer/wafer_table.h), so that its answers belong to them one by one.
import { charsetOf, decode } from '../table/charset'

export const DIES_MAX = 4_000_000
export const SIDE_MAX = 1024
const MAPS_MAX = 20_000

export interface DieColumns { lot: number; wafer: number; x: number; y: number; bin: number } // -1: none
export interface WaferMap {
    lot: string
    wafer: string
    /** x, y, 1 where it is bad; three for each die. */
    dies: number[]
    bad: number
}
/** Where dies lie, from the first column and row on. */
export interface Frame { left: number; top: number; width: number; height: number }
export interface Wafers extends Frame {
    maps: WaferMap[]
    /** By lot: a lot is of one product, so that its wafers share the places of their dies. */
    frames: Map<string, Frame>
    skipped: number
}
export interface DieTable {
    names: string[]
    rows: string[][]
}
export type Refusal = 'empty' | 'columns' | 'places' | 'large'

const NAMES: Record<keyof DieColumns, RegExp> = {
    lot: /lot|로트/i,
    wafer: /wafer|웨이퍼|^wf|slot/i,
    x: /^(die[ _-]?)?x\b|^x|[_ ]x$|^col/i,
    y: /^(die[ _-]?)?y\b|^y|[_ ]y$|^row/i,
    bin: /bin|result|판정|결과|불량|pass|fail|빈/i,
}

/** The rows of a CSV with comma, semicolon or tab; quotes as spreadsheets write them. */
export function tableOf(bytes: Uint8Array): DieTable {
    const text = decode(bytes, charsetOf(bytes)).replace(/^\ufeff/, '')
    const head = text.slice(0, text.search(/[\r\n]|$/))
    const separator = [',', ';', '\t'].reduce((best, one) => (head.split(one).length > head.split(best).length ? one : best), ',')
    const rows: string[][] = []
    for (const line of text.split(/\r\n|\n|\r/)) if (line.trim() !== '') rows.push(line.includes('"') ? quoted(line, separator) : line.split(separator))
    return { names: (rows.shift() ?? []).map((name) => name.trim()), rows }
}

function quoted(line: string, separator: string): string[] {
    const cells: string[] = []
    let cell = ''
    let isIn = false
    for (let n = 0; n < line.length; n++) {
        const letter = line[n]!
        if (isIn && letter === '"' && line[n + 1] === '"') cell += line[++n]!
        else if (letter === '"') isIn = !isIn
        else if (letter === separator && !isIn) {
            cells.push(cell)
            cell = ''
        } else cell += letter
    }
    return [...cells, cell]
}

/** What the columns are called tells what they are. */
export function columnsOf({ names }: DieTable): DieColumns {
    const taken = new Set<number>()
    const find = (pattern: RegExp) => {
        const at = names.findIndex((name, n) => !taken.has(n) && pattern.test(name))
        if (at >= 0) taken.add(at)
        return at
    }
    const [x, y] = [find(NAMES.x), find(NAMES.y)]
    return { lot: find(NAMES.lot), wafer: find(NAMES.wafer), x, y, bin: find(NAMES.bin) }
}

const GOOD = /^(pass|good|ok|p|양품|합격|정상)$/i
const whole = (text: string | undefined): number => (text !== undefined && /^\s*[+-]?\d{1,6}(\.0+)?\s*$/.test(text) ? Number(text) : NaN)

/** Good is a bin of 1, or a word that says so. */
export function isGood(bin: string): boolean {
    const text = bin.trim()
    const number = Number(text)
    return text !== '' && Number.isFinite(number) ? number === 1 : GOOD.test(text)
}

export function mapsOf(table: DieTable, columns: DieColumns): Wafers | Refusal {
    if (table.rows.length === 0) return 'empty'
    if (table.rows.length > DIES_MAX) return 'large'
    if (columns.x < 0 || columns.y < 0 || columns.bin < 0 || (columns.lot < 0 && columns.wafer < 0)) return 'columns'
    const maps = new Map<string, WaferMap>()
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
    let skipped = 0
    for (const row of table.rows) {
        const [x, y] = [whole(row[columns.x]), whole(row[columns.y])]
        const [lot, wafer, bin] = [columns.lot, columns.wafer, columns.bin].map((at) => (at < 0 ? '' : (row[at] ?? '').trim())) as [string, string, string]
        if (Number.isNaN(x) || Number.isNaN(y) || bin === '' || (columns.lot >= 0 && lot === '') || (columns.wafer >= 0 && wafer === '')) {
            skipped++
            continue
        }
        left = Math.min(left, x)
        right = Math.max(right, x)
        top = Math.min(top, y)
        bottom = Math.max(bottom, y)
        const key = `${lot}\u0000${wafer}`
        let map = maps.get(key)
        if (!map) {
            if (maps.size >= MAPS_MAX) return 'large'
            maps.set(key, (map = { lot, wafer, dies: [], bad: 0 }))
        }
        const bad = isGood(bin) ? 0 : 1
        map.dies.push(x, y, bad)
        map.bad += bad
    }
    if (maps.size === 0) return 'places'
    const [width, height] = [right - left + 1, bottom - top + 1]
    if (width > SIDE_MAX || height > SIDE_MAX) return 'places'
    const all = [...maps.values()]
    return { maps: all, frames: framesOf(all), left, top, width, height, skipped }
}
function framesOf(maps: readonly WaferMap[]): Map<string, Frame> {
    const frames = new Map<string, Frame>()
    for (const { lot, dies } of maps) {
        const { left, top, width, height } = frames.get(lot) ?? { left: dies[0]!, top: dies[1]!, width: 1, height: 1 }
        let [west, north, east, south] = [left, top, left + width, top + height]
        for (let n = 0; n < dies.length; n += 3) {
            west = Math.min(west, dies[n]!)
            east = Math.max(east, dies[n]! + 1)
            north = Math.min(north, dies[n + 1]!)
            south = Math.max(south, dies[n + 1]! + 1)
        }
        frames.set(lot, { left: west, top: north, width: east - west, height: south - north })
    }
    return frames
}

export const badShare = (map: WaferMap): number => map.bad / (map.dies.length / 3)
