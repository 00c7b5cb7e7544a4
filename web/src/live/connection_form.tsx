import { useId, useState } from 'react'
import { addConnection, changeConnection, connection as ask, removeConnection, ways, type Connection, type Settings } from '../api/live'
import type { ApiError } from '../api/problem'
import { Badge, Button, Choice, Dialog, Field, ProblemNote, Waiting } from '../parts/basics'
import { useLoad } from '../parts/load'
import { useText } from '../text'
import { usePoll } from '../twin/use_twin'
import { FIELDS, freeName, isKind, KINDS, settingsOf, usualOf, type ConnectionField, type Kind } from './connection_fields'
import { stateTone, useStateWord } from './connection_state'

const TRIAL_MS = 500
/** What hints say of holes is said as it is. */
const HOLES = Object.fromEntries(['2', 'source', 'asset', 'name'].map((name) => [name, `{${name}}`]))

/** Adds a connection or changes one, then shows whether it comes up; only then it is left alone. */
export function ConnectionForm({ old, taken, onClose }: { old: Connection | null; taken: string[]; onClose: () => void }) {
    const { t } = useText()
    const known = useLoad(old ? null : 'ways in', ways)
    const offered = KINDS.filter((one) => known.value?.kinds.includes(one))
    const [chosen, setChosen] = useState<Kind | null>(old && isKind(old.kind) ? old.kind : null)
    const [kept, setKept] = useState<Connection | null>(null)
    const kind = chosen ?? offered[0]
    const title = t(old ? 'conn.change.title' : 'conn.add')
    if (kept) return <Trial made={kept} isNew={old === null} onClose={onClose} />
    return (
        <Dialog title={title} onClose={onClose}>
            <ProblemNote error={known.error} retry={known.reload} />
            {!old && !known.value && !known.error && <Waiting />}
            {!old && offered.length > 0 && kind && (
                <>
                    <Choice<Kind> label={t('conn.kind')} value={kind} options={offered.map((one) => ({ value: one, text: t(`conn.kind.${one}`) }))} onChange={setChosen} />
                    <p className="note kind-text">{t(`conn.kind.${kind}.text`)}</p>
                </>
            )}
            {kind && <Fields key={kind} kind={kind} old={old} taken={taken} onKept={setKept} onClose={onClose} />}
        </Dialog>
    )
}

function Fields({ kind, old, taken, onKept, onClose }: { kind: Kind; old: Connection | null; taken: string[]; onKept: (made: Connection) => void; onClose: () => void }) {
    const { t } = useText()
    const [name, setName] = useState(() => old?.name ?? freeName(kind, taken))
    const [settings, setSettings] = useState<Settings>(() => ({ ...usualOf(kind), ...((old?.settings ?? {}) as Settings) }))
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    const set = (field: ConnectionField, value: Settings[string]) => setSettings({ ...settings, [field.name]: value })
    const fields = FIELDS[kind]
    const input = (field: ConnectionField) => <OneField key={field.name} field={field} value={settings[field.name] ?? field.usual} isWrong={error?.problem.pointer?.endsWith(`/${field.name}`) ?? false} onChange={(value) => set(field, value)} />
    return (
        <form
            className="connection-form"
            onSubmit={(event) => {
                event.preventDefault()
                setBusy(true)
                setError(null)
                const body = { name: name.trim(), on: true, settings: settingsOf(kind, settings, (old?.settings ?? {}) as Settings) }
                const asked = old ? changeConnection(old.id, body) : addConnection({ ...body, kind })
                asked.then(onKept, (problem: ApiError) => {
                    setError(problem)
                    setBusy(false)
                })
            }}
        >
            <Field label={t('conn.name')} hint={t('conn.name.hint')}>{(id, hint) => <input id={id} required maxLength={100} value={name} aria-describedby={hint} onChange={(event) => setName(event.target.value)} />}</Field>
            {fields.filter(({ isFine }) => !isFine).map(input)}
            {fields.some(({ isFine }) => isFine) && (
                <details>
                    <summary>{t('conn.fine')}</summary>
                    {fields.filter(({ isFine }) => isFine).map(input)}
                </details>
            )}
            <ProblemNote error={error} />
            <div className="actions end">
                <Button onClick={onClose}>{t('cancel')}</Button>
                <Button look="main" type="submit" disabled={busy}>{t('conn.try')}</Button>
            </div>
        </form>
    )
}

