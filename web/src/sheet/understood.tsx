import { useState } from 'react'
import type { QualityAnswer, QualityColumn, QualityReading } from '../api/quality'
import { Button } from '../parts/basics'
import { useText } from '../text'
import { DATES, KINDS, roleOf, ROLES, SEPARATORS, withKind, withLimit, withRole, type Corrections, type Kind, type Role } from './corrections'

const FIRST = 40
const SEARCH_FROM = 20
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

type Change = (next: Corrections) => void

/** How the file was read, and what of that can be put right. */
export function ReadingFields({ reading, columns, corrections, onChange }: { reading: QualityReading; columns: QualityColumn[]; corrections: Corrections; onChange: Change }) {
    const { t } = useText()
    const its = corrections.reading
    const set = (part: Partial<Corrections['reading']>) => onChange({ ...corrections, reading: { ...its, ...part } })
    const dates = columns.find((column) => column.dates !== null)?.dates ?? null
    const asRead = (text: string) => t('sheet.as_read', { what: text })
    return (
        <div className="sheet-reading">
            <dl>
                <div><dt>{t('sheet.charset')}</dt><dd>{reading.workbook ? t('sheet.workbook') : reading.charset}</dd></div>
                <div><dt>{t('sheet.head_lines')}</dt><dd>{reading.headLines.length > 0 ? reading.headLines.join(', ') : t('sheet.no_head')}</dd></div>
                <div><dt>{t('sheet.left_out_lines')}</dt><dd><LeftOut reading={reading} /></dd></div>
            </dl>
            <div className="fields four">
                {reading.sheets.length > 1 && (
                    <label className="field"><span>{t('sheet.sheet')}</span>
                        <select value={its.sheet || reading.sheet || ''} onChange={(event) => set({ sheet: event.target.value })}>{reading.sheets.map((name) => <option key={name}>{name}</option>)}</select>
                    </label>
                )}
                {!reading.workbook && (
                    <label className="field"><span>{t('sheet.separator')}</span>
                        <select value={its.separator} onChange={(event) => set({ separator: event.target.value })}>
                            <option value="">{asRead(reading.separator ? t(`sheet.separator.${reading.separator as 'comma'}`) : '–')}</option>
                            {SEPARATORS.map((one) => <option key={one} value={one}>{t(`sheet.separator.${one}`)}</option>)}
                        </select>
                    </label>
                )}
                <label className="field"><span>{t('sheet.decimal')}</span>
                    <select value={its.decimal} onChange={(event) => set({ decimal: event.target.value })}>
                        <option value="">{asRead(reading.decimal === ',' ? '3,5' : '3.5')}</option>
                        <option value=".">3.5</option>
                        <option value=",">3,5</option>
                    </select>
                </label>
                <label className="field"><span>{t('sheet.dates')}</span>
                    <select value={its.dates} onChange={(event) => set({ dates: event.target.value })}>
                        <option value="">{asRead(dates && DATES.includes(dates as 'ymd') ? t(`sheet.dates.${dates as 'ymd'}`) : (dates ?? '–'))}</option>
                        {DATES.map((one) => <option key={one} value={one}>{t(`sheet.dates.${one}`)}</option>)}
                    </select>
                </label>
                <label className="field"><span>{t('sheet.first_line')}</span>
                    <input inputMode="numeric" value={its.firstLine} placeholder={String(reading.firstLine)} onChange={(event) => set({ firstLine: event.target.value.replace(/\D/g, '') })} />
                </label>
                <label className="field sheet-check"><input type="checkbox" checked={its.keepTotals} onChange={(event) => set({ keepTotals: event.target.checked })} /><span>{t('sheet.keep_totals')}</span></label>
            </div>
        </div>
    )
}

function LeftOut({ reading }: { reading: QualityReading }) {
    const { t, num } = useText()
    const { title, total, note, headerAgain, limits } = reading.leftOut
    const n = title + total + note + headerAgain + limits
    if (n === 0) return t('sheet.none')
    return (
        <details>
            <summary>{t('sheet.lines', { count: num(n) })}</summary>
            <ul className="sheet-lines">
                {reading.leftOutLines.map(({ line, why, text }) => <li key={line}><b>{t('sheet.line', { line: num(line) })}</b> {t(`sheet.left_out.${why}`)}: “{text}”</li>)}
                {n > reading.leftOutLines.length && <li>…</li>}
            </ul>
        </details>
    )
}

