// What a program writes for a terminal, as lines to read: a carriage return goes back to the line's begin, so that a bar of progress is
// one line; colours are kept as classes; all other commands to a terminal are carried out where they move on the last lines, else left
// out. What was fed in pieces shows as it would in one. Finished lines go into blocks that never change again; the oldest blocks are
// forgotten, so that the memory is bounded whatever comes.

export interface Run { text: string; style: number }
export interface Block { key: number; lines: Run[][] }

/** A style: a colour in the lower bits, 0 for none, 1 to 8 for black to white; and these. */
export const BOLD = 16
export const FAINT = 32
export const UNDERLINE = 64
const COLOUR = 15

export const BLOCK_LINES = 200
export const BLOCKS_MAX = 40
const LINE_MAX = 16_384
const PENDING_MAX = 1024
/** Lines that a command can still go back to. */
const REACH = 50

interface Line { text: string; styles: number[] | null }

/** The colour of eight that is nearest to one of red, green and blue. */
function nearest(red: number, green: number, blue: number): number {
    const most = Math.max(red, green, blue)
    const least = Math.min(red, green, blue)
    if (most - least < 40) return most < 100 ? 1 : 0
    const middle = (most + least) / 2
    return 1 + (red > middle ? 1 : 0) + (green > middle ? 2 : 0) + (blue > middle ? 4 : 0)
}
function ofPalette(n: number): number {
    if (n < 16) return 1 + (n % 8)
    if (n >= 232) return 0
    const part = (size: number) => Math.floor((n - 16) / size) % 6 * 51
    return nearest(part(36), part(6), part(1))
}

export class Terminal {
    blocks: Block[] = []
    /** Lines were forgotten, or passed over by whoever feeds. */
    isCut = false
    private lines: Line[] = [{ text: '', styles: null }]
    private row = 0
    private column = 0
    private style = 0
    private pending = ''
    private next = 0

    feed(text: string): void {
        const all = this.pending + text
        this.pending = ''
        const plain = /[^\x00-\x1f\x7f-\x9f]+/y
        for (let at = 0; at < all.length; ) {
            plain.lastIndex = at
            const run = plain.exec(all)
            if (run) {
                this.write(run[0])
                at += run[0].length
                continue
            }
            const n = this.command(all, at)
            if (n === 0) {
                this.pending = all.slice(at)
                return
            }
            at += n
        }
    }

    /** The lines behind the blocks, which may still change. */
    live(): Run[][] {
        return this.lines.map(runsOf)
    }

    /** Carries out what stands at `at`; how long it is, 0 where its end has not come yet. */
    private command(all: string, at: number): number {
        const letter = all[at]
        if (letter === '\n') this.newLine()
        else if (letter === '\r') this.column = 0
        else if (letter === '\b') this.column = Math.max(0, this.column - 1)
        else if (letter === '\t') this.write(' '.repeat(8 - (this.column % 8)))
        else if (letter === '\x1b') return this.escape(all, at)
        return 1
    }

    private escape(all: string, at: number): number {
        const isLate = all.length - at > PENDING_MAX // no command is so long: its begin is left out, the rest is text
        const kind = all[at + 1]
        if (kind === undefined) return isLate ? 1 : 0
        if (kind === '[') {
            const found = /^[0-9:;<=>?]*[ -/]*([@-~])/.exec(all.slice(at + 2, at + 2 + PENDING_MAX))
            if (found) {
                this.control(found[1]!, found[0].slice(0, -1))
                return 2 + found[0].length
            }
            // A byte that no command has ends it.
            const broken = /^[0-9:;<=>?]*[ -/]*[^0-9:;<=>? -/@-~]/.test(all.slice(at + 2, at + 2 + PENDING_MAX))
            return broken || isLate ? 2 : 0
        }
        if (']PX^_'.includes(kind)) { // words to the terminal itself, up to their end
            const end = /\x07|\x1b\\|\x9c/.exec(all.slice(at + 2, at + 2 + PENDING_MAX))
            return end ? 2 + end.index + end[0].length : isLate ? 2 : 0
        }
        if ('()*+#% '.includes(kind)) return all.length > at + 2 || isLate ? 3 : 0
        return 2
    }

