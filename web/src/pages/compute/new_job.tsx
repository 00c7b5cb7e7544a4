import { useEffect, useRef, useState, type DragEvent } from 'react'
import { forecastOf, isAbsent, job as askJob, pool as askPool, problemOf, reservations as askReservations, submitJob, type JobForecast, type Reservation } from '../../api/compute'
import { newKey } from '../../api/client'
import { whyOf, type ApiError } from '../../api/problem'
import { ForecastTold } from '../../compute/forecast_band'
import { commandOf, faultsOf, isForProject, requestOf, reservationsOf, SHARES, usualWish, wishOf, type JobWish, type WishFault } from '../../compute/job_wish'
import { useMay, useMe } from '../../me'
import { Button, Card, Choice, Copy, Empty, Field, PageHead, ProblemNote, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { go, Link, usePlace, useTitle } from '../../parts/route'
import { useText } from '../../text'

const CALM_MS = 600

/** /compute/jobs/new (?like=JOB): a job is written, seen before it is sent, and sent. */
export default function NewJob() {
    const { t } = useText()
    useTitle(t('job.new'))
    const may = useMay('engineer')
    const like = usePlace().query.get('like')
    const pool = useLoad('pool for a job', () => askPool())
    const model = useLoad(like ? `job like ${like}` : null, () => askJob(like!))
    const kept = useLoad('reservations for a job', () => askReservations())
    const tenant = useMe()?.tenant ?? ''
    const isReady = (pool.value || pool.error) && (kept.value || kept.error) && (!like || model.value || model.error)
    return (
        <>
            <PageHead over={<Link href="/compute/jobs">{t('job.tab')}</Link>} title={t('job.new')} lead={t('job.new.text')} />
            {!may ? <Card><Empty title={t('job.none.viewer')} /></Card> : pool.error && !pool.value && !isAbsent(pool.error) ? <ProblemNote error={pool.error} retry={pool.reload} /> : !isReady ? <Waiting /> : <Form first={model.value ? wishOf(model.value.request) : usualWish(pool.value)} reserved={reservationsOf(kept.value?.rows ?? [], tenant, Date.now())} types={[...new Set((pool.value?.nodes ?? []).filter(({ gpus }) => gpus.length > 0).map(({ type }) => type))].sort()} hasGpus={(pool.value?.gpus ?? 0) > 0} />}
        </>
    )
}

/** A forecast of what stands in the form, once it has stood there for a moment. */
function useForecastOf(wish: JobWish): { told: JobForecast | null; refused: ApiError | null } {
    const [told, setTold] = useState<JobForecast | null>(null)
    const [refused, setRefused] = useState<ApiError | null>(null)
    const [isThere, setIsThere] = useState(true)
    const isGood = faultsOf(wish).length === 0
    const body = isGood ? JSON.stringify(requestOf(wish)) : ''
    useEffect(() => {
        if (!body || !isThere) {
            setTold(null)
            return setRefused(null)
        }
        let live = true
        const timer = setTimeout(() => {
            forecastOf(JSON.parse(body)).then(
                (next) => {
                    if (!live) return
                    setTold(next)
                    setRefused(null)
                },
                (problem: unknown) => {
                    if (!live) return
                    setTold(null)
                    setRefused(problemOf(problem).status === 422 ? problemOf(problem) : null)
                    if (isAbsent(problemOf(problem))) setIsThere(false)
                },
            )
        }, CALM_MS)
        return () => {
            live = false
            clearTimeout(timer)
        }
    }, [body, isThere])
    return { told, refused }
}

function Form({ first, reserved, types, hasGpus }: { first: JobWish; reserved: Reservation[]; types: string[]; hasGpus: boolean }) {
    const { t, lang, num, bytes, when } = useText()
    // The like of a job whose reservation is over is for none.
    const [wish, setWish] = useState(() => (reserved.some(({ name }) => name === first.reservation) ? first : { ...first, reservation: '' }))
    const [files, setFiles] = useState<File[]>([])
    const [tried, setTried] = useState(false)
    const [busy, setBusy] = useState(false)
    const [error, setError] = useState<ApiError | null>(null)
    const key = useRef(newKey())
    const { told: forecast, refused } = useForecastOf(wish)
    const chosen = reserved.find(({ name }) => name === wish.reservation)
    const isOthers = chosen !== undefined && !isForProject(chosen, wish.project)
    const faults = faultsOf(wish)
    const wrong = (fault: WishFault) => (tried && faults.includes(fault) ? t(`job.wrong.${fault}`) : undefined)
    const set = (change: Partial<JobWish>) => {
        setWish({ ...wish, ...change })
        key.current = newKey() // another job than the one that was perhaps sent
    }
    const send = () => {
        setTried(true)
        if (faults.length > 0 || isOthers || busy) return
        setBusy(true)
        setError(null)
        submitJob(requestOf(wish), files, key.current).then(
            ({ id, jobs }) => {
                forget()
                go(jobs.length > 1 ? '/compute/jobs' : `/compute/jobs/${id}`)
            },
            (problem: unknown) => {
                setBusy(false)
                setError(problemOf(problem))
            },
        )
    }
    const text = (name: keyof JobWish & ('name' | 'project' | 'gpus' | 'cpus' | 'memoryGib' | 'hours' | 'array' | 'retries'), label: string, hint: string, fault?: WishFault, more: { inputMode?: 'numeric' | 'decimal'; placeholder?: string; disabled?: boolean } = {}) => (
        <Field label={label} hint={hint} error={fault && wrong(fault)}>
            {(id, described) => <input id={id} aria-describedby={described} aria-invalid={fault && wrong(fault) ? true : undefined} value={wish[name]} onChange={(event) => set({ [name]: event.target.value })} {...more} />}
        </Field>
    )
    const check = (name: 'checkpoints' | 'canStop' | 'network', label: string, hint: string) => (
        <label className="check"><input type="checkbox" checked={wish[name]} onChange={(event) => set({ [name]: event.target.checked })} /><span>{label}<small>{hint}</small></span></label>
    )
    return (
        <form className="form new-job" onSubmit={(event) => { event.preventDefault(); send() }}>
            <Card title={t('job.what')} actions={<Choice label={t('job.how')} value={wish.how} options={[{ value: 'command', text: t('job.how.command') }, { value: 'script', text: t('job.how.script') }]} onChange={(how) => set({ how })} />}>
                {wish.how === 'command' ? (
                    <Field label={t('job.command')} hint={t('job.command.hint')} error={wrong('command')}>
                        {(id, described) => <input id={id} className="code" aria-describedby={described} value={wish.command} placeholder="python3 train.py" spellCheck={false} autoCapitalize="off" onChange={(event) => set({ command: event.target.value })} />}
                    </Field>
                ) : (
                    <Field label={t('job.how.script')} hint={t('job.script.hint')} error={wrong('script')}>
                        {(id, described) => <textarea id={id} className="code script" rows={8} aria-describedby={described} value={wish.script} spellCheck={false} onChange={(event) => set({ script: event.target.value })} />}
                    </Field>
                )}
                <Files files={files} onChange={(next) => { setFiles(next); key.current = newKey() }} />
            </Card>
            <Card title={t('job.needs')} note={t('job.needs.text')}>
                <div className="fields four">
                    {text('gpus', t('pool.gpus'), hasGpus ? '' : t('job.no_gpus'), 'gpus', { inputMode: 'numeric', disabled: !hasGpus && wish.gpus === '0' })}
                    {types.length > 1 && wish.gpus !== '0' && (
                        <Field label={t('job.type')}>{(id) => <select id={id} value={wish.type} onChange={(event) => set({ type: event.target.value })}><option value="">{t('job.type.any')}</option>{types.map((one) => <option key={one} value={one}>{one}</option>)}</select>}</Field>
                    )}
                    {wish.gpus === '1' && <Field label={t('job.share')}>{(id) => <select id={id} value={wish.share} onChange={(event) => set({ share: event.target.value })}>{SHARES.map((one) => <option key={one} value={String(one)}>{one === 1 ? t('job.share.whole') : t('job.share.part', { n: num(1 / one) })}</option>)}</select>}</Field>}
                    {text('hours', t('job.hours'), t('job.hours.hint'), 'hours', { inputMode: 'decimal' })}
                    {text('cpus', t('pool.cpus'), t('job.cpus.hint'), 'cpus', { inputMode: 'decimal', placeholder: t('job.usual') })}
                    {text('memoryGib', `${t('pool.memory')} (GiB)`, t('job.cpus.hint'), 'memory', { inputMode: 'decimal', placeholder: t('job.usual') })}
                    {reserved.length > 0 && (
                        <Field label={t('reserve.name')} hint={chosen && t('job.reservation.hint', { from: when(chosen.from), until: when(chosen.until), nodes: num(chosen.nodes.length) })} error={isOthers ? t('job.reservation.others', { account: chosen.account }) : undefined}>
                            {(id, described) => <select id={id} aria-describedby={described} aria-invalid={isOthers || undefined} value={wish.reservation} onChange={(event) => set({ reservation: event.target.value })}><option value="">{t('job.reservation.none')}</option>{reserved.map(({ name, account, state }) => <option key={name} value={name}>{[name, account.split('/')[1], state && t(`reserve.state.${state}`)].filter(Boolean).join(' · ')}</option>)}</select>}
                        </Field>
                    )}
                </div>
                <details>
                    <summary>{t('job.more')}</summary>
                    <div className="fields four">
                        {text('name', t('job.name'), t('job.name.hint'))}
                        {text('project', t('job.project'), t('job.project.hint'), 'project')}
                        {text('array', t('job.array'), t('job.array.hint'), 'array', { inputMode: 'numeric' })}
                        {text('retries', t('job.retries'), t('job.retries.hint'), 'retries', { inputMode: 'numeric' })}
                    </div>
                    <div className="checks">
                        {check('checkpoints', t('job.checkpoints'), t('job.checkpoints.hint'))}
                        {check('canStop', t('job.can_stop'), t('job.can_stop.hint'))}
                        {check('network', t('job.network'), t('job.network.hint'))}
                    </div>
                </details>
            </Card>
            {refused && <Card title={t('forecast.before')}><p className="hint wrong" role="status">{whyOf(refused.problem, lang)}</p></Card>}
            {forecast && <Card title={t('forecast.before')}><ForecastTold forecast={forecast} /></Card>}
            <ProblemNote error={error} />
            {tried && (faults.length > 0 || isOthers) && <p className="hint wrong" role="alert">{t('job.wrong')}</p>}
            <div className="actions">
                <Button look="main" type="submit" disabled={busy}>{t('job.send')}</Button>
                {files.length > 0 && <span className="note">{t('job.files.sent', { count: num(files.length), size: bytes(files.reduce((sum, { size }) => sum + size, 0)) })}</span>}
            </div>
            <details className="as-command">
                <summary>{t('job.as_command')}</summary>
                <Copy text={commandOf(wish, files)} label={t('job.as_command')} />
            </details>
        </form>
    )
}

function Files({ files, onChange }: { files: readonly File[]; onChange: (files: File[]) => void }) {
    const { t, bytes } = useText()
    const [over, setOver] = useState(false)
    const input = useRef<HTMLInputElement>(null)
    // A file of the same name replaces the one before.
    const add = (more: File[]) => onChange([...files.filter(({ name }) => !more.some((one) => one.name === name)), ...more])
    const dropped = (event: DragEvent) => {
        event.preventDefault()
        setOver(false)
        add([...event.dataTransfer.files])
    }
    return (
        <div className={`drop small job-files ${over ? 'over' : ''}`} onDragOver={(event) => { event.preventDefault(); setOver(true) }} onDragLeave={(event) => event.currentTarget === event.target && setOver(false)} onDrop={dropped}>
            <p className="note">{t('job.files.drop')}</p>
            <div className="actions"><Button onClick={() => input.current?.click()}>{t('job.files.choose')}</Button></div>
            <input ref={input} type="file" multiple hidden data-testid="job-files" onChange={(event) => { add([...(event.target.files ?? [])]); event.target.value = '' }} />
            {files.length > 0 && (
                <ul className="file-chips">
                    {files.map((file) => <li key={file.name}>{file.name} <small>{bytes(file.size)}</small> <Button look="quiet" aria-label={t('job.files.drop_one', { name: file.name })} onClick={() => onChange(files.filter((one) => one !== file))}>×</Button></li>)}
                </ul>
            )}
        </div>
    )
}
