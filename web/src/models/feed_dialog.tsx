import { useState } from 'react'
import { changeModel, type Model } from '../api/models'
import type { ApiError } from '../api/problem'
import { windowKinds } from '../api/windows'
import { Button, Dialog, ProblemNote, Waiting } from '../parts/basics'
import { useLoad } from '../parts/load'
import { useText } from '../text'
import { NoWindows } from './data_source'
import { draftOf, feedFrom, FeedFields, hasLives } from './feed_fields'

/** Which windows of the floor a model answers, and which measurement tells later whether it was right; or none. */
export function FeedDialog({ model, onChanged, onClose }: { model: Model; onChanged: () => void; onClose: () => void }) {
    const { t } = useText()
    const kinds = useLoad('window kinds', () => windowKinds())
    const [draft, setDraft] = useState(draftOf(model.feed))
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    const names = (kinds.value?.items ?? []).map(({ name }) => name)
    const isNone = kinds.error?.status === 404 || (kinds.value !== undefined && names.length === 0 && !model.feed)
    const isHalf = (draft.event.trim() === '') !== (draft.value.trim() === '')
    const save = (feed: Model['feed']) => {
        setBusy(true)
        setError(null)
        changeModel(model.id, { feed }).then(onChanged, (problem: ApiError) => { setError(problem); setBusy(false) })
    }
    return (
        <Dialog title={t('models.feed.title')} onClose={onClose}>
            <p className="note">{t(hasLives(model.goal) ? 'models.feed.lives' : 'models.feed.text')}</p>
            {isNone ? <NoWindows /> : kinds.error ? <ProblemNote error={kinds.error} /> : !kinds.value ? <Waiting /> : <div className="feed-fields"><FeedFields draft={draft} names={names} goal={model.goal} onChange={setDraft} /></div>}
            {isHalf && <p className="told">{t('models.feed.half')}</p>}
            <ProblemNote error={error} />
            <div className="actions end">
                {model.feed && <Button look="danger" disabled={busy} onClick={() => save(null)}>{t('models.feed.remove')}</Button>}
                <Button onClick={onClose}>{t('cancel')}</Button>
                {!isNone && <Button look="main" disabled={busy || isHalf || !kinds.value} onClick={() => save(feedFrom({ ...draft, window: draft.window || (names[0] ?? '') }))}>{t('models.feed.save')}</Button>}
            </div>
        </Dialog>
    )
}
