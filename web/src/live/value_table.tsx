import type { ReactNode } from 'react'
import type { Reading, Signal } from '../api/live'
import { useText } from '../text'
import { statsOf, valueAt, type Piece } from './pieces'
import type { Span } from './span'
import { useStamp } from './stamp'
import { gradeOf, shortNumber, shortValue } from './values'

interface Row {
    signal: Signal
    colour: string
    piece: Piece | undefined
    isHidden: boolean
    last: Reading | null
}

/** Beside the chart in numbers: what holds at the cursor, or now, and the lowest, mean and highest of what can be seen. */
export function ValueTable({ lines, span, cursor, axisOf, onAxis, onHide, onRemove }: {
    lines: Row[]
    span: Span
    cursor: number | null
    /** Which axis a signal is drawn on; -1: none. */
    axisOf: (id: number) => number
    /** Puts a signal onto the axis of another, or onto one of its own. */
    onAxis: (id: number, on: number) => void
    onHide: (id: number) => void
    onRemove: (id: number) => void
}) {
    const { t } = useText()
    const stamp = useStamp()
    const drawn = lines.filter(({ signal }) => axisOf(signal.id) >= 0).map(({ signal }) => ({ signal, axis: axisOf(signal.id) }))
    const several = drawn.length > 1
    return (
        <div className="value-table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t('data.signals')}</th>
                        <th scope="col" className="number at">{cursor === null ? t('values.now') : stamp.full(cursor, span.to - span.from)}</th>
                        <th scope="col" className="number wide">{t('values.low')}</th>
                        <th scope="col" className="number wide">{t('values.mean')}</th>
                        <th scope="col" className="number wide">{t('values.high')}</th>
                        {several && <th scope="col" className="wide">{t('values.axis')}</th>}
                        <th scope="col"><span className="hidden">{t('values.remove')}</span></th>
                    </tr>
                </thead>
                <tbody>
                    {lines.map((line) => <Line key={line.signal.id} {...line} span={span} cursor={cursor} onHide={onHide} onRemove={onRemove} axis={several && <AxisChoice signal={line.signal} drawn={drawn} onAxis={onAxis} />} />)}
                </tbody>
            </table>
        </div>
    )
}

/** The axis of a signal, by the first other one on it: what dragging onto an axis does, without a hand. */
function AxisChoice({ signal, drawn, onAxis }: { signal: Signal; drawn: { signal: Signal; axis: number }[]; onAxis: (id: number, on: number) => void }) {
    const { t } = useText()
    const mine = drawn.find((one) => one.signal.id === signal.id)
    if (!mine) return null
    const others = drawn.filter((one, n) => one.signal.id !== signal.id && drawn.findIndex((each) => each.axis === one.axis && each.signal.id !== signal.id) === n)
    const here = others.find(({ axis }) => axis === mine.axis)
    return (
        <select className="axis-choice" aria-label={`${t('values.axis')}: ${signal.name}`} value={here?.signal.id ?? signal.id} onChange={(event) => onAxis(signal.id, Number(event.target.value))}>
            <option value={signal.id}>{t('values.axis.own')}</option>
            {others.map((one) => <option key={one.signal.id} value={one.signal.id}>{t('values.axis.of', { signal: one.signal.name })}</option>)}
        </select>
    )
}

function Line({ signal, colour, piece, isHidden, last, span, cursor, onHide, onRemove, axis }: Row & { span: Span; cursor: number | null; onHide: (id: number) => void; onRemove: (id: number) => void; axis: ReactNode }) {
    const { t } = useText()
    const stats = piece && signal.type !== 'text' ? statsOf(piece, span) : null
    const number = (value: number) => shortNumber(value, signal.type === 'integer' ? 'double' : signal.type)
    return (
        <tr className={isHidden ? 'off' : ''}>
            <th scope="row">
                <button type="button" className="series" aria-pressed={!isHidden} title={t(isHidden ? 'values.show' : 'values.hide')} onClick={() => onHide(signal.id)}>
                    <i style={{ background: colour }} />
                    <span>{signal.name}</span>
                </button>
                {signal.asset && <small title={signal.source}>{signal.asset}</small>}
            </th>
            <td className="number at"><At signal={signal} piece={piece} cursor={cursor} last={last} /> <small>{signal.unit}</small></td>
            <td className="number wide">{stats && stats.n > 0 ? number(stats.low) : '–'}</td>
            <td className="number wide">{stats && stats.n > 0 ? number(stats.mean) : '–'}</td>
            <td className="number wide">{stats && stats.n > 0 ? number(stats.high) : '–'}</td>
            {axis && <td className="wide">{axis}</td>}
            <td><button type="button" className="close" aria-label={`${t('values.remove')}: ${signal.name}`} onClick={() => onRemove(signal.id)}>×</button></td>
        </tr>
    )
}

function At({ signal, piece, cursor, last }: { signal: Signal; piece: Piece | undefined; cursor: number | null; last: Reading | null }) {
    const { t } = useText()
    if (cursor === null) {
        const [, value, quality] = last ?? (signal.last ? [signal.last.at, signal.last.value, signal.last.quality] : [0, null, 255])
        const grade = gradeOf(quality)
        return (
            <>
                {grade !== 'good' && <span className={`grade ${grade}`}>{t(`quality.${grade}`)}</span>} <b>{shortValue(value, signal.type, t('value.on'), t('value.off'))}</b>
            </>
        )
    }
    const told = piece ? valueAt(piece, cursor) : null
    if (!told) return <b>–</b>
    if (signal.type === 'text') return <b>{told.text || '–'}</b>
    if (Number.isNaN(told.mid)) return <span className="grade bad">{t('quality.bad')}</span>
    if (piece!.step > 0 && told.high > told.low) return <b title={t('values.of_column')}>{shortNumber(told.mid)} <small>({shortNumber(told.low)} – {shortNumber(told.high)})</small></b>
    return <b>{shortValue(told.mid, signal.type, t('value.on'), t('value.off'))}</b>
}
