import { useState } from 'react'
import { get } from '../api/client'
import { ApiError } from '../api/problem'
import { setToken } from '../api/session'
import { Button, Card, Field, ProblemNote } from '../parts/basics'
import { useTitle } from '../parts/route'
import { useText } from '../text'

export function SignIn({ onDone }: { onDone: () => void }) {
    const { t } = useText()
    useTitle(t('sign_in.title'))
    const [text, setText] = useState('')
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    const enter = async () => {
        setBusy(true)
        setError(null)
        setToken(text.trim())
        try {
            await get('/v1/me')
            onDone()
        } catch (problem) {
            setToken(null)
            setBusy(false)
            setError(problem as ApiError)
        }
    }
    return (
        <div className="sign-in">
            <Card title={t('sign_in.title')}>
                <p>{t('sign_in.text')}</p>
                <form
                    onSubmit={(event) => {
                        event.preventDefault()
                        void enter()
                    }}
                >
                    <Field label={t('sign_in.token')} hint={t('sign_in.hint')} error={error?.status === 401 ? t('sign_in.wrong') : undefined}>
                        {(id, hint) => <input id={id} type="password" autoComplete="current-password" autoFocus required value={text} onChange={(event) => setText(event.target.value)} aria-describedby={hint} />}
                    </Field>
                    {error && error.status !== 401 && <ProblemNote error={error} />}
                    <Button look="main" type="submit" disabled={busy || text.trim() === ''}>{t('sign_in.enter')}</Button>
                </form>
            </Card>
        </div>
    )
}
