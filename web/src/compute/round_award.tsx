import { useState } from 'react'
import { award as askAward, cancelAward, doRound, problemOf, startAward, type Award, type RoundDone, type WholeRound } from '../api/compute'
import type { ApiError } from '../api/problem'
import { Button, Card, Confirm, ProblemNote, Progress } from '../parts/basics'
import { BigFigure } from '../parts/figure'
import { forget } from '../parts/load'
import { useText } from '../text'
import { DataTable, type Column } from '../table/data_table'
import { usePoll } from '../twin/use_twin'
import { useNamed } from './pool_words'

const LOOK_MS = 700

/** The operator's part of a round: what would be awarded, by these rules or by others, who gains and who loses; then leases, watching, taking back. */
export function AwardPart({ round, onChange }: { round: WholeRound; onChange: () => void }) {
    const { t, lang, percent } = useText()
    const given = round.rules?.text ?? ''
    const [rules, setRules] = useState(given)
    const [turn, setTurn] = useState(0)
    const [isOver, setIsOver] = useState(false)
    const [keeps, setKeeps] = useState(false)
    const [asking, setAsking] = useState(false)
    const [error, setError] = useState<ApiError | null>(null)
    const told = usePoll<Award>(`award ${round.round} ${turn}`, isOver ? 0 : LOOK_MS, async (signal) => {
        const now = await askAward(round.round, signal)
        if (now.state !== 'running') {
            setIsOver(true)
            if (keeps) { setKeeps(false); forget(); onChange() }
        }
        return now
    })
    const start = async (keep: boolean) => {
        setError(null)
        setKeeps(keep)
        await startAward(round.round, { ...(rules === given ? {} : { rules }), keep })
        setIsOver(false)
        setTurn(turn + 1)
    }
    const now = told.value
    const isRunning = now?.state === 'running' || (turn > 0 && !isOver)
    const isKept = round.state === 'awarded' || round.state === 'leased'
    return (
        <>
            {!isKept && (
                <Card title={t('award.title')} note={t('award.text')}>
                    <details>
                        <summary>{t('award.rules')}</summary>
                        <textarea className="code rules-text" rows={14} aria-label={t('award.rules')} value={rules} spellCheck={false} wrap="off" onChange={(event) => setRules(event.target.value)} />
                        {rules !== given && <p className="note">{t('award.rules.changed')} <Button look="quiet" onClick={() => setRules(given)}>{t('award.rules.back')}</Button></p>}
                    </details>
                    <ProblemNote error={error} />
                    {isRunning ? (
                        <div className="going" aria-live="polite"><Progress share={now?.progress ?? 0} label={t('award.running')} /><p className="note">{t('award.running')} {percent(now?.progress ?? 0, 0)}</p><Button look="quiet" onClick={() => cancelAward(round.round).catch((problem: unknown) => setError(problemOf(problem)))}>{t('award.cancel')}</Button></div>
                    ) : (
                        <div className="actions">
                            <Button onClick={() => start(false).catch((problem: unknown) => setError(problemOf(problem)))}>{t('award.what_if')}</Button>
                            <Button look="main" onClick={() => setAsking(true)}>{t('award.keep')}</Button>
                        </div>
                    )}
                </Card>
            )}
            {now?.state === 'failed' && <p className="problem" role="alert">{now.problem?.file && <code>{[now.problem.file, now.problem.row, now.problem.column].filter(Boolean).join(':')}</code>} {(lang === 'ko' ? now.problem?.detail_ko : undefined) ?? now.problem?.detail ?? t('award.failed')}</p>}
            {now?.state === 'cancelled' && !isRunning && <p className="note" role="status">{t('award.cancelled')}</p>}
            {now?.state === 'done' && !isRunning && <Outcome award={now} isKept={isKept} />}
            {isKept && <Doing round={round} onChange={onChange} />}
            {asking && <Confirm title={t('award.keep.title')} text={t('award.keep.text')} yes={t('award.keep')} look="main" onClose={() => setAsking(false)} onYes={async () => { await start(true); setAsking(false) }} />}
        </>
    )
}

function Outcome({ award, isKept }: { award: Award; isKept: boolean }) {
    const { t, num, percent } = useText()
    const { changes } = award
    const most = Math.max(1, ...(award.by_class ?? []).map(({ asked }) => asked))
    return (
        <Card title={t(isKept ? 'award.kept' : 'award.would')}>
            <dl className="figures">
                <BigFigure label={t('award.n')} value={num(award.n_awarded)} unit={t('award.n.unit')} />
                <BigFigure label={t('award.gpus')} value={num(award.awarded_gpus)} unit="GPU" />
                {award.gap !== undefined && <BigFigure label={t('award.gap')} value={percent(award.gap, 2)} doubt={t('award.gap.text')} />}
                {changes && <BigFigure label={t('award.changes')} value={`+${num(changes.n_gain)} / −${num(changes.n_lose)}`} doubt={t('award.changes.text', { moved: num(changes.moved) })} />}
            </dl>
            {(award.short ?? []).length > 0 && <ul className="attention">{award.short!.map((one) => <li key={one.group}>{t(award.proven ? 'award.short.proven' : 'award.short', { group: one.group, quarters: num(one.gpu_quarters) })}</li>)}</ul>}
            {(award.by_class ?? []).length > 0 && (
                <div className="class-bars" role="list">
                    {award.by_class!.map((one) => (
                        <div key={one.class} role="listitem" className="class-line">
                            <span>{one.class}</span>
                            <span className="class-bar" role="img" aria-label={t('award.class.told', { asked: num(one.asked), awarded: num(one.awarded) })}><i className="asked" style={{ width: `${(one.asked / most) * 100}%` }} /><i className="got" style={{ width: `${(one.awarded / most) * 100}%` }} /></span>
                            <b>{num(one.awarded)} / {num(one.asked)}</b>
                        </div>
                    ))}
                    <p className="fine">{t('award.class.key')} {t(award.lot_settled ? 'award.lot.all' : 'award.lot')}</p>
                </div>
            )}
            {changes?.by_class && changes.by_class.some(({ before, after }) => before !== after) && (
                <ul className="changes">{changes.by_class.filter(({ before, after }) => before !== after).map((one) => <li key={one.class}>{one.class}: {num(one.before)} → <b>{num(one.after)}</b></li>)}</ul>
            )}
            {changes && <Changes changes={changes} />}
        </Card>
    )
}

