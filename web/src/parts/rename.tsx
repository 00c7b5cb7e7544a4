import { useState } from 'react'
import type { ApiError } from '../api/problem'
import { useText } from '../text'
import { Button, Dialog, Field, ProblemNote } from './basics'

const NAME_MAX = 120 // bytes; the server says so where it is more

/** Asks for another name. */
export function Rename({ name, required = false, onName, onClose }: { name: string; required?: boolean; onName: (name: string) => Promise<void>; onClose: () => void }) {
    const { t } = useText()
    const [text, setText] = useState(name)
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    return (
        <Dialog title={t('rename.title')} onClose={onClose}>
            <form
                onSubmit={(event) => {
                    event.preventDefault()
                    setBusy(true)
                    onName(text.trim()).catch((problem: ApiError) => {
                        setError(problem)
                        setBusy(false)
                    })
                }}
            >
                <Field label={t('rename.name')}>{(id) => <input id={id} value={text} maxLength={NAME_MAX} required={required} autoFocus onChange={(event) => setText(event.target.value)} />}</Field>
                <ProblemNote error={error} />
                <div className="actions end">
                    <Button onClick={onClose}>{t('cancel')}</Button>
                    <Button look="main" type="submit" disabled={busy || (required && !text.trim())}>{t('rename.save')}</Button>
                </div>
            </form>
        </Dialog>
    )
}
