import { useState } from 'react'
import { datasets, feedOf, windowsDataset, type Dataset, type Feed } from '../api/models'
import { ApiError } from '../api/problem'
import { windowKinds } from '../api/windows'
import { MINUTES, useStamp } from '../live/stamp'
import { Button, Card, Choice, Empty, Field, LinkButton, ProblemNote, Waiting } from '../parts/basics'
import { DropFile, SHEETS } from '../parts/drop_file'
import { useLoad } from '../parts/load'
import { useText } from '../text'
import { draftOf, feedFrom, FeedFields } from './feed_fields'

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

function Kept({ busy, onKept }: { busy: boolean; onKept: (dataset: Dataset) => void }) {
    const { t, bytes } = useText()
    const stamp = useStamp()
    const told = useLoad('datasets', datasets)
    if (!told.value) return told.error ? <ProblemNote error={told.error} /> : <Waiting />
    if (told.value.length === 0) return <Card><Empty title={t('models.kept.none')} text={t('models.kept.none.text')} /></Card>
    return (
        <Card title={t('models.source.kept')} actions={<LinkButton href="/quality/models/data">{t('datasets.open')}</LinkButton>}>
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
    const [draft, setDraft] = useState(draftOf(null))
    const [days, setDays] = useState(30)
    const [error, setError] = useState<ApiError | null>(null)
    const [isMaking, setIsMaking] = useState(false)
    if (!kinds.value) return kinds.error && kinds.error.status !== 404 ? <ProblemNote error={kinds.error} /> : kinds.error ? <NoWindows /> : <Waiting />
    const rows = kinds.value.items
    if (rows.length === 0) return <NoWindows />
    const feed = feedFrom({ ...draft, window: draft.window || rows[0]!.name })
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
                <Field label={t('models.windows.since')}>{(id) => <select id={id} value={days} onChange={(event) => setDays(Number(event.target.value))}>{DAYS.map((one) => <option key={one} value={one}>{stamp.span(one * DAY)}</option>)}</select>}</Field>
                <FeedFields draft={draft} names={rows.map(({ name }) => name)} onChange={setDraft} />
            </div>
            <ProblemNote error={error} />
            <div className="actions"><Button look="main" disabled={busy || isMaking} onClick={() => void make()}>{isMaking || busy ? t('models.working') : t('models.windows.make')}</Button></div>
        </Card>
    )
}

export function NoWindows() {
    const { t } = useText()
    return <Card><Empty title={t('models.windows.none')} text={t('models.windows.none.text')}><LinkButton href="/quality/windows">{t('models.windows.table')}</LinkButton></Empty></Card>
}
