import { useEffect, useRef, useState } from 'react'
import { dataset as datasetOf, datasetQuality, feedOf, keepDataset, model as modelOf, trainModel, trainVersion, version as versionOf, type Dataset, type Feed, type ModelCard } from '../../api/models'
import { ApiError } from '../../api/problem'
import type { QualityAnswer } from '../../api/quality'
import { useMay } from '../../me'
import { DataSource } from '../../models/data_source'
import { takeHanded } from '../../models/handed'
import { WishFields } from '../../models/wish_fields'
import { failedWord, lacking, NO_WISH, trainingOf, withGoal, type Wish } from '../../models/wish'
import { Button, Card, Empty, Field, PageHead, ProblemNote, Progress } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { go, Link, usePlace, useTitle } from '../../parts/route'
import { useText } from '../../text'
import '../../style/meaning.css'
import '../../style/models.css'
import '../../style/sheet.css'

const NAME_MAX = 100

interface Looked {
    dataset: Dataset
    answer: QualityAnswer
    feed: Feed | null
}

/** /quality/models/new, /quality/models/ID/train: from a spreadsheet to a model, or to the next version of one. */
export default function NewModelPage({ id }: { id: string | null }) {
    const { t, num } = useText()
    const may = useMay('engineer')
    const known = useLoad(id === null ? null : `model ${id}`, () => modelOf(id!))
    const title = id === null ? t('models.train') : t('models.train_of', { name: known.value?.name ?? '' })
    useTitle(title)
    const [looked, setLooked] = useState<Looked | null>(null)
    const [handed, setHanded] = useState(takeHanded)
    const [share, setShare] = useState<number | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const [wish, setWish] = useState<Wish>(NO_WISH)
    const [name, setName] = useState('')
    const [busy, setBusy] = useState(false)
    const stop = useRef<() => void>(() => {})
    useEffect(() => () => stop.current(), [])
    const attempt = async (work: () => Promise<void>) => {
        setError(null)
        setShare(0)
        try {
            await work()
        } catch (problem) {
            if (problem instanceof ApiError) setError(problem)
        } finally {
            setShare(null)
        }
    }
    /** What the columns mean, as the server sees it, for the verdict that was named or found. */
    const understand = async (dataset: Dataset, feed: Feed | null, target: string) => {
        const wanted = target || (id !== null ? known.value?.target : '') || feed?.truth?.value || ''
        // A column that is called as the model's verdict may not be there: then it is found.
        const isRefused = (problem: unknown) => wanted !== '' && !target && problem instanceof ApiError && (problem.status === 422 || problem.status === 400)
        const answer = await datasetQuality(dataset.id, wanted).catch((problem: unknown) => (isRefused(problem) ? datasetQuality(dataset.id, '') : Promise.reject(problem)))
        const newest = known.value?.versions?.[0]
        const card = newest ? ((await versionOf(id!, newest.version)).card as ModelCard | undefined) : undefined
        setLooked({ dataset, answer, feed })
        const roleOf = (role: string) => answer.columns.find((column) => column.role === role)?.name ?? ''
        const there = (name: string | undefined) => (answer.columns.some((column) => column.name === name) ? name! : '')
        setWish((before) => {
            const goal = before.goal || (id !== null ? (known.value?.goal ?? '') : '')
            const isAged = goal === 'life' || goal === 'survival'
            const found: Wish = { ...NO_WISH, goal, order: before.order || there(card?.order ?? card?.age), settings: before.settings.length > 0 ? before.settings : (card?.columns ?? []).filter(({ is_setting }) => is_setting).map(({ name }) => there(name)).filter(Boolean), target: answer.target.form === 'none' ? '' : (answer.target.column ?? ''), bad: goal === 'survival' ? failedWord(answer.target.words) : '', time: roleOf('time'), unit: before.unit || (isAged ? there(card?.unit) : roleOf('lot')) }
            return goal ? withGoal(found, goal, answer) : found
        })
        if (!name) setName(dataset.name.replace(/\.\w+$/, '').slice(0, NAME_MAX))
    }
    const take = (file: File) =>
        attempt(async () => {
            const sent = keepDataset(file, setShare)
            stop.current = sent.stop
            await understand(JSON.parse(await sent.answer) as Dataset, null, '')
        })
    const takeKept = (dataset: Dataset, feed: Feed | null) => attempt(() => understand(dataset, feed, ''))
    // A kept dataset may be named in the address; where it serves a new version, what the model is comes first.
    const wanted = usePlace().query.get('dataset')
    const isKnown = id === null || known.value !== undefined
    useEffect(() => {
        if (wanted && may && isKnown) void attempt(async () => { const one = await datasetOf(wanted); await understand(one, one.made_from ? feedOf(one) : null, '') })
        // Asked once for each address.
        // eslint-disable-next-line
    }, [wanted, may, isKnown])
    const train = async () => {
        if (!looked) return
        setBusy(true)
        setError(null)
        const training = trainingOf(looked.dataset.id, wish)
        try {
            if (id === null) {
                const feed = looked.feed ?? known.value?.feed
                const begun = await trainModel({ ...training, ...(name.trim() ? { name: name.trim() } : {}), ...(feed ? { feed } : {}) })
                forget()
                go(`/quality/models/${begun.model.id}`)
            } else {
                await trainVersion(id, training)
                forget()
                go(`/quality/models/${id}`)
            }
        } catch (problem) {
            setBusy(false)
            if (problem instanceof ApiError) setError(problem)
        }
    }
    const lacks = lacking(wish)
    return (
        <>
            <PageHead title={title} over={<Link href={id === null ? '/quality/models' : `/quality/models/${id}`}>{id === null ? t('models.tab') : (known.value?.name ?? t('models.tab'))}</Link>} lead={looked ? undefined : t('models.train.text')} />
            {!may ? (
                <Card><Empty title={t('models.viewer')} text={t('models.viewer.text')} /></Card>
            ) : handed && !looked ? (
                <Card>
                    <p className="sentence">{t('models.handed', { name: handed.name })}</p>
                    <p className="note">{t('models.drop.kept')}</p>
                    <ProblemNote error={error} />
                    {share !== null && <Progress share={share} label={t('models.working')} />}
                    <div className="actions">
                        <Button look="main" disabled={share !== null} onClick={() => void take(handed)}>{t('models.handed.yes')}</Button>
                        <Button look="quiet" disabled={share !== null} onClick={() => setHanded(null)}>{t('models.other_data')}</Button>
                    </div>
                </Card>
            ) : !looked ? (
                <>
                    {share !== null && wanted && <Progress share={share} label={t('models.working')} />}
                    <DataSource share={share} onFile={(file) => void take(file)} onKept={(dataset, feed) => void takeKept(dataset, feed)} onStop={() => stop.current()} onProblem={setError} />
                    <ProblemNote error={error} />
                </>
            ) : (
                <>
                    <Card title={t('models.understood')} actions={<Button look="quiet" onClick={() => { setLooked(null); setHanded(null); setWish(NO_WISH) }}>{t('models.other_data')}</Button>}>
                        <p className="note">{looked.dataset.name} · {t('models.size', { rows: num(looked.answer.rows), columns: num(looked.answer.columns.length) })}</p>
                        <WishFields answer={looked.answer} wish={wish} onChange={setWish} onTarget={(target) => void attempt(() => understand(looked.dataset, looked.feed, target))} />
                    </Card>
                    <Card className="model-begin">
                        {id === null && <Field label={t('models.name')} hint={t('models.name.hint')}>{(field, hint) => <input id={field} aria-describedby={hint} value={name} maxLength={NAME_MAX} onChange={(event) => setName(event.target.value)} />}</Field>}
                        <p className="note">{t(id === null ? 'models.begin.first' : 'models.begin.next')}</p>
                        <ProblemNote error={error} />
                        {share !== null && <Progress share={share} label={t('models.working')} />}
                        <div className="actions">
                            <Button look="main" disabled={busy || share !== null || lacks !== null} onClick={() => void train()}>{t('models.begin')}</Button>
                            {lacks && <span className="note">{t(`models.needs.${lacks}`)}</span>}
                        </div>
                    </Card>
                </>
            )}
        </>
    )
}
