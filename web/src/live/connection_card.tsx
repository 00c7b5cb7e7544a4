import { useState } from 'react'
import { changeConnection, removeConnection, type Connection } from '../api/live'
import type { ApiError } from '../api/problem'
import { Badge, Button, Confirm, ProblemNote } from '../parts/basics'
import { useText } from '../text'
import { isGiver, isKind } from './connection_fields'
import { CLOCK_MAX, isSilent, stateTone, useStateWord } from './connection_state'
import { joined, shareOf, type Gap } from './gaps'
import { lengthOf, type Span } from './span'
import { useStamp } from './stamp'

/** One connection: how it stands in colour and word, what it brings, what is missing, and what to do. */
export function ConnectionCard({ connection, rates, gaps, day, may, onChange, onEdit }: {
    connection: Connection
    rates: readonly number[]
    gaps: Gap[]
    /** What the strip of gaps shows. */
    day: Span
    may: boolean
    onChange: () => void
    onEdit: () => void
}) {
    const { t, num, lang } = useText()
    const stamp = useStamp()
    const word = useStateWord()
    const [isGoing, setIsGoing] = useState(false)
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    const { name, kind, on, state, problem, lastAt, clockAhead, refused, lastRefused } = connection
    const turn = () => {
        setBusy(true)
        changeConnection(connection.id, { on: !on }).then(
            () => {
                setBusy(false)
                setError(null)
                onChange()
            },
            (refusal: ApiError) => {
                setBusy(false)
                setError(refusal)
            },
        )
    }
    return (
        <section className={`card connection ${stateTone(connection)}`} aria-label={name}>
            <header className="connection-head">
                <div>
                    <h2>{name}</h2>
                    <p className="note">{isKind(kind) ? t(`conn.kind.${kind}`) : kind} · {t('conn.since', { span: stamp.span(Math.max(0, day.to - connection.since)) })}</p>
                </div>
                <Badge tone={stateTone(connection)}>{word(connection)}</Badge>
            </header>
            {on && problem && state !== 'up' && (
                <div className="connection-problem">
                    <p><strong>{problem[lang]}</strong></p>
                    <p className="note">{t('conn.waiting.do')}</p>
                </div>
            )}
            {on && isSilent(connection, day.to) && (
                <div className="connection-problem quiet">
                    <p><strong>{t('conn.silent', { span: stamp.span(day.to - Math.max(lastAt ?? connection.since, connection.since)) })}</strong></p>
                    <p className="note">{isKind(kind) && !isGiver(kind) ? t(`conn.silent.${kind}`) : ''}</p>
                </div>
            )}
            {Math.abs(clockAhead) >= CLOCK_MAX && (
                <div className="connection-problem quiet">
                    <p><strong>{t(clockAhead > 0 ? 'conn.clock.ahead' : 'conn.clock.behind', { span: stamp.span(clockAhead) })}</strong></p>
                    <p className="note">{t('conn.clock.do')}</p>
                </div>
            )}
            <div className="connection-figures">
                <div className="rate">
                    <b>{num(connection.samplesPerSecond, connection.samplesPerSecond < 10 ? 1 : 0)}</b> <span className="note">{t('conn.rate')}</span>
                    <Spark values={rates} />
                </div>
                <dl>
                    <div><dt>{t('conn.samples')}</dt><dd>{num(connection.samples)}</dd></div>
                    <div><dt>{t('conn.events')}</dt><dd>{num(connection.events)}</dd></div>
                    <div><dt>{t('conn.last')}</dt><dd>{lastAt === null ? t('signals.never') : stamp.time(lastAt)}</dd></div>
                    <div className={refused > 0 ? 'bad' : ''}><dt>{t('conn.refused')}</dt><dd>{num(refused)}</dd></div>
                </dl>
            </div>
            {refused > 0 && lastRefused && <p className="note refused">{t('conn.refused.last', { why: lastRefused[lang] })}</p>}
            <Strip gaps={gaps} day={day} since={Date.parse(connection.created) / 1000} />
            <ProblemNote error={error} />
            {may && (
                <footer className="actions">
                    <button type="button" role="switch" aria-checked={on} className={on ? 'switch on' : 'switch'} disabled={busy} onClick={turn}><i aria-hidden="true" />{t(on ? 'conn.on' : 'conn.off')}</button>
                    {isKind(kind) && <Button look="quiet" onClick={onEdit}>{t('conn.change')}</Button>}
                    <Button look="danger" className="push" onClick={() => setIsGoing(true)}>{t('delete')}</Button>
                </footer>
            )}
            {isGoing && (
                <Confirm
                    title={t('conn.delete.title', { name })}
                    text={t('conn.delete.text')}
                    yes={t('delete')}
                    onClose={() => setIsGoing(false)}
                    onYes={async () => {
                        await removeConnection(connection.id)
                        setIsGoing(false)
                        onChange()
                    }}
                />
            )}
        </section>
    )
}

const SPARK = { width: 160, height: 34 }
export const RATES = 60

/** Samples a second, of the last minutes. */
function Spark({ values }: { values: readonly number[] }) {
    const { t, num } = useText()
    const most = Math.max(1e-9, ...values)
    const points = values.map((value, n) => `${(SPARK.width * (n + RATES - values.length)) / (RATES - 1)},${SPARK.height - 2 - (value / most) * (SPARK.height - 6)}`)
    return (
        <svg className="spark" viewBox={`0 0 ${SPARK.width} ${SPARK.height}`} preserveAspectRatio="none" role="img" aria-label={t('conn.rate.chart', { most: num(most < 1e-6 ? 0 : most) })}>
            {points.length > 1 && <polygon points={`${points[0]!.split(',')[0]},${SPARK.height} ${points.join(' ')} ${SPARK.width},${SPARK.height}`} />}
            {points.length > 1 && <polyline points={points.join(' ')} />}
        </svg>
    )
}

/** The last day as a strip: where data is missing it is hatched. */
function Strip({ gaps, day, since }: { gaps: Gap[]; day: Span; since: number }) {
    const { t, percent } = useText()
    const stamp = useStamp()
    const seen = gaps.filter(({ from, to }) => to > day.from && from < day.to)
    const share = shareOf(seen, day)
    const left = (at: number) => `${Math.max(0, Math.min(100, ((at - day.from) / lengthOf(day)) * 100))}%`
    const text = seen.length === 0 ? t('conn.gaps.none') : t('conn.gaps', { count: seen.length, span: stamp.span(share * lengthOf(day)), share: percent(share, share < 0.01 ? 2 : 1) })
    return (
        <div className="gap-strip">
            <div className="strip" role="img" aria-label={text}>
                {since > day.from && <i className="before" style={{ left: 0, width: left(since) }} />}
                {joined(seen).map(({ from, to }) => <i key={from} style={{ left: left(from), width: `calc(${left(to)} - ${left(from)})` }} title={`${stamp.time(from)} – ${stamp.time(to)}`} />)}
            </div>
            <p className="strip-ends"><span>{t('conn.day')}</span><span>{text}</span><span>{t('explorer.now')}</span></p>
            {seen.length > 0 && <p className="note">{lengthOf(seen.at(-1)!) > 0 ? t('conn.gaps.last', { from: stamp.time(seen.at(-1)!.from), span: stamp.span(lengthOf(seen.at(-1)!)), cause: seen.at(-1)!.cause }) : t('conn.gaps.last_at', { at: stamp.time(seen.at(-1)!.from), cause: seen.at(-1)!.cause })}</p>}
        </div>
    )
}
