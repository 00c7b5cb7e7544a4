import { useMemo, useState } from 'react'
import { lotName, type Forecast, type ForecastLot, type Twin } from '../../api/twin'
import { Fan } from '../../charts/fan'
import { useMay } from '../../me'
import { Badge, Button, Card, Empty, ProblemNote, Progress } from '../../parts/basics'
import { Link } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import type { Clock, Forecasting } from '../../twin/use_twin'
import { ForecastDialog } from './twin_dialogs'
import '../../style/twin.css'

const GROUPS = 8

/** What may come: the answer first, then how far it may spread, then each lot. */
export default function ForecastRoom({ twin, clock, forecast }: { twin: Twin; clock: Clock; forecast: Forecasting }) {
    const { t, num } = useText()
    const may = useMay('engineer')
    const [ask, setAsk] = useState(false)
    const told = forecast.value
    return (
        <>
            <ProblemNote error={forecast.error} />
            {forecast.run && (
                <Card className="going">
                    <p className="sentence" role="status" aria-live="polite">{t('forecast.running')}</p>
                    <Progress share={forecast.run.progress} label={t('forecast.running')} />
                    <p className="going-foot"><b>{num(forecast.run.progress * 100, 0)} %</b></p>
                </Card>
            )}
            {!told && !forecast.run && (
                <Card>
                    <Empty title={t('forecast.none')} text={t(may ? 'forecast.none.text' : 'forecast.none.viewer')}>
                        {may && <Button look="main" onClick={() => setAsk(true)}>{t('forecast.do')}</Button>}
                    </Empty>
                </Card>
            )}
            {told && <Told told={told} clock={clock} twin={twin} again={may && !forecast.run ? () => setAsk(true) : null} />}
            {ask && <ForecastDialog onClose={() => setAsk(false)} onStart={(hours, reps) => { setAsk(false); forecast.start(hours, reps) }} />}
        </>
    )
}

function Told({ told, clock, twin, again }: { told: Forecast; clock: Clock; twin: Twin; again: (() => void) | null }) {
    const { t, lang, num, percent } = useText()
    const { time, point_seconds: step, hours, replications } = told
    const [chosen, setChosen] = useState<string | null>(null)
    const busiest = useMemo(() => [...told.groups].sort((a, b) => Math.max(...b.queue.p95) - Math.max(...a.queue.p95)), [told])
    const shown = chosen === null ? busiest.slice(0, GROUPS) : busiest.filter((group) => group.name === chosen)
    return (
        <>
            <Card className="hero answer">
                <p className="sentence">{told.sentence[lang]}</p>
                <p className="note">{t('forecast.of', { time: clock.at(time), hours: num(hours, 0), count: num(replications, 0) })}{twin.time - time > 60 && ` ${t('forecast.old', { span: clock.span(twin.time - time) })}`}</p>
                {told.bottlenecks.length > 0 && (
                    <ul className="chances">
                        {told.bottlenecks.slice(0, 5).map((one) => (
                            <li key={one.group}>
                                <span>{one.group}</span>
                                <i><b style={{ width: `${one.chance * 100}%` }} /></i>
                                <span>{percent(one.chance, 0)}</span>
                                <small>{one.from !== null ? t('forecast.from', { time: clock.short(one.from) }) : ''}</small>
                            </li>
                        ))}
                    </ul>
                )}
                {again && <div className="actions"><Button onClick={again}>{t('forecast.again')}</Button></div>}
            </Card>
            <div className="columns">
                <Card title={t('forecast.wip')}><Fan bands={told.wip} time={time} step={step} clock={clock} label={t('forecast.wip')} unit={t('unit.lots')} /></Card>
                <Card title={t('forecast.out')}><Fan bands={told.out} time={time} step={step} clock={clock} label={t('forecast.out')} unit={t('unit.lots')} tone={2} /></Card>
            </div>
            <Card
                title={t('forecast.queues')}
                note={t('forecast.queues.text')}
                actions={
                    <select aria-label={t('group.name')} value={chosen ?? ''} onChange={(event) => setChosen(event.target.value || null)}>
                        <option value="">{t('forecast.busiest', { count: Math.min(GROUPS, busiest.length) })}</option>
                        {[...busiest].sort((a, b) => a.name.localeCompare(b.name, lang)).map((group) => <option key={group.name} value={group.name}>{group.name}</option>)}
                    </select>
                }
            >
                <div className="fans">
                    {shown.map((group) => (
                        <figure key={group.name}>
                            <figcaption>{group.name}</figcaption>
                            <Fan bands={group.queue} time={time} step={step} clock={clock} label={`${group.name}: ${t('forecast.queues')}`} unit={t('unit.lots')} height={165} tone={1} />
                        </figure>
                    ))}
                </div>
            </Card>
            <Card title={t('forecast.lots')} note={t('forecast.lots.text')}><Lots lots={told.lots} clock={clock} twin={twin.id} /></Card>
        </>
    )
}

function Lots({ lots, clock, twin }: { lots: ForecastLot[]; clock: Clock; twin: string }) {
    const { t, num, percent } = useText()
    const columns = useMemo<Column<ForecastLot>[]>(
        () => [
            { key: 'lot', title: t('lot.name'), value: (row) => row.lot, show: (row) => <Link href={`/twins/${twin}/flow?lot=${row.lot}`}>{lotName(row.lot)}</Link>, width: 7 },
            { key: 'product', title: t('lot.product'), value: (row) => row.product, width: 8, grow: 1 },
            { key: 'priority', title: t('lot.priority'), number: true, value: (row) => row.priority, width: 5.5 },
            { key: 'step', title: t('lot.step_is'), number: true, value: (row) => row.step / row.steps, show: (row) => `${num(row.step + 1, 0)} / ${num(row.steps, 0)}`, width: 7 },
            { key: 'p50', title: t('forecast.done'), value: (row) => row.p50, show: (row) => row.p50 === null ? '–' : <>{clock.short(row.p50)}{row.extrapolated && <small title={t('forecast.extrapolated')}> *</small>}</>, width: 13, grow: 1 },
            { key: 'spread', title: t('forecast.between'), value: (row) => (row.p90 === null || row.p10 === null ? null : row.p90 - row.p10), show: (row) => (row.p10 === null ? '–' : row.p90 === null ? `${clock.short(row.p10)} –` : clock.between(row.p10, row.p90)), width: 18.5, grow: 2 },
            { key: 'due', title: t('lot.due'), value: (row) => row.due, show: (row) => (row.due === null ? '–' : clock.short(row.due)), width: 11.5, grow: 1 },
            { key: 'late', title: t('forecast.late'), number: true, value: (row) => row.late, show: (row) => (row.late === null ? '–' : <Badge tone={row.late > 0.66 ? 'bad' : row.late > 0.25 ? 'warn' : 'good'}>{percent(row.late, 0)}</Badge>), width: 7 },
        ],
        [t, num, percent, clock, twin],
    )
    return (
        <>
            <DataTable label={t('forecast.lots')} rows={lots} columns={columns} first="-late" rowKey={(row) => String(row.lot)} />
            {lots.some((lot) => lot.extrapolated) && <p className="fine">* {t('forecast.extrapolated')}</p>}
        </>
    )
}
