import { useEffect, useRef, useState } from 'react'
import { model as modelOf, models, predict, version as versionOf, type Answers, type Model, type ModelCard } from '../../api/models'
import { ApiError } from '../../api/problem'
import { useMay } from '../../me'
import { LifeBars, livesOf } from '../../models/life_bars'
import { LiveLives } from '../../models/live_lives'
import { UseBadge } from '../../models/model_words'
import { SurvivalView } from '../../models/survival_view'
import { Button, Card, Empty, LinkButton, ProblemNote, Waiting } from '../../parts/basics'
import { DropFile, SHEETS } from '../../parts/drop_file'
import { useLoad } from '../../parts/load'
import { useText } from '../../text'
import '../../style/models.css'
import '../../style/sheet.css'

interface Asked {
    model: string
    file: string
    answers: Answers
}
// What was asked last stays while the reader goes through other rooms; a reload forgets it.
let kept: Asked | null = null

/** /equipment/lives: how long units still run, how lives spread, and when to replace; asked of a model of lives with a table. */
export default function Lives() {
    const { t } = useText()
    const may = useMay('engineer')
    const [wanted, setWanted] = useState(kept?.model ?? '')
    const told = useLoad('models of lives', models)
    if (!told.value) return told.error ? <ProblemNote error={told.error} retry={told.reload} /> : <Waiting />
    const items = told.value.filter(({ goal }) => goal === 'life' || goal === 'survival')
    const model = items.find(({ id }) => id === wanted) ?? items[0]
    if (!model) return <Card><Empty title={t('lives.none')} text={t('lives.none.text')}>{may && <LinkButton look="main" href="/quality/models/new">{t('models.train')}</LinkButton>}</Empty></Card>
    return (
        <>
            <div className="filters">
                <label>{t('lives.model')}<select value={model.id} onChange={(event) => setWanted(event.target.value)}>{items.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label>
                <UseBadge model={model} />
                <LinkButton href={`/quality/models/${model.id}`}>{t('lives.open')}</LinkButton>
            </div>
            <LivesOf key={model.id} model={model} />
        </>
    )
}

function LivesOf({ model }: { model: Model }) {
    const { t, lang, percent } = useText()
    const [asked, setAsked] = useState<Asked | null>(kept?.model === model.id ? kept : null)
    const [share, setShare] = useState<number | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const stop = useRef<() => void>(() => {})
    useEffect(() => () => stop.current(), [])
    // Without a champion the newest version is asked, and that is said.
    const whole = useLoad(model.champion === null ? `model ${model.id}` : null, () => modelOf(model.id))
    const asks = model.champion ?? whole.value?.versions?.[0]?.version ?? null
    const loaded = useLoad(asks === null ? null : `version ${model.id} ${asks}`, () => versionOf(model.id, asks!))
    const card = loaded.value?.card as ModelCard | undefined
    const look = async (file: File) => {
        setError(null)
        setShare(0)
        const sent = predict(model.id, file, { version: asks!, lang, format: 'json' }, setShare)
        stop.current = sent.stop
        try {
            kept = { model: model.id, file: file.name, answers: JSON.parse(await sent.answer) as Answers }
            setAsked(kept)
        } catch (problem) {
            if (problem instanceof ApiError) setError(problem)
        } finally {
            setShare(null)
        }
    }
    if (asks === null) return whole.value ? <Card><Empty title={t('models.state.none')} text={t('models.versions.none')} /></Card> : <Waiting />
    const lives = asked ? (livesOf(asked.answers, model.goal, t) ?? []) : []
    return (
        <>
            <ProblemNote error={error ?? loaded.error} />
            {model.champion === null && <p className="told">{t('lives.unchampioned', { version: asks })}</p>}
            <LiveLives model={model} unit={asked?.answers.counted_in || card?.order || card?.age || ''} level={card?.level ?? 0.8} />
            {asked && share === null ? (
                <Card title={asked.file} note={t('lives.first', { level: percent(card?.level ?? 0.8, 0) })} actions={<Button look="quiet" onClick={() => { kept = null; setAsked(null) }}>{t('models.try.other')}</Button>}>
                    <LifeBars units={lives} unit={asked.answers.counted_in || card?.order || card?.age || ''} />
                </Card>
            ) : (
                <DropFile title={t('lives.drop')} text={t(model.goal === 'survival' ? 'lives.drop.survival' : 'lives.drop.text')} fine={t('models.try.kept')} choose={t('models.choose')} working={t('models.try.working')} accept={SHEETS} share={share} onFile={(file) => void look(file)} onStop={() => stop.current()} />
            )}
            {card?.curves && <SurvivalView card={card} />}
        </>
    )
}
