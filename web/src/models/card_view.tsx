import type { ReactNode } from 'react'
import type { CardFigure, ModelCard, ModelVersion, Reached } from '../api/models'
import { shortNumber, threeDigits } from '../live/values'
import { Card, LinkButton } from '../parts/basics'
import { useText } from '../text'
import { DependencePlots } from './dependence'
import { FigureLines, type FigureLine } from './figure_lines'
import { isLessBetter, isProbability, isShare, useDoubted, useFigureName, useFigureText, useGoal, useWarning } from './model_words'
import { ReliabilityPlot } from './reliability'
import { SurvivalView } from './survival_view'

const PLAIN = ['odd', 'unknown', 'bad_of_odd', 'bad_of_others', 'coverage'] // more of it is neither better nor worse
const SUSPECTS = 10
const DRIFT = 10
const known = (value: number | null | undefined): value is number => value !== null && value !== undefined

/** What is known of a model: on rows that it had never seen, beside always the same answer, and what to mind. */
export function CardView({ card, version, rival }: { card: ModelCard; version: ModelVersion; rival: { version: number; card: ModelCard } | null }) {
    const { t, num, percent } = useText()
    const name = useFigureName()
    const warn = useWarning()
    const figures = figuresOf(card).filter(({ value }) => value !== null)
    const line = (figure: CardFigure): FigureLine => {
        const other = figuresOf(rival?.card ?? {}).find((one) => one.name === figure.name && one.value !== null)
        return { key: figure.name, name: name(figure), isShare: isShare(figure), ...(PLAIN.includes(figure.name) ? {} : { isLessBetter: isLessBetter(figure) }), constant: figure.constant, first: figure, second: other ?? null }
    }
    const warnings = card.warnings ?? version.warnings
    return (
        <div className="model-card">
            <Card className="hero">
                <Purpose card={card} version={version} />
                {warnings.length > 0 && <ul className="sheet-said model-warnings" aria-label={t('models.warnings')}>{warnings.map((one) => <li key={one} className={one === 'no_better' ? 'bad' : 'unsure'}>{warn(one, version.goal)}</li>)}</ul>}
            </Card>
            {figures.length > 0 && (
                <Card title={t('models.figures')} note={t('models.figures.text')} className="wide">
                    <FigureLines label={t('models.figures')} lines={figures.map(line)} first={t('models.version', { version: version.version })} second={rival ? `${t('models.role.challenger')} ${t('models.version', { version: rival.version })}` : undefined} />
                </Card>
            )}
            {(card.patterns?.length ?? 0) > 0 && (
                <Card title={t('models.patterns')} note={t('models.patterns.text')} className="wide" actions={version.dataset && <LinkButton href={`/quality/wafers?dataset=${version.dataset}`}>{t('models.patterns.see')}</LinkButton>}>
                    <FigureLines label={t('models.patterns')} lines={card.patterns!.filter(({ f1 }) => f1 !== null).map((one) => ({ key: one.name, name: `${one.name} (${num(one.n_train)} / ${num(one.n_test)})`, isShare: true, constant: null, first: { value: one.f1, low: one.low, high: one.high } }))} first={t('models.patterns.f1')} isOneScale />
                </Card>
            )}
            {(card.faults?.length ?? 0) > 0 && (
                <Card title={t('models.faults')} note={t('models.faults.text')} className="wide">
                    <FigureLines label={t('models.faults')} lines={card.faults!.filter(({ detected }) => known(detected.value)).map((one) => ({ key: one.name, name: one.taken_for && known(one.taken) && one.taken >= 0.1 ? t('models.faults.taken', { fault: one.name, other: one.taken_for, share: percent(one.taken) }) : one.name, isShare: true, constant: null, first: one.detected }))} first={t('models.faults.detected')} />
                </Card>
            )}
            {card.curves && <SurvivalView card={card} />}
            <div className="sheet-parts">
                {(card.reliability?.length ?? 0) > 1 && <Card title={t('models.reliability')} note={t('models.reliability.text')}><ReliabilityPlot bins={card.reliability!} /></Card>}
                {(card.suspects?.length ?? 0) > 0 && <Card title={t('models.suspects')} note={t('models.suspects.text')}><Suspects suspects={card.suspects!} /></Card>}
                {(card.drift?.length ?? 0) > 0 && <Card title={t('models.drift')} note={t('models.drift.text')}><DriftBars drift={card.drift!.slice(0, DRIFT)} label={t('models.drift')} /></Card>}
                {(card.dependence?.length ?? 0) > 0 && <Card title={t('models.dependence')} note={t('models.dependence.text')} className="wide"><DependencePlots curves={card.dependence!} isShare={isProbability(version.goal)} /></Card>}
            </div>
            <Facts card={card} version={version} />
        </div>
    )
}

