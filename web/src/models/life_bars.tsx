import { useState } from 'react'
import type { Answers, LifeAnswer } from '../api/models'
import { shortNumber, threeDigits } from '../live/values'
import { stepsOf } from '../meaning/control_plot'
import { Button } from '../parts/basics'
import { useText, type T } from '../text'

const FIRST = 30
/** A unit; what was said of it of late, oldest first, is drawn small. */
export type LifeShown = LifeAnswer & { recent?: (number | null)[]; note?: string }

const known = (value: number | null | undefined): value is number => value !== null && value !== undefined && Number.isFinite(value)

/** The units of an answer, or the rows of one about lives; null where it is about something else. */
export function livesOf(answers: Answers, goal: string, t: T): LifeAnswer[] | null {
    if (answers.units) return answers.units
    if (goal !== 'survival') return null
    return (answers.predictions ?? []).map((one) => ({ unit: t('lives.line', { line: one.line ?? '' }), rows: 1, remaining: one.value ?? null, low: one.low ?? null, high: one.high ?? null, or_more: false, replace_in: one.replace_in ?? null }))
}

/** How long each unit still runs, with its interval, all on one scale; the next to fail first. */
export function LifeBars({ units, unit }: { units: LifeShown[]; unit: string }) {
    const { t } = useText()
    const [most, setMost] = useState(FIRST)
    const sorted = [...units].sort((a, b) => (a.remaining ?? Infinity) - (b.remaining ?? Infinity))
    const longest = Math.max(1e-9, ...units.flatMap(({ remaining, high }) => [remaining, high]).filter(known))
    const at = (value: number) => `${Math.min(100, Math.max(0, (value / longest) * 100)).toFixed(2)}%`
    const say = (value: number | null) => (known(value) ? threeDigits(value) : '–')
    const highest = Math.max(longest, ...units.flatMap(({ recent }) => recent ?? []).filter(known))
    const look = `model-bars lives${units.some(({ recent }) => recent) ? ' live' : ''}`
    return (
        <>
            <div className={look}>
                <p className="model-bar life-head" aria-hidden="true">
                    <span>{t('lives.unit')}</span>
                    <span className="life-scale">{stepsOf(0, longest, 5).map((one) => <i key={one} style={{ left: at(one) }}>{shortNumber(one)}</i>)}</span>
                    <b>{t('lives.remaining')}{unit && ` (${unit})`}</b>
                    <small>{t('lives.interval')}</small>
                    {units.some(({ recent }) => recent) && <small>{t('lives.recent')}</small>}
                </p>
            </div>
            <div className={look} role="list" aria-label={t('lives.bars')}>
                {sorted.slice(0, most).map((one) => {
                    const told = `${say(one.remaining)}${one.or_more ? t('lives.or_more') : ''} ${unit} (${say(one.low)} – ${say(one.high)})`
                    return (
                        <div key={one.unit} role="listitem" className="model-bar" title={told}>
                            <span title={one.unit}>{one.unit}</span>
                            <div className="model-bar-plot" role="img" aria-label={`${one.unit}: ${told}`}>
                                {known(one.remaining) && <i style={{ width: at(one.remaining) }} />}
                                {known(one.low) && known(one.high) && <s style={{ left: at(one.low), right: `calc(100% - ${at(one.high)})` }} />}
                            </div>
                            <b>{say(one.remaining)}{one.or_more && t('lives.or_more')}</b>
                            <small>{say(one.low)} – {say(one.high)}{known(one.replace_in) && ` · ${one.replace_in > 0 ? t('lives.replace_in', { age: `${say(one.replace_in)} ${unit}` }) : t('lives.replace_now')}`}</small>
                            {one.recent && <Recent values={one.recent} longest={highest} note={one.note ?? ''} />}
                        </div>
                    )
                })}
            </div>
            {sorted.length > most && <Button look="quiet" onClick={() => setMost(sorted.length)}>{t('more', { count: sorted.length - most })}</Button>}
        </>
    )
}

const WIDE = 120
const HIGH = 24

/** The last answers of a unit on the scale of all units, from left to right. */
function Recent({ values, longest, note }: { values: readonly (number | null)[]; longest: number; note: string }) {
    const points = values.flatMap((value, n) => (known(value) ? [`${((n + 1) / Math.max(2, values.length)) * (WIDE - 4)},${HIGH - 2 - Math.min(1, value / longest) * (HIGH - 4)}`] : []))
    return (
        <span className="life-recent" title={note}>
            <svg viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="xMinYMid" role="img" aria-label={note}><polyline points={points.join(' ')} />{points.length > 0 && <circle cx={points[points.length - 1]!.split(',')[0]} cy={points[points.length - 1]!.split(',')[1]} r={2.2} />}</svg>
        </span>
    )
}
