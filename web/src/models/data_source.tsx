import { useState } from 'react'
import { datasets, windowsDataset, type Dataset, type Feed } from '../api/models'
import { ApiError } from '../api/problem'
import { windowKinds } from '../api/windows'
import { MINUTES, useStamp } from '../live/stamp'
import { Button, Card, Choice, Empty, Field, LinkButton, ProblemNote, Waiting } from '../parts/basics'
import { DropFile, SHEETS } from '../parts/drop_file'
import { useLoad } from '../parts/load'
import { useText } from '../text'

type Source = 'file' | 'kept' | 'windows'
const DAY = 86_400
const DAYS = [1, 7, 30, 90, 365]

/** Where the rows come from: a file, what was kept of earlier ones, or the windows of the floor with what came true of them. */
export function DataSource({ share, onFile, onKept, onStop, onProblem }: { share: number | null; onFile: (file: File) => void; onKept: (dataset: Dataset, feed: Feed | null) => void; onStop: () => void; onProblem: (error: ApiError | null) => void }) {
    const { t } = useText()
    const [source, setSource] = useState<Source>('file')
    const choose = (next: Source) => {
        onProblem(null)
        setSource(next)
    }
    return (
        <>
            <div><Choice<Source> label={t('models.source')} value={source} onChange={choose} options={[{ value: 'file', text: t('models.source.file') }, { value: 'kept', text: t('models.source.kept') }, { value: 'windows', text: t('models.source.windows') }]} /></div>
            {source === 'file' && <DropFile title={t('models.drop')} text={t('models.drop.text')} fine={t('models.drop.kept')} choose={t('models.choose')} working={t('models.working')} accept={SHEETS} share={share} onFile={onFile} onStop={onStop} />}
            {source === 'kept' && <Kept busy={share !== null} onKept={(one) => onKept(one, one.made_from ? feedOf(one) : null)} />}
            {source === 'windows' && <FromWindows busy={share !== null} onKept={onKept} />}
        </>
    )
}

/** The windows that a data set was made of feed the model that learns from it. */
const feedOf = ({ made_from: asked }: Dataset): Feed => ({ window: asked!.window, ...(asked!.truth ? { truth: asked!.truth } : {}) })

function Kept({ busy, onKept }: { busy: boolean; onKept: (dataset: Dataset) => void }) {
    const { t, bytes } = useText()
    const stamp = useStamp()
    const told = useLoad('datasets', datasets)
    if (!told.value) return told.error ? <ProblemNote error={told.error} /> : <Waiting />
    if (told.value.length === 0) return <Card><Empty title={t('models.kept.none')} text={t('models.kept.none.text')} /></Card>
    return (
        <Card title={t('models.source.kept')}>
            <ul className="list">
                {told.value.map((one) => (
                    <li key={one.id} className="kept-dataset">
                        <span className="list-head"><strong>{one.name}</strong><Button disabled={busy} onClick={() => onKept(one)}>{t('models.kept.use')}</Button></span>
                        <span className="list-figures list-note"><span>{bytes(one.bytes)}</span><span>{t(`models.kept.${one.source}`)}</span><span>{stamp.full(one.created, MINUTES)}</span><span>{one.by}</span></span>
                    </li>
                ))}
            </ul>
        </Card>
    )
}

function FromWindows({ busy, onKept }: { busy: boolean; onKept: (dataset: Dataset, feed: Feed) => void }) {
    const { t } = useText()
    const stamp = useStamp()
    const kinds = useLoad('window kinds', () => windowKinds())
    const [window, setWindow] = useState('')
    const [days, setDays] = useState(30)
    const [truth, setTruth] = useState({ event: '', value: '', within_h: '168' })
    const [error, setError] = useState<ApiError | null>(null)
    const [isMaking, setIsMaking] = useState(false)
    if (!kinds.value) return kinds.error && kinds.error.status !== 404 ? <ProblemNote error={kinds.error} /> : kinds.error ? <NoWindows /> : <Waiting />
    const rows = kinds.value.items
    if (rows.length === 0) return <NoWindows />
    const chosen = window || rows[0]!.name
    const feed: Feed = { window: chosen, ...(truth.event.trim() && truth.value.trim() ? { truth: { event: truth.event.trim(), value: truth.value.trim(), within_h: Number(truth.within_h) || 168 } } : {}) }
    const make = async () => {
        setIsMaking(true)
        setError(null)
        const to = Date.now() / 1000
        try {
            onKept(await windowsDataset({ ...feed, from: to - days * DAY, to }), feed)
        } catch (problem) {
            if (problem instanceof ApiError) setError(problem)
        } finally {
            setIsMaking(false)
        }
    }
    return (
        <Card title={t('models.source.windows')} note={t('models.windows.text')}>
            <div className="fields">
                <Field label={t('models.windows.which')}>{(id) => <select id={id} value={chosen} onChange={(event) => setWindow(event.target.value)}>{rows.map((one) => <option key={one.name}>{one.name}</option>)}</select>}</Field>
                <Field label={t('models.windows.since')}>{(id) => <select id={id} value={days} onChange={(event) => setDays(Number(event.target.value))}>{DAYS.map((one) => <option key={one} value={one}>{stamp.span(one * DAY)}</option>)}</select>}</Field>
                <Field label={t('models.truth.event')} hint={t('models.truth.event.hint')}>{(id, hint) => <input id={id} aria-describedby={hint} value={truth.event} onChange={(event) => setTruth({ ...truth, event: event.target.value })} />}</Field>
                <Field label={t('models.truth.value')} hint={t('models.truth.value.hint')}>{(id, hint) => <input id={id} aria-describedby={hint} value={truth.value} onChange={(event) => setTruth({ ...truth, value: event.target.value })} />}</Field>
                <Field label={t('models.truth.within')}>{(id) => <input id={id} inputMode="decimal" value={truth.within_h} onChange={(event) => setTruth({ ...truth, within_h: event.target.value })} />}</Field>
            </div>
            <ProblemNote error={error} />
            <div className="actions"><Button look="main" disabled={busy || isMaking} onClick={() => void make()}>{isMaking || busy ? t('models.working') : t('models.windows.make')}</Button></div>
        </Card>
    )
}

function NoWindows() {
    const { t } = useText()
    return <Card><Empty title={t('models.windows.none')} text={t('models.windows.none.text')}><LinkButton href="/quality/windows">{t('models.windows.table')}</LinkButton></Empty></Card>
}
