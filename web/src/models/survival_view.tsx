import type { ModelCard, Reached } from '../api/models'
import { shortNumber, threeDigits } from '../live/values'
import { stepsOf } from '../meaning/control_plot'
import { Card } from '../parts/basics'
import { BigFigure } from '../parts/figure'
import { useWidth } from '../parts/use_width'
import { useText } from '../text'
import { together } from '../text/together'
import { costsOf, type CostPoint } from './replacement'

const USUAL = 640
const MOST = 880
const HEIGHT = 300
const LEFT = 52
const RIGHT = 14
const TOP = 26
const BOTTOM = 42
const SURE = 0.05
const CURVES = 6
const EFFECTS = 12
const known = (value: number | null | undefined): value is number => value !== null && value !== undefined && Number.isFinite(value)
const three = (value: number | null | undefined) => (known(value) ? threeDigits(value) : '–')
const reach = (one: Reached | undefined) => (one && known(one.low) && known(one.high) ? `${three(one.low)} – ${three(one.high)}` : '')

/** How long units live: curves with their intervals, groups against each other, when to replace, what shortens a life. */
export function SurvivalView({ card }: { card: ModelCard }) {
    const { t, num } = useText()
    const unit = card.counted_in || card.age || ''
    const { weibull, curves = [], effects = [] } = card
    const groups = curves.slice(1)
    return (
        <>
            <Card title={t('survival.lives')} note={t('survival.lives.text', { n: num(card.n_life ?? 0), failed: num(card.n_failed ?? 0) })}>
                {weibull && (
                    <dl className="figures">
                        <BigFigure label={t('survival.tenth')} value={three(weibull.tenth.value)} unit={unit} doubt={reach(weibull.tenth)} />
                        <BigFigure label={t('survival.half')} value={three(weibull.half.value)} unit={unit} doubt={reach(weibull.half)} />
                        <BigFigure label={t('survival.shape')} value={three(weibull.shape.value)} doubt={reach(weibull.shape)} />
                    </dl>
                )}
                {weibull && <p className="note survival-wear">{t(known(weibull.shape.low) && weibull.shape.low > 1 ? 'survival.wears' : known(weibull.shape.high) && weibull.shape.high < 1 ? 'survival.infant' : 'survival.unsure')}</p>}
                {curves.length > 0 && <Curves curves={groups.length > 1 ? groups : curves.slice(0, 1)} unit={unit} />}
                {groups.length > 1 && known(card.group_p) && <p className="told">{t(card.group_p < SURE ? 'survival.differ' : 'survival.alike', { group: card.group ?? '', p: card.group_p < 0.001 ? '< 0.001' : `= ${card.group_p.toFixed(3)}` })}</p>}
            </Card>
            {card.replacement && weibull && <Replacement card={card} unit={unit} />}
            {effects.length > 0 && (
                <Card title={t('survival.effects')} note={t('survival.effects.text')}>
                    <div className="scroll">
                        <table className="plain-table" aria-label={t('survival.effects')}>
                            <thead><tr><th>{t('models.column')}</th><th className="number">{t('survival.ratio')}</th><th className="number">95 %</th><th className="number">p</th></tr></thead>
                            <tbody>{effects.slice(0, EFFECTS).map((one) => <tr key={one.feature}><td>{one.feature}{one.changes_with_age && <small className="note"> {t('survival.changes')}</small>}</td><td className="number"><b>{three(one.ratio)}</b></td><td className="number">{three(one.low)} – {three(one.high)}</td><td className="number">{known(one.p) ? (one.p < 0.001 ? '< 0.001' : one.p.toFixed(3)) : '–'}</td></tr>)}</tbody>
                        </table>
                    </div>
                </Card>
            )}
        </>
    )
}

