import { useMemo, useState } from 'react'
import { predictions, type Live, type Model, type Prediction } from '../api/models'
import type { Span } from '../live/span'
import { useStamp } from '../live/stamp'
import { shortNumber, threeDigits } from '../live/values'
import { useSpan } from '../meaning/use_span'
import { useMay } from '../me'
import { Badge, Button, Card, Empty, ProblemNote, Waiting } from '../parts/basics'
import { BigFigure } from '../parts/figure'
import { DataTable, type Column } from '../table/data_table'
import { useText } from '../text'
import { usePoll } from '../twin/use_twin'
import { DriftBars } from './card_view'
import { hasLives } from './feed_fields'
import { FeedDialog } from './feed_dialog'
import { isProbability, useWhy } from './model_words'
import { PredictionPlot } from './prediction_plot'
import '../charts/chart.css'

const LOOK_MS = 3000
const TAILS = [3600, 8 * 3600, 86_400, 7 * 86_400, 30 * 86_400]
const MOST = 500
const known = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** What it says of the floor, window by window, and how it holds: inputs, errors, intervals. */
export function ModelLive({ model, onChanged }: { model: Model; onChanged: () => void }) {
    const { t } = useText()
    const may = useMay('engineer')
    const [isAsked, setIsAsked] = useState(false)
    if (!model.feed)
        return (
            <Card>
                <Empty title={t('models.live.no_feed')} text={t('models.live.no_feed.text')}>{may && <Button look="main" onClick={() => setIsAsked(true)}>{t('models.feed.choose')}</Button>}</Empty>
                {isAsked && <FeedDialog model={model} onClose={() => setIsAsked(false)} onChanged={() => { setIsAsked(false); onChanged() }} />}
            </Card>
        )
    return (
        <>
            {model.live && <How live={model.live} />}
            <Said model={model} />
        </>
    )
}

/** Of the last windows, those that each column made odd, or in which it was far from all of training. */
function ShareBars({ shares, label }: { shares: Live['inputs']['worst']; label: string }) {
    const { percent } = useText()
    return (
        <div className="model-bars drift" role="list" aria-label={label}>
            <p className="fine">{label}</p>
            {shares.map(({ feature, index, verdict }) => (
                <div key={feature} role="listitem" className={`model-bar ${verdict}`}>
                    <span title={feature}>{feature}</span>
                    <div className="model-bar-plot" aria-hidden="true"><i style={{ width: `${100 * Math.min(1, index ?? 0)}%` }} /></div>
                    <b>{percent(index, 0)}</b>
                </div>
            ))}
        </div>
    )
}

/** Odd rows are drawn by their score; what else is said, by its value. */
const drawn = (one: Prediction): Prediction => (known(one.score) ? { ...one, value: one.score } : one)

function How({ live }: { live: Live }) {
    const { t, num, percent } = useText()
    const stamp = useStamp()
    const { inputs, errors, coverage } = live
    const tone = (bad: boolean, warn: boolean) => (bad ? 'bad' : warn ? 'warn' : undefined)
    return (
        <Card title={t('models.live.how')} note={t('models.live.how.text')}>
            <dl className="figures">
                <BigFigure label={t('models.live.predicted')} value={num(live.predicted)} {...(live.last_at === null ? {} : { doubt: stamp.time(live.last_at) })} />
                {live.lives === undefined ? !known(inputs.promised) && <BigFigure label={t('models.live.truths')} value={num(live.truths)} /> : <BigFigure label={t('models.live.lives')} value={num(live.lives)} />}
                {known(inputs.promised) && <BigFigure label={t('models.live.odd')} value={percent(inputs.odd ?? null)} doubt={t('models.live.promised', { share: percent(inputs.promised) })} />}
                <BigFigure label={t('models.live.inputs')} value={t(`models.inputs.${inputs.verdict}`)} tone={tone(inputs.verdict === 'much', inputs.verdict === 'some')} doubt={t('models.live.rows', { n: num(inputs.rows) })} />
                {!known(inputs.promised) && <BigFigure label={t('models.live.errors')} value={t(`models.errors.${errors.verdict}`)} tone={tone(errors.verdict === 'worse', false)} {...(errors.n > 0 && known(errors.mean) && known(errors.usual) ? { doubt: t('models.live.error_mean', { mean: threeDigits(errors.mean), usual: threeDigits(errors.usual) }) } : {})} />}
                {coverage && <BigFigure label={t('models.live.coverage', { level: percent(coverage.level, 0) })} value={percent(coverage.held, 0)} doubt={t('models.live.of', { n: num(coverage.n) })} />}
            </dl>
            {inputs.worst.length > 0 && (known(inputs.promised) || live.lives !== undefined ? <ShareBars shares={inputs.worst} label={t(known(inputs.promised) ? 'models.live.odd_by' : 'models.live.far_by')} /> : <DriftBars drift={inputs.worst} label={t('models.live.inputs')} />)}
        </Card>
    )
}

