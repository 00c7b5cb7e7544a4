import { useState } from 'react'
import { applications as askApplications, isAbsent, problemOf, putRoundFile, round as askRound, roundFile, roundReport, type Application, type WholeRound } from '../../api/compute'
import { saidOf, whyOf, type ApiError } from '../../api/problem'
import { Absent } from '../../compute/absent'
import { ApplicationForm } from '../../compute/application_form'
import { showIn } from '../../compute/blank_window'
import { useBoth, useNamed } from '../../compute/pool_words'
import { AwardPart } from '../../compute/round_award'
import { LeasesPart } from '../../compute/round_leases'
import { PointsDialog, PointsPart } from '../../compute/round_points'
import { cellsOf, RoundBadge } from '../../compute/round_words'
import { useIsOperator } from '../../compute/use_operator'
import { useMay } from '../../me'
import { Button, Card, PageHead, ProblemNote, Waiting } from '../../parts/basics'
import { BigFigure } from '../../parts/figure'
import { forget, useLoad } from '../../parts/load'
import { Link, useGuard, useTitle } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'

/** /compute/rounds/NAME: one round, from its supply and rules over applications and the award to leases and what is taken back. */
export default function RoundPage({ id }: { id: string }) {
    const { t, lang, num, when } = useText()
    const isOperator = useIsOperator()
    const may = useMay('engineer')
    const told = useLoad(`round ${id}`, () => askRound(id))
    const asked = useLoad(`applications ${id}`, () => askApplications(id))
    const [error, setError] = useState<ApiError | null>(null)
    useTitle(told.value?.title ?? t('round.tab'))
    const round = told.value
    if (!round) return told.error ? <Absent error={told.error} retry={told.reload} /> : <Waiting />
    const changed = () => { forget(); told.reload(); asked.reload() }
    const isKept = round.state === 'awarded' || round.state === 'leased'
    return (
        <>
            <PageHead over={<Link href="/compute/rounds">{t('round.tab')}</Link>} title={round.title || round.round} lead={<span className="job-lead"><RoundBadge state={round.state} /> {round.closes && t('round.closes', { when: when(round.closes) })}</span>}>
                {isOperator && isKept && <Button onClick={() => showIn(() => roundReport(id, lang), setError)}>{t('usage.report')}</Button>}
            </PageHead>
            <ProblemNote error={error} />
            <Card className="hero">
                <dl className="figures">
                    <BigFigure label={t('round.n_applications')} value={num(round.applications)} />
                    <BigFigure label={t('round.asked_gpus')} value={num(round.asked_gpus)} unit="GPU" />
                    <BigFigure label={t('round.offered')} value={num(offered(round))} unit="GPU" doubt={t('round.offered.text')} />
                    {isKept && <BigFigure label={t('round.awarded_gpus')} value={num(round.awarded_gpus)} unit="GPU" />}
                </dl>
            </Card>
            {may && !isOperator && round.state === 'open' && asked.value && <ApplicationForm round={round} before={asked.value[0]} onDone={changed} />}
            {isOperator && <AwardPart key={round.state === 'leased' ? 'awarded' : round.state} round={round} onChange={changed} />}
            <LeasesPart round={round} isOperator={isOperator} />
            {asked.error && !isAbsent(asked.error) && <ProblemNote error={asked.error} />}
            {asked.value && <Decisions items={asked.value} isKept={isKept} isOperator={isOperator} />}
            <Supply round={round} />
            {isOperator ? (round.files ?? []).length > 0 && <Tables round={round} onSaved={changed} /> : round.rules?.text && <Card title={t('award.rules')}><pre className="request">{round.rules.text}</pre></Card>}
            {(round.record ?? []).length > 0 && <Card title={t('round.record')} note={t('round.record.text')}>{round.record_whole === false && <p className="problem" role="alert">{t('round.record.damaged')}</p>}<Record rows={round.record!} /></Card>}
        </>
    )
}

