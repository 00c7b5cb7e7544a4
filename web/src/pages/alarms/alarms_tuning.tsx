import { useState } from 'react'
import { tune, type AlarmProposal, type AlarmTuning } from '../../api/meaning'
import type { ApiError } from '../../api/problem'
import { useStamp } from '../../live/stamp'
import { shortNumber } from '../../live/values'
import { useMay } from '../../me'
import { propose } from '../../meaning/drafts'
import { Badge, Button, Card, Choice, Empty, Field, LinkButton, ProblemNote, Waiting } from '../../parts/basics'
import { go, Link } from '../../parts/route'
import { useText } from '../../text'

const SPANS = { day: 1, week: 7, month: 30 } as const
type SpanName = keyof typeof SPANS
const GONE_FIRST = 20

/** Settings that would have kept alarms within a budget. They are proposals: only a person puts them into the table, and saves it. */
export default function Tuning() {
    const { t } = useText()
    const may = useMay('engineer')
    const [budget, setBudget] = useState('6')
    const [span, setSpan] = useState<SpanName>('week')
    const [told, setTold] = useState<AlarmTuning | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    const wrong = !(Number(budget) >= 0.001 && Number(budget) <= 1e6) ? t('tuning.budget.wrong') : undefined
    if (!may) return <Card><Empty title={t('tuning.viewer')} text={t('document.none.viewer')} /></Card>
    const start = () => {
        const to = Date.now() / 1000
        setBusy(true)
        setError(null)
        tune(Number(budget), to - SPANS[span] * 86400, to).then(setTold, (problem: ApiError) => { setTold(null); setError(problem) }).finally(() => setBusy(false))
    }
    return (
        <>
            <Card title={t('tuning.title')} note={t('tuning.text')}>
                <form
                    className="inline-form"
                    onSubmit={(event) => {
                        event.preventDefault()
                        if (!wrong) start()
                    }}
                >
                    <Field label={t('tuning.budget')} hint={t('tuning.budget.hint')} error={wrong}>{(id, hint) => <input id={id} inputMode="decimal" value={budget} onChange={(event) => setBudget(event.target.value)} aria-describedby={hint} aria-invalid={!!wrong} />}</Field>
                    <Field label={t('tuning.span')}>{() => <Choice<SpanName> label={t('tuning.span')} value={span} options={[{ value: 'day', text: t('tail.day') }, { value: 'week', text: t('tail.week') }, { value: 'month', text: t('tail.month') }]} onChange={setSpan} />}</Field>
                    <Button look="main" type="submit" disabled={busy || !!wrong}>{t(busy ? 'tuning.busy' : 'tuning.start')}</Button>
                </form>
                {error?.status === 404 ? <p className="note">{t('alarms.none')} <Link href="/alarms/table">{t('alarms.none.do')}</Link></p> : <ProblemNote error={error} />}
            </Card>
            {busy && !told && <Waiting />}
            {told && <Proposals key={told.hours} told={told} />}
        </>
    )
}

function Proposals({ told }: { told: AlarmTuning }) {
    const { t, num } = useText()
    const changed = told.proposals.filter((one) => one.changed)
    const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(changed.map(({ alarm }) => alarm)))
    const rest = told.proposals.filter((one) => !one.changed && (one.over || one.before > 0)).sort((a, b) => b.before - a.before)
    const put = () => {
        propose('alarms', changed.filter(({ alarm }) => chosen.has(alarm)).map(({ alarm, condition, on_delay }) => ({ name: alarm, cells: { condition: condition ?? '', on_delay: on_delay ?? '' } })))
        go('/alarms/table')
    }
    return (
        <>
            <Card title={t('tuning.result')}>
                {told.statements.map((sentence) => <p key={sentence} className="statement">{sentence}</p>)}
                <div className="scroll">
                    <table className="plain-table">
                        <thead><tr><th>{t('alarms.operator')}</th><th className="number">{t('tuning.before')}</th><th className="number">{t('tuning.after')}</th><th className="number">{t('tuning.share')}</th></tr></thead>
                        <tbody>
                            {told.operators.filter((one) => one.operator || one.before_per_h > 0 || told.operators.length === 1).map((one) => (
                                <tr key={one.operator}><th scope="row">{one.operator || t('tuning.nobody')}</th><td className="number">{num(one.before_per_h, 2)}</td><td className="number">{num(one.after_per_h, 2)}</td><td className="number">{num(one.share_per_h, 2)}</td></tr>
                            ))}
                        </tbody>
                    </table>
                </div>
            </Card>
            <Card
                title={t('tuning.proposals')}
                note={t('tuning.proposals.text')}
                actions={changed.length > 0 && <Button look="main" disabled={chosen.size === 0} onClick={put}>{t('tuning.put', { count: chosen.size })}</Button>}
            >
                {changed.length === 0 ? (
                    <Empty title={t('tuning.nothing')} text={t('tuning.nothing.text')}><LinkButton href="/alarms/history">{t('alarms.history')}</LinkButton></Empty>
                ) : (
                    <ul className="proposals">
                        {changed.map((one) => (
                            <Proposal key={one.alarm} one={one} told={told} isChosen={chosen.has(one.alarm)} onChoose={(on) => {
                                const next = new Set(chosen)
                                if (on) next.add(one.alarm)
                                else next.delete(one.alarm)
                                setChosen(next)
                            }} />
                        ))}
                    </ul>
                )}
                {rest.length > 0 && (
                    <details>
                        <summary>{t('tuning.rest', { count: rest.length })}</summary>
                        <ul className="proposals">{rest.map((one) => <Proposal key={one.alarm} one={one} told={told} isChosen={false} onChoose={null} />)}</ul>
                    </details>
                )}
            </Card>
        </>
    )
}

