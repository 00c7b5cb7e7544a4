import { useEffect, useState, type ReactNode } from 'react'
import { ask, get, address } from '../../api/client'
import { changeModel, fileAddress, model as modelOf, onnxAddress, removeModel, version as versionOf, type Model, type ModelCard, type ModelVersion } from '../../api/models'
import { whyOf, type ApiError } from '../../api/problem'
import type { Run } from '../../api/types'
import { MINUTES, useStamp } from '../../live/stamp'
import { save } from '../../live/export'
import { useMay } from '../../me'
import { CardView } from '../../models/card_view'
import { FeedDialog } from '../../models/feed_dialog'
import { ModelLive } from '../../models/model_live'
import { UseBadge, useGoal } from '../../models/model_words'
import { TryFile } from '../../models/try_file'
import { Versions } from '../../models/versions'
import { whatOf } from '../../models/what'
import { Badge, Button, Card, Confirm, Empty, LinkButton, PageHead, ProblemNote, Progress, Tabs, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { Rename } from '../../parts/rename'
import { go, Link, usePlace, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'
import { useTraining } from './models'
import '../../style/live.css'
import '../../style/meaning.css'
import '../../style/models.css'
import '../../style/sheet.css'

const LOOK_MS = 4000

/** /quality/models/ID (its card), /live, /versions, /try: what a model is for, how good it is, who answers, and how that goes. */
export default function ModelPage({ id }: { id: string }) {
    const { t } = useText()
    const { path } = usePlace()
    const room = path[3] ?? 'card'
    const [turn, setTurn] = useState(0)
    const told = usePoll(`model ${id} ${turn}`, LOOK_MS, (signal) => modelOf(id, signal))
    const [before, setBefore] = useState<Model | null>(null)
    useEffect(() => { if (told.value) setBefore(told.value) }, [told.value])
    const model = told.value ?? before
    useTitle(model?.name ?? t('models.tab'))
    const look = () => {
        forget()
        setTurn((n) => n + 1)
    }
    if (!model) return told.error ? <ProblemNote error={told.error} /> : <Waiting />
    const versions = model.versions ?? []
    const shown = versions.find(({ version }) => version === model.champion) ?? versions[0]
    const base = `/quality/models/${id}`
    return (
        <>
            <Head model={model} shown={shown} onChanged={look} />
            <ProblemNote error={told.error} />
            <Training model={model} onDone={look} />
            {versions.length > 0 && (
                <>
                    <Tabs
                        label={model.name}
                        tabs={[
                            { href: base, text: t('models.room.card'), on: room === 'card' },
                            { href: `${base}/live`, text: t('models.room.live'), on: room === 'live' },
                            { href: `${base}/versions`, text: t('models.room.versions', { count: versions.length }), on: room === 'versions' },
                            { href: `${base}/try`, text: t('models.room.try'), on: room === 'try' },
                        ]}
                    />
                    {room === 'card' && shown && <ShownCard key={shown.version} model={model} shown={shown} />}
                    {room === 'live' && <ModelLive model={model} onChanged={look} />}
                    {room === 'versions' && <Versions model={model} versions={versions} onChanged={look} />}
                    {room === 'try' && <TryFile model={model} versions={versions} />}
                </>
            )}
        </>
    )
}

function Head({ model, shown, onChanged }: { model: Model; shown: ModelVersion | undefined; onChanged: () => void }) {
    const { t } = useText()
    const goal = useGoal()
    const may = useMay('engineer')
    const stamp = useStamp()
    const [asked, setAsked] = useState<'on' | 'off' | 'delete' | 'rename' | 'feed' | null>(null)
    const close = () => setAsked(null)
    const change = (is_on: boolean) => changeModel(model.id, { is_on }).then(() => { close(); onChanged() })
    const { use } = model
    const lead: ReactNode = (
        <>
            <UseBadge model={model} />{' '}
            {model.goal && <>{goal(model.goal)}{model.target && `: ${model.target}`} · </>}
            {model.champion !== null && <>{t('models.version', { version: model.champion })} · </>}
            {model.feed ? t('models.feed_of', { window: model.feed.window }) : t('models.feed.none')}
            {!use.is_on && model.champion !== null && <><br />{t(`models.off.${use.reason || 'person'}`, { when: stamp.full(use.since, MINUTES), by: use.by })}</>}
        </>
    )
    return (
        <>
            <PageHead title={model.name} over={<Link href="/quality/models">{t('models.tab')}</Link>} lead={lead}>
                {may && model.champion !== null && <Button look={use.is_on ? 'plain' : 'main'} onClick={() => setAsked(use.is_on ? 'off' : 'on')}>{t(use.is_on ? 'models.switch_off' : 'models.switch_on')}</Button>}
                {may && <Button onClick={() => setAsked('feed')}>{t(model.feed ? 'models.feed.change' : 'models.feed.choose')}</Button>}
                {may && <LinkButton href={`/quality/models/${model.id}/train`}>{t('models.train_next')}</LinkButton>}
                {shown && <Download path={fileAddress(model.id, shown.version)} name={`${model.name}-v${shown.version}.maru`} text=".maru" />}
                {shown && ['yes-no', 'class', 'number'].includes(shown.goal) && <Download path={onnxAddress(model.id, shown.version)} name={`${model.name}-v${shown.version}.onnx`} text="ONNX" />}
                {may && <Button onClick={() => setAsked('rename')}>{t('models.rename')}</Button>}
                {may && <Button look="danger" onClick={() => setAsked('delete')}>{t('delete')}</Button>}
            </PageHead>
            {asked === 'rename' && <Rename name={model.name} required onClose={close} onName={(name) => changeModel(model.id, { name }).then(() => { close(); onChanged() })} />}
            {asked === 'feed' && <FeedDialog model={model} onClose={close} onChanged={() => { close(); onChanged() }} />}
            {asked === 'off' && <Confirm title={t('models.switch_off.title')} text={t('models.switch_off.text')} yes={t('models.switch_off')} onYes={() => change(false)} onClose={close} />}
            {asked === 'on' && <Confirm title={t('models.switch_on.title')} text={t('models.switch_on.text')} yes={t('models.switch_on')} onYes={() => change(true)} onClose={close} />}
            {asked === 'delete' && <Confirm title={t('models.delete.title')} text={t('models.delete.text', { name: model.name })} yes={t('delete')} onYes={() => removeModel(model.id).then(() => { forget(); go('/quality/models') })} onClose={close} />}
        </>
    )
}

/** A file of the server's, fetched with the reader's token and then saved. */
function Download({ path, name, text }: { path: string; name: string; text: string }) {
    const [error, setError] = useState<ApiError | null>(null)
    return (
        <>
            <Button onClick={() => void ask(path).then(async (answer) => { setError(null); save(await answer.blob(), name.replaceAll(/[^\p{L}\p{N}.]+/gu, '-')) }).catch(setError)}>{text}</Button>
            {error && <ProblemNote error={error} />}
        </>
    )
}

/** How the training goes; and, where there is nothing yet, why the last one came to nothing. */
function Training({ model, onDone }: { model: Model; onDone: () => void }) {
    const { t, num, lang } = useText()
    const may = useMay('engineer')
    const [failed, setFailed] = useState<Run | null>(null)
    const run = useTraining(model.training, (one) => { setFailed(one.state === 'failed' || one.state === 'cancelled' ? one : null); onDone() })
    const none = (model.versions ?? []).length === 0 && !model.training
    const last = useLoad(none && !failed ? `training of ${model.id}` : null, () => get('/v1/runs', { query: { kind: 'train', limit: 100 } as never }))
    const lost = failed ?? (none ? last.value?.items.find((one) => one.model === model.id) : undefined)
    if (model.training)
        return (
            <Card className="going">
                <p className="sentence" role="status" aria-live="polite">{t(run?.state === 'running' ? 'models.training.running' : 'models.training.waiting')}</p>
                <Progress share={run?.progress ?? 0} label={t('models.state.training')} />
                {run?.what && <p className="list-note">{run.what[lang]}</p>}
                <p className="going-foot">
                    <b>{num((run?.progress ?? 0) * 100, 0)} %</b>
                    {whatOf(run, lang) && <small className="note">{whatOf(run, lang)}</small>}
                    {may && <Button onClick={() => void ask(address('/v1/runs/{run}/cancel', { run: model.training }), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).then(onDone, onDone)}>{t('models.training.stop')}</Button>}
                </p>
            </Card>
        )
    if (lost && lost.state !== 'done')
        return (
            <Card>
                <Empty title={t(lost.state === 'cancelled' ? 'models.training.cancelled' : 'models.training.failed')} text={lost.problem && whyOf(lost.problem, lang)}>
                    {may && <LinkButton look="main" href={`/quality/models/${model.id}/train`}>{t('models.training.again')}</LinkButton>}
                </Empty>
            </Card>
        )
    return none && !last.value ? <Waiting /> : none ? <Card><Empty title={t('models.state.none')} text={t('models.versions.none')} /></Card> : null
}

function ShownCard({ model, shown }: { model: Model; shown: ModelVersion }) {
    const { t } = useText()
    const loaded = useLoad(`version ${model.id} ${shown.version} ${shown.fingerprint}`, () => versionOf(model.id, shown.version))
    const rival = (model.versions ?? []).find(({ version }) => version === model.challenger)
    const other = useLoad(rival ? `version ${model.id} ${rival.version} ${rival.fingerprint}` : null, () => versionOf(model.id, rival!.version))
    if (!loaded.value?.card) return loaded.error ? <ProblemNote error={loaded.error} retry={loaded.reload} /> : <Waiting />
    return (
        <>
            {shown.role !== 'champion' && <p className="told"><Badge tone="calm">{t(`models.role.${shown.role}`)}</Badge> {t('models.card.of_candidate', { version: shown.version })}</p>}
            <CardView card={loaded.value.card as ModelCard} version={loaded.value} rival={rival && other.value?.card ? { version: rival.version, card: other.value.card as ModelCard } : null} />
        </>
    )
}
