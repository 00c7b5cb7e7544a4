import type { QualityCause, QualityCommon, QualityShare } from '../api/quality'
import { shortNumber } from '../live/values'
import { useText } from '../text'

const known = (value: number | null | undefined): value is number => value !== null && value !== undefined

/** When the cause is there, in the words of a row: "above 84.1". */
function useWhen(): (cause: QualityCause) => string {
    const { t } = useText()
    return ({ how, low, high, words }) => {
        const values = { low: known(low) ? shortNumber(Number(low.toPrecision(4))) : '', high: known(high) ? shortNumber(Number(high.toPrecision(4))) : '', words: words.slice(0, 4).join(', ') + (words.length > 4 ? ' …' : '') }
        return t(`sheet.how.${how.replaceAll(' ', '_') as 'above'}`, values)
    }
}

interface Row {
    key: string
    name: string
    when: string
    tone: 'bad' | 'plain'
    pairs: { label: string; inside: QualityShare; outside: QualityShare | null }[]
}

/** Shares with their intervals as dots on one scale: where the cause is there, against where it is not. */
function Dumbbells({ rows, label, isShare }: { rows: Row[]; label: string; isShare: boolean }) {
    const { t, percent } = useText()
    const all = rows.flatMap(({ pairs }) => pairs.flatMap(({ inside, outside }) => [inside, outside].filter((one): one is QualityShare => one !== null && known(one.value))))
    const most = Math.max(...all.map(({ value }) => value!)), least = Math.min(...all.map(({ value }) => value!))
    const highest = Math.max(...all.map(({ high }) => high ?? 0))
    // A long interval of few rows is cut at the end of the scale, rather than to squeeze all others.
    const room = most - least || Math.abs(most) || 1
    const [from, to] = isShare ? [0, Math.min(1, Math.max(Math.min(highest, most * 1.5), 0.001))] : [least - room * 0.4, most + room * 0.4]
    const at = (value: number) => `${(100 * Math.max(0, Math.min(1, (value - from) / (to - from)))).toFixed(2)}%`
    const say = (value: number | null) => (known(value) ? (isShare ? percent(value) : shortNumber(Number(value.toPrecision(4)))) : '–')
    const said = (share: QualityShare) => `${say(share.value)} (${say(share.low)} – ${say(share.high)}), n = ${share.n}`
    return (
        <div className="dumbbells" role="list" aria-label={label}>
            {rows.map((row) => (
                <div key={row.key} role="listitem" className="dumbbell">
                    <p className="dumbbell-name"><b>{row.name}</b> {row.when}</p>
                    {row.pairs.map(({ label: part, inside, outside }) => (
                        <div key={part} className={`dumbbell-line ${row.tone}`} title={`${part}: ${said(inside)}${outside ? ` · ${t('sheet.others')}: ${said(outside)}` : ''}`}>
                            <span>{part}</span>
                            <div className="dumbbell-plot" role="img" aria-label={`${row.name} ${row.when} ${part}: ${said(inside)}${outside ? `, ${t('sheet.others')} ${said(outside)}` : ''}`}>
                                {outside && known(outside.value) && known(inside.value) && <i className="between" style={{ left: at(Math.min(outside.value, inside.value)), right: `calc(100% - ${at(Math.max(outside.value, inside.value))})` }} />}
                                {outside && known(outside.value) && <Dot share={outside} at={at} kind="outside" />}
                                {known(inside.value) && <Dot share={inside} at={at} kind="inside" />}
                            </div>
                            <b>{say(inside.value)}</b>
                        </div>
                    ))}
                </div>
            ))}
            <p className="dumbbell-scale" aria-hidden="true"><span /><span><i>{say(from)}</i><i>{say((from + to) / 2)}</i><i>{say(to)}</i></span><span /></p>
        </div>
    )
}

function Dot({ share, at, kind }: { share: QualityShare; at: (value: number) => string; kind: 'inside' | 'outside' }) {
    return (
        <>
            {known(share.low) && known(share.high) && <i className={`reach ${kind}`} style={{ left: at(share.low), right: `calc(100% - ${at(share.high)})` }} />}
            <i className={`dot-at ${kind}`} style={{ left: at(share.value!) }} />
        </>
    )
}

const MOST_CAUSES = 6
const MOST_LEVELS = 8

/** The strongest of what goes with the defects: found in the earlier rows, tried on the later ones. */
export function CauseDumbbells({ causes, isShare }: { causes: QualityCause[]; isShare: boolean }) {
    const { t } = useText()
    const when = useWhen()
    const rows = causes.slice(0, MOST_CAUSES).map((cause, n): Row => ({
        key: `${n} ${cause.column}`, name: cause.column, when: when(cause), tone: cause.verdict === 'holds' ? 'bad' : 'plain',
        pairs: [{ label: t('sheet.early'), inside: cause.early.in, outside: cause.early.out }, { label: t('sheet.later'), inside: cause.later.in, outside: cause.later.out }],
    }))
    return (
        <figure className="sheet-figure">
            <figcaption className="dumbbell-key"><span><i className="inside" />{t('sheet.inside')}</span><span><i className="outside" />{t('sheet.others')}</span><span>{t('sheet.parts')}</span></figcaption>
            <Dumbbells rows={rows} label={t('sheet.dumbbells')} isShare={isShare} />
        </figure>
    )
}

/** Tools, lots, people: each with its share, worst first. */
export function CommonDumbbells({ common, isShare }: { common: QualityCommon; isShare: boolean }) {
    const { t } = useText()
    const levels = common.levels.slice(0, MOST_LEVELS)
    if (levels.length < 2 || levels.some(({ early }) => early.value === null)) return null
    const rows = levels.map((level): Row => ({ key: level.word, name: level.word, when: '', tone: level.worse && level.p !== null && level.p <= 0.05 ? 'bad' : 'plain', pairs: [{ label: '', inside: level.early, outside: null }] }))
    return (
        <figure className="sheet-figure levels">
            <figcaption>{common.column}</figcaption>
            <Dumbbells rows={rows} label={t('sheet.levels', { column: common.column })} isShare={isShare} />
        </figure>
    )
}
