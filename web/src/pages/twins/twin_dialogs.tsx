import { useState } from 'react'
import type { ApiError } from '../../api/problem'
import { fork, putEvent, stateAddress, type Layout, type Twin } from '../../api/twin'
import { Button, Dialog, Field, ProblemNote } from '../../parts/basics'
import { forget } from '../../parts/load'
import { go } from '../../parts/route'
import { useText } from '../../text'
import type { Clock } from '../../twin/use_twin'

/** A new twin with the same past and, if wanted, other luck from here on. */
export function ForkDialog({ twin, time, clock, onClose }: { twin: Twin; time: number; clock: Clock; onClose: () => void }) {
    const { t } = useText()
    const [name, setName] = useState('')
    const [luck, setLuck] = useState(false)
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    const [at] = useState(time)
    return (
        <Dialog title={t('fork.title', { time: clock.at(at) })} onClose={onClose}>
            <p>{t('fork.text')}</p>
            <form
                className="form"
                onSubmit={(event) => {
                    event.preventDefault()
                    setBusy(true)
                    const seed = luck ? { seed: 1 + Math.floor(Math.random() * 1e6) } : {}
                    fork(twin.id, { time: at, ...(name.trim() ? { name: name.trim() } : {}), ...seed, playing: false }).then((made) => {
                        forget()
                        go(`/twins/${made.id}`)
                    }, (problem: ApiError) => {
                        setError(problem)
                        setBusy(false)
                    })
                }}
            >
                <Field label={t('new_run.name')} hint={t('new_run.name.hint')}>{(id, hint) => <input id={id} autoFocus value={name} maxLength={120} onChange={(event) => setName(event.target.value)} aria-describedby={hint} />}</Field>
                <label className="check"><input type="checkbox" checked={luck} onChange={(event) => setLuck(event.target.checked)} /> <span>{t('fork.luck')}</span></label>
                <ProblemNote error={error} />
                <p className="hint">{t('fork.file')} <a href={stateAddress(twin.id, at)} download>{t('fork.file.do')}</a></p>
                <div className="actions end">
                    <Button onClick={onClose}>{t('cancel')}</Button>
                    <Button look="main" type="submit" disabled={busy}>{t('fork.do')}</Button>
                </div>
            </form>
        </Dialog>
    )
}

/** Something happens to a tool, now. */
export function EventDialog({ twin, layout, tool, onClose, onTwin }: { twin: Twin; layout: Layout; tool: number; onClose: () => void; onTwin: (twin: Twin) => void }) {
    const { t } = useText()
    const groups = layout.groups.filter((group) => !group.is_delay)
    const first = Math.max(0, groups.findIndex((group) => tool >= group.first_tool && tool < group.first_tool + group.n_tool))
    const [group, setGroup] = useState(first)
    const [number, setNumber] = useState(tool >= 0 ? tool - (groups[first]?.first_tool ?? 0) + 1 : 1)
    const [kind, setKind] = useState<'down' | 'up'>('down')
    const [hours, setHours] = useState('4')
    const [error, setError] = useState<ApiError | null>(null)
    const chosen = groups[group]
    const wrong = kind === 'down' && !(Number(hours) > 0 && Number(hours) <= 8760) ? t('event.hours.wrong') : undefined
    return (
        <Dialog title={t('event.do')} onClose={onClose}>
            <p>{t('event.text')}</p>
            <form
                className="form"
                onSubmit={(event) => {
                    event.preventDefault()
                    if (wrong || !chosen) return
                    putEvent(twin.id, { kind, tool: `${chosen.name}/${number}`, ...(kind === 'down' ? { for: Number(hours) * 3600 } : {}) }).then((next) => {
                        onTwin(next)
                        onClose()
                    }, setError)
                }}
            >
                <div className="fields">
                    <Field label={t('event.kind')}>
                        {(id) => (
                            <select id={id} value={kind} onChange={(event) => setKind(event.target.value as 'down' | 'up')}>
                                <option value="down">{t('event.down')}</option>
                                <option value="up">{t('event.up')}</option>
                            </select>
                        )}
                    </Field>
                    {kind === 'down' && <Field label={t('event.hours')} error={wrong}>{(id, hint) => <input id={id} inputMode="decimal" value={hours} onChange={(event) => setHours(event.target.value)} aria-describedby={hint} aria-invalid={!!wrong} />}</Field>}
                </div>
                <div className="fields">
                    <Field label={t('group.name')}>
                        {(id) => (
                            <select id={id} value={group} onChange={(event) => { setGroup(Number(event.target.value)); setNumber(1) }}>
                                {groups.map((one, g) => <option key={one.name} value={g}>{one.name}</option>)}
                            </select>
                        )}
                    </Field>
                    <Field label={t('event.number')}>
                        {(id) => (
                            <select id={id} value={number} onChange={(event) => setNumber(Number(event.target.value))}>
                                {Array.from({ length: chosen?.n_tool ?? 1 }, (_, n) => <option key={n} value={n + 1}>#{n + 1}</option>)}
                            </select>
                        )}
                    </Field>
                </div>
                <ProblemNote error={error} />
                <div className="actions end">
                    <Button onClick={onClose}>{t('cancel')}</Button>
                    <Button look="main" type="submit" disabled={!!wrong}>{t('event.put')}</Button>
                </div>
            </form>
        </Dialog>
    )
}

export function ForecastDialog({ onClose, onStart }: { onClose: () => void; onStart: (hours: number, replications: number) => void }) {
    const { t } = useText()
    const [hours, setHours] = useState('24')
    const [reps, setReps] = useState('100')
    const wrong = !(Number(hours) > 0 && Number(hours) <= 2400) ? t('forecast.hours.wrong') : undefined
    const wrongReps = !(Number.isInteger(Number(reps)) && Number(reps) >= 2 && Number(reps) <= 1000) ? t('forecast.reps.wrong') : undefined
    return (
        <Dialog title={t('forecast.do')} onClose={onClose}>
            <p>{t('forecast.text')}</p>
            <form
                className="form"
                onSubmit={(event) => {
                    event.preventDefault()
                    if (!wrong && !wrongReps) onStart(Number(hours), Number(reps))
                }}
            >
                <div className="fields">
                    <Field label={t('forecast.hours')} error={wrong}>{(id, hint) => <input id={id} autoFocus inputMode="decimal" value={hours} onChange={(event) => setHours(event.target.value)} aria-describedby={hint} aria-invalid={!!wrong} />}</Field>
                    <Field label={t('forecast.reps')} hint={t('new_run.reps.hint')} error={wrongReps}>{(id, hint) => <input id={id} inputMode="numeric" value={reps} onChange={(event) => setReps(event.target.value)} aria-describedby={hint} aria-invalid={!!wrongReps} />}</Field>
                </div>
                <div className="actions end">
                    <Button onClick={onClose}>{t('cancel')}</Button>
                    <Button look="main" type="submit" disabled={!!wrong || !!wrongReps}>{t('forecast.start')}</Button>
                </div>
            </form>
        </Dialog>
    )
}
