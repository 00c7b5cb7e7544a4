import { useState } from 'react'
import { get, post } from '../../api/client'
import { ApiError } from '../../api/problem'
import { Button, ProblemNote } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { go } from '../../parts/route'
import { useText } from '../../text'

/** The plants that are in the server: a way in for who has no tables at hand. */
export function StartWithExample() {
    const { t, lang } = useText()
    const examples = useLoad('examples', () => get('/v1/examples'))
    const [busy, setBusy] = useState(false)
    const [error, setError] = useState<ApiError | null>(null)
    const start = async (example: string) => {
        setBusy(true)
        setError(null)
        try {
            const version = await post('/v1/plants', { body: { example } })
            forget()
            go(`/plants/${version.plant}`)
        } catch (problem) {
            setError(problem as ApiError)
            setBusy(false)
        }
    }
    if (!examples.value || examples.value.items.length === 0) return null
    return (
        <section className="examples" aria-label={t('example.start')}>
            <h2>{t('example.start')}</h2>
            <ul className="tiles">
                {examples.value.items.map((example) => (
                    <li key={example.id} className="tile">
                        <strong>{example.name}</strong>
                        <span className="list-note">{example.about[lang]}</span>
                        <Button disabled={busy} onClick={() => void start(example.id)}>{t('example.take')}</Button>
                    </li>
                ))}
            </ul>
            <ProblemNote error={error} />
        </section>
    )
}
