import { useState } from 'react'
import { shelve, type Alarm } from '../api/meaning'
import type { ApiError } from '../api/problem'
import { useStamp } from '../live/stamp'
import { Button, Choice, Dialog, Field, ProblemNote } from '../parts/basics'
import { useText } from '../text'

const SPANS = ['900', '3600', '14400', '28500'] as const // s; the last a little below the 8 h that are allowed

/** An alarm is put aside for a time that ends by itself, and for a reason that others can read. */
export function ShelveDialog({ alarm, onClose, onDone }: { alarm: Alarm; onClose: () => void; onDone: () => void }) {
    const { t } = useText()
    const stamp = useStamp()
    const [span, setSpan] = useState<(typeof SPANS)[number]>('3600')
    const [note, setNote] = useState('')
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    return (
        <Dialog title={t('shelve.title', { alarm: alarm.alarm })} onClose={onClose}>
            <p>{t('shelve.text')}</p>
            <form
                className="form"
                onSubmit={(event) => {
                    event.preventDefault()
                    setBusy(true)
                    shelve(alarm.alarm, Date.now() / 1000 + Number(span), note.trim()).then(onDone, (problem: ApiError) => {
                        setError(problem)
                        setBusy(false)
                    })
                }}
            >
                <Choice label={t('shelve.span')} value={span} options={SPANS.map((value) => ({ value, text: stamp.span(Number(value)) }))} onChange={setSpan} />
                <Field label={t('shelve.note')} hint={t('shelve.note.hint')}>{(id, hint) => <input id={id} autoFocus required value={note} maxLength={160} onChange={(event) => setNote(event.target.value)} aria-describedby={hint} />}</Field>
                <ProblemNote error={error} />
                <div className="actions end">
                    <Button onClick={onClose}>{t('cancel')}</Button>
                    <Button look="main" type="submit" disabled={busy || !note.trim()}>{t('alarms.shelve')}</Button>
                </div>
            </form>
        </Dialog>
    )
}
