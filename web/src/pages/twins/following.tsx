import { useState } from 'react'
import { followingOf, type Following, type Layout, type Score, type Twin, type Whereabouts } from '../../api/twin'
import { whyOf } from '../../api/problem'
import { useStamp } from '../../live/stamp'
import { DocumentEditor } from '../../meaning/document_editor'
import { Badge, Card, ProblemNote, Waiting } from '../../parts/basics'
import { BigFigure } from '../../parts/figure'
import { Link } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { isKey, useText } from '../../text'
import { usePoll, type Clock } from '../../twin/use_twin'
import '../../style/live.css'
import '../../style/meaning.css'

const LOOK_MS = 2000
const SILENT_S = 600 // then somebody should look
const BEHIND_S = 3600
const PROMISED = 0.8 // of the truths should lie inside

/** How a twin that follows a floor does: how old its news are, what did not fit, what could not be tied, how forecasts held. */
export default function FollowingRoom({ twin, layout, clock }: { twin: Twin; layout: Layout; clock: Clock }) {
    const { t, num, lang } = useText()
    const stamp = useStamp()
    const told = usePoll(`following ${twin.id}`, LOOK_MS, (signal) => followingOf(twin.id, signal))
    const [isNaming, setIsNaming] = useState(false)
    const is = told.value
    if (!is) return told.error ? <ProblemNote error={told.error} /> : <Waiting />
    const span = (seconds: number | null) => (seconds === null ? '–' : stamp.span(Math.max(1, Math.round(seconds))))
    const isSilent = is.silent_seconds !== null && is.silent_seconds > SILENT_S
    return (
        <>
            <ProblemNote error={told.error} />
            {is.problem && <p className="statement">{whyOf(is.problem, lang)}</p>}
            {is.table_problem && <p className="statement">{is.table_problem[lang]}</p>}
            <Card title={t('following.title')} note={t('following.text')} actions={<Badge tone={is.state === 'failed' ? 'bad' : is.state === 'reading' ? 'busy' : isSilent ? 'warn' : 'good'}>{t(isSilent && is.state === 'following' ? 'following.silent' : `following.state.${is.state}`)}</Badge>}>
                <dl className="figures history-figures">
                    <BigFigure label={t('following.heard')} value={span(is.silent_seconds)} doubt={is.heard === null ? t('following.nothing') : t('following.heard.at', { time: clock.short(is.heard) })} tone={isSilent ? 'warn' : undefined} />
                    <BigFigure label={t('following.behind')} value={span(is.behind_seconds)} doubt={t('following.lag', { span: span(is.lag_seconds) })} tone={(is.behind_seconds ?? 0) > BEHIND_S ? 'warn' : undefined} />
                    <BigFigure label={t('following.lots')} value={num(is.lots)} doubt={t('following.held', { count: num(is.held) })} />
                    <BigFigure label={t('following.discrepancies')} value={num(is.discrepancies.n)} doubt={t('following.of_events', { count: num(is.counts.told) })} tone={is.discrepancies.n > 0.01 * is.counts.told && is.discrepancies.n > 5 ? 'warn' : undefined} />
                    <BigFigure label={t('following.untied')} value={num(is.untied.n)} tone={is.untied.n > 0 ? 'warn' : undefined} />
                </dl>
                <details>
                    <summary>{t('following.counts')}</summary>
                    <dl className="counts">
                        {Object.entries(is.counts).map(([name, count]) => <div key={name}><dt>{isKey(`following.count.${name}`) ? t(`following.count.${name}` as 'following.count.events') : name}</dt><dd>{num(count)}</dd></div>)}
                    </dl>
                </details>
            </Card>
            <Discrepancies is={is} layout={layout} clock={clock} />
            <Untied is={is} />
            <details open={isNaming} onToggle={(event) => setIsNaming(event.currentTarget.open)}>
                <summary>{t('document.follow')}</summary>
                {isNaming && <DocumentEditor name="follow" />}
            </details>
            <Card title={t('following.validity')} note={t('following.validity.text')}>
                <div className="scores">
                    {(['lots', 'products', 'all'] as const).map((which) => <ScoreView key={which} name={t(`following.score.${which}`)} score={is.validity[which]} />)}
                </div>
                <p className="note">
                    {t('following.forecasts', { made: num(is.forecast.made), open: num(is.validity.open) })}
                    {is.forecast.next !== null && ` ${t('following.next', { time: clock.short(is.forecast.next) })}`}
                    {is.forecast.took_seconds !== null && ` ${t('following.took', { span: stamp.span(is.forecast.took_seconds) })}`} <Link href={`/twins/${twin.id}/forecast`}>{t('forecast.all')}</Link>
                </p>
                {is.forecast.problem && <p className="statement">{is.forecast.problem[lang]}</p>}
            </Card>
            {is.pace.length > 0 && <Pace is={is} />}
        </>
    )
}

function useWhere(): (one: Whereabouts) => string {
    const { t } = useText()
    return (one) => [t(`following.where.${one.where}`), one.tool ?? one.group, one.step_name || (one.step === undefined ? '' : t('following.step', { step: one.step + 1 }))].filter(Boolean).join(' · ')
}