/** What a setting is, in the order in which people say it. */
function useSetting(): (was: NonNullable<AlarmProposal['was']>) => string {
    const { t } = useText()
    const stamp = useStamp()
    const value = (one: number) => shortNumber(one)
    return ({ low, high, deadband, on_delay_us }) =>
        [
            low !== undefined && high !== undefined ? t('tuning.outside', { low: value(low), high: value(high) }) : high !== undefined ? `> ${value(high)}` : low !== undefined ? `< ${value(low)}` : '',
            deadband > 0 ? t('tuning.deadband', { value: value(deadband) }) : '',
            on_delay_us > 0 ? t('tuning.delay', { span: stamp.span(on_delay_us / 1e6) }) : '',
        ].filter(Boolean).join(' · ')
}

function Proposal({ one, told, isChosen, onChoose }: { one: AlarmProposal; told: AlarmTuning; isChosen: boolean; onChoose: ((on: boolean) => void) | null }) {
    const { t, num } = useText()
    const stamp = useStamp()
    const setting = useSetting()
    const most = Math.max(...told.proposals.map((each) => each.before_per_h), 1e-9)
    return (
        <li className="proposal">
            <label className="proposal-head">
                {onChoose && <input type="checkbox" checked={isChosen} onChange={(event) => onChoose(event.target.checked)} />}
                <strong>{one.alarm}</strong>
                {one.over && <Badge tone="warn">{t('tuning.over')}</Badge>}
                {one.missed > 0 && <Badge tone="bad">{t('tuning.missed', { count: one.missed })}</Badge>}
            </label>
            {one.was && one.now && one.changed ? (
                <p className="proposal-setting"><span>{setting(one.was)}</span> <b aria-hidden="true">→</b> <span className="hidden">{t('tuning.becomes')}</span> <strong>{setting(one.now)}</strong></p>
            ) : (
                <p className="note">{t(one.tunable ? 'tuning.stays' : 'tuning.untunable')}</p>
            )}
            <div className="proposal-rates">
                {([['before', one.before_per_h, one.before], ['after', one.after_per_h, one.after]] as const).map(([which, rate, count]) => (
                    <div key={which} className={which}>
                        <span>{t(`tuning.${which}`)}</span>
                        <span className="worst-bar" aria-hidden="true"><i style={{ width: `${(100 * rate) / most}%` }} /></span>
                        <b>{t('tuning.rate', { rate: num(rate, 2) })}</b>
                        <small>{t('tuning.times', { count: num(count) })}</small>
                    </div>
                ))}
            </div>
            <p className="note">
                {told.stops > 0 ? t('tuning.warned', { warned: num(one.warned), missed: num(one.missed) }) : t('tuning.no_stops')}
            </p>
            {one.gone > 0 && (
                <details>
                    <summary>{t('tuning.gone', { count: num(one.gone), stops: num(one.gone_with_stop) })}</summary>
                    <p className="chips">{one.gone_at.slice(0, GONE_FIRST).map(({ at_us, stop }) => <Link key={at_us} className={stop ? 'chip bad' : 'chip'} href={`/data/explorer?from=${at_us / 1e6 - 300}&to=${at_us / 1e6 + 300}`}>{stamp.time(at_us / 1e6)}{stop && ` · ${t('tuning.stop')}`}</Link>)}</p>
                </details>
            )}
        </li>
    )
}
