import { useState } from 'react'
import type { ApiError } from '../api/problem'
import type { Span } from '../live/span'
import { Button, Dialog, Field, ProblemNote } from '../parts/basics'
import { useText } from '../text'

/** A time as a field of the browser takes it, in its own time zone. */
const local = (at: number) => new Date(at * 1000 - new Date(at * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 19)

/** Asks for the time in which things were good, and freezes limits from it. */
export function FreezeDialog({ title, text, span, freeze, onClose, onDone }: { title: string; text: string; span: Span; freeze: (from: number, to: number) => Promise<unknown>; onClose: () => void; onDone: () => void }) {
    const { t } = useText()
    const [from, setFrom] = useState(local(span.from))
    const [to, setTo] = useState(local(span.to))
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    // What was marked is taken exactly, as long as its fields are left alone.
    const at = (written: string, given: number) => (written === local(given) ? given : new Date(written).getTime() / 1000)
    const [begin, end] = [at(from, span.from), at(to, span.to)]
    const wrong = !(end > begin) ? t('explorer.span.wrong') : undefined
    return (
        <Dialog title={title} onClose={onClose}>
            <p>{text}</p>
            <form
                className="form"
                onSubmit={(event) => {
                    event.preventDefault()
                    if (wrong) return
                    setBusy(true)
                    freeze(begin, end).then(onDone, (problem: ApiError) => {
                        setError(problem)
                        setBusy(false)
                    })
                }}
            >
                <div className="fields">
                    <Field label={t('explorer.span.from')}>{(id) => <input id={id} type="datetime-local" step="1" value={from} onChange={(event) => setFrom(event.target.value)} />}</Field>
                    <Field label={t('explorer.span.to')} error={wrong}>{(id, hint) => <input id={id} type="datetime-local" step="1" value={to} onChange={(event) => setTo(event.target.value)} aria-describedby={hint} aria-invalid={!!wrong} />}</Field>
                </div>
                <ProblemNote error={error} />
                <div className="actions end">
                    <Button onClick={onClose}>{t('cancel')}</Button>
                    <Button look="main" type="submit" disabled={busy || !!wrong}>{t('quality.freeze.do')}</Button>
                </div>
            </form>
        </Dialog>
    )
}
