import { useEffect, useMemo, useState } from 'react'
import { useReadings } from '../../live/hub'
import { useMay } from '../../me'
import { AlarmRow } from '../../meaning/alarm_row'
import { SHOWN_MAX, useAlarms } from '../../meaning/use_alarms'
import { Card, Empty, LinkButton, ProblemNote, Waiting } from '../../parts/basics'
import { useText } from '../../text'

const STATES = ['unacknowledged', 'acknowledged', 'returned', 'suppressed', 'shelved', 'out of service'] as const
const SECOND = 1000

/** What is not normal, the most urgent first; anew within a second. */
export function ActiveAlarms() {
    const { t, num } = useText()
    const may = useMay('engineer')
    const { list, isNone, error, look } = useAlarms('')
    const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
    const [operator, setOperator] = useState('')
    const now = useSeconds()
    const items = useMemo(() => list?.items ?? [], [list])
    const ids = useMemo(() => [...new Set(items.flatMap(({ signals }) => signals.flatMap(({ id }) => (id === null ? [] : [id]))))], [items])
    const { readings } = useReadings(ids)
    if (isNone)
        return (
            <Card>
                <Empty title={t('alarms.none')} text={t(may ? 'alarms.none.text' : 'document.none.viewer')}>
                    {may && <LinkButton look="main" href="/alarms/table">{t('alarms.none.do')}</LinkButton>}
                    {may && <LinkButton href="/data">{t('signals.none.do')}</LinkButton>}
                </Empty>
            </Card>
        )
    if (!list) return error ? <ProblemNote error={error} retry={look} /> : <Waiting />
    const operators = [...new Set(items.map((alarm) => alarm.operator).filter(Boolean))].sort()
    const shown = items.filter((alarm) => (chosen.size === 0 || chosen.has(alarm.state)) && (!operator || alarm.operator === operator))
    const toggle = (state: string) => {
        const next = new Set(chosen)
        if (!next.delete(state)) next.add(state)
        setChosen(next)
    }
    return (
        <Card className="alarms-card">
            <ProblemNote error={error} />
            <div className="alarms-bar">
                <div className="kind-chips" role="group" aria-label={t('alarms.states')}>
                    {STATES.map((state) => (
                        <button key={state} type="button" className={chosen.has(state) ? 'chip on' : 'chip'} aria-pressed={chosen.has(state)} onClick={() => toggle(state)}>
                            <i className={`dot a-${state.replaceAll(' ', '-')}`} />
                            {t(`alarm.state.${state}`)} <b>{num(list.states[state] ?? 0)}</b>
                        </button>
                    ))}
                </div>
                {operators.length > 0 && (
                    <label className="alarms-operator">
                        {t('alarms.operator')}
                        <select value={operator} onChange={(event) => setOperator(event.target.value)}>
                            <option value="">{t('events.any')}</option>
                            {operators.map((one) => <option key={one}>{one}</option>)}
                        </select>
                    </label>
                )}
                <span className="fine" role="status">{t('alarms.live', { count: num(list.states.normal ?? 0) })}</span>
            </div>
            {shown.length === 0 ? (
                items.length === 0 ? (
                    <Empty title={t('alarms.well')} text={t('alarms.well.text', { count: num(list.states.normal ?? 0) })}>
                        <LinkButton href="/alarms/history">{t('alarms.history')}</LinkButton>
                    </Empty>
                ) : (
                    <p className="note">{t('table.none')}</p>
                )
            ) : (
                <ul className="alarms" aria-label={t('alarms.active')}>
                    {shown.map((alarm) => <AlarmRow key={alarm.alarm} alarm={alarm} readings={readings} now={now} may={may} onDone={look} />)}
                </ul>
            )}
            {list.count > SHOWN_MAX && <p className="note">{t('alarms.cut', { count: num(SHOWN_MAX), all: num(list.count) })}</p>}
        </Card>
    )
}

/** The time in seconds, anew each second. */
function useSeconds(): number {
    const [now, setNow] = useState(() => Date.now() / SECOND)
    useEffect(() => {
        const timer = setInterval(() => setNow(Date.now() / SECOND), SECOND)
        return () => clearInterval(timer)
    }, [])
    return now
}
