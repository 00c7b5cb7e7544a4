import { useState } from 'react'
import { cancelJob, deleteJob, isAbsent, job as askJob, jobFile, jobFiles, jobForecast, problemOf, retryJob, type Job, type JobFile, type JobTry } from '../../api/compute'
import type { ApiError } from '../../api/problem'
import { Absent } from '../../compute/absent'
import { ForecastTold, useClock } from '../../compute/forecast_band'
import { JobLog } from '../../compute/job_log'
import { JobBadge, secondsBetween, useAsked, useBoth, useFailure, useNamed, useSpan } from '../../compute/pool_words'
import { save } from '../../live/export'
import { useMay } from '../../me'
import { Badge, Button, Card, Confirm, LinkButton, PageHead, ProblemNote, Waiting } from '../../parts/basics'
import { BigFigure } from '../../parts/figure'
import { forget } from '../../parts/load'
import { go, Link, useTitle } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 1500
const LOOK_SELDOM_MS = 6000
const isOpenState = (one: Job) => one.state === 'waiting' || one.state === 'running'

/** /compute/jobs/ID: what one job says and does, why it waits, and what came of it. */
export default function JobPage({ id }: { id: string }) {
    const { t, num, when } = useText()
    const may = useMay('engineer')
    const span = useSpan()
    const both = useBoth()
    const asked = useAsked()
    const failure = useFailure()
    const named = useNamed()
    const [turn, setTurn] = useState(0)
    const [isOver, setIsOver] = useState(false)
    const [error, setError] = useState<ApiError | null>(null)
    const [asking, setAsking] = useState<'cancel' | 'delete' | null>(null)
    const told = usePoll(`job ${id} ${turn}`, isOver ? 0 : LOOK_MS, async (signal) => {
        const now = await askJob(id, signal)
        setIsOver(!isOpenState(now))
        return now
    })
    useTitle(told.value?.name ?? t('job.tab'))
    const job = told.value
    if (!job) return told.error ? <Absent error={told.error} /> : <Waiting />
    const isOpen = isOpenState(job)
    const waits = job.state === 'waiting' || job.phase === 'queued'
    const tries = (job.tries ?? []) as JobTry[]
    const sum = (pick: (one: JobTry) => number | undefined) => tries.reduce<number | null>((total, one) => (pick(one) === undefined ? total : (total ?? 0) + pick(one)!), null)
    const credits = sum((one) => one.credits)
    const krw = sum((one) => one.krw)
    const changed = () => { forget(); setIsOver(false); setTurn(turn + 1) }
    const retry = () => retryJob(id).then(() => { setError(null); changed() }, (problem: unknown) => setError(problemOf(problem)))
    const ran = tries.reduce((total, one) => total + (secondsBetween(one.started, one.ended) ?? 0), 0)
    return (
        <>
            <PageHead over={<Link href="/compute/jobs">{t('job.tab')}</Link>} title={`${job.name}${(job.request.array ?? 1) > 1 ? ` [${job.index}]` : ''}`} lead={<span className="job-lead"><JobBadge job={job} /> {[job.project, job.by, when(job.created)].filter(Boolean).join(' · ')}</span>}>
                {may && (
                    <>
                        <LinkButton href={`/compute/jobs/new?like=${id}`}>{t('job.like')}</LinkButton>
                        {isOpen && !job.cancelling && <Button look="danger" onClick={() => setAsking('cancel')}>{t('job.cancel')}</Button>}
                        {!isOpen && <Button onClick={() => void retry()}>{t('job.retry')}</Button>}
                        {!isOpen && <Button look="danger" onClick={() => setAsking('delete')}>{t('delete')}</Button>}
                    </>
                )}
            </PageHead>
            <ProblemNote error={error} />
            <Card className={`hero health ${job.state === 'failed' ? 'bad' : job.state === 'done' ? 'good' : job.stopping ? 'warn' : ''}`}>
                {(failure(job) || job.what) && <p className="sentence">{failure(job) || both(job.what)}</p>}
                {job.stopping && <p className="stopped">{t('job.stopping', { why: named.stop(job.stopping) })}</p>}
                <dl className="figures">
                    <BigFigure label={t('job.took')} value={ran > 0 ? span(ran) : '–'} doubt={job.request.time_s ? t('job.of_time', { time: span(job.request.time_s) }) : ''} />
                    <BigFigure label={t('job.asked')} value={(job.request.gpus ?? 0) > 0 ? num(job.request.gpus) : t('job.cpu_only')} unit={(job.request.gpus ?? 0) > 0 ? job.request.gpu_type || 'GPU' : ''} doubt={asked(job)} />
                    {credits !== null && <BigFigure label={t('job.cost')} value={num(credits, credits < 10 ? 3 : 1)} unit={t('credit.unit')} doubt={krw !== null && krw > 0 ? t('credit.krw', { krw: num(krw, 0) }) : ''} />}
                    {job.exit_code !== undefined && <BigFigure label={t('job.exit')} value={String(job.exit_code)} tone={job.exit_code === 0 ? undefined : 'bad'} />}
                </dl>
                {job.borrowed && <p className="note">{t('job.borrowed')}</p>}
            </Card>
            {isOpen && waits && <Waits job={job} />}
            <JobLog id={id} isOpen={isOpen} hasBegun={tries.length > 0} hasFailed={job.state === 'failed'} />
            <Files id={id} isOpen={isOpen} />
            {tries.length > 0 && <Tries tries={tries} />}
            <Request job={job} />
            {asking === 'cancel' && <Confirm title={t('job.cancel.title')} text={t('job.cancel.text')} yes={t('job.cancel')} onClose={() => setAsking(null)} onYes={async () => { await cancelJob(id); setAsking(null); changed() }} />}
            {asking === 'delete' && <Confirm title={t('job.delete.title')} text={t('job.delete.text')} yes={t('delete')} onClose={() => setAsking(null)} onYes={async () => { await deleteJob(id); forget(); go('/compute/jobs') }} />}
        </>
    )
}

