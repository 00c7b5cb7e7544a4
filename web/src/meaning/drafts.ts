// Changes of a table that another page proposes: they wait here until the editor of the table takes them, and are nobody's until
// somebody saves them there.
import type { DocumentName } from '../api/meaning'
import type { Sheet } from '../table/sheet'

export interface Cells {
    /** Which row: the cell of the first column of the table's key. */
    name: string
    /** By English name of the column. */
    cells: Record<string, string>
}

let waiting: { name: DocumentName; rows: Cells[] } | null = null

export const propose = (name: DocumentName, rows: Cells[]): void => {
    waiting = { name, rows }
}
/** Looks without taking: an effect may run twice. */
export const proposed = (name: DocumentName): Cells[] | null => (waiting?.name === name ? waiting.rows : null)
export const taken = (): void => {
    waiting = null
}

const KOREAN: Record<string, string> = {
    alarm: '경보', condition: '조건', on_delay: '발생지연',
    chart: '관리도', signal: '신호', kind: '종류', size: '크기', rules: '규칙', target: '목표', lower: '규격하한', upper: '규격상한',
}
const same = (text: string) => text.trim().toLowerCase().replaceAll(/[-_ ]/g, '')

/** The column of this name, in either language; it is added where there is none. */
export function columnOf(sheet: Sheet, name: string): number {
    const heads = sheet.row(0).map((head) => same(head.replace(/^\ufeff/, '')))
    const found = heads.findIndex((head) => head === same(name) || head === same(KOREAN[name] ?? name))
    if (found >= 0) return found
    sheet.set(0, heads.length, name)
    return heads.length
}

/** Puts proposed rows into a table: into the row of that name, else into a new one at the end. How many rows are others now. */
export function apply(sheet: Sheet, key: string, rows: readonly Cells[]): number {
    const at = columnOf(sheet, key)
    let changed = 0
    for (const { name, cells } of rows) {
        let row = 1
        while (row < sheet.rowCount && sheet.get(row, at).trim() !== name) row++
        if (row === sheet.rowCount) {
            sheet.insert(row)
            sheet.set(row, at, name)
        }
        const before = sheet.row(row).join('\u0000')
        for (const [column, text] of Object.entries(cells)) {
            // A column that is not there is not made for an empty cell.
            if (text === '' && !sheet.row(0).some((head) => [same(column), same(KOREAN[column] ?? column)].includes(same(head)))) continue
            sheet.set(row, columnOf(sheet, column), text)
        }
        if (sheet.row(row).join('\u0000') !== before) changed++
    }
    return changed
}
