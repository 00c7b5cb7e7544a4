import { useMemo, useState, type ReactNode } from 'react'
import { rem } from '../parts/rem'
import { useText } from '../text'
import { useWindow } from './window'
import './data_table.css'

export interface Column<R> {
    key: string
    title: string
    /** What is sorted and searched by. */
    value: (row: R) => string | number | null | undefined
    show?: (row: R) => ReactNode
    /** In rem: at least so wide. */
    width?: number
    /** Share of the room that is left; 0: none. */
    grow?: number
    number?: boolean
    hint?: string
}

const ROW_REM = 2.45
const SEARCH_FROM = 12
const FULL_MAX = 40

/** A table to search and sort. Long ones draw only the rows that can be seen. */
export function DataTable<R>({ label, rows, columns, first, search = rows.length >= SEARCH_FROM, rowKey, tone }: {
    label: string
    rows: R[]
    columns: Column<R>[]
    /** Column to sort by at first, `-` before it: largest first. */
    first?: string
    search?: boolean
    rowKey: (row: R) => string
    tone?: (row: R) => string | undefined
}) {
    const { t, lang, num } = useText()
    const [order, setOrder] = useState(first ?? '')
    const [wanted, setWanted] = useState('')
    const found = useMemo(() => {
        const needle = wanted.trim().toLowerCase()
        const kept = needle ? rows.filter((row) => columns.some((column) => !column.number && String(column.value(row) ?? '').toLowerCase().includes(needle))) : [...rows]
        const by = columns.find((column) => column.key === order.replace(/^-/, ''))
        if (!by) return kept
        const sign = order.startsWith('-') ? -1 : 1
        const collator = new Intl.Collator(lang, { numeric: true })
        return kept.sort((a, b) => {
            const [x, y] = [by.value(a), by.value(b)]
            // What has no value goes last, whichever way the table is sorted.
            if (x === null || x === undefined || y === null || y === undefined) return Number(x === null || x === undefined) - Number(y === null || y === undefined)
            return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y)))
        })
    }, [rows, columns, order, wanted, lang])
    const full = found.length <= FULL_MAX
    const height = Math.round(rem() * ROW_REM)
    const seen = useWindow(found.length, height, height)
    const [from, to] = full ? [0, found.length] : [seen.from, seen.to]
    // Every row is a grid of its own, so the widths must come out alike without looking at what stands in them.
    // The first stays in sight, so on a telephone it must leave room for the others.
    const widths = columns.map((column, n) => {
        const width = `${column.width ?? (column.number ? 6.5 : 9)}rem`
        return n === 0 ? `min(38vw, ${width})` : width
    })
    const grid = {
        gridTemplateColumns: columns.map((column, n) => `minmax(${widths[n]}, ${column.grow ?? (column.number ? 1 : 2)}fr)`).join(' '),
        minWidth: `calc(${widths.join(' + ')})`,
        height,
    }
    return (
        <div className="data-table">
            {search && (
                <div className="table-tools">
                    <input type="search" value={wanted} onChange={(event) => setWanted(event.target.value)} placeholder={t('table.search')} aria-label={`${label}: ${t('table.search')}`} />
                    <span aria-live="polite">{t('table.count', { found: num(found.length), all: num(rows.length) })}</span>
                </div>
            )}
            <div className={full ? 'rows scrolls full' : 'rows scrolls'} ref={seen.box} role="table" aria-label={label} aria-rowcount={found.length + 1} tabIndex={0}>
                <div className="row head" role="row" aria-rowindex={1} style={grid}>
                    {columns.map((column) => {
                        const way = order === column.key ? 'ascending' : order === `-${column.key}` ? 'descending' : 'none'
                        const flip = way === 'none' ? (column.number ? `-${column.key}` : column.key) : way === 'ascending' ? `-${column.key}` : column.key
                        return (
                            <span key={column.key} role="columnheader" aria-sort={way} className={column.number ? 'number' : ''} title={column.hint}>
                                <button type="button" onClick={() => setOrder(flip)}>
                                    {column.title}
                                    <i aria-hidden="true" className={way} />
                                </button>
                            </span>
                        )
                    })}
                </div>
                <div className="body" role="rowgroup" style={{ minWidth: grid.minWidth, ...(full ? {} : { height: seen.total }) }}>
                    {found.slice(from, to).map((row, index) => (
                        <div
                            key={rowKey(row)}
                            className={`row ${tone?.(row) ?? ''}`}
                            role="row"
                            aria-rowindex={from + index + 2}
                            style={full ? grid : { ...grid, position: 'absolute', top: (from + index) * height, width: '100%' }}
                        >
                            {columns.map((column) => (
                                <span key={column.key} role="cell" className={column.number ? 'number' : ''}>
                                    {column.show ? column.show(row) : (column.value(row) ?? '')}
                                </span>
                            ))}
                        </div>
                    ))}
                </div>
                {found.length === 0 && <p className="none">{t('table.none')}</p>}
            </div>
        </div>
    )
}
