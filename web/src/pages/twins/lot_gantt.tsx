import { useEffect, useRef } from 'react'
import { lotName, type LotWay } from '../../api/twin'
import { useText } from '../../text'
import { ticksOf, xOf } from '../../twin/axis'
import type { Clock } from '../../twin/use_twin'

const ROWS_AHEAD = 8
const WIDTH_REM = 46

/** A lot's way: a row for each visit of a tool group, waiting light and processing dark, and below what is ahead. */
export function LotGantt({ way, now, clock }: { way: LotWay; now: number; clock: Clock }) {
    const { t } = useText()
    const box = useRef<HTMLDivElement>(null)
    // What it does now is at the lower end.
    useEffect(() => {
        if (box.current) box.current.scrollTop = box.current.scrollHeight
    }, [way.lot])
    const rows = way.history
    const begins = (row: LotWay['history'][number]) => row.arrived ?? row.started ?? row.ended ?? now
    const from = rows[0] ? begins(rows[0]) : (way.since ?? now)
    const to = Math.max(now, ...rows.map((row) => row.ended ?? row.started ?? begins(row))) + 1
    const span = Math.max(60, to - from)
    const axis = { from, to: from + span * 1.02, width: 100 }
    const ticks = ticksOf({ ...axis, width: 900 }, 110, clock.offset)
    const part = (start: number, end: number) => ({ left: `${xOf(axis, start)}%`, width: `${Math.max(0.25, xOf(axis, end) - xOf(axis, start))}%` })
    const toolName = (name: string) => name.replace(/\/(\d+)$/, ' #$1')
    return (
        <>
            <ul className="e10-key" aria-label={t('legend')}>
                <li><i className="g-wait" />{t('where.waiting')}</li>
                <li><i className="g-work" />{t('where.processing')}</li>
            </ul>
            <div className="gantt" ref={box} tabIndex={0} role="region" aria-label={t('flow.way', { lot: lotName(way.lot) })}>
                <div role="table" aria-label={t('flow.way', { lot: lotName(way.lot) })} style={{ minWidth: `${WIDTH_REM}rem` }}>
                    {rows.map((row, n) => {
                        const came = begins(row)
                        const begun = row.started ?? row.ended ?? now
                        const told = [`${row.step + 1}. ${row.step_name}`, row.tool ? toolName(row.tool) : row.group, t('gantt.waited', { span: clock.span(begun - came) }), row.started !== null ? t('gantt.worked', { span: clock.span((row.ended ?? now) - row.started) }) : ''].filter(Boolean).join(' · ')
                        return (
                            <div role="row" className="gantt-row" key={n} title={told}>
                                <span role="rowheader"><b>{row.step + 1}</b> {row.step_name}</span>
                                <span role="cell">{row.tool ? toolName(row.tool) : row.group}</span>
                                <div role="cell" className="gantt-line" aria-label={told}>
                                    {ticks.times.map((time) => <u key={time} style={{ left: `${xOf(axis, time)}%` }} />)}
                                    {begun > came && <i className="g-wait" style={part(came, begun)} />}
                                    {row.started !== null && <i className={row.ended === null ? 'g-work going' : 'g-work'} style={part(row.started, row.ended ?? now)} />}
                                </div>
                            </div>
                        )
                    })}
                    {way.ahead.slice(0, ROWS_AHEAD).map((row) => (
                        <div role="row" className="gantt-row ahead" key={`a${row.step}`}>
                            <span role="rowheader"><b>{row.step + 1}</b> {row.step_name}</span>
                            <span role="cell">{row.group}</span>
                            <div role="cell" className="gantt-line" />
                        </div>
                    ))}
                    <div className="gantt-row gantt-axis" aria-hidden="true">
                        <span />
                        <span />
                        <div className="gantt-line">{ticks.times.map((time) => <small key={time} style={{ left: `${xOf(axis, time)}%` }}>{clock.mark(time, ticks.step)}</small>)}</div>
                    </div>
                </div>
            </div>
            {way.ahead.length > ROWS_AHEAD && <p className="note">{t('gantt.more', { count: way.steps - way.step - 1 - ROWS_AHEAD })}</p>}
        </>
    )
}
