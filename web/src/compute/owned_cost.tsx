import { useMemo, useState } from 'react'
import { isAbsent, ownedCost as askCost, problemOf, putOwnedCost, type OwnedCost, type Usage } from '../api/compute'
import { whyOf, type ApiError } from '../api/problem'
import { axis, Chart, tip, tooltip } from '../charts/chart'
import type { Colours } from '../charts/colours'
import { Button, Card, Dialog, ProblemNote, Waiting } from '../parts/basics'
import { BigFigure } from '../parts/figure'
import { useLoad } from '../parts/load'
import { useText } from '../text'

type Owned = NonNullable<Usage['owned']>
const PARTS = ['capital', 'people', 'space', 'other', 'power'] as const
type Point = { seriesIndex: number; seriesName: string; value: number; dataIndex: number }
/** What a first one starts from. */
const EXAMPLE = 'years = 5\ngpu-h100 = 43000000\ncapital_krw = 0\npeople_krw = 0\nspace_krw = 0\nother_krw = 0\npower_krw_per_mwh = 150000\nco2_g_per_kwh = 450\n'
const MILLION = 1e6

/** What the pool costs whoever owns it, beside what tenants were charged. For the operator of the server. */
export function OwnedCostCard({ usage, onChange }: { usage: Usage; onChange: () => void }) {
    const { t, num, when } = useText()
    const cost = useLoad('pool owned cost', () => askCost())
    const [isOpen, setIsOpen] = useState(false)
    const owned = usage.owned
    if (!cost.value) return cost.error ? (isAbsent(cost.error) ? null : <ProblemNote error={cost.error} />) : <Waiting />
    const problem = owned?.problem ?? cost.value.problem
    const total = owned?.total
    const scale = total && total.krw >= MILLION ? MILLION : 1
    const unit = t(scale === 1 ? 'owned.won' : 'owned.million')
    const money = (krw: number) => num(krw / scale, scale === 1 ? 0 : krw < 10 * MILLION ? 2 : 1)
    return (
        <Card title={t('owned.title')} note={owned ? t('owned.since', { since: when(owned.since) }) : t('owned.none')} actions={<Button onClick={() => setIsOpen(true)}>{t(cost.value.version > 0 ? 'owned.change' : 'owned.say')}</Button>}>
            {problem && <p className="problem" role="alert">{problem}</p>}
            {owned && total && (
                <>
                    <dl className="figures">
                        <BigFigure label={t('owned.total')} value={money(total.krw)} unit={unit} doubt={total.co2_kg === undefined ? '' : t('owned.co2', { kg: num(total.co2_kg, 0) })} />
                        <BigFigure label={t('owned.offered')} value={num(total.krw_per_offered_hour, 0)} unit={t('owned.won')} doubt={t('owned.hours', { hours: num(total.offered_hours, 0) })} />
                        <BigFigure label={t('owned.used')} value={total.krw_per_used_hour === null ? '–' : num(total.krw_per_used_hour, 0)} unit={t('owned.won')} doubt={t('owned.hours', { hours: num(total.used_hours, total.used_hours < 10 ? 1 : 0) })} />
                        <BigFigure label={t('owned.charged')} value={money(total.charged_krw ?? 0)} unit={unit} />
                    </dl>
                    <OwnedBars months={usage.months} owned={owned} scale={scale} unit={unit} />
                </>
            )}
            {isOpen && <CostForm kept={cost.value} onClose={() => setIsOpen(false)} onSaved={() => { setIsOpen(false); cost.reload(); onChange() }} />}
        </Card>
    )
}

/** What each month cost, by what for, and what was charged. */
function OwnedBars({ months, owned, scale, unit }: { months: string[]; owned: Owned; scale: number; unit: string }) {
    const { t, num } = useText()
    const option = useMemo(
        () => (colours: Colours) => ({
            grid: { left: 8, right: 12, top: 60, bottom: 4, containLabel: true },
            legend: { top: 0, left: 0, textStyle: { color: colours.muted } },
            tooltip: { ...tooltip(colours), trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (points: Point[]) => tip(months[points[0]?.dataIndex ?? 0] ?? '', points.map((point) => ({ mark: point.seriesIndex < PARTS.length ? colours.series[point.seriesIndex]! : colours.ink, name: point.seriesName, value: `${num(point.value, scale === 1 ? 0 : 2)} ${unit}` }))) },
            xAxis: { ...axis(colours), type: 'category', data: months, splitLine: { show: false } },
            yAxis: { ...axis(colours, unit), type: 'value', min: 0, nameTextStyle: { color: colours.muted, align: 'left' } },
            series: [
                ...PARTS.map((part, n) => ({ name: t(`owned.part.${part}`), type: 'bar', stack: 'cost', barMaxWidth: 56, itemStyle: { color: colours.series[n]! }, data: owned.months.map((month) => month[`${part}_krw`] / scale) })),
                { name: t('owned.charged'), type: 'line', symbol: 'circle', symbolSize: 7, lineStyle: { color: colours.ink, width: 2 }, itemStyle: { color: colours.ink }, data: owned.months.map((month) => (month.charged_krw ?? 0) / scale) },
            ],
        }),
        [months, owned, scale, unit, t, num],
    )
    return <div className="usage-picture behind"><Chart label={t('owned.picture')} height={250} option={option} /></div>
}

function CostForm({ kept, onClose, onSaved }: { kept: OwnedCost; onClose: () => void; onSaved: () => void }) {
    const { t, lang } = useText()
    const [text, setText] = useState(kept.text || EXAMPLE)
    const [error, setError] = useState<ApiError | null>(null)
    const save = () => putOwnedCost(text, kept.version).then(onSaved, (problem: unknown) => setError(problemOf(problem)))
    return (
        <Dialog title={t('owned.title')} onClose={onClose}>
            <form onSubmit={(event) => { event.preventDefault(); void save() }}>
                <p className="note">{t('owned.text')}</p>
                <textarea className="code" rows={11} wrap="off" spellCheck={false} aria-label={t('owned.title')} value={text} onChange={(event) => { setText(event.target.value); setError(null) }} />
                {error && <p className="hint wrong" role="alert">{error.problem.row ? `${t('policy.row', { row: error.problem.row })} ` : ''}{whyOf(error.problem, lang)}</p>}
                <div className="actions end"><Button onClick={onClose}>{t('cancel')}</Button><Button look="main" type="submit" disabled={text === kept.text}>{t('policy.save')}</Button></div>
            </form>
        </Dialog>
    )
}