/** The figures of a card, as a list or one by one; what a figure would be without knowing anything goes with it. */
function figuresOf(card: ModelCard): CardFigure[] {
    const one = (name: string, reached: Reached | number | null | undefined, constant: number | null): CardFigure[] => (reached && typeof reached === 'object' ? [{ name, ...reached, constant, is_share: name !== 'auc' }] : [])
    return card.figures ?? [...one('auc', card.auc, 0.5), ...one('odd', card.odd, null), ...one('bad_of_odd', card.bad_of_odd, null), ...one('bad_of_others', card.bad_of_others, null), ...one('false_alarms', card.false_alarms, null), ...one('detected', card.detected, null), ...one('named', card.named, null), ...one('unknown', card.unknown, null), ...one('unseen', card.unseen, null), ...one('concordance', card.concordance, 0.5), ...one('coverage', card.coverage, null)]
}

/** What it is for and how it was tried, in sentences. */
function Purpose({ card, version }: { card: ModelCard; version: ModelVersion }) {
    const { t, num, percent, lang } = useText()
    const goal = useGoal()
    const doubted = useDoubted()
    const say = useFigureText()
    const { headline } = version
    const unit = card.counted_in || card.order ? ` ${card.counted_in || card.order}` : ''
    const own = `models.purpose.${version.goal}` as 'models.purpose.number'
    const purpose = ['yes-no', 'class', 'number', 'life', 'odd', 'faults', 'wafer', 'survival'].includes(version.goal) ? t(own, { target: version.target || t('models.target.verdict'), bad: card.bad ?? '' }) : `${goal(version.goal)}: ${version.target}`
    return (
        <>
            <p className="sentence">{purpose}</p>
            {headline && headline.value !== null && (
                <p className="sentence">
                    {lang === 'ko' ? headline.name_ko : headline.name} <b>{doubted(headline, headline.is_share)}{version.goal === 'life' && unit}</b>
                    {headline.constant !== null && <small> {t('models.against', { constant: say(headline.constant, headline.is_share) })}</small>}
                </p>
            )}
            <p className="note">
                {known(card.n_train) && known(card.n_test) && (version.goal === 'yes-no' ? t('models.tried.bad', { train: num(card.n_train), test: num(card.n_test), bad: num(card.n_bad_train ?? 0), bad_test: num(card.n_bad_test ?? 0) }) : t('models.tried', { train: num(card.n_train), test: num(card.n_test) }))}
                {known(card.n_unit) && known(card.n_row) && t('models.tried.life', { units: num(card.n_unit), rows: num(card.n_row), held: num(card.n_held_out ?? 0) })}{' '}
                {known(card.threshold) && version.goal === 'yes-no' && t('models.threshold', { share: percent(card.threshold) })}{' '}
                {known(card.level) && version.goal !== 'yes-no' && t('models.level_of', { level: percent(card.level, 0) })}{' '}
                {known(card.cap) && t('models.capped', { cap: threeDigits(card.cap), unit })}{' '}
                {known(card.rmse_held_out) && t('models.life_error', { error: threeDigits(card.rmse_held_out), unit })}
            </p>
        </>
    )
}

