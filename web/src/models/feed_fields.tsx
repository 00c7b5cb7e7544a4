import type { Feed } from '../api/models'
import { Field } from '../parts/basics'
import { useText } from '../text'

const USUAL_H = 168

/** A feed as it is written down: texts, of which the truth's are empty where it has none. */
export interface FeedDraft {
    window: string
    event: string
    value: string
    withinH: string
    end: string
}

export const draftOf = (feed: Feed | null): FeedDraft => ({ window: feed?.window ?? '', event: feed?.truth?.event ?? '', value: feed?.truth?.value ?? '', withinH: String(feed?.truth?.within_h ?? USUAL_H), end: feed?.end?.event ?? '' })

/** Units of such a model have lives that an event ends; what came true of a window is then nothing that could be measured. */
export const hasLives = (goal: string) => goal === 'life' || goal === 'survival'

export function feedFrom({ window, event, value, withinH, end }: FeedDraft): Feed {
    const truth = event.trim() && value.trim() ? { truth: { event: event.trim(), value: value.trim(), within_h: Number(withinH) || USUAL_H } } : {}
    return { window, ...truth, ...(end.trim() ? { end: { event: end.trim() } } : {}) }
}

/** Which windows are the rows of a model, and where their truth comes from. */
export function FeedFields({ draft, names, goal = '', onChange }: { draft: FeedDraft; names: string[]; goal?: string; onChange: (next: FeedDraft) => void }) {
    const { t } = useText()
    const text = (key: 'event' | 'value' | 'end', label: string, hint: string) => <Field label={label} hint={hint}>{(id, described) => <input id={id} aria-describedby={described} value={draft[key]} onChange={(event) => onChange({ ...draft, [key]: event.target.value })} />}</Field>
    // A window that the model is fed with stays to be chosen when it is gone from the table.
    const all = draft.window && !names.includes(draft.window) ? [draft.window, ...names] : names
    return (
        <>
            <Field label={t('models.windows.which')}>{(id) => <select id={id} value={draft.window || all[0]} onChange={(event) => onChange({ ...draft, window: event.target.value })}>{all.map((one) => <option key={one}>{one}</option>)}</select>}</Field>
            {hasLives(goal) ? (
                text('end', t('models.end.event'), t('models.end.event.hint'))
            ) : (
                <>
                    {text('event', t('models.truth.event'), t('models.truth.event.hint'))}
                    {text('value', t('models.truth.value'), t('models.truth.value.hint'))}
                    <Field label={t('models.truth.within')}>{(id) => <input id={id} inputMode="decimal" value={draft.withinH} onChange={(event) => onChange({ ...draft, withinH: event.target.value })} />}</Field>
                </>
            )}
        </>
    )
}
