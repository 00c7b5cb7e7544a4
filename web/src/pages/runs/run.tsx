import { useEffect, useState } from 'react'
import { get, patch, post, remove } from '../../api/client'
import { follow, isOver } from '../../api/events'
import { whyOf, type ApiError } from '../../api/problem'
import { isComparison, type Result } from '../../api/result'
import type { Run } from '../../api/types'
import { useMay } from '../../me'
import { Button, Card, Confirm, Empty, LinkButton, PageHead, ProblemNote, Progress, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { Rename } from '../../parts/rename'
import { go, Link, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { Comparison } from './comparison'
import { StateBadge, useRunTitle } from './run_list'
import { Simulation } from './simulation'

/** Replications that charts show: their means are over all. A hundred would be several MB. */
const DRAWN = 20

export default function RunPage({ id }: { id: string }) {
    const { t, num, lang, ago } = useText()
    const may = useMay('engineer')
    const title = useRunTitle()
    const [told, setTold] = useState<Run | null>(null)
    const [lost, setLost] = useState<ApiError | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const [ask, setAsk] = useState<'delete' | 'rename' | null>(null)
    const first = useLoad(`run ${id}`, () => get('/v1/runs/{run}', { path: { run: id } }))
    const run = told ?? first.value
    const over = run ? isOver(run) : false
    const known = run !== undefined
    useTitle(run ? title(run) : t('nav.runs'))
    useEffect(() => {
        if (known && !over) return follow(id, setTold, setLost)
    }, [id, known, over])
    // What other pages know of this run is of before it ended.
    useEffect(() => {
        if (told && over) forget()
    }, [told, over])
    // A forecast is told on the page of its twin.
    const ofTwin = run && (run.kind as string) === 'forecast' ? (run.request as { twin?: string }).twin : undefined
    const result = useLoad(run && ofTwin === undefined && (run.state === 'done' || run.state === 'cancelled') ? `result ${id}` : null, () => get('/v1/runs/{run}/result', { path: { run: id }, query: { replications: DRAWN } }) as Promise<unknown> as Promise<Result>)

    if (!run) return first.error ? <ProblemNote error={first.error} retry={first.reload} /> : <Waiting />
    const { days = 365, warmup_days = 0, replications = 1, seed = 1, options } = run.request
    const told_ = [t('run.days', { days: num(days) }), warmup_days > 0 ? t('run.warmup', { days: num(warmup_days) }) : '', t('run.reps', { count: replications }), t('run.seed', { seed })].filter(Boolean).join(' · ')
    return (
        <>
            <PageHead
                over={<Link href="/runs">{t('nav.runs')}</Link>}
                title={title(run)}
                lead={
                    <>
                        <StateBadge run={run} /> <Link href={`/plants/${run.plant}?version=${run.version}`}>{run.plant_name}</Link> v{run.version} · {told_} · {ago(run.created)}
                    </>
                }
            >
                {run.state === 'done' && ofTwin === undefined && <LinkButton href={`/v1/runs/${id}/report?lang=${lang}`} target="_blank">{t('run.report')}</LinkButton>}
                {may && over && ofTwin === undefined && <LinkButton href={`/runs/new?plant=${run.plant}&kind=compare`}>{t('run.compare')}</LinkButton>}
                {may && <Button onClick={() => setAsk('rename')}>{t('rename')}</Button>}
                {may && over && <Button look="danger" onClick={() => setAsk('delete')}>{t('delete')}</Button>}
            </PageHead>
            {options && Object.keys(options).length > 0 && <p className="chips">{Object.entries(options).map(([name, value]) => <code key={name}>{name}={value}</code>)}</p>}
            <ProblemNote error={error} />
            {!over && (
                <Card className="going">
                    <p className="sentence" role="status" aria-live="polite">
                        {run.state === 'waiting' ? (run.ahead ? t('run.waiting_behind', { count: run.ahead }) : t('run.waiting')) : t('run.running')}
                    </p>
                    <Progress share={run.progress} label={t('run.progress')} />
                    <p className="going-foot">
                        <b>{num(run.progress * 100, 0)} %</b>
                        {lost && <span>{t('run.lost')}</span>}
                        {may && <Button onClick={() => post('/v1/runs/{run}/cancel', { path: { run: id } }).then(setTold, setError)}>{t('run.cancel')}</Button>}
                    </p>
                </Card>
            )}
            {run.state === 'failed' && (
                <Card>
                    <Empty title={t('run.failed')} text={run.problem && whyOf(run.problem, lang)}>
                        {may && <LinkButton look="main" href={`/runs/new?plant=${run.plant}`}>{t('run.again')}</LinkButton>}
                    </Empty>
                </Card>
            )}
            {ofTwin !== undefined && (
                <Card>
                    <Empty title={t('run.forecast')} text={run.sentence?.[lang]}><LinkButton look="main" href={`/twins/${ofTwin}/forecast`}>{t('run.forecast.open')}</LinkButton></Empty>
                </Card>
            )}
            {over && ofTwin === undefined && run.state !== 'failed' &&
                (result.value ? (
                    isComparison(result.value) ? <Comparison result={result.value} run={run} /> : <Simulation result={result.value} run={run} />
                ) : result.error ? (
                    result.error.status === 409 || result.error.status === 404 ? <Card><Empty title={t('run.no_result')} text={t('run.no_result.text')} /></Card> : <ProblemNote error={result.error} retry={result.reload} />
                ) : (
                    <Waiting />
                ))}
            {ask === 'rename' && (
                <Rename
                    name={run.name ?? ''}
                    onClose={() => setAsk(null)}
                    onName={async (name) => {
                        const renamed = await patch('/v1/runs/{run}', { path: { run: id }, body: { name } })
                        forget()
                        setTold(renamed)
                        setAsk(null)
                    }}
                />
            )}
            {ask === 'delete' && (
                <Confirm
                    title={t('run.delete.title')}
                    text={t('run.delete.text')}
                    yes={t('delete')}
                    onClose={() => setAsk(null)}
                    onYes={async () => {
                        await remove('/v1/runs/{run}', { path: { run: id } })
                        forget()
                        go('/runs')
                    }}
                />
            )}
        </>
    )
}