function Curves({ curves, unit }: { curves: NonNullable<ModelCard['curves']>; unit: string }) {
    const { t, num, percent } = useText()
    const [box, room] = useWidth<HTMLDivElement>(USUAL)
    const width = Math.min(room, MOST)
    const shown = curves.slice(0, CURVES)
    const oldest = Math.max(1e-9, ...shown.flatMap(({ points }) => points.map(({ age }) => age)))
    const x = (age: number) => LEFT + (age / oldest) * (width - LEFT - RIGHT)
    const y = (share: number) => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)
    // A curve stays where it is until the next failure.
    const steps = (points: { age: number }[], of: (n: number) => number, isBack = false) => {
        const list = points.map((one, n) => ({ age: one.age, at: of(n), before: n > 0 ? of(n - 1) : 1 }))
        const way = list.flatMap(({ age, at, before }) => [`${x(age).toFixed(1)} ${y(before).toFixed(1)}`, `${x(age).toFixed(1)} ${y(at).toFixed(1)}`])
        return [`${x(0)} ${y(1)}`, ...way][isBack ? 'reverse' : 'concat']().join('L')
    }
    return (
        <figure className="sheet-figure survival-curves">
            {shown.length > 1 && <figcaption className="dumbbell-key">{shown.map(({ name, n, n_failed }, k) => <span key={name}><i className={`series-${(k % 6) + 1}`} />{name} ({t('survival.of', { n: num(n), failed: num(n_failed) })})</span>)}</figcaption>}
            <div className="model-plot wide" ref={box}>
                <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="img" aria-label={`${t('survival.curves')}. ${shown.map(({ name, median }) => `${name || t('survival.all')}: ${t('survival.median')} ${three(median.value)} ${unit}`).join(', ')}`}>
                    {[0, 0.25, 0.5, 0.75, 1].map((one) => (
                        <g key={one}>
                            <line className="grid" x1={LEFT} x2={width - RIGHT} y1={y(one)} y2={y(one)} />
                            <text className="tick" x={LEFT - 6} y={y(one) + 4} textAnchor="end">{percent(one, 0)}</text>
                        </g>
                    ))}
                    {stepsOf(0, oldest, Math.max(3, Math.min(8, Math.floor(width / 80)))).map((one) => <text key={one} className="tick" x={x(one)} y={HEIGHT - BOTTOM + 17} textAnchor="middle">{shortNumber(one)}</text>)}
                    <text className="tick" x={width - RIGHT} y={HEIGHT - 6} textAnchor="end">{t('survival.axis.age', { unit })}</text>
                    <text className="tick" x={2} y={14}>{t('survival.curves')}</text>
                    {shown.map(({ name, points }, k) => (
                        <g key={name} className={`series-${(k % 6) + 1}`}>
                            <path className="band" d={`M${steps(points, (n) => points[n]!.low)}L${steps(points, (n) => points[n]!.high, true)}Z`} />
                            <path className="curve" d={`M${steps(points, (n) => points[n]!.surviving)}`} />
                        </g>
                    ))}
                </svg>
            </div>
            <p className="fine">{t('survival.curves.key', { unit })}</p>
        </figure>
    )
}

function Replacement({ card, unit }: { card: ModelCard; unit: string }) {
    const { t, percent } = useText()
    const { replacement, weibull } = card as Required<Pick<ModelCard, 'replacement' | 'weibull'>>
    const points = costsOf(weibull, replacement.cost_planned, replacement.cost_failure)
    const said = { age: `${three(replacement.age)} ${unit}`, saving: percent(replacement.saving.value, 0), low: percent(replacement.saving.low, 0), high: percent(replacement.saving.high, 0), surviving: percent(replacement.surviving, 0) }
    return (
        <Card title={t('survival.replacement')} note={t('survival.replacement.text', { planned: shortNumber(replacement.cost_planned), failure: shortNumber(replacement.cost_failure) })}>
            <p className="sentence">{together(t(!replacement.is_planned ? 'survival.replace.never' : replacement.is_sure ? 'survival.replace.at' : 'survival.replace.maybe', said))}</p>
            {points.length > 1 && <Costs points={points} best={replacement.is_planned ? replacement.age : null} unit={unit} />}
        </Card>
    )
}

function Costs({ points, best, unit }: { points: CostPoint[]; best: number | null; unit: string }) {
    const { t } = useText()
    const [box, room] = useWidth<HTMLDivElement>(USUAL)
    const width = Math.min(room, MOST)
    const oldest = points[points.length - 1]!.age
    const floor = Math.min(...points.map(({ cost }) => cost))
    const most = Math.min(Math.max(...points.map(({ cost }) => cost)), floor * 4) // replacing at once costs without end
    const x = (age: number) => LEFT + (age / oldest) * (width - LEFT - RIGHT)
    const y = (cost: number) => TOP + (1 - Math.min(cost, most) / most) * (HEIGHT - TOP - BOTTOM)
    return (
        <div className="model-plot wide" ref={box}>
            <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="img" aria-label={`${t('survival.costs')}${best === null ? '' : `. ${t('survival.best')}: ${three(best)} ${unit}`}`}>
                {stepsOf(0, most, 4).map((one) => (
                    <g key={one}>
                        <line className="grid" x1={LEFT} x2={width - RIGHT} y1={y(one)} y2={y(one)} />
                        <text className="tick" x={LEFT - 6} y={y(one) + 4} textAnchor="end">{shortNumber(one)}</text>
                    </g>
                ))}
                {stepsOf(0, oldest, Math.max(3, Math.min(8, Math.floor(width / 80)))).map((one) => <text key={one} className="tick" x={x(one)} y={HEIGHT - BOTTOM + 17} textAnchor="middle">{shortNumber(one)}</text>)}
                <text className="tick" x={width - RIGHT} y={HEIGHT - 6} textAnchor="end">{t('survival.axis.replaced', { unit })}</text>
                <text className="tick" x={2} y={14}>{t('survival.axis.cost', { unit })}</text>
                <path className="curve" d={`M${points.filter(({ cost }) => cost <= most).map(({ age, cost }) => `${x(age).toFixed(1)} ${y(cost).toFixed(1)}`).join('L')}`} />
                {best !== null && known(best) && best <= oldest && (
                    <>
                        <line className="best" x1={x(best)} x2={x(best)} y1={TOP} y2={HEIGHT - BOTTOM} />
                        <text className="tick" x={x(best) + (x(best) > width * 0.6 ? -6 : 6)} y={TOP + 14} textAnchor={x(best) > width * 0.6 ? 'end' : 'start'}>{t('survival.best')} {three(best)} {unit}</text>
                    </>
                )}
            </svg>
            <p className="fine">{t('survival.costs.key', { unit })}</p>
        </div>
    )
}