/** Column by column: what it was taken for, why, and what it is. */
export function ColumnsTable({ answer, corrections, onChange }: { answer: QualityAnswer; corrections: Corrections; onChange: Change }) {
    const { t } = useText()
    const [most, setMost] = useState(FIRST)
    const [wanted, setWanted] = useState('')
    const needle = wanted.trim().toLowerCase()
    const columns = answer.columns.filter(({ name }) => name.toLowerCase().includes(needle))
    return (
        <>
            {answer.columns.length > SEARCH_FROM && <input type="search" className="sheet-search" placeholder={t('sheet.search')} aria-label={t('sheet.search')} value={wanted} onChange={(event) => setWanted(event.target.value)} />}
            <div className="scroll">
                <table className="plain-table sheet-columns" aria-label={t('sheet.column')}>
                    <thead><tr><th>{t('sheet.column')}</th><th>{t('sheet.role')}</th><th>{t('sheet.kind')}</th><th>{t('sheet.limits')}</th><th>{t('sheet.why')}</th></tr></thead>
                    <tbody>{columns.slice(0, most).map((column) => <ColumnRow key={column.name} column={column} answer={answer} corrections={corrections} onChange={onChange} />)}</tbody>
                </table>
            </div>
            {columns.length > most && <Button look="quiet" onClick={() => setMost(most + 200)}>{t('more', { count: columns.length - most })}</Button>}
        </>
    )
}

function ColumnRow({ column, answer, corrections, onChange }: { column: QualityColumn; answer: QualityAnswer; corrections: Corrections; onChange: Change }) {
    const { t, lang, num } = useText()
    const { name } = column
    const role = corrections.roles[name]
    const limit = corrections.limits[name]
    const target = answer.target.column === name ? answer.target : null
    const measured = answer.measured.find((one) => one.column === name)?.capability
    const guessed = roleOf(column)
    const own = guessed ? t(`sheet.role.${guessed}`) : capital(lang === 'ko' ? column.role_ko : column.role)
    const why = capital(lang === 'ko' ? column.why_ko : column.why)
    const isLeftOut = (role ?? guessed ?? 'leave-out') === 'leave-out'
    const isChanged = role !== undefined || corrections.kinds[name] !== undefined || limit !== undefined
    return (
        <tr className={`${isLeftOut ? 'out' : ''} ${isChanged ? 'changed' : ''}`}>
            <th scope="row"><b>{name}</b>{column.unit && <small> {column.unit}</small>}<small className="sheet-examples">{column.examples.join(' · ')}</small></th>
            <td>
                <select aria-label={t('sheet.role_of', { column: name })} value={role ?? ''} onChange={(event) => onChange(withRole(corrections, name, event.target.value as Role | ''))}>
                    <option value="">{role === undefined ? own : t('sheet.guess')}</option>
                    {ROLES.map((one) => <option key={one} value={one}>{t(`sheet.role.${one}`)}</option>)}
                </select>
                {target && <BadValue target={target} corrections={corrections} onChange={onChange} />}
            </td>
            <td>
                <select aria-label={t('sheet.kind_of', { column: name })} value={corrections.kinds[name] ?? ''} onChange={(event) => onChange(withKind(corrections, name, event.target.value as Kind | ''))}>
                    <option value="">{corrections.kinds[name] ? t('sheet.guess') : t(`sheet.kind.${column.kind}`)}</option>
                    {KINDS.map((one) => <option key={one} value={one}>{t(`sheet.kind.${one}`)}</option>)}
                </select>
            </td>
            <td>
                {(corrections.kinds[name] ?? column.kind) === 'number' && (
                    <span className="sheet-limits">
                        {(['lower', 'upper'] as const).map((side) => <input key={side} inputMode="decimal" aria-label={t(`sheet.${side}_of`, { column: name })} placeholder={measured?.[side]?.toString() ?? t(`sheet.${side}`)} value={limit?.[side] ?? ''} onChange={(event) => onChange(withLimit(corrections, name, side, event.target.value))} />)}
                    </span>
                )}
            </td>
            <td className="sheet-why">
                {why || (isLeftOut ? '' : t('sheet.no_reason'))}
                {column.missing > 0 && <small>{t('sheet.missing', { count: num(column.missing) })}</small>}
                {column.odd > 0 && <small className="odd">{t('sheet.odd', { count: num(column.odd), cells: column.oddCells.map(({ line, text }) => `${t('sheet.line', { line: num(line) })} “${text}”`).join(', ') })}</small>}
            </td>
        </tr>
    )
}

function BadValue({ target, corrections, onChange }: { target: QualityAnswer['target']; corrections: Corrections; onChange: Change }) {
    const { t } = useText()
    if (target.form !== 'word' && target.form !== 'flag') return null
    const set = (bad: string) => onChange({ ...corrections, bad })
    return (
        <label className="sheet-bad">
            <span>{t('sheet.bad_is')}</span>
            {target.form === 'word' ? (
                <select value={corrections.bad} onChange={(event) => set(event.target.value)}>
                    <option value="">{(target.bad ?? []).join(', ')}</option>
                    {(target.words ?? []).map((word) => <option key={word} value={word}>{word}</option>)}
                </select>
            ) : (
                <input value={corrections.bad} placeholder={`≠ ${target.good}`} onChange={(event) => set(event.target.value.trim())} />
            )}
        </label>
    )
}
