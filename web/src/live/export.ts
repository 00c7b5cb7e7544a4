// Samples as a file for a spreadsheet: exact, as they came, all signals one after the other.
import { exact, samplesOf, type Reading, type Signal } from '../api/live'
import { gradeOf } from './values'
import type { Span } from './span'

const PAGE = 100_000
export const ROWS_MAX = 1_000_000

/** A text that a spreadsheet would take for a formula stays a text; equipment may say anything. */
export function cell(text: string): string {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const two = (value: number, digits = 2) => String(value).padStart(digits, '0')
/** ISO 8601 with microseconds in the time zone of the reader. */
export function stamp(at: number): string {
    const micros = Math.round(at * 1e6)
    const date = new Date(Math.floor(micros / 1000))
    const offset = -date.getTimezoneOffset()
    const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${two(((micros % 1e6) + 1e6) % 1e6, 6)}${zone}`
}

export const rowOf = (signal: Signal, [at, value, quality]: Reading): string =>
    [stamp(at), cell(signal.asset), cell(signal.name), cell(signal.unit), typeof value === 'string' ? cell(value) : value === null ? '' : String(value), gradeOf(quality)].join(',')

/** All samples of a span; `isCut` where there are more than a spreadsheet takes. */
export async function exported(signals: readonly Signal[], span: Span, progress: (rows: number) => void, stop: AbortSignal): Promise<{ file: Blob; rows: number; isCut: boolean }> {
    // The mark at the begin lets spreadsheets read UTF-8.
    const parts = ['\ufefftime,asset,signal,unit,value,quality\r\n']
    let rows = 0
    for (const signal of signals) {
        let from = span.from
        for (let isMore = true; isMore && rows < ROWS_MAX; ) {
            const { samples, more } = await samplesOf(signal.id, from, span.to, Math.min(PAGE, ROWS_MAX - rows), stop)
            parts.push(samples.map((reading) => `${rowOf(signal, reading)}\r\n`).join(''))
            rows += samples.length
            progress(rows)
            isMore = more && samples.length > 0
            if (isMore) from = exact(samples.at(-1)![0] + 1e-6)
        }
    }
    return { file: new Blob(parts, { type: 'text/csv' }), rows, isCut: rows >= ROWS_MAX }
}

export function save(file: Blob, name: string): void {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(file)
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
