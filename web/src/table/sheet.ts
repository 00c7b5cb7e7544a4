// A table as an editor holds it: RFC 4180 CSV, or text with tabs (AutoSched), over the bytes as they came. What is not changed is
// written back byte for byte: quotes, line ends, byte order mark and character set included. Only the bytes are scanned; this is sound
// for CP949 too, because no second byte of a letter there is a comma, quote, tab or line end.
import { charsetOf, decode, encode, type Charset } from './charset'

const COMMA = 0x2c
const QUOTE = 0x22
const TAB = 0x09
const CR = 0x0d
const LF = 0x0a

/** A cell that was not touched is its bytes, quotes included; one that was is its text. */
type Cell = Uint8Array | string
interface EditedRow {
    cells: Cell[]
    end: Uint8Array
}
/** An untouched row is the number of its line in the bytes. */
type Row = number | EditedRow

interface Step {
    at: number
    removed: Row[]
    added: Row[]
}

export class Sheet {
    readonly charset: Charset
    readonly delimiter: number
    readonly #bytes: Uint8Array
    /** Line i lies from #starts[i] to #starts[i + 1], its line end included. */
    readonly #starts: number[]
    #rows: Row[]
    #undo: Step[] = []
    #redo: Step[] = []
    #widest = 0

    constructor(bytes: Uint8Array, delimiter: ',' | '\t' = ',') {
        this.charset = charsetOf(bytes)
        this.delimiter = delimiter === ',' ? COMMA : TAB
        this.#bytes = bytes
        const mark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
        this.#starts = lineStarts(bytes, mark, this.delimiter === COMMA)
        this.#rows = Array.from({ length: this.#starts.length - 1 }, (_, line) => line)
    }

    get rowCount(): number {
        return this.#rows.length
    }
    get columnCount(): number {
        if (this.#widest === 0) {
            const seen = Math.min(this.#rows.length, 500)
            for (let row = 0; row < seen; row++) this.#widest = Math.max(this.#widest, this.#cells(row).length)
        }
        return Math.max(this.#widest, 1)
    }
    get changed(): boolean {
        return this.#undo.length > 0
    }
    get canUndo(): boolean {
        return this.#undo.length > 0
    }
    get canRedo(): boolean {
        return this.#redo.length > 0
    }

    row(at: number): string[] {
        return this.#cells(at).map((cell) => this.#text(cell))
    }
    get(at: number, column: number): string {
        const cell = this.#cells(at)[column]
        return cell === undefined ? '' : this.#text(cell)
    }
    isEdited(at: number): boolean {
        return typeof this.#rows[at] === 'object'
    }

    /** False: the table's character set has no such letter; nothing is changed. */
    set(at: number, column: number, text: string): boolean {
        if (this.get(at, column) === text) return true
        if (encode(text, this.charset) === null) return false
        const cells: Cell[] = [...this.#cells(at)]
        while (cells.length <= column) cells.push('')
        cells[column] = text
        this.#replace(at, 1, [{ cells, end: this.#end(at) }])
        this.#widest = Math.max(this.#widest, cells.length)
        return true
    }
    insert(at: number, cells: string[] = Array.from({ length: this.columnCount }, () => '')): void {
        const beside = Math.min(at, this.#rows.length - 1)
        const end = beside >= 0 && this.#end(beside).length > 0 ? this.#end(beside) : this.#usualEnd()
        this.#replace(at, 0, [{ cells, end }])
    }
    remove(at: number, count = 1): void {
        this.#replace(at, count, [])
    }
    undo(): void {
        const step = this.#undo.pop()
        if (!step) return
        this.#rows.splice(step.at, step.added.length, ...step.removed)
        this.#redo.push(step)
    }
    redo(): void {
        const step = this.#redo.pop()
        if (!step) return
        this.#rows.splice(step.at, step.removed.length, ...step.added)
        this.#undo.push(step)
    }

    toBytes(): Uint8Array {
        const parts: Uint8Array[] = [this.#bytes.subarray(0, this.#starts[0])]
        this.#rows.forEach((row, at) => {
            let end: Uint8Array
            if (typeof row === 'number') {
                end = this.#end(at)
                parts.push(this.#bytes.subarray(this.#starts[row]!, this.#starts[row + 1]!))
            } else {
                end = row.end
                row.cells.forEach((cell, column) => {
                    if (column > 0) parts.push(Uint8Array.of(this.delimiter))
                    parts.push(typeof cell === 'string' ? this.#written(cell) : cell)
                })
                parts.push(end)
            }
            // The last line of a file may lack its end; once something follows, it needs one.
            if (end.length === 0 && at < this.#rows.length - 1) parts.push(this.#usualEnd())
        })
        const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
        let to = 0
        for (const part of parts) {
            all.set(part, to)
            to += part.length
        }
        return all
    }

    #replace(at: number, count: number, added: Row[]): void {
        const removed = this.#rows.splice(at, count, ...added)
        this.#undo.push({ at, removed, added })
        this.#redo = []
    }
    #cells(at: number): Cell[] {
        const row = this.#rows[at]
        if (row === undefined) return []
        if (typeof row !== 'number') return row.cells
        return splitLine(this.#bytes.subarray(this.#starts[row]!, this.#starts[row + 1]! - this.#end(at).length), this.delimiter)
    }
    #end(at: number): Uint8Array {
        const row = this.#rows[at]!
        if (typeof row !== 'number') return row.end
        const to = this.#starts[row + 1]!
        let from = to
        if (from > this.#starts[row]! && this.#bytes[from - 1] === LF) from--
        if (from > this.#starts[row]! && this.#bytes[from - 1] === CR) from--
        return this.#bytes.subarray(from, to)
    }
    #usualEnd(): Uint8Array {
        const first = this.#starts[1]
        return first !== undefined && first >= 2 && this.#bytes[first - 2] === CR ? Uint8Array.of(CR, LF) : Uint8Array.of(LF)
    }
    #text(cell: Cell): string {
        if (typeof cell === 'string') return cell
        const text = decode(cell, this.charset)
        if (this.delimiter !== COMMA || cell[0] !== QUOTE) return text
        return text.slice(1, text.length > 1 && text.endsWith('"') ? -1 : undefined).replaceAll('""', '"')
    }
    #written(text: string): Uint8Array {
        if (this.delimiter === TAB) return encode(text.replace(/[\t\r\n]+/g, ' '), this.charset)!
        return encode(/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text, this.charset)!
    }
}

/** Where lines begin, and behind them the end of the bytes. A line end within quotes is part of its cell. */
function lineStarts(bytes: Uint8Array, from: number, quotes: boolean): number[] {
    const starts = [from]
    let quoted = false
    for (let at = from; at < bytes.length; at++) {
        const byte = bytes[at]!
        if (quotes && byte === QUOTE) quoted = !quoted
        else if (!quoted && (byte === LF || (byte === CR && bytes[at + 1] !== LF)) && at + 1 < bytes.length) starts.push(at + 1)
    }
    if (bytes.length > from) starts.push(bytes.length)
    return starts
}

function splitLine(line: Uint8Array, delimiter: number): Uint8Array[] {
    const cells: Uint8Array[] = []
    let quoted = false
    let from = 0
    for (let at = 0; at < line.length; at++) {
        if (delimiter === COMMA && line[at] === QUOTE) quoted = !quoted
        else if (!quoted && line[at] === delimiter) {
            cells.push(line.subarray(from, at))
            from = at + 1
        }
    }
    cells.push(line.subarray(from))
    return cells
}

export const delimiterOf = (name: string): ',' | '\t' => (/\.csv$/i.test(name) ? ',' : '\t')
