import { useState } from 'react'
import { newRound, problemOf, rounds as askRounds } from '../../api/compute'
import type { ApiError } from '../../api/problem'
import { Absent } from '../../compute/absent'
import { RoundBadge } from '../../compute/round_words'
import { useIsOperator } from '../../compute/use_operator'
import { Button, Card, Dialog, Empty, Field, ProblemNote, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { go, Link } from '../../parts/route'
import { useText } from '../../text'

/** /compute/rounds: GPUs that are allotted by demand plans, round by round. */
export default function Rounds() {
    const { t, num, when } = useText()
    const isOperator = useIsOperator()
    const [isNew, setIsNew] = useState(false)
    const [example, setExample] = useState('')
    const open = (which: string) => { setExample(which); setIsNew(true) }
    const told = useLoad('rounds', () => askRounds())
    if (!told.value) return told.error ? <Absent error={told.error} retry={told.reload} /> : <Waiting />
    const { items } = told.value
    const begin = isOperator && <Button look="main" onClick={() => open('')}>{t('round.new')}</Button>
    return (
        <>
            {items.length === 0 ? (
                <Card><Empty title={t('round.none')} text={t(isOperator ? 'round.none.operator' : 'round.none.text')}><div className="actions">{begin}{isOperator && <Button onClick={() => open('national_2026')}>{t('round.try')}</Button>}</div></Empty></Card>
            ) : (
                <Card title={t('round.tab')} note={t('round.text')} actions={begin}>
                    <ul className="list">
                        {items.map((one) => (
                            <li key={one.round}>
                                <Link href={`/compute/rounds/${encodeURIComponent(one.round)}`}>
                                    <span className="list-head"><strong>{one.title || one.round}</strong><RoundBadge state={one.state} /></span>
                                    <span className="list-figures">
                                        <span>{t('round.applications', { count: num(one.applications) })}</span>
                                        <span>{t('round.asked', { gpus: num(one.asked_gpus) })}</span>
                                        {(one.state === 'awarded' || one.state === 'leased') && <span><b>{t('round.awarded', { gpus: num(one.awarded_gpus) })}</b></span>}
                                        {one.closes && <span className="list-note">{t('round.closes', { when: when(one.closes) })}</span>}
                                    </span>
                                </Link>
                            </li>
                        ))}
                    </ul>
                </Card>
            )}
            {isNew && <NewRound example={example} taken={items.map(({ round }) => round)} onClose={() => setIsNew(false)} />}
        </>
    )
}

const EXAMPLES = ['', 'small', 'national_2026', 'korea_260k'] as const

function NewRound({ example: first, taken, onClose }: { example: string; taken: string[]; onClose: () => void }) {
    const { t } = useText()
    const year = new Date().getFullYear()
    const [round, setRound] = useState(() => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `${year}-${n}`).find((name) => !taken.includes(name)) ?? '')
    const [example, setExample] = useState(first)
    const [title, setTitle] = useState('')
    const [closes, setCloses] = useState('')
    const [error, setError] = useState<ApiError | null>(null)
    const good = /^[a-z0-9][a-z0-9-]*$/.test(round) && !taken.includes(round) && (example !== '' || (title.trim() !== '' && closes !== ''))
    const send = () => newRound({ round, title: title.trim(), ...(closes ? { closes: new Date(`${closes}T18:00:00`).toISOString() } : {}), ...(example ? { example } : {}) }).then(() => { forget(); go(`/compute/rounds/${encodeURIComponent(round)}`) }, (problem: unknown) => setError(problemOf(problem)))
    return (
        <Dialog title={t('round.new')} onClose={onClose}>
            <p>{t('round.new.text')}</p>
            <form className="fields" onSubmit={(event) => { event.preventDefault(); if (good) void send() }}>
                <div className="whole"><Field label={t('round.example')} hint={t(`round.example.${(example || 'none') as 'none'}.text`)}>{(id, described) => <select id={id} aria-describedby={described} value={example} onChange={(event) => setExample(event.target.value)}>{EXAMPLES.map((one) => <option key={one} value={one}>{t(`round.example.${(one || 'none') as 'none'}`)}</option>)}</select>}</Field></div>
                <Field label={t('round.id')} hint={t('job.project.hint')} error={taken.includes(round) ? t('round.taken') : undefined}>{(id, described) => <input id={id} aria-describedby={described} value={round} onChange={(event) => setRound(event.target.value)} />}</Field>
                <Field label={t('round.title')}>{(id) => <input id={id} value={title} onChange={(event) => setTitle(event.target.value)} />}</Field>
                <Field label={t('round.closes_on')}>{(id) => <input id={id} type="date" value={closes} onChange={(event) => setCloses(event.target.value)} />}</Field>
                <div className="whole"><ProblemNote error={error} /><div className="actions end"><Button onClick={onClose}>{t('cancel')}</Button><Button look="main" type="submit" disabled={!good}>{t('round.make')}</Button></div></div>
            </form>
        </Dialog>
    )
}