    private control(letter: string, given: string): void {
        const numbers = given.split(/[;:]/).map((one) => Math.min(9999, Number(one) || 0))
        const n = Math.max(1, numbers[0]!)
        if (letter === 'm') this.colour(numbers)
        else if (letter === 'A' || letter === 'F') this.go(this.row - n, letter === 'F' ? 0 : this.column)
        else if (letter === 'B' || letter === 'E') this.go(Math.min(this.row + n, this.lines.length - 1), letter === 'E' ? 0 : this.column)
        else if (letter === 'C') this.go(this.row, this.column + n)
        else if (letter === 'D') this.go(this.row, this.column - n)
        else if (letter === 'G') this.go(this.row, n - 1)
        else if (letter === 'K') this.erase(numbers[0]!)
        else if (letter === 'J' && numbers[0] === 0) {
            this.lines.length = this.row + 1
            this.erase(0)
        }
    }

    private colour(numbers: number[]): void {
        for (let n = 0; n < numbers.length; n++) {
            const one = numbers[n]!
            if (one === 0) this.style = 0
            else if (one === 1) this.style |= BOLD
            else if (one === 2) this.style |= FAINT
            else if (one === 4) this.style |= UNDERLINE
            else if (one === 22) this.style &= ~(BOLD | FAINT)
            else if (one === 24) this.style &= ~UNDERLINE
            else if (one === 39) this.style &= ~COLOUR
            else if ((one >= 30 && one <= 37) || (one >= 90 && one <= 97)) this.style = (this.style & ~COLOUR) | (1 + (one % 10))
            else if (one === 38 || one === 48) {
                const isPalette = numbers[n + 1] === 5
                const colour = isPalette ? ofPalette(numbers[n + 2] ?? 0) : nearest(numbers[n + 2] ?? 0, numbers[n + 3] ?? 0, numbers[n + 4] ?? 0)
                if (one === 38) this.style = (this.style & ~COLOUR) | colour
                n += isPalette ? 2 : 4
            }
        }
    }

    private go(row: number, column: number): void {
        this.row = Math.max(0, this.lines.length - REACH, row)
        this.column = Math.min(LINE_MAX - 1, Math.max(0, column))
    }

    private erase(what: number): void {
        const line = this.lines[this.row]!
        if (what === 2) {
            line.text = ''
            line.styles = null
        } else if (what === 0) {
            line.text = line.text.slice(0, this.column)
            line.styles = line.styles && line.styles.slice(0, this.column)
        } else if (what === 1) {
            const n = Math.min(this.column + 1, line.text.length)
            line.text = ' '.repeat(n) + line.text.slice(n)
            line.styles?.fill(0, 0, n)
        }
    }

    private write(text: string): void {
        for (let from = 0; from < text.length; ) {
            if (this.column >= LINE_MAX) this.newLine()
            const piece = text.slice(from, from + LINE_MAX - this.column)
            const line = this.lines[this.row]!
            if (this.column > line.text.length) {
                line.styles?.push(...new Array<number>(this.column - line.text.length).fill(0))
                line.text += ' '.repeat(this.column - line.text.length)
            }
            if (this.style !== 0 && line.styles === null) line.styles = new Array<number>(line.text.length).fill(0)
            line.text = this.column === line.text.length ? line.text + piece : line.text.slice(0, this.column) + piece + line.text.slice(this.column + piece.length)
            if (line.styles) for (let n = 0; n < piece.length; n++) line.styles[this.column + n] = this.style
            this.column += piece.length
            from += piece.length
        }
    }

    private newLine(): void {
        this.row++
        this.column = 0
        if (this.row < this.lines.length) return
        this.lines.push({ text: '', styles: null })
        if (this.lines.length < BLOCK_LINES + REACH) return
        this.blocks = [...this.blocks, { key: this.next++, lines: this.lines.splice(0, BLOCK_LINES).map(runsOf) }]
        this.row -= BLOCK_LINES
        if (this.blocks.length <= BLOCKS_MAX) return
        this.blocks = this.blocks.slice(-BLOCKS_MAX)
        this.isCut = true
    }
}

function runsOf({ text, styles }: Line): Run[] {
    if (!styles) return text ? [{ text, style: 0 }] : []
    const runs: Run[] = []
    for (let from = 0; from < text.length; ) {
        let to = from + 1
        while (to < text.length && styles[to] === styles[from]) to++
        runs.push({ text: text.slice(from, to), style: styles[from] ?? 0 })
        from = to
    }
    return runs
}

/** The classes of a style (style/compute.css). */
export const classesOf = (style: number): string => [style & COLOUR ? `ansi-${(style & COLOUR) - 1}` : '', style & BOLD ? 'ansi-bold' : '', style & FAINT ? 'ansi-faint' : '', style & UNDERLINE ? 'ansi-under' : ''].filter(Boolean).join(' ')
