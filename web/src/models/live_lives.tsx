import { model as modelOf, type Live, type Model } from '../api/models'
import { useStamp } from '../live/stamp'
import { Card, Empty, ProblemNote } from '../parts/basics'
import { useText } from '../text'
import { usePoll } from '../twin/use_twin'
import { LifeBars, type LifeShown } from './life_bars'

const LOOK_MS = 3000

/** What a model says of the units of the floor now, window by window; the next to fail first. */
export function LiveLives({ model, unit, level }: { model: Model; unit: string; level: number }) {
    const { t, num, percent } = useText()
    const stamp = useStamp()
    const told = usePoll(model.feed ? `lives ${model.id}` : null, LOOK_MS, (signal) => modelOf(model.id, signal))
    const live: Live | null | undefined = told.value?.live
    if (!model.feed) return null
    if (!live?.units) return <ProblemNote error={told.error} />
    const note = (one: NonNullable<Live['units']>[number]) => [one.at !== null && t('lives.live.at', { time: stamp.time(one.at) }), one.windows > 0 && t('lives.live.windows', { n: num(one.windows) }), one.is_ended && t('lives.live.ended')].filter(Boolean).join(' · ')
    const units: LifeShown[] = live.units.map((one) => ({ unit: one.name, rows: one.windows, remaining: one.is_ended ? null : one.value, low: one.is_ended ? null : one.low, high: one.is_ended ? null : one.high, or_more: one.is_open, recent: one.recent, note: note(one) }))
    return (
        <Card title={t('lives.live')} note={`${t('lives.first', { level: percent(level, 0) })} ${live.lives ? t('lives.live.judged', { n: num(live.lives), held: live.coverage?.held === null || !live.coverage ? '–' : percent(live.coverage.held, 0) }) : ''}`}>
            <ProblemNote error={told.error} />
            {units.length > 0 ? <LifeBars units={units} unit={unit} /> : <Empty title={t('lives.live.none')} text={t(model.feed.end ? 'lives.live.none.text' : 'lives.live.none.end')} />}
        </Card>
    )
}
