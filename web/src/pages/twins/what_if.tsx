import { useEffect, useState } from 'react'
import { get, post } from '../../api/client'
import { follow, isOver } from '../../api/events'
import type { ApiError } from '../../api/problem'
import { isComparison, type ComparisonResult, type Result } from '../../api/result'
import type { LayoutGroup } from '../../api/twin'
import type { Run } from '../../api/types'
import { useMay } from '../../me'
import { Button, Card, Empty, Field, ProblemNote, Progress } from '../../parts/basics'
import { forget } from '../../parts/load'
import { Link } from '../../parts/route'
import { isKey, useText } from '../../text'
import { Comparison } from '../runs/comparison'
import { useOptions } from '../runs/options'
import '../../style/twin.css'
import { nothing, whatIfText, wrongWith, type Change, type WhatIfForm } from './what_if_text'

const FIRST: Record<Change['what'], string> = { tools: '1', downtime: '50', releases: '110', priority: '20' }

/** What would come of it: the plant as it is against the plant with these changes, on the same luck. */
export function WhatIf({ plant, version, groups, products }: { plant: string; version: number; groups: LayoutGroup[]; products: string[] }) {
    const { t, num } = useText()
    const { rules } = useOptions()
    const say = (key: string, name: string) => (isKey(key) ? t(key) : name)
    const may = useMay('engineer')
    const [form, setForm] = useState<WhatIfForm>(nothing)
    const [days, setDays] = useState('60')
    const [warmup, setWarmup] = useState('20')
    const [reps, setReps] = useState('6')
    const [run, setRun] = useState<Run | null>(null)
    const [result, setResult] = useState<ComparisonResult | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const text = whatIfText(form)
    const id = run?.id
    const over = run ? isOver(run) : true
    useEffect(() => {
        if (id !== undefined && !over) return follow(id, setRun, () => {})
    }, [id, over])
    const done = run?.state === 'done' ? run.id : null
    useEffect(() => {
        if (done === null) return
        forget()
        ;(get('/v1/runs/{run}/result', { path: { run: done } }) as Promise<unknown> as Promise<Result>).then((told) => isComparison(told) && setResult(told), setError)
    }, [done])
    const set = (n: number, part: Partial<Change>) => setForm({ ...form, changes: form.changes.map((change, k) => (k === n ? { ...change, ...part } : change)) })
    const namesOf = (what: Change['what']) => (what === 'tools' ? groups.map((group) => group.name) : what === 'downtime' ? ['*', ...groups.map((group) => group.name)] : products)
    const add = (what: Change['what']) => setForm({ ...form, changes: [...form.changes, { what, of: namesOf(what)[0] ?? '', value: FIRST[what] }] })
    const wrongDays = !(Number(days) > 0 && Number(days) <= 3650) ? t('new_run.days.wrong') : undefined
    const wrongWarmup = !(warmup.trim() !== '' && Number(warmup) >= 0 && Number(warmup) < Number(days)) ? t('new_run.warmup.wrong') : undefined
    const wrongReps = !(Number.isInteger(Number(reps)) && Number(reps) >= 2 && Number(reps) <= 100) ? t('what_if.reps.wrong') : undefined
    const wrong = form.changes.some((change) => wrongWith(change) !== null) || !(Number(form.load) > 0) || !!wrongDays || !!wrongWarmup || !!wrongReps
    const start = () => {
        setError(null)
        setResult(null)
        post('/v1/runs', { body: { plant, version, name: t('what_if.name', { what: text }).slice(0, 120), days: Number(days), warmup_days: Number(warmup), replications: Number(reps), seed: 1, variants: ['', text] } }).then(setRun, setError)
    }
    if (!may) return <Card><Empty title={t('what_if.viewer')} text={t('what_if.viewer.text')} /></Card>
    const going = run !== null && !over
    return (
        <>
            <Card title={t('what_if.title')} note={t('what_if.text')}>
                <form
                    className="form what-if"
                    onSubmit={(event) => {
                        event.preventDefault()
                        if (!wrong && text !== '' && !going) start()
                    }}
                >
                    {form.changes.length > 0 && (
                        <ul className="changes">
                            {form.changes.map((change, n) => {
                                const group = groups.find((one) => one.name === change.of)
                                const bad = wrongWith(change)
                                return (
                                    <li key={n}>
                                        <span className="change-what">{t(`what_if.${change.what}`)}</span>
                                        <select aria-label={t(change.what === 'tools' || change.what === 'downtime' ? 'group.name' : 'lot.product')} value={change.of} onChange={(event) => set(n, { of: event.target.value })}>
                                            {namesOf(change.what).map((name) => <option key={name} value={name}>{name === '*' ? t('what_if.all_groups') : name}</option>)}
                                        </select>
                                        <span className="stepper">
                                            {change.what === 'tools' && <Button aria-label={t('what_if.less')} onClick={() => set(n, { value: String(Number(change.value) - 1 || -1) })}>−</Button>}
                                            <input aria-label={t(`what_if.${change.what}`)} inputMode="numeric" value={change.value} aria-invalid={bad !== null} onChange={(event) => set(n, { value: event.target.value })} />
                                            {change.what === 'tools' && <Button aria-label={t('what_if.more')} onClick={() => set(n, { value: String(Number(change.value) + 1 || 1) })}>+</Button>}
                                        </span>
                                        <small>{bad ? t(`what_if.wrong.${bad}`) : change.what === 'tools' ? (group ? t('what_if.tools.becomes', { from: group.n_tool, to: Math.max(0, group.n_tool + Number(change.value)) }) : '') : change.what === 'priority' ? t('what_if.priority.unit') : t('what_if.percent_of_now')}</small>
                                        <Button look="quiet" onClick={() => setForm({ ...form, changes: form.changes.filter((_, k) => k !== n) })}>{t('variant.remove')}</Button>
                                    </li>
                                )
                            })}
                        </ul>
                    )}
                    <div className="actions">
                        {(['tools', 'downtime', 'releases', 'priority'] as const).map((what) => <Button key={what} onClick={() => add(what)}>{t(`what_if.add_${what}`)}</Button>)}
                    </div>
                    <div className="fields four">
                        <Field label={t('what_if.load')} hint={t('setting.load.hint')} error={Number(form.load) > 0 ? undefined : t('what_if.wrong.percent')}>
                            {(field, hint) => <input id={field} inputMode="numeric" value={form.load} onChange={(event) => setForm({ ...form, load: event.target.value })} aria-describedby={hint} />}
                        </Field>
                        <Field label={t('setting.rule')}>
                            {(field) => (
                                <select id={field} value={form.rule} onChange={(event) => setForm({ ...form, rule: event.target.value })}>
                                    {rules.map((rule) => <option key={rule} value={rule}>{say(`rule.${rule}`, rule)}</option>)}
                                </select>
                            )}
                        </Field>
                        <Field label={t('new_run.days')} hint={t('new_run.days.hint')} error={wrongDays}>{(field, hint) => <input id={field} inputMode="decimal" value={days} onChange={(event) => setDays(event.target.value)} aria-describedby={hint} />}</Field>
                        <Field label={t('new_run.warmup')} error={wrongWarmup}>{(field, hint) => <input id={field} inputMode="decimal" value={warmup} onChange={(event) => setWarmup(event.target.value)} aria-describedby={hint} />}</Field>
                        <Field label={t('new_run.reps')} hint={t('new_run.reps.hint')} error={wrongReps}>{(field, hint) => <input id={field} inputMode="numeric" value={reps} onChange={(event) => setReps(event.target.value)} aria-describedby={hint} />}</Field>
                    </div>
                    <ProblemNote error={error} />
                    <div className="actions">
                        <Button look="main" type="submit" disabled={wrong || text === '' || going}>{t('what_if.start')}</Button>
                        {text === '' ? <span className="note">{t('what_if.nothing')}</span> : <code className="chip">{text}</code>}
                    </div>
                </form>
            </Card>
            {going && (
                <Card className="going">
                    <p className="sentence" role="status" aria-live="polite">{run.state === 'waiting' && run.ahead ? t('run.waiting_behind', { count: run.ahead }) : t('run.running')}</p>
                    <Progress share={run.progress} label={t('run.progress')} />
                    <p className="going-foot">
                        <b>{num(run.progress * 100, 0)} %</b>
                        <Button onClick={() => post('/v1/runs/{run}/cancel', { path: { run: run.id } }).then(setRun, setError)}>{t('run.cancel')}</Button>
                    </p>
                </Card>
            )}
            {run?.state === 'failed' && <Card><Empty title={t('run.failed')} text={run.problem?.detail ?? run.problem?.title} /></Card>}
            {run && result && (
                <>
                    <Comparison result={result} run={run} />
                    <p className="fine"><Link href={`/runs/${run.id}`}>{t('what_if.kept')}</Link></p>
                </>
            )}
        </>
    )
}
