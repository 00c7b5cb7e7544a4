import { useEffect, useState } from 'react'
import { isAbsent, policy as askPolicy, problemOf, putPolicy, replay as askReplay, replayReport, startReplay, type Difference, type Policy, type Reached, type Replay, type Replayed } from '../../api/compute'
import { whyOf, type ApiError } from '../../api/problem'
import { Absent } from '../../compute/absent'
import { showIn } from '../../compute/blank_window'
import { PolicyEditor } from '../../compute/policy_editor'
import { differing } from '../../compute/policy_lines'
import { ReplayBars, ReplayLines, ReplayWaits } from '../../compute/replay_charts'
import { Button, Card, Confirm, Field, ProblemNote, Progress, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { go, usePlace } from '../../parts/route'
import { useText, type Key } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 500
const MOST = 4
const LETTERS = ['A', 'B', 'C', 'D']
interface Tried { name: string; text: string }

/** What was tried last, kept while the page lives: coming back finds it. */
let last: { id: string; tried: Tried[] } | null = null

/** /compute/replays (?id=): two or more policies are tried on jobs of the past, and the better one is applied. */
export default function Replays() {
    const kept = useLoad('pool policy', () => askPolicy())
    if (!kept.value) return kept.error ? <Absent error={kept.error} retry={kept.reload} /> : <Waiting />
    return <Trying kept={kept.value} onApplied={() => { forget(); kept.reload() }} />
}

function Trying({ kept, onApplied }: { kept: Policy; onApplied: () => void }) {
    const { t, num, lang } = useText()
    const { query } = usePlace()
    const id = query.get('id')
    const now = kept.text || kept.default
    const known = last && last.id === id ? last.tried : null
    const [tried, setTried] = useState<Tried[]>(known ?? [{ name: t('replay.now'), text: now }, { name: 'B', text: now }])
    const [open, setOpen] = useState(1)
    const [trace, setTrace] = useState<'own' | 'sacct' | 'plain'>('own')
    const [text, setText] = useState('')
    const [inflate, setInflate] = useState('1')
    const [events, setEvents] = useState('')
    const [failures, setFailures] = useState('')
    const [error, setError] = useState<ApiError | null>(null)
    const one = tried[Math.min(open, tried.length - 1)]!
    const set = (change: Partial<Tried>) => { setTried(tried.map((each) => (each === one ? { ...each, ...change } : each))); setError(null) }
    const start = () => {
        setError(null)
        startReplay({ policies: tried, trace, ...(trace === 'own' ? {} : { text }), ...(Number(inflate) > 0 && Number(inflate) !== 1 ? { inflate: Number(inflate) } : {}), ...(events ? { events } : {}), ...(failures.trim() ? { failures: failures.trim() } : {}) }).then(
            ({ id: next }) => {
                last = { id: next, tried }
                go(`/compute/replays?id=${encodeURIComponent(next)}`)
            },
            (problem: unknown) => setError(problemOf(problem)),
        )
    }
    const take = (file: File | undefined) => void file?.text().then(setText)
    const isReady = trace === 'own' || text !== ''
    const differs = differing(tried[0]!.text, one.text, kept.default)
    return (
        <>
            <Card title={t('replay.title')} note={t('replay.text')}>
                <div className="policy-tabs" role="group" aria-label={t('replay.policies')}>
                    {tried.map((each, n) => <Button key={n} className={each === one ? 'on' : ''} aria-pressed={each === one} onClick={() => setOpen(n)}>{each.name}</Button>)}
                    {tried.length < MOST && <Button look="quiet" onClick={() => { setTried([...tried, { name: LETTERS[tried.length]!, text: one.text }]); setOpen(tried.length) }}>{t('replay.add')}</Button>}
                    {tried.length > 2 && open > 0 && <Button look="quiet" onClick={() => { setTried(tried.filter((each) => each !== one)); setOpen(1) }}>{t('replay.drop', { name: one.name })}</Button>}
                </div>
                <div className="fields policy-name"><Field label={t('job.name')}>{(field) => <input id={field} value={one.name} maxLength={40} onChange={(event) => set({ name: event.target.value })} />}</Field></div>
                <PolicyEditor key={open} text={one.text} onChange={(next) => set({ text: next })} label={one.name} rows={14} />
                {open > 0 && <p className="note">{differs.length === 0 ? t('replay.same', { name: tried[0]!.name }) : t('replay.differs', { name: tried[0]!.name, rules: differs.map(({ rule, values }) => `${t(`policy.key.${rule}`)} ${values[0] || '–'} → ${values[1] || '–'}`).join(', ') })}</p>}
                <div className="fields replay-trace">
                    <Field label={t('replay.trace')} hint={t(`replay.trace.${trace}`)}>
                        {(field, described) => <select id={field} aria-describedby={described} value={trace} onChange={(event) => setTrace(event.target.value as typeof trace)}><option value="own">{t('replay.own')}</option><option value="sacct">sacct -P</option><option value="plain">CSV</option></select>}
                    </Field>
                    {trace !== 'own' && <Field label={t('replay.file')} hint={text ? t('replay.file.read', { lines: num(text.split('\n').length) }) : ''}>{(field, described) => <input id={field} aria-describedby={described} type="file" accept=".csv,.txt,.tsv" onChange={(event) => take(event.target.files?.[0])} />}</Field>}
                    <Field label={t('replay.events')} hint={events ? t('replay.file.read', { lines: num(events.split('\n').length) }) : t('replay.events.hint')}>{(field, described) => <input id={field} aria-describedby={described} type="file" accept=".csv,.txt,.tsv" onChange={(event) => void event.target.files?.[0]?.text().then(setEvents)} />}</Field>
                    <Field label={t('replay.failures')} hint={t('replay.failures.hint')}>{(field, described) => <input id={field} aria-describedby={described} value={failures} placeholder="mtbf=150d,repair=12h" maxLength={60} onChange={(event) => setFailures(event.target.value)} />}</Field>
                    <Field label={t('replay.inflate')} hint={t('replay.inflate.hint')}>{(field, described) => <input id={field} aria-describedby={described} inputMode="decimal" value={inflate} onChange={(event) => setInflate(event.target.value)} />}</Field>
                </div>
                {error && <p className="problem" role="alert"><strong>{t('problem.title')}</strong> {error.place && <code>{error.place}</code>} {whyOf(error.problem, lang)}</p>}
                <div className="actions"><Button look="main" disabled={!isReady} onClick={start}>{t('replay.start')}</Button></div>
            </Card>
            {id && <Outcome key={id} id={id} tried={known} kept={kept} onApplied={onApplied} />}
        </>
    )
}

function Outcome({ id, tried, kept, onApplied }: { id: string; tried: Tried[] | null; kept: Policy; onApplied: () => void }) {
    const { t, lang, percent } = useText()
    const [isOver, setIsOver] = useState(false)
    const told = usePoll<Replay>(`replay ${id}`, isOver ? 0 : LOOK_MS, async (signal) => {
        const now = await askReplay(id, signal)
        setIsOver(now.state !== 'running')
        return now
    })
    if (!told.value) return told.error ? (isAbsent(told.error) ? <Card><p className="all-well">{t('replay.gone')}</p></Card> : <ProblemNote error={told.error} />) : <Waiting />
    const { state, progress, problem, result } = told.value
    if (state === 'running') return <Card title={t('replay.running')}><div className="going" aria-live="polite"><Progress share={progress ?? 0} label={t('replay.running')} /><p className="note">{percent(progress ?? 0, 0)}</p></div></Card>
    if (state === 'failed' || !result) return <Card title={t('replay.failed')}><p className="problem" role="alert">{problem ? whyOf(problem, lang) : t('replay.failed')}</p></Card>
    return <Result id={id} result={result} tried={tried} kept={kept} onApplied={onApplied} />
}

type Measure = { key: Key; value: (one: Replayed) => number | null; decimals?: number; better: 'less' | 'more'; share?: boolean }
const MEASURES: Measure[] = [
    { key: 'replay.mean', value: (one) => one.wait.mean_h, better: 'less' },
    { key: 'replay.p50', value: (one) => one.wait.p50_h, better: 'less' },
    { key: 'replay.p95', value: (one) => one.wait.p95_h, better: 'less' },
    { key: 'replay.p99', value: (one) => one.wait.p99_h, better: 'less' },
    { key: 'replay.utilisation', value: (one) => one.utilisation, better: 'more', share: true },
    { key: 'replay.unallocated', value: (one) => one.unallocated_gpus, better: 'less' },
    { key: 'replay.jain', value: (one) => one.jain, better: 'more' },
    { key: 'replay.preemptions', value: (one) => one.preemptions, decimals: 0, better: 'less' },
    { key: 'replay.lost', value: (one) => one.outages?.lost_runs ?? null, decimals: 0, better: 'less' },
    { key: 'replay.lost_hours', value: (one) => one.outages?.lost_gpu_hours ?? null, better: 'less' },
    { key: 'replay.calm', value: (one) => one.outages?.calm_mean_wait_h ?? null, better: 'less' },
    { key: 'replay.energy', value: (one) => one.energy_kwh, decimals: 0, better: 'less' },
    { key: 'replay.cost', value: (one) => one.cost_krw, decimals: 0, better: 'less' },
]
const isReached = (value: unknown): value is Reached => typeof value === 'object' && value !== null && 'mean' in value

function Result({ id, result, tried, kept, onApplied }: { id: string; result: NonNullable<Replay['result']>; tried: Tried[] | null; kept: Policy; onApplied: () => void }) {
    const { t, lang, num, percent } = useText()
    const [applying, setApplying] = useState<Tried | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const [applied, setApplied] = useState<{ told: string; before: string | null } | null>(null)
    const { trace, policies, difference } = result
    const say = (measure: Measure, value: number | null) => (value === null ? '–' : measure.share ? percent(value) : num(value, measure.decimals ?? (Math.abs(value) < 10 ? 2 : 1)))
    const best = (measure: Measure): number | null => {
        const values = policies.map(measure.value).filter((value) => value !== null)
        if (values.length < policies.length) return null
        const reach = measure.better === 'less' ? Math.min(...values) : Math.max(...values)
        // What is written alike is alike.
        return values.every((value) => say(measure, value) === say(measure, values[0]!)) ? null : reach
    }
    useEffect(() => setApplied(null), [id])
    const undo = (before: string) => putPolicy(before, kept.version).then((next) => { setApplied({ told: t('replay.undone', { version: next.version }), before: null }); onApplied() }, (problem: unknown) => setError(problemOf(problem)))
    return (
        <>
            <Card title={t('replay.result')} note={t('replay.trace.told', { jobs: num(trace.jobs), gpus: num(trace.gpus), nodes: num(trace.nodes) })} actions={<Button onClick={() => showIn(() => replayReport(id, lang), setError)}>{t('usage.report')}</Button>}>
                <ProblemNote error={error} />
                <div className="scroll">
                    <table className="forest-table replay-table" aria-label={t('replay.result')}>
                        <thead><tr><th scope="col" />{policies.map((one) => <th key={one.name} scope="col" className="number">{one.name}</th>)}</tr></thead>
                        <tbody>
                            {MEASURES.filter((measure) => policies.some((one) => measure.value(one) !== null)).map((measure) => {
                                const reach = best(measure)
                                return <tr key={measure.key}><th scope="row">{t(measure.key)}</th>{policies.map((one) => { const value = measure.value(one); const isBest = reach !== null && value === reach; return <td key={one.name} className={isBest ? 'number best' : 'number'}>{say(measure, value)}{isBest && <span className="hidden"> {t('replay.best')}</span>}</td> })}</tr>
                            })}
                            {tried && <tr><th scope="row">{t('replay.apply.row')}</th>{policies.map((one) => { const mine = tried.find(({ name }) => name === one.name); return <td key={one.name} className="number">{mine && mine.text !== (kept.text || kept.default) ? <Button look="main" aria-label={t('replay.apply.of', { name: one.name })} onClick={() => setApplying(mine)}>{t('replay.apply')}</Button> : t('replay.in_force')}</td> })}</tr>}
                        </tbody>
                    </table>
                </div>
                {applied && <p className="told good-news" role="status">{applied.told} {applied.before !== null && <Button onClick={() => void undo(applied.before!)}>{t('replay.undo')}</Button>}</p>}
            </Card>
            {difference && difference.length > 0 && <Differences difference={difference} />}
            {policies.some(({ series }) => series && series.at_h.length > 1) && (
                <div className="columns">
                    <Card title={t('replay.busy')}><ReplayLines policies={policies} what="busy" label={t('replay.busy')} /></Card>
                    <Card title={t('replay.waiting')}><ReplayLines policies={policies} what="waiting" label={t('replay.waiting')} /></Card>
                    <Card title={t('replay.waits')} note={t('replay.waits.text')}><ReplayWaits policies={policies} label={t('replay.waits')} /></Card>
                    {policies.some(({ by_tenant: groups }) => groups && groups.length > 0) && <Card title={t('replay.by_tenant')}><ReplayBars policies={policies} by="by_tenant" label={t('replay.by_tenant')} /></Card>}
                    {policies.some(({ by_size: groups }) => groups && groups.length > 0) && <Card title={t('replay.by_size')}><ReplayBars policies={policies} by="by_size" label={t('replay.by_size')} /></Card>}
                </div>
            )}
            {applying && <Confirm title={t('replay.apply.title', { name: applying.name })} text={t('replay.apply.text')} yes={t('replay.apply')} look="main" onClose={() => setApplying(null)} onYes={async () => { const before = kept.text || kept.default; const next = await putPolicy(applying.text, kept.version); setApplying(null); setApplied({ told: t('replay.applied', { name: applying.name, version: next.version }), before }); onApplied() }} />}
        </>
    )
}

/** Differences of the same jobs under two policies, with their intervals around zero. */
function Differences({ difference }: { difference: Difference[] }) {
    const { t, num } = useText()
    const rows = difference.flatMap((one) => (isReached(one.mean_wait_h) ? [{ policy: one.policy, against: one.against, reach: one.mean_wait_h }] : []))
    if (rows.length === 0) return null
    const most = Math.max(1e-9, ...rows.flatMap(({ reach }) => [Math.abs(reach.low), Math.abs(reach.high)])) * 1.1
    const at = (value: number) => `${50 + (value / most) * 50}%`
    const verdict = ({ low, high }: Reached) => (high < 0 ? 'better' : low > 0 ? 'worse' : 'none')
    return (
        <Card title={t('replay.difference')} note={t('replay.difference.text')}>
            <div className="scroll">
                <table className="forest-table differences" aria-label={t('replay.difference')}>
                    <tbody>
                        {rows.map(({ policy, against, reach }) => {
                            const kind = verdict(reach)
                            return (
                                <tr key={`${policy} ${against}`}>
                                    <th scope="row">{t('replay.against', { policy, against })}</th>
                                    <td className="wide"><div className={`forest ${kind}`} role="img" aria-label={`${num(reach.mean, 2)} h (${num(reach.low, 2)} – ${num(reach.high, 2)})`}><i className="zero" /><i className="span" style={{ left: at(reach.low), right: `calc(100% - ${at(reach.high)})` }} /><i className="dot" style={{ left: at(reach.mean) }} /></div></td>
                                    <td className="number">{t('replay.hours_of', { mean: num(reach.mean, 2), low: num(reach.low, 2), high: num(reach.high, 2) })}</td>
                                    <td>{t(`replay.verdict.${kind}`)}</td>
                                </tr>
                            )
                        })}
                    </tbody>
                </table>
            </div>
        </Card>
    )
}