function Said({ model }: { model: Model }) {
    const { t, num, percent } = useText()
    const stamp = useStamp()
    const { span, tail, setTail, setSpan } = useSpan(86_400, LOOK_MS)
    const [tool, setTool] = useState('')
    const [lot, setLot] = useState('')
    const [cursor, setCursor] = useState<number | null>(null)
    const told = usePoll(`predictions ${model.id} ${tail ?? `${span.from} ${span.to}`} ${tool} ${lot}`, LOOK_MS, (signal) => predictions(model.id, { from: span.from, to: span.to, limit: MOST, ...(tool ? { tool } : {}), ...(lot.trim() ? { lot: lot.trim() } : {}) }, signal))
    // All tools that were seen stay to be chosen while one of them is.
    const [tools, setTools] = useState<string[]>([])
    const items = told.value?.items
    const points = useMemo(() => [...(items ?? [])].sort((a, b) => a.at - b.at), [items])
    const seen = [...new Set([...tools, ...points.map((one) => one.tool)])].sort()
    if (seen.length > tools.length) setTools(seen)
    const isShare = isProbability(model.goal)
    const why = useWhy()
    const say = (value: unknown) => (known(value) ? (isShare ? percent(value) : shortNumber(Number(value.toPrecision(4)))) : typeof value === 'string' ? value : '')
    const has = (of: (one: Prediction) => unknown) => points.some((one) => of(one) !== undefined && of(one) !== null && of(one) !== '')
    const place = (one: Prediction) => [one.lot, one.wafer && t('models.wafer', { wafer: one.wafer })].filter(Boolean).join(' · ')
    const columns: Column<Prediction>[] = [
        { key: 'at', title: t('models.live.at'), value: (row) => row.at, show: (row) => stamp.time(row.at), width: 10, grow: 1 },
        { key: 'tool', title: t('models.live.tool'), value: (row) => row.tool, width: 7, grow: 1 },
        { key: 'lot', title: t('models.live.lot'), value: place, width: 11, grow: 2 },
        ...(has((one) => one.class) ? [{ key: 'class', title: t('models.try.class'), value: (row: Prediction) => row.class, width: 8, grow: 1 }] : []),
        { key: 'value', title: model.goal === 'odd' ? t('models.try.as_odd') : isShare ? t('models.try.probability') : model.target || t('models.try.value'), value: (row) => row.value, show: (row) => say(row.value), number: true, width: 6.5 },
        ...(has((one) => one.low) ? [{ key: 'low', title: t('models.try.interval'), value: (row: Prediction) => row.low, show: (row: Prediction) => (known(row.low) && known(row.high) ? `${say(row.low)} – ${say(row.high)}` : ''), number: true, width: 9 }] : []),
        ...(has((one) => one.score) ? [{ key: 'score', title: t('models.live.score'), value: (row: Prediction) => row.score, show: (row: Prediction) => (known(row.score) ? shortNumber(Number(row.score.toPrecision(3))) : ''), number: true, width: 6 }, { key: 'why', title: t('models.try.why'), value: (row: Prediction) => why(row.why).join(' · '), show: (row: Prediction) => <span title={why(row.why).join(' · ')}>{why(row.why).join(' · ')}</span>, width: 16, grow: 6 }] : []),
        ...(has((one) => one.surviving) ? [{ key: 'surviving', title: t('models.live.surviving'), value: (row: Prediction) => row.surviving, show: (row: Prediction) => (known(row.surviving) ? percent(row.surviving) : ''), number: true, width: 6.5 }] : []),
        ...(model.goal !== 'odd' && !hasLives(model.goal) ? [{ key: 'truth', title: t('models.live.truth'), value: (row: Prediction) => row.truth, show: (row: Prediction) => say(row.truth), number: true, width: 6.5 }] : []),
        { key: 'state', title: t('models.live.state'), value: (row) => (row.is_alarm ? 2 : row.outside ? 1 : 0), show: (row) => <Marks one={row} />, width: 9, grow: 2 },
        ...(has((one) => one.challenger) ? [{ key: 'challenger', title: t('models.role.challenger'), value: (row: Prediction) => row.challenger?.class ?? row.challenger?.value, show: (row: Prediction) => row.challenger && (row.challenger.class ?? say(row.challenger.value)), number: true, width: 7 }] : []),
        { key: 'by', title: t('models.live.version'), value: (row) => row.version, number: true, width: 4 },
    ]
    const here = cursor === null ? undefined : points[cursor]
    return (
        <Card title={t('models.live.said')}>
            <div className="bar-line">
                <div className="tails" role="group" aria-label={t('models.live.span')}>{TAILS.map((one) => <button key={one} type="button" className={tail === one ? 'on' : ''} aria-pressed={tail === one} onClick={() => setTail(one)}>{stamp.span(one)}</button>)}</div>
                {points.length > 0 && <Button onClick={() => setSpan(around(points))}>{t('models.live.fit')}</Button>}
                <div className="filters model-filters">
                    <label>{t('models.live.tool')}<select value={tool} onChange={(event) => setTool(event.target.value)}><option value="">{t('models.live.all')}</option>{tools.map((one) => <option key={one}>{one}</option>)}</select></label>
                    <label>{t('models.live.lot')}<input type="search" value={lot} placeholder={t('models.live.all')} onChange={(event) => setLot(event.target.value)} /></label>
                </div>
            </div>
            <ProblemNote error={told.error} />
            {!told.value && !told.error && points.length === 0 && <Waiting />}
            {told.value && points.length === 0 && <Empty title={t('models.live.none')} text={t('models.live.none.text')} />}
            {points.length > 0 && (
                <>
                    <PredictionPlot label={t('models.live.plot', { name: model.name })} points={points.map(drawn)} span={span} isShare={isShare && model.goal !== 'odd'} cursor={cursor} onCursor={setCursor} />
                    <p className="gantt-said" role="status">
                        {here ? <><b>{here.class ?? say(here.value)}</b> {known(here.low) && known(here.high) && `(${say(here.low)} – ${say(here.high)}) `}{stamp.time(here.at)} · {here.tool} {place(here)}{here.truth !== undefined && here.truth !== null && ` · ${t('models.live.truth')} ${say(here.truth)}`} <Marks one={here} /></> : t('models.live.how_to')}
                    </p>
                    <ul className="e10-key control-key prediction-key" aria-label={t('legend')}>
                        <li><svg viewBox="0 0 14 14"><circle className="said" cx="7" cy="7" r="4" /></svg>{t('models.key.said')}</li>
                        {has((one) => one.low) && <li><svg viewBox="0 0 14 14"><path className="reach" d="M7 0v14" /></svg>{t('models.key.interval')}</li>}
                        {points.some((one) => known(one.truth)) && <li><svg viewBox="0 0 14 14"><circle className="truth" cx="7" cy="7" r="4" /></svg>{t('models.key.truth')}</li>}
                        {points.some((one) => one.is_alarm) && <li><svg viewBox="0 0 14 14"><path className="violation" d="M7 0l7 7-7 7-7-7z" /></svg>{t('models.try.alarm')}</li>}
                        {has((one) => one.outside) && <li><svg viewBox="0 0 14 14"><path className="outside" d="M1 12h12l-6-10z" /></svg>{t('models.outside')}</li>}
                        {points.some((one) => !one.is_used) && <li><svg viewBox="0 0 14 14"><circle className="said unused" cx="7" cy="7" r="4" /></svg>{t('models.key.unused')}</li>}
                        {has((one) => one.challenger) && <li><svg viewBox="0 0 14 14"><rect className="challenger" x="3" y="3" width="8" height="8" /></svg>{t('models.role.challenger')}</li>}
                    </ul>
                    <DataTable label={t('models.live.said')} rows={points} columns={columns} first="-at" rowKey={(row) => `${row.at} ${row.tool} ${row.lot ?? ''} ${row.wafer ?? ''}`} />
                    {points.length >= MOST && <p className="note">{t('models.live.most', { n: num(MOST) })}</p>}
                </>
            )}
        </Card>
    )
}

/** From the first to the last of them, with a little room. */
function around(points: readonly Prediction[]): Span {
    const [from, to] = [points[0]!.at, points[points.length - 1]!.at]
    const room = Math.max(30, (to - from) * 0.03)
    return { from: from - room, to: to + room }
}

function Marks({ one }: { one: Prediction }) {
    const { t } = useText()
    return (
        <>
            {one.is_alarm && <Badge tone="bad">{t('models.try.alarm')}</Badge>}
            {one.outside && <span title={one.outside}><Badge tone="warn">{t('models.outside')}</Badge></span>}
            {!one.is_used && <Badge tone="calm">{t('models.key.unused')}</Badge>}
        </>
    )
}
