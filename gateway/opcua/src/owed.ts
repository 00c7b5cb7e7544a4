// What of the journal is still owed to the host, and the few numbers that must outlive the process, in one small file that
// is replaced as a whole. Ranges are half-open, in order, apart; the last one is open to the right: the future is always owed.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

export interface Range {
    from: number
    to: number
}

export class Owed {
    ranges: Range[]

    constructor(ranges: Range[] = [{ from: 0, to: Infinity }]) {
        this.ranges = ranges
    }

    // The host has it: [from, to) is owed no longer.
    settle(from: number, to: number): void {
        this.ranges = this.ranges.flatMap((range) => {
            if (to <= range.from || from >= range.to) {
                return [range]
            }
            const left = { from: range.from, to: from }
            const right = { from: to, to: range.to }
            return [left, right].filter((piece) => piece.from < piece.to)
        })
    }

    // What lies before `position` of what is owed.
    before(position: number): Range[] {
        return this.ranges.filter((range) => range.from < position).map((range) => ({ from: range.from, to: Math.min(range.to, position) }))
    }

    // Everything before this is settled.
    get begin(): number {
        return this.ranges[0]?.from ?? 0
    }

    bytes(end: number): number {
        return this.before(end).reduce((sum, range) => sum + range.to - range.from, 0)
    }
}

// Replaces a file as a whole: after a crash it is the old one or the new one, and the new one once this returns.
export function replaceFile(path: string, text: string, mode = 0o644): void {
    const next = `${path}.new`
    const file = openSync(next, 'w', mode)
    try {
        writeFileSync(file, text)
        fsyncSync(file)
    } finally {
        closeSync(file)
    }
    renameSync(next, path)
}

// A JSON file, or undefined where there is none or it is not one.
export function readJson(path: string): unknown {
    try {
        return JSON.parse(readFileSync(path, 'utf8'))
    } catch {
        return undefined
    }
}