/** The most that is there in one quarter. */
function offered(round: WholeRound): number {
    const there = new Map<string, number>()
    for (const { quarter, gpus } of round.supply ?? []) there.set(quarter, (there.get(quarter) ?? 0) + gpus)
    return Math.max(0, ...there.values())
}

/** A row a site and type, a column a quarter. */
function Supply({ round }: { round: WholeRound }) {
    const { t, num } = useText()
    const supply = round.supply ?? []
    const quarters = [...new Set(supply.map(({ quarter }) => quarter))].sort()
    const rows = new Map<string, { site: string; type: string; gpus: Map<string, number> }>()
    for (const { site, type, quarter, gpus } of supply) {
        const key = `${site} ${type}`
        const row = rows.get(key) ?? { site, type, gpus: new Map<string, number>() }
        rows.set(key, row)
        row.gpus.set(quarter, gpus)
    }
    const there = [...rows.values()].filter(({ gpus }) => [...gpus.values()].some((count) => count > 0))
    type Line = (typeof there)[number]
    if (there.length === 0) return null
    const columns: Column<Line>[] = [
        { key: 'site', title: t('round.site'), value: (row) => row.site, width: 8 },
        { key: 'type', title: t('job.type'), value: (row) => row.type, width: 6, grow: 1 },
        ...quarters.map((quarter) => ({ key: quarter, title: quarter, value: (row: Line) => row.gpus.get(quarter) ?? 0, show: (row: Line) => num(row.gpus.get(quarter) ?? 0), number: true, width: 5 })),
    ]
    return <Card title={t('round.supply')} note={t('round.supply.text')}><DataTable label={t('round.supply')} rows={there} columns={columns} rowKey={(row) => `${row.site} ${row.type}`} /></Card>
}

/** Rows of record.csv, `number,time,what,subject,detail,hash`, to be read: of the hash its first digits. */
function Record({ rows }: { rows: string[] }) {
    const { when } = useText()
    const named = useNamed()
    return (
        <ul className="record">
            {[...rows].reverse().map((row) => {
                const [number = '', time = '', what = '', subject = '', detail = '', hash = ''] = cellsOf(row)
                return <li key={number}><span>{number}. {when(time)}</span> <b>{named.event(what)}</b> {subject} <span>{detail}</span> <code title={hash}>{hash.slice(0, 8)}</code></li>
            })}
        </ul>
    )
}

function Decisions({ items, isKept, isOperator }: { items: Application[]; isKept: boolean; isOperator: boolean }) {
    const { t, num } = useText()
    const both = useBoth()
    const [chosen, setChosen] = useState<Application | null>(null)
    if (items.length === 0) return <Card title={t(isOperator ? 'round.all' : 'round.own')}><p className="all-well">{t('round.no_applications')}</p></Card>
    const columns: Column<Application>[] = [
        { key: 'application', title: t('round.application'), value: (row) => row.application, show: (row) => <button type="button" className="as-link" title={t('points.open')} onClick={() => setChosen(row)}>{row.application}</button>, width: 8 },
        { key: 'institution', title: t('round.institution'), value: (row) => row.institution, show: (row) => <>{row.institution} <small>{row.class}</small></>, width: 11, grow: 3 },
        { key: 'asked', title: t('round.asked_short'), value: (row) => row.asked, show: (row) => num(row.asked), number: true, width: 4.5 },
        ...(items.some(({ points }) => points !== undefined) ? [{ key: 'points', title: t('round.points'), value: (row: Application) => row.points, show: (row: Application) => num(row.points, 1), number: true, width: 4.5 }] : []),
        ...(isKept ? [
            { key: 'awarded', title: t('round.got'), value: (row: Application) => row.awarded, show: (row: Application) => <b className={row.awarded > 0 ? '' : 'nothing'}>{num(row.awarded)}</b>, number: true, width: 5.5 },
            { key: 'rank', title: t('round.rank'), value: (row: Application) => row.rank || null, show: (row: Application) => (row.rank ? num(row.rank) : '–'), number: true, width: 4.5 },
            { key: 'why', title: t('round.why'), value: (row: Application) => both(row.sentence), show: (row: Application) => <span title={both(row.sentence)}>{both(row.sentence)}</span>, width: 18, grow: 9 },
        ] : []),
    ]
    // Few decisions are read whole: a table cuts what is long.
    const told = items.length <= 8 && !isOperator
    return (
        <Card title={t(isOperator ? 'round.all' : 'round.own')}>
            <DataTable label={t('round.all')} rows={items} columns={columns} first={isKept ? 'rank' : '-points'} rowKey={(row) => row.application} />
            {told && items.map((one) => <PointsPart key={one.application} application={one} />)}
            {chosen && <PointsDialog application={chosen} onClose={() => setChosen(null)} />}
        </Card>
    )
}

