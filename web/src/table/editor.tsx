import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { saidOf } from '../api/problem'
import type { Fault } from '../api/types'
import { Button } from '../parts/basics'
import { rem } from '../parts/rem'
import { useText } from '../text'
import type { Sheet } from './sheet'
import { useWindow } from './window'
import './editor.css'

// In rem; letters are measured in them too.
const ROW_REM = 2.05
const NUMBER_REM = 3.6
const LETTER_REM = 0.5

interface Spot {
    row: number
    column: number
}

/** Letters of Hangul take twice the room of Latin ones. */
const wide = (text: string) => [...text].reduce((sum, letter) => sum + (letter > '\u1100' ? 1.75 : 1), 0)

/** Edits a table in place. Keys as in a spreadsheet: arrows move, Enter or a letter edits, Escape takes back, Ctrl+Z undoes. */
export function SheetEditor({ sheet, faults, start, onChange, readOnly, label }: {
    sheet: Sheet
    faults: Fault[]
    start: Spot | null
    onChange: () => void
    readOnly: boolean
    label: string
}) {
    const { t, lang } = useText()
    const said = (fault: Fault) => {
        const { wrong, right } = saidOf(fault, lang)
        return `${wrong} → ${right}`
    }
    const [spot, setSpot] = useState<Spot>(start ?? { row: Math.min(1, Math.max(0, sheet.rowCount - 1)), column: 0 })
    const [draft, setDraft] = useState<string | null>(null)
    const [message, setMessage] = useState('')
    const [turn, setTurn] = useState(0)
    const columns = sheet.columnCount
    const ROW = Math.round(rem() * ROW_REM)
    const NUMBER = Math.round(rem() * NUMBER_REM)
    const { box, from, to, total, show } = useWindow(Math.max(0, sheet.rowCount - 1), ROW, ROW)
    const input = useRef<HTMLInputElement>(null)
    // Taking the focus back from a cell's field blurs it, which must not finish it a second time.
    const closing = useRef(false)
    const takeFocus = () => {
        closing.current = true
        box.current?.focus({ preventScroll: true })
        closing.current = false
    }

    const widths = useMemo(() => {
        const found = Array.from({ length: columns }, () => 7)
        for (let row = 0; row < Math.min(sheet.rowCount, 200); row++) sheet.row(row).forEach((text, column) => (found[column] = Math.max(found[column] ?? 7, wide(text) * (row === 0 ? 1.25 : 1) + 3)))
        return found.map((letters) => Math.round(Math.min(letters, 38) * LETTER_REM * rem()))
        // Columns keep their width while the table is edited: nothing jumps under the hand.
        // eslint-disable-next-line
    }, [sheet, columns])
    const lefts = useMemo(() => widths.reduce<number[]>((sums, width) => [...sums, sums.at(-1)! + width], [NUMBER]), [widths, NUMBER])

    const wrong = useMemo(() => {
        const found = new Map<string, Fault>()
        for (const fault of faults) if (fault.row !== null) found.set(`${fault.row - 1}:${fault.column ? fault.column - 1 : ''}`, fault)
        return found
    }, [faults])
    const faultAt = (row: number, column: number) => wrong.get(`${row}:${column}`) ?? wrong.get(`${row}:`)

    const reach = (to: Spot) => {
        const next = { row: Math.max(0, Math.min(sheet.rowCount - 1, to.row)), column: Math.max(0, Math.min(columns - 1, to.column)) }
        setSpot(next)
        if (next.row > 0) show(next.row - 1)
        const at = box.current
        if (!at) return
        const [left, right] = [lefts[next.column]!, lefts[next.column + 1]!]
        if (left - NUMBER < at.scrollLeft) at.scrollLeft = left - NUMBER
        else if (right > at.scrollLeft + at.clientWidth) at.scrollLeft = right - at.clientWidth
    }
    useEffect(() => {
        if (!start) return
        reach(start)
        box.current?.focus()
        // Only when the fault to look at is another one.
        // eslint-disable-next-line
    }, [start?.row, start?.column, sheet])
    const editing = draft !== null
    useLayoutEffect(() => {
        if (editing) input.current?.focus()
    }, [editing])

    const changed = () => {
        setTurn(turn + 1)
        onChange()
    }
    const finish = (move: Spot) => {
        if (draft !== null && draft !== sheet.get(spot.row, spot.column)) {
            if (!sheet.set(spot.row, spot.column, draft)) {
                setMessage(t('editor.letter'))
                return
            }
            changed()
        }
        setMessage('')
        setDraft(null)
        reach(move)
        takeFocus()
    }
    const keyInCell = (event: KeyboardEvent) => {
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Enter') finish({ row: spot.row + (event.shiftKey ? -1 : 1), column: spot.column })
        else if (event.key === 'Tab') finish({ row: spot.row, column: spot.column + (event.shiftKey ? -1 : 1) })
        else if (event.key === 'Escape') {
            setDraft(null)
            takeFocus()
        } else return
        event.preventDefault()
        event.stopPropagation()
    }
    const keyInGrid = (event: KeyboardEvent) => {
        if (editing) return
        const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 400) / ROW) - 2)
        const moves: Record<string, Spot> = {
            ArrowUp: { row: -1, column: 0 }, ArrowDown: { row: 1, column: 0 }, ArrowLeft: { row: 0, column: -1 }, ArrowRight: { row: 0, column: 1 },
            PageUp: { row: -page, column: 0 }, PageDown: { row: page, column: 0 }, Home: { row: 0, column: -columns }, End: { row: 0, column: columns },
        }
        const move = moves[event.key]
        const command = event.ctrlKey || event.metaKey
        if (move && command && event.key === 'Home') reach({ row: 0, column: 0 })
        else if (move && command && event.key === 'End') reach({ row: sheet.rowCount, column: columns })
        else if (move) reach({ row: spot.row + move.row, column: spot.column + move.column })
        else if (readOnly) return
        else if (command && event.key.toLowerCase() === 'z') {
            if (event.shiftKey) sheet.redo()
            else sheet.undo()
            changed()
        } else if (command) return
        else if (event.key === 'Enter' || event.key === 'F2') setDraft(sheet.get(spot.row, spot.column))
        else if (event.key === 'Delete' || event.key === 'Backspace') {
            sheet.set(spot.row, spot.column, '')
            changed()
        } else if (event.key.length === 1 || event.key === 'Process') {
            // The letter itself goes to the field that opens now. So does what an input method is about to compose.
            setDraft('')
            return
        } else return
        event.preventDefault()
    }

    const row = (at: number, head: boolean) => {
        const cells = sheet.row(at)
        const shown = head ? columns : Math.max(columns, cells.length)
        return (
            <div key={at} role="row" aria-rowindex={at + 1} className={`line ${head ? 'first' : ''} ${sheet.isEdited(at) ? 'edited' : ''}`} style={head ? { height: ROW } : { height: ROW, top: (at - 1) * ROW }}>
                <span role="rowheader" className="at" style={{ width: NUMBER }}>
                    {at + 1}
                </span>
                {Array.from({ length: Math.min(shown, columns) }, (_, column) => {
                    const fault = faultAt(at, column)
                    const here = spot.row === at && spot.column === column
                    return (
                        <span
                            key={column}
                            id={here ? 'editor-here' : undefined}
                            role={head ? 'columnheader' : 'gridcell'}
                            aria-colindex={column + 1}
                            aria-invalid={fault ? true : undefined}
                            className={`cell ${here ? 'here' : ''} ${fault ? fault.severity : ''}`}
                            style={{ width: widths[column] }}
                            title={fault ? said(fault) : undefined}
                            onMouseDown={(event) => {
                                if (here && editing) return
                                event.preventDefault()
                                // Fingers have no double click: a second touch edits.
                                if (here && !readOnly && matchMedia('(pointer: coarse)').matches) return setDraft(sheet.get(at, column))
                                finish({ row: at, column })
                            }}
                            onDoubleClick={() => !readOnly && setDraft(sheet.get(at, column))}
                        >
                            {here && draft !== null ? (
                                <input
                                    ref={input}
                                    value={draft}
                                    onChange={(event) => setDraft(event.target.value)}
                                    onKeyDown={keyInCell}
                                    onBlur={() => !closing.current && finish(spot)}
                                    aria-label={t('editor.cell', { row: at + 1, column: column + 1 })}
                                />
                            ) : (
                                (cells[column] ?? '')
                            )}
                        </span>
                    )
                })}
            </div>
        )
    }

    const here = faultAt(spot.row, spot.column)
    return (
        <div className="editor">
            {!readOnly && (
                <div className="editor-tools" role="toolbar" aria-label={t('editor.tools')}>
                    <Button
                        look="quiet"
                        onClick={() => {
                            sheet.insert(spot.row + 1)
                            changed()
                            reach({ row: spot.row + 1, column: 0 })
                        }}
                    >
                        {t('editor.add')}
                    </Button>
                    <Button
                        look="quiet"
                        disabled={spot.row === 0}
                        onClick={() => {
                            sheet.remove(spot.row)
                            changed()
                            reach(spot)
                        }}
                    >
                        {t('editor.remove', { row: spot.row + 1 })}
                    </Button>
                    <Button look="quiet" disabled={!sheet.canUndo} onClick={() => { sheet.undo(); changed() }}>
                        {t('editor.undo')}
                    </Button>
                    <Button look="quiet" disabled={!sheet.canRedo} onClick={() => { sheet.redo(); changed() }}>
                        {t('editor.redo')}
                    </Button>
                    <span className="charset">{sheet.charset === 'cp949' ? 'CP949' : 'UTF-8'}</span>
                </div>
            )}
            <div
                ref={box}
                className="sheet"
                role="grid"
                aria-label={label}
                aria-rowcount={sheet.rowCount}
                aria-colcount={columns}
                aria-readonly={readOnly}
                aria-activedescendant="editor-here"
                tabIndex={0}
                onKeyDown={keyInGrid}
            >
                {sheet.rowCount > 0 && row(0, true)}
                <div role="rowgroup" className="lines" style={{ height: total, width: lefts.at(-1) }}>
                    {Array.from({ length: Math.max(0, to - from) }, (_, index) => row(from + index + 1, false))}
                </div>
            </div>
            <p className={here || message ? 'editor-foot bad' : 'editor-foot'} aria-live="polite">
                {message || (here ? `${spot.row + 1}:${spot.column + 1} · ${said(here)}` : t('editor.place', { row: spot.row + 1, column: sheet.get(0, spot.column) || spot.column + 1, rows: sheet.rowCount }))}
            </p>
        </div>
    )
}