/** What was believed, and what the floor said instead: the floor is right. */
function Discrepancies({ is, clock }: { is: Following; layout: Layout; clock: Clock }) {
    const { t, num, lang } = useText()
    const where = useWhere()
    type Row = Following['discrepancies']['last'][number]
    const kind = (name: string) => (isKey(`following.kind.${name}`) ? t(`following.kind.${name}` as 'following.kind.route') : name)
    const columns: Column<Row>[] = [
        { key: 'time', title: t('events.at'), value: (row) => row.time, show: (row) => clock.short(row.time), width: 10, grow: 1 },
        { key: 'lot', title: t('lot.name'), value: (row) => row.lot, width: 7, grow: 1 },
        { key: 'kind', title: t('events.kind'), value: (row) => kind(row.kind), width: 9, grow: 1 },
        { key: 'believed', title: t('following.believed'), value: (row) => where(row.believed), show: (row) => <span title={where(row.believed)}>{where(row.believed)}</span>, width: 12 },
        { key: 'told', title: t('following.told'), value: (row) => where(row.told), show: (row) => <span title={where(row.told)}>{where(row.told)}</span>, width: 12 },
        { key: 'sentence', title: t('events.detail'), value: (row) => row.sentence[lang], show: (row) => <span title={row.sentence[lang]}>{row.sentence[lang]}</span>, width: 14, grow: 3 },
    ]
    return (
        <Card title={t('following.discrepancies')} note={t('following.discrepancies.text')}>
            {is.discrepancies.n === 0 ? (
                <p className="note">{t('following.fits')}</p>
            ) : (
                <>
                    <p className="chips">{Object.entries(is.discrepancies.kinds).filter(([, count]) => count > 0).map(([name, count]) => <span key={name} className="chip">{kind(name)} <b>{num(count)}</b></span>)}</p>
                    <DataTable label={t('following.discrepancies')} rows={is.discrepancies.last} columns={columns} first="-time" rowKey={(row) => `${row.time} ${row.lot} ${row.kind} ${row.sentence.en}`} />
                </>
            )}
        </Card>
    )
}

function Untied({ is }: { is: Following }) {
    const { t, num, lang, when } = useText()
    type Row = Following['untied']['last'][number]
    const columns: Column<Row>[] = [
        { key: 'at', title: t('events.at'), value: (row) => Date.parse(row.at), show: (row) => when(row.at), width: 10, grow: 1 },
        { key: 'times', title: t('oee.count'), value: (row) => row.times, show: (row) => num(row.times), number: true },
        { key: 'source', title: t('events.source'), value: (row) => row.source, show: (row) => <span title={row.source}>{row.source}</span>, width: 10 },
        { key: 'name', title: t('events.name'), value: (row) => row.name, show: (row) => <span title={row.name}>{row.name}</span>, width: 8 },
        { key: 'lot', title: t('lot.name'), value: (row) => row.lot, width: 6, grow: 1 },
        { key: 'reason', title: t('following.why'), value: (row) => row.reason[lang], show: (row) => <span title={row.reason[lang]}>{row.reason[lang]}</span>, width: 16, grow: 4 },
    ]
    return (
        <Card title={t('following.untied')} note={t('following.untied.text')}>
            {is.untied.n === 0 ? <p className="note">{t('following.untied.none')}</p> : <DataTable label={t('following.untied')} rows={is.untied.last} columns={columns} first="-at" rowKey={(row) => `${row.source} ${row.name} ${row.lot} ${row.kind} ${row.reason.en}`} />}
        </Card>
    )
}

/** Where the truth lay among the futures: even bars are those of a twin that is right. */
function ScoreView({ name, score }: { name: string; score: Score }) {
    const { t, num, percent } = useText()
    const most = Math.max(1e-9, ...score.ranks)
    const isOff = score.inside !== null && score.claims >= 20 && Math.abs(score.inside - PROMISED) > 0.1
    return (
        <div className="score">
            <BigFigure label={name} value={percent(score.inside, 0)} doubt={score.inside === null ? t('following.unjudged') : t('following.score.text', { claims: num(score.claims), below: percent(score.below, 0), above: percent(score.above, 0) })} tone={isOff ? 'warn' : undefined} />
            {score.inside !== null && <div className="ranks" role="img" aria-label={t('following.ranks', { ranks: score.ranks.map((one) => num(one, 0)).join(', ') })}>{score.ranks.map((one, n) => <i key={n} style={{ height: `${(100 * one) / most}%` }} />)}</div>}
            {score.certain > 0 && <p className="fine">{t('following.certain', { right: num(score.certain_right), all: num(score.certain) })}</p>}
        </div>
    )
}

function Pace({ is }: { is: Following }) {
    const { t, num } = useText()
    type Row = Following['pace'][number]
    const factor = (key: 'process' | 'repair' | 'failure'): Column<Row> => ({ key, title: t(`following.pace.${key}`), value: (row) => row[key], show: (row) => `${num(row[key], 2)}×`, number: true })
    const columns: Column<Row>[] = [
        { key: 'group', title: t('group.name'), value: (row) => row.group, width: 9 },
        factor('process'), factor('repair'), factor('failure'),
        { key: 'jobs', title: t('following.pace.jobs'), value: (row) => row.jobs, show: (row) => num(row.jobs, 0), number: true },
        { key: 'failures', title: t('oee.failures'), value: (row) => row.failures, show: (row) => num(row.failures, 0), number: true },
    ]
    return (
        <Card title={t('following.pace')} note={t('following.pace.text')}>
            <DataTable label={t('following.pace')} rows={is.pace} columns={columns} first="-process" rowKey={(row) => row.group} />
        </Card>
    )
}