function OneField({ field, value, isWrong, onChange }: { field: ConnectionField; value: Settings[string]; isWrong: boolean; onChange: (value: Settings[string]) => void }) {
    const { t } = useText()
    const id = useId()
    const common = { required: field.isNeeded, 'aria-invalid': isWrong || undefined, placeholder: field.example }
    if (field.type === 'bool')
        return (
            <div className="field check">
                <label htmlFor={id}><input id={id} type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} /> {t(field.label)}</label>
                {field.hint && <p className="hint">{t(field.hint)}</p>}
            </div>
        )
    return (
        <Field label={t(field.label)} hint={field.hint && t(field.hint, HOLES)}>
            {(input, hint) =>
                field.type === 'choice' ? (
                    <select id={input} value={String(value)} aria-describedby={hint} onChange={(event) => onChange(event.target.value)}>
                        {field.choices!.map((one) => <option key={one.value} value={one.value}>{t(one.text)}</option>)}
                    </select>
                ) : field.type === 'list' ? (
                    <textarea id={input} className="code" rows={3} spellCheck={false} aria-describedby={hint} value={(value as string[]).join('\n')} {...common} onChange={(event) => onChange(event.target.value.split('\n'))} />
                ) : field.type === 'table' ? (
                    <Table id={input} hint={hint} value={String(value)} common={common} onChange={onChange} />
                ) : (
                    <input id={input} aria-describedby={hint} value={String(value)} {...common} {...(field.type === 'number' ? { type: 'number', min: field.least, max: field.most } : { spellCheck: false, autoCapitalize: 'off' })} onChange={(event) => onChange(event.target.value)} />
                )
            }
        </Field>
    )
}

/** A CSV: pasted, or from a file. */
function Table({ id, hint, value, common, onChange }: { id: string; hint: string; value: string; common: object; onChange: (text: string) => void }) {
    const { t } = useText()
    return (
        <>
            <textarea id={id} className="code" rows={6} spellCheck={false} aria-describedby={hint} value={value} {...common} onChange={(event) => onChange(event.target.value)} />
            <input type="file" accept=".csv,text/csv" aria-label={t('field.from_file')} onChange={(event) => void event.target.files?.[0]?.text().then(onChange)} />
        </>
    )
}

/** It is kept and trying: how it goes, live. */
function Trial({ made, isNew, onClose }: { made: Connection; isNew: boolean; onClose: () => void }) {
    const { t, num, lang } = useText()
    const word = useStateWord()
    const told = usePoll(`trial ${made.id}`, TRIAL_MS, (signal) => ask(made.id, signal))
    const [error, setError] = useState<ApiError | null>(null)
    const [isChanging, setIsChanging] = useState(false)
    const now = told.value ?? made
    const isUp = now.state === 'up'
    if (isChanging) return <ConnectionForm old={now} taken={[]} onClose={onClose} />
    return (
        <Dialog title={now.name} onClose={onClose}>
            <div className="trial" role="status">
                <Badge tone={stateTone(now)}>{word(now)}</Badge>
                <p>{isUp ? (now.samples > 0 ? t('conn.trial.data', { count: num(now.samples) }) : t('conn.trial.up')) : now.problem ? now.problem[lang] : t('conn.trial.trying')}</p>
                {!isUp && now.problem && <p className="note">{t('conn.waiting.do')}</p>}
            </div>
            <ProblemNote error={error ?? told.error} />
            <div className="actions end">
                {!isUp && isNew && <Button look="danger" onClick={() => void removeConnection(made.id).then(onClose, setError)}>{t('conn.trial.drop')}</Button>}
                {!isUp && <Button onClick={() => setIsChanging(true)}>{t('conn.trial.change')}</Button>}
                <Button look="main" onClick={onClose}>{t(isUp ? 'conn.trial.done' : 'conn.trial.keep')}</Button>
            </div>
        </Dialog>
    )
}