/** Why it waits, when it is expected to begin, and what would help. */
function Waits({ job }: { job: Job }) {
    const { t } = useText()
    const both = useBoth()
    const clock = useClock()
    const forecast = usePoll(`forecast ${job.id}`, LOOK_SELDOM_MS, (signal) => jobForecast(job.id, signal))
    const told = forecast.error && isAbsent(forecast.error) ? undefined : forecast.value
    return (
        <Card title={t('job.why')}>
            <p className="why-sentence">{job.phase === 'blocked' && job.waiting?.reason !== 'refused' ? t('job.after', { jobs: (job.request.after ?? []).map((one) => one.job).join(', ') }) : both(job.waiting?.sentence) || t('job.why.soon')}</p>
            {job.waiting?.executor && <p className="note">{job.waiting.executor}</p>}
            {job.waiting?.reason === 'refused' ? <p className="note">{t('job.refused.text')}</p> : told ? <ForecastTold forecast={told} /> : job.waiting?.planned && <p className="note">{t('job.planned', { time: clock(job.waiting.planned) })}</p>}
        </Card>
    )
}

function Files({ id, isOpen }: { id: string; isOpen: boolean }) {
    const { t, bytes, when } = useText()
    const [error, setError] = useState<ApiError | null>(null)
    const [going, setGoing] = useState<string | null>(null)
    const told = usePoll(`files ${id} ${isOpen}`, isOpen ? LOOK_SELDOM_MS : 0, (signal) => jobFiles(id, signal))
    const items = told.value?.items ?? []
    const fetchFile = async (file: JobFile) => {
        setError(null)
        try {
            save(await jobFile(id, file.name, (n) => setGoing(`${file.name}: ${bytes(n)}`)), file.name.split('/').at(-1)!)
        } catch (problem) {
            setError(problemOf(problem))
        }
        setGoing(null)
    }
    const columns: Column<JobFile>[] = [
        { key: 'name', title: t('job.file'), value: (row) => row.name, show: (row) => <button type="button" className="as-link" onClick={() => void fetchFile(row)}>{row.name}</button>, width: 14 },
        { key: 'bytes', title: t('job.size'), value: (row) => row.bytes, show: (row) => bytes(row.bytes), number: true },
        { key: 'changed', title: t('job.changed'), value: (row) => row.changed, show: (row) => when(row.changed), width: 11, grow: 1 },
    ]
    return (
        <Card title={t('job.files')} note={t('job.files.text')}>
            <ProblemNote error={error ?? (told.error && !isAbsent(told.error) ? told.error : null)} />
            {going && <p className="note" role="status">{going}</p>}
            {items.length === 0 ? <p className="all-well">{t(isOpen ? 'job.files.none' : 'job.files.nothing')}</p> : <DataTable label={t('job.files')} rows={items} columns={columns} first="name" rowKey={(row) => row.name} />}
            {told.value && !told.value.all && <p className="note">{t('job.files.cut')}</p>}
        </Card>
    )
}