/** Tables that a round may do without until somebody writes them, by what they begin with. */
const LATER: Record<string, string> = { 'scores.csv': 'application,criterion,reviewer,points\n', 'usage.csv': 'institution,day,type,gpu_hours\n' }
const isOpen = (round: WholeRound) => round.state === 'open' || round.state === 'closed'
/** Until the award; what was used elsewhere at any time. */
const mayWrite = (round: WholeRound, name: string) => isOpen(round) || name === 'usage.csv'

/** The tables of a round as text, each checked as a whole with all others when it is kept. */
function Tables({ round, onSaved }: { round: WholeRound; onSaved: () => void }) {
    const { t } = useText()
    const kept = round.files ?? []
    const files = [...kept, ...Object.keys(LATER).filter((one) => !kept.includes(one) && mayWrite(round, one))]
    const [name, setName] = useState(files[0] ?? '')
    return (
        <Card title={t('round.tables.title')} note={t('round.tables.text')} actions={<select aria-label={t('round.tables.title')} value={name} onChange={(event) => setName(event.target.value)}>{files.map((one) => <option key={one}>{one}</option>)}</select>}>
            {name && <TableText key={`${round.round} ${name}`} round={round} name={name} isNew={!kept.includes(name)} onSaved={onSaved} />}
        </Card>
    )
}

function TableText({ round, name, isNew, onSaved }: { round: WholeRound; name: string; isNew: boolean; onSaved: () => void }) {
    const { t, lang } = useText()
    const kept = useLoad(`round file ${round.round} ${name} ${isNew}`, () => (isNew ? Promise.resolve(LATER[name] ?? '') : roundFile(round.round, name)))
    const [text, setText] = useState<string | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const may = mayWrite(round, name)
    const changed = text !== null && text !== kept.value
    useGuard(changed, t('policy.leave'))
    if (kept.value === undefined) return kept.error ? <ProblemNote error={kept.error} retry={kept.reload} /> : <Waiting />
    const save = () => putRoundFile(round.round, name, text!).then(() => { setError(null); setText(null); kept.reload(); onSaved() }, (problem: unknown) => setError(problemOf(problem)))
    const faults = error?.problem.faults ?? []
    return (
        <>
            <textarea className="code rules-text" rows={12} aria-label={name} value={text ?? kept.value} readOnly={!may} spellCheck={false} wrap="off" onChange={(event) => setText(event.target.value)} />
            {error && faults.length === 0 && <p className="problem" role="alert">{error.place && <code>{error.place}</code>} {whyOf(error.problem, lang)}</p>}
            {faults.length > 0 && <ul className="attention">{faults.slice(0, 20).map((fault, n) => <li key={n}><code>{[fault.file, fault.row, fault.column].filter(Boolean).join(':')}</code> {saidOf(fault, lang).wrong}. {saidOf(fault, lang).right}</li>)}</ul>}
            {may && <div className="actions end">{changed && <span className="unsaved">{t('policy.unsaved')}</span>}<Button look="main" disabled={!changed} onClick={() => void save()}>{t('policy.save')}</Button></div>}
        </>
    )
}