function Suspects({ suspects }: { suspects: NonNullable<ModelCard['suspects']> }) {
    const { t, percent } = useText()
    const most = Math.max(...suspects.map(({ share }) => share), 1e-9)
    return (
        <div className="model-bars" role="list">
            {suspects.slice(0, SUSPECTS).map(({ feature, share, stability }) => (
                <div key={feature} role="listitem" className="model-bar">
                    <span title={feature}>{feature}</span>
                    <div className="model-bar-plot" role="img" aria-label={`${feature}: ${percent(share)}, ${t('models.stability')} ${percent(stability, 0)}`}><i style={{ width: `${(share / most) * 100}%` }} /></div>
                    <b>{percent(share)}</b>
                    <small className={stability < 0.6 ? 'unsure' : ''}>{t('models.stability')} {percent(stability, 0)}</small>
                </div>
            ))}
        </div>
    )
}

export const SOME = 0.1
export const MUCH = 0.25
const PSI_MOST = 0.5 // what lies beyond is drawn to the end

/** How far columns have moved: PSI with its two limits. */
export function DriftBars({ drift, label }: { drift: { feature: string; index: number | null }[]; label: string }) {
    const { t } = useText()
    const at = (index: number) => `${Math.min(100, (Math.max(0, index) / PSI_MOST) * 100)}%`
    const verdict = (index: number) => (index >= MUCH ? 'much' : index >= SOME ? 'some' : 'none')
    return (
        <div className="model-bars drift" role="list" aria-label={label}>
            {drift.map(({ feature, index }) => (
                <div key={feature} role="listitem" className={`model-bar ${index === null ? 'none' : verdict(index)}`}>
                    <span title={feature}>{feature}</span>
                    <div className="model-bar-plot" role="img" aria-label={`${feature}: PSI ${index === null ? '–' : shortNumber(Number(index.toPrecision(2)))}`}>
                        <i style={{ width: at(index ?? 0) }} />
                        <u style={{ left: at(SOME) }} /><u className="much" style={{ left: at(MUCH) }} />
                    </div>
                    <b>{index === null ? '–' : shortNumber(Number(index.toPrecision(2)))}</b>
                    <small>{t(`models.drift.${index === null ? 'unknown' : verdict(index)}`)}</small>
                </div>
            ))}
            <p className="fine">{t('models.drift.key', { some: SOME, much: MUCH })}</p>
        </div>
    )
}

function Tries({ tries }: { tries: NonNullable<ModelCard['tries']> }) {
    const { t } = useText()
    return (
        <div className="scroll">
            <table className="plain-table" aria-label={t('models.tries')}>
                <thead><tr><th>{t('models.try')}</th><th className="number">{t('models.loss')}</th></tr></thead>
                <tbody>{tries.map(({ name, loss, se, is_chosen }) => <tr key={name} className={is_chosen ? 'chosen' : ''}><td>{name}{is_chosen && <b> ✓ {t('models.try.chosen')}</b>}</td><td className="number">{loss.toFixed(3)} ± {se.toFixed(3)}</td></tr>)}</tbody>
            </table>
        </div>
    )
}

const KINDS = ['linear', 'trees', 'trees and nets', 'trees and a net', 'distance', 'weibull'] as const
const isKind = (kind: string): kind is (typeof KINDS)[number] => KINDS.some((one) => one === kind)

function Facts({ card, version }: { card: ModelCard; version: ModelVersion }) {
    const { t, bytes } = useText()
    const facts: [string, ReactNode][] = [
        [t('models.fact.data'), card.data ?? '–'],
        [t('models.fact.kind'), isKind(version.kind) ? t(`models.kind.${version.kind}`) : version.kind || '–'],
        [t('models.fact.bytes'), bytes(version.bytes)],
        [t('models.fact.program'), version.program],
        [t('models.fact.fingerprint'), <code key="f">{version.fingerprint}</code>],
        [t('models.fact.data_fingerprint'), <code key="d">{version.data}</code>],
    ]
    return <Card title={t('models.facts')}><dl className="options">{facts.map(([name, value]) => <div key={name}><dt className="note">{name}</dt><dd>{value}</dd></div>)}</dl>{(card.tries?.length ?? 0) > 1 && <details><summary>{t('models.tries')}</summary><p className="note">{t('models.tries.text')}</p><Tries tries={card.tries!} /></details>}</Card>
}