/** Each time that it was started, and how that ended. */
function Tries({ tries }: { tries: JobTry[] }) {
    const { t, num, when, bytes } = useText()
    const span = useSpan()
    const named = useNamed()
    const clock = useClock()
    const hasCost = tries.some(({ credits }) => credits !== undefined)
    const ended = (row: JobTry) => {
        if (!row.end) return ''
        const why = row.stopped_for ? ` (${named.stop(row.stopped_for)})` : ''
        return `${named.end(row.end)}${row.end === 'exit' || row.end === 'signal' ? ` ${row.exit_code ?? ''}` : ''}${why}`
    }
    const columns: Column<JobTry>[] = [
        { key: 'number', title: t('try.number'), value: (row) => row.number, show: (row) => num(row.number), width: 4.5, grow: 0 },
        { key: 'end', title: t('try.end'), value: ended, show: (row) => (row.end ? <Badge tone={row.end === 'exit' && row.exit_code === 0 ? 'good' : row.end === 'stopped' ? 'warn' : 'bad'}>{ended(row)}</Badge> : <Badge tone="busy">{t('job.state.running')}</Badge>), width: 12 },
        { key: 'where', title: t('try.where'), value: (row) => row.parts.map(({ node }) => node).join(', '), width: 9 },
        { key: 'started', title: t('try.started'), value: (row) => row.started, show: (row) => (row.started ? <span title={when(row.started)}>{clock(row.started)}</span> : '–'), width: 8, grow: 1 },
        { key: 'took', title: t('job.took'), value: (row) => secondsBetween(row.started, row.ended), show: (row) => (row.started ? span(secondsBetween(row.started, row.ended) ?? 0) : '–'), number: true },
        { key: 'cpu', title: t('try.cpu'), value: (row) => row.cpu_s, show: (row) => (row.cpu_s === undefined ? '–' : span(row.cpu_s)), number: true },
        { key: 'memory', title: t('try.memory'), value: (row) => row.memory_bytes, show: (row) => (row.memory_bytes === undefined ? '–' : bytes(row.memory_bytes)), number: true, width: 7.5 },
        ...(hasCost ? [{ key: 'credits', title: t('credit.unit'), value: (row: JobTry) => row.credits, show: (row: JobTry) => num(row.credits, 3), number: true }] : []),
    ]
    return <Card title={t('try.title')}><DataTable label={t('try.title')} rows={tries} columns={columns} rowKey={(row) => String(row.number)} /></Card>
}

function Request({ job }: { job: Job }) {
    const { t } = useText()
    const { script, command } = job.request
    return (
        <Card title={t('job.request')}>
            <pre className="request">{script ?? (command ?? []).join(' ')}</pre>
            <details>
                <summary>{t('job.request.all')}</summary>
                <pre className="request">{JSON.stringify({ ...job.request, ...(script ? { script: '…' } : {}) }, null, 2)}</pre>
            </details>
            <p className="fine">{job.id}</p>
        </Card>
    )
}
