// What the reader of a report knows better than the reader of the spreadsheet, and how the server is told.
import type { Hint, QualityAnswer, QualityColumn } from '../api/quality'

export type Kind = QualityColumn['kind']
export type Role = 'target' | 'cause' | 'time' | 'lot' | 'tool' | 'leave-out'
export const ROLES: Role[] = ['target', 'cause', 'time', 'lot', 'tool', 'leave-out']
export const KINDS: Kind[] = ['number', 'word', 'time', 'text', 'none']
export const SEPARATORS = ['comma', 'semicolon', 'tab', 'bar', 'blank'] as const
export const DATES = ['ymd', 'mdy', 'dmy', 'yy', 'excel'] as const

/** Empty texts are left to the server. */
export interface Reading {
    sheet: string
    separator: string
    decimal: string
    dates: string
    firstLine: string
    keepTotals: boolean
}

export interface Corrections {
    bad: string
    roles: Record<string, Role>
    kinds: Record<string, Kind>
    limits: Record<string, { lower: string; upper: string }>
    reading: Reading
}

export const NO_CORRECTIONS: Corrections = { bad: '', roles: {}, kinds: {}, limits: {}, reading: { sheet: '', separator: '', decimal: '', dates: '', firstLine: '', keepTotals: false } }

/** One column is the verdict; a role of '' is the server's affair again. */
export function withRole(corrections: Corrections, column: string, role: Role | ''): Corrections {
    const roles = Object.fromEntries(Object.entries(corrections.roles).filter(([name, its]) => name !== column && !(role === 'target' && its === 'target')))
    if (role) roles[column] = role
    return { ...corrections, roles, bad: role === 'target' || corrections.roles[column] === 'target' ? '' : corrections.bad }
}

export function withKind(corrections: Corrections, column: string, kind: Kind | ''): Corrections {
    const kinds = Object.fromEntries(Object.entries(corrections.kinds).filter(([name]) => name !== column))
    if (kind) kinds[column] = kind
    return { ...corrections, kinds }
}

export function withLimit(corrections: Corrections, column: string, side: 'lower' | 'upper', text: string): Corrections {
    const limit = { lower: '', upper: '', ...corrections.limits[column], [side]: text.trim() }
    const limits = Object.fromEntries(Object.entries(corrections.limits).filter(([name]) => name !== column))
    if (limit.lower || limit.upper) limits[column] = limit
    return { ...corrections, limits }
}

/** The same corrections always give the same list. */
export function hintsOf({ bad, roles, kinds, limits, reading }: Corrections): Hint[] {
    const hints: Hint[] = []
    const add = (name: string, value: string) => value && hints.push([name, value])
    add('sheet', reading.sheet)
    add('separator', reading.separator)
    add('decimal', reading.decimal)
    add('dates', reading.dates)
    add('first-line', reading.firstLine)
    add('keep-totals', reading.keepTotals ? 'true' : '')
    const names = (record: object) => Object.keys(record).sort()
    for (const name of names(kinds)) add('kind', `${name}=${kinds[name]}`)
    for (const name of names(roles)) add(roles[name]!, name)
    add('bad', bad)
    for (const name of names(limits)) add('limits', `${name}=${limits[name]!.lower}..${limits[name]!.upper}`)
    return hints
}

const ROLE_OF: Record<string, Role> = { verdict: 'target', 'possible cause': 'cause', time: 'time', lot: 'lot', 'tool or place': 'tool' }
/** The role as somebody would choose it; null: it is one that only the server gives. */
export const roleOf = (column: QualityColumn): Role | null => ROLE_OF[column.role] ?? null

/** What the answer is in a sentence or two: how many are bad, and the first of what goes with it. */
export function headline(answer: QualityAnswer): QualityAnswer['told'] {
    if (answer.target.form === 'none') return answer.told.filter(({ part }) => part === 'read').slice(-1)
    return [answer.told.find(({ part }) => part === 'count'), answer.told.find(({ part }) => part === 'causes')].filter((one) => one !== undefined)
}
