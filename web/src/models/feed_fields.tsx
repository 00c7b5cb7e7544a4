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
}

export const draftOf = (feed: Feed | null): FeedDraft => ({ window: feed?.window ?? '', event: feed?.truth?.event ?? '', value: feed?.truth?.value ?? '', withinH: String(feed?.truth?.within_h ?? USUAL_H) })

export function feedFrom({ window, event, value, withinH }: FeedDraft): Feed {
    const truth = event.trim() && value.trim() ? { truth: { event: event.trim(), value: value.trim(), within_h: Number(withinH) || USUAL_H } } : {}
    return { window, ...truth }
}

/** Which windows are the rows of a model, and where their truth comes from. */
export function FeedFields({ draft, names, onChange }: { draft: FeedDraft; names: string[]; onChange: (next: FeedDraft) => void }) {
    const { t } = useText()
    const text = (key: 'event' | 'value', label: string, hint: string) => <Field label={label} hint={hint}>{(id, described) => <input id={id} aria-describedby={described} value={draft[key]} onChange={(event) => onChange({ ...draft, [key]: event.target.value })} />}</Field>
    // A window that the model is fed with stays to be chosen when it is gone from the table.
    const all = draft.window && !names.includes(draft.window) ? [draft.window, ...names] : names
    return (
        <>
            <Field label={t('models.windows.which')}>{(id) => <select id={id} value={draft.window || all[0]} onChange={(event) => onChange({ ...draft, window: event.target.value })}>{all.map((one) => <option key={one}>{one}</option>)}</select>}</Field>
            {text('event', t('models.truth.event'), t('models.truth.event.hint'))}
            {text('value', t('models.truth.value'), t('models.truth.value.hint'))}
            <Field label={t('models.truth.within')}>{(id) => <input id={id} inputMode="decimal" value={draft.withinH} onChange={(event) => onChange({ ...draft, withinH: event.target.value })} />}</Field>
        </>
    )
}