type Changed = NonNullable<NonNullable<Award['changes']>['applications']>[number]

/** Who gains and who loses, the most first. */
function Changes({ changes }: { changes: NonNullable<Award['changes']> }) {
    const { t, num } = useText()
    const rows = changes.applications ?? []
    if (changes.n_gain + changes.n_lose === 0) return <p className="all-well">{t('changes.none')}</p>
    const columns: Column<Changed>[] = [
        { key: 'application', title: t('round.application'), value: (row) => row.application, width: 8 },
        { key: 'institution', title: t('round.institution'), value: (row) => row.institution, show: (row) => <>{row.institution} <small>{row.class}</small></>, width: 9, grow: 3 },
        { key: 'asked', title: t('round.asked_short'), value: (row) => row.asked, show: (row) => num(row.asked), number: true, width: 5 },
        { key: 'before', title: t('changes.before'), value: (row) => row.before, show: (row) => num(row.before), number: true, width: 5 },
        { key: 'after', title: t('changes.after'), value: (row) => row.after, show: (row) => <b>{num(row.after)}</b>, number: true, width: 5 },
        { key: 'moved', title: t('changes.quarters'), value: (row) => row.gpu_quarters, show: (row) => <span className={row.gpu_quarters > 0 ? 'gains' : 'loses'}>{row.gpu_quarters > 0 ? '+' : '−'}{num(Math.abs(row.gpu_quarters))}</span>, number: true, width: 6 },
    ]
    return (
        <>
            <h3>{t('changes.title')}</h3>
            <DataTable label={t('changes.title')} rows={rows} columns={columns} rowKey={(row) => row.application} />
            {rows.length < changes.n_gain + changes.n_lose && <p className="fine">{t('changes.more', { shown: num(rows.length), all: num(changes.n_gain + changes.n_lose) })}</p>}
        </>
    )
}

/** What follows an award: leases, warnings for what stays idle, and what is taken back. */
function Doing({ round, onChange }: { round: WholeRound; onChange: () => void }) {
    const { t, num, when } = useText()
    const named = useNamed()
    const [done, setDone] = useState<{ what: 'lease' | 'watch' | 'reclaim'; told: RoundDone } | null>(null)
    const [asking, setAsking] = useState<'lease' | 'reclaim' | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    /** Of a look, what is due by its days is not taken back yet. */
    const said = ({ what, detail }: { what: string; detail: string }) => {
        const of = Object.fromEntries([...detail.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value])) as Record<string, string>
        const numbers = { type: of.type ?? '', days: num(Number(of.idle_days)), gpus: num(Number(of.gpus)), kept: num(Number(of.kept)), taken: num(Number(of.gpus) - Number(of.kept)) }
        if (!of.type || !of.idle_days) return `${named.event(what)} ${detail}`
        if (what === 'warn') return t('watched.event.warn', numbers)
        if (done?.what === 'watch') return t('watched.event.due', numbers)
        return t(Number(of.kept) > 0 ? 'watched.event.reclaim' : 'watched.event.all', numbers)
    }
    const run = async (what: 'lease' | 'watch' | 'reclaim') => {
        setError(null)
        setDone({ what, told: await doRound(round.round, what) })
        forget()
        onChange()
    }
    return (
        <Card title={t('doing.title')} note={t('doing.text')}>
            <div className="actions">
                {round.state === 'awarded' && <Button look="main" onClick={() => setAsking('lease')}>{t('doing.lease')}</Button>}
                {round.state === 'leased' && <Button onClick={() => run('watch').catch((problem: unknown) => setError(problemOf(problem)))}>{t('doing.watch')}</Button>}
                {round.state === 'leased' && <Button look="danger" onClick={() => setAsking('reclaim')}>{t('doing.reclaim')}</Button>}
            </div>
            <ProblemNote error={error} />
            {done && (
                <div className="done-told" role="status">
                    <p>{t(`doing.told.${done.what}`, { leases: num(done.told.n_lease ?? 0), warned: num(done.told.n_warned ?? 0), due: num(done.told.n_due ?? 0), gpus: num(done.told.gpus ?? 0) })}</p>
                    {(done.told.events ?? []).length > 0 && <ul className="record">{done.told.events!.slice(0, 50).map((one, n) => <li key={n}><span>{/T/.test(one.time) ? when(one.time) : one.time}</span> <b>{one.subject}</b> {said(one)}</li>)}</ul>}
                </div>
            )}
            {asking && <Confirm title={t(`doing.${asking}.title`)} text={t(`doing.${asking}.text`)} yes={t(`doing.${asking}`)} look={asking === 'lease' ? 'main' : 'danger'} onClose={() => setAsking(null)} onYes={async () => { await run(asking); setAsking(null) }} />}
        </Card>
    )
}
