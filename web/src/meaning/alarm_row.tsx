import { useState } from 'react'
import { acknowledge, putBack, takeOut, unshelve, type Alarm } from '../api/meaning'
import type { Reading } from '../api/live'
import type { ApiError } from '../api/problem'
import { useStamp } from '../live/stamp'
import { gradeOf, shortValue } from '../live/values'
import { Button, ProblemNote } from '../parts/basics'
import { Link } from '../parts/route'
import { useText } from '../text'
import { AlarmState, Priority } from './alarm_words'
import { ShelveDialog } from './shelve_dialog'

/** The newest value of each signal that the condition looks at, beside the condition. */
function Values({ alarm, readings }: { alarm: Alarm; readings: ReadonlyMap<number, Reading> }) {
    const { t } = useText()
    return (
        <span className="alarm-values">
            {alarm.signals.map(({ id, name }) => {
                const reading = id === null ? undefined : readings.get(id)
                return (
                    <span key={name} title={name}>
                        <b className={reading && gradeOf(reading[2]) !== 'good' ? 'doubtful' : ''}>{reading ? shortValue(reading[1], 'double', t('value.on'), t('value.off')) : id === null ? t('alarms.no_signal') : '…'}</b>
                    </span>
                )
            })}
            <code title={t('alarms.condition')}>{alarm.condition}</code>
        </span>
    )
}

export function AlarmRow({ alarm, readings, now, may, onDone }: { alarm: Alarm; readings: ReadonlyMap<number, Reading>; now: number; may: boolean; onDone: () => void }) {
    const { t, lang } = useText()
    const stamp = useStamp()
    const [isOpen, setIsOpen] = useState(false)
    const [isShelving, setIsShelving] = useState(false)
    const [busy, setBusy] = useState(false)
    const [error, setError] = useState<ApiError | null>(null)
    const act = (doing: Promise<unknown>) => {
        setBusy(true)
        setError(null)
        doing.then(onDone, setError).finally(() => setBusy(false))
    }
    const isOut = alarm.state === 'out of service'
    const isShelved = alarm.state === 'shelved'
    return (
        <li className={`alarm p-${alarm.priority} ${alarm.state.replaceAll(' ', '-')}`}>
            <div className="alarm-line">
                <Priority priority={alarm.priority} word={lang === 'ko' ? alarm.priority_ko : alarm.priority} />
                <button type="button" className="alarm-name" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
                    <strong>{alarm.alarm}</strong>
                    {alarm.text && <span>{alarm.text}</span>}
                </button>
                <Values alarm={alarm} readings={readings} />
                <span className="alarm-state">
                    <AlarmState alarm={alarm} />
                    {alarm.state === 'suppressed' && <small>{alarm.cause ? t('alarms.by_cause', { cause: alarm.cause }) : t('alarms.by_flood')}</small>}
                    {isShelved && alarm.shelvedUntil !== null && <small>{t('alarms.shelved_until', { time: stamp.time(alarm.shelvedUntil) })}</small>}
                    {alarm.chattering && <small className="warn">{t('alarms.chattering')}</small>}
                    {alarm.level > 0 && <small className="warn">{t('alarms.level', { level: alarm.level })}</small>}
                </span>
                <time className="alarm-since" title={alarm.since === null ? undefined : stamp.full(alarm.since)}>{alarm.since === null ? '' : stamp.span(Math.max(1, Math.round(now - alarm.since)))}</time>
                {may && (
                    <span className="alarm-do">
                        {alarm.toAcknowledge && !isShelved && !isOut && alarm.state !== 'suppressed' && <Button look="main" disabled={busy} onClick={() => act(acknowledge(alarm.alarm, ''))} aria-label={`${t('alarms.acknowledge')}: ${alarm.alarm}`}>{t('alarms.acknowledge')}</Button>}
                        {isShelved ? (
                            <Button disabled={busy} onClick={() => act(unshelve(alarm.alarm))} aria-label={`${t('alarms.unshelve')}: ${alarm.alarm}`}>{t('alarms.unshelve')}</Button>
                        ) : isOut ? (
                            <Button disabled={busy} onClick={() => act(putBack(alarm.alarm))} aria-label={`${t('alarms.put_back')}: ${alarm.alarm}`}>{t('alarms.put_back')}</Button>
                        ) : (
                            <Button look="quiet" disabled={busy} onClick={() => setIsShelving(true)} aria-label={`${t('alarms.shelve')}: ${alarm.alarm}`}>{t('alarms.shelve')}</Button>
                        )}
                    </span>
                )}
            </div>
            <ProblemNote error={error} />
            {isOpen && <More alarm={alarm} may={may} onAct={act} onShelve={() => setIsShelving(true)} />}
            {isShelving && <ShelveDialog alarm={alarm} onClose={() => setIsShelving(false)} onDone={() => { setIsShelving(false); onDone() }} />}
        </li>
    )
}

function More({ alarm, may, onAct, onShelve }: { alarm: Alarm; may: boolean; onAct: (doing: Promise<unknown>) => void; onShelve: () => void }) {
    const { t, num } = useText()
    const stamp = useStamp()
    const [note, setNote] = useState('')
    const ids = alarm.signals.flatMap(({ id }) => (id === null ? [] : [id]))
    const facts: [string, string][] = [
        [t('alarms.condition'), alarm.condition],
        [t('alarms.since'), alarm.since === null ? '' : stamp.full(alarm.since)],
        [t('alarms.operator'), alarm.operator],
        [t('alarms.cause'), alarm.cause ?? ''],
        [t('alarms.by'), alarm.by === null ? '' : [alarm.by, alarm.byAt === null ? '' : stamp.time(alarm.byAt), alarm.note ? `‘${alarm.note}’` : ''].filter(Boolean).join(' · ')],
        [t('alarms.counts'), t('alarms.counts.text', { came: num(alarm.came), suppressed: num(alarm.suppressed) })],
    ]
    return (
        <div className="alarm-more">
            <dl>{facts.map(([name, value]) => value && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
            <div className="actions">
                {ids.length > 0 && <Link href={`/data/explorer?s=${ids.join(',')}&ev=alarm`}>{t('alarms.explore')}</Link>}
                {may && alarm.toAcknowledge && alarm.state !== 'suppressed' && (
                    <form
                        className="alarm-note"
                        onSubmit={(event) => {
                            event.preventDefault()
                            onAct(acknowledge(alarm.alarm, note.trim()))
                        }}
                    >
                        <input value={note} maxLength={160} placeholder={t('alarms.note')} aria-label={t('alarms.note')} onChange={(event) => setNote(event.target.value)} />
                        <Button type="submit">{t('alarms.acknowledge')}</Button>
                    </form>
                )}
                {may && alarm.state !== 'out of service' && alarm.state !== 'shelved' && <Button look="quiet" onClick={onShelve}>{t('alarms.shelve')}</Button>}
                {may && alarm.state !== 'out of service' && <Button look="quiet" className="danger" onClick={() => onAct(takeOut(alarm.alarm, note.trim()))}>{t('alarms.take_out')}</Button>}
            </div>
        </div>
    )
}
