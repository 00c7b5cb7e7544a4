import { useEffect, useRef, useState } from 'react'
import { addFile, models, type Model } from '../../api/models'
import { follow, isOver } from '../../api/events'
import type { ApiError } from '../../api/problem'
import type { Run } from '../../api/types'
import { useMay } from '../../me'
import { headlineName, useDoubted, useFigureText, useGoal, UseBadge } from '../../models/model_words'
import { Button, Card, Empty, LinkButton, ProblemNote, Progress, Waiting } from '../../parts/basics'
import { whatOf } from '../../models/what'
import { forget } from '../../parts/load'
import { Link } from '../../parts/route'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'
import '../../style/models.css'

const LOOK_MS = 3000

/** /quality/models: what was learned, how good it is, and whether it is used. */
export default function Models() {
    const { t } = useText()
    const may = useMay('engineer')
    const input = useRef<HTMLInputElement>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const [turn, setTurn] = useState(0)
    const told = usePoll(`models ${turn}`, LOOK_MS, () => models())
    const take = (file: File) => addFile(file, { name: file.name.replace(/\.\w+$/, '') }).then(() => { setError(null); setTurn(turn + 1) }, setError)
    if (!told.value) return told.error ? <ProblemNote error={told.error} /> : <Waiting />
    const items = told.value
    const upload = may && (
        <>
            <Button onClick={() => input.current?.click()}>{t('models.add_file')}</Button>
            <input ref={input} type="file" hidden accept=".maru" data-testid="model-file" onChange={(event) => {
                const file = event.target.files?.[0]
                event.target.value = ''
                if (file) void take(file)
            }} />
        </>
    )
    return (
        <>
            <ProblemNote error={error ?? told.error} />
            {items.length === 0 ? (
                <Card>
                    <Empty title={t('models.none')} text={t(may ? 'models.none.text' : 'models.none.viewer')}>
                        {may && <LinkButton look="main" href="/quality/models/new">{t('models.train')}</LinkButton>}
                        {upload}
                        <LinkButton href="/quality/models/data">{t('datasets.title')}</LinkButton>
                    </Empty>
                </Card>
            ) : (
                <Card title={t('models.tab')} note={t('models.text')} actions={<><LinkButton href="/quality/models/data">{t('datasets.title')}</LinkButton>{upload}{may && <LinkButton look="main" href="/quality/models/new">{t('models.train')}</LinkButton>}</>}>
                    <ul className="list models">{items.map((one) => <li key={one.id}><Row model={one} onDone={() => { forget(); setTurn(turn + 1) }} /></li>)}</ul>
                </Card>
            )}
        </>
    )
}

function Row({ model, onDone }: { model: Model; onDone: () => void }) {
    const { t, lang } = useText()
    const goal = useGoal()
    const doubted = useDoubted()
    const say = useFigureText()
    const { headline } = model
    return (
        <Link href={`/quality/models/${model.id}`}>
            <span className="list-head"><strong>{model.name}</strong><UseBadge model={model} /></span>
            <span className="list-figures list-note">
                {model.goal && <span>{goal(model.goal)}{model.target && `: ${model.target}`}</span>}
                {model.champion !== null && <span>{t('models.version', { version: model.champion })}</span>}
                {model.feed && <span>{t('models.feed_of', { window: model.feed.window })}</span>}
            </span>
            {headline && (
                <span className="list-figures">
                    <span>{headlineName(headline, lang)} <b>{doubted(headline, headline.is_share)}</b></span>
                    {headline.constant !== null && <span className="list-note">{t('models.constant')} {say(headline.constant, headline.is_share)}</span>}
                </span>
            )}
            {model.training && <RowProgress run={model.training} onDone={onDone} />}
        </Link>
    )
}

/** How far the training of a model is. */
function RowProgress({ run, onDone }: { run: string; onDone: () => void }) {
    const { t, lang } = useText()
    const told = useTraining(run, onDone)
    const what = whatOf(told, lang)
    return (
        <>
            <Progress share={told?.progress ?? 0} label={t('models.state.training')} />
            {what && <span className="list-note">{what}</span>}
        </>
    )
}

/** A training as it goes on; `onDone` when it is over. */
export function useTraining(run: string | null, onDone: (run: Run) => void): Run | null {
    const [told, setTold] = useState<Run | null>(null)
    const done = useRef(onDone)
    done.current = onDone
    useEffect(() => {
        setTold(null)
        if (run === null) return
        return follow(run, (next) => {
            setTold(next)
            if (isOver(next)) done.current(next)
        }, () => {})
    }, [run])
    return told
}
