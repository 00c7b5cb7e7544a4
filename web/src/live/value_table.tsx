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
export function ValueTable({ lines, span, cursor, onHide, onRemove }: { lines: Row[]; span: Span; cursor: number | null; onHide: (id: number) => void; onRemove: (id: number) => void }) {
    const { t } = useText()
    const stamp = useStamp()
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
                        <th scope="col"><span className="hidden">{t('values.remove')}</span></th>
                    </tr>
                </thead>
                <tbody>
                    {lines.map((line) => <Line key={line.signal.id} {...line} span={span} cursor={cursor} onHide={onHide} onRemove={onRemove} />)}
                </tbody>
            </table>
        </div>
    )
}

function Line({ signal, colour, piece, isHidden, last, span, cursor, onHide, onRemove }: Row & { span: Span; cursor: number | null; onHide: (id: number) => void; onRemove: (id: number) => void }) {
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
