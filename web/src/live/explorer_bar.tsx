import { useState } from 'react'
import type { Signal } from '../api/live'
import type { ApiError } from '../api/problem'
import { Button, Copy, Dialog, Field, ProblemNote } from '../parts/basics'
import { useText, type Key } from '../text'
import { exported, ROWS_MAX, save } from './export'
import { clamped, lengthOf, moved, viewQuery, zoomed, type Span, type View } from './span'
import { useStamp } from './stamp'

const TAILS: { seconds: number; key: Key }[] = [
    { seconds: 60, key: 'tail.minute' },
    { seconds: 900, key: 'tail.quarter' },
    { seconds: 3600, key: 'tail.hour' },
    { seconds: 8 * 3600, key: 'tail.shift' },
    { seconds: 86400, key: 'tail.day' },
    { seconds: 7 * 86400, key: 'tail.week' },
    { seconds: 30 * 86400, key: 'tail.month' },
    { seconds: 365 * 86400, key: 'tail.year' },
]

/** What span is looked at, and what can be done with it. */
export function ExplorerBar({ view, span, now, signals, setView, back, keep, onAdd }: {
    view: View
    span: Span
    now: number
    signals: Signal[]
    setView: (next: View) => void
    back: (() => void) | null
    keep: () => void
    onAdd: (() => void) | null
}) {
    const { t } = useText()
    const stamp = useStamp()
    const [asks, setAsks] = useState<'span' | 'file' | null>(null)
    const [shared, setShared] = useState<string | null>(null)
    const isLive = view.span === null
    const set = (next: Span) => {
        keep()
        setView({ ...view, span: next })
    }
    const length = lengthOf(span)
    const middle = (span.from + span.to) / 2
    return (
        <div className="explorer-bar">
            <div className="bar-line">
                {onAdd && <Button look="main" onClick={onAdd}>{t('explorer.add')}</Button>}
                <button
                    type="button"
                    className={isLive ? 'live-switch on' : 'live-switch'}
                    aria-pressed={isLive}
                    onClick={() => setView(isLive ? { ...view, span: clamped(span) } : { ...view, span: null, tail: Math.max(1, Math.round(length)) })}
                >
                    <i aria-hidden="true" />
                    {t('explorer.live')}
                </button>
                <div className="tails" role="group" aria-label={t('explorer.tails')}>
                    {TAILS.map(({ seconds, key }) => (
                        <button key={seconds} type="button" aria-pressed={isLive && view.tail === seconds} className={isLive && view.tail === seconds ? 'on' : ''} onClick={() => { keep(); setView({ ...view, span: null, tail: seconds }) }}>
                            {t(key)}
                        </button>
                    ))}
                </div>
                <div className="steps-of-time">
                    <Button aria-label={t('explorer.earlier')} title={t('explorer.earlier')} onClick={() => set(moved(span, -0.5))}>←</Button>
                    <Button aria-label={t('explorer.out')} title={t('explorer.out')} onClick={() => set(zoomed(span, 2, isLive ? now : middle))}>−</Button>
                    <Button aria-label={t('explorer.in')} title={t('explorer.in')} onClick={() => set(zoomed(span, 0.5, isLive ? now : middle))}>+</Button>
                    <Button aria-label={t('explorer.later')} title={t('explorer.later')} onClick={() => set(moved(span, 0.5))}>→</Button>
                    <Button disabled={!back} onClick={() => back?.()}>{t('explorer.back')}</Button>
                </div>
            </div>
            <div className="bar-line">
                <button type="button" className="span-text" onClick={() => setAsks('span')} title={t('explorer.span.set')}>
                    <b>{stamp.full(span.from, length)} – {isLive ? t('explorer.now') : stamp.full(span.to, length)}</b>
                    <span>{stamp.span(length)} · {stamp.zone}</span>
                </button>
                <div className="bar-do">
                    <Button disabled={signals.length === 0} onClick={() => setAsks('file')}>CSV</Button>
                    <Button onClick={() => print()}>{t('explorer.print')}</Button>
                    <Button
                        onClick={() => {
                            // A link to a view that goes on shows something else each time; who shares wants this to be seen.
                            const still = { ...view, span: clamped(span) }
                            const link = `${location.origin}/data/explorer?${viewQuery(still)}`
                            setView(still)
                            const done = navigator.clipboard?.writeText(link) ?? Promise.reject(new Error('closed'))
                            done.then(() => setShared('copied'), () => setShared(link))
                        }}
                    >
                        {t(shared === 'copied' ? 'copied' : 'explorer.share')}
                    </Button>
                </div>
            </div>
            {shared !== null && shared !== 'copied' && (
                <Dialog title={t('explorer.share')} onClose={() => setShared(null)}>
                    <Copy text={shared} label={t('explorer.share')} />
                </Dialog>
            )}
            {asks === 'span' && <SpanDialog span={span} onClose={() => setAsks(null)} onSpan={(next) => { set(next); setAsks(null) }} />}
            {asks === 'file' && <FileDialog signals={signals} span={span} onClose={() => setAsks(null)} />}
        </div>
    )
}

const two = (value: number, digits = 2) => String(value).padStart(digits, '0')
/** As fields of local times want it. */
const localText = (at: number) => {
    const date = new Date(Math.round(at * 1000))
    return `${two(date.getFullYear(), 4)}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${two(date.getMilliseconds(), 3)}`
}

function SpanDialog({ span, onClose, onSpan }: { span: Span; onClose: () => void; onSpan: (next: Span) => void }) {
    const { t } = useText()
    const stamp = useStamp()
    const [from, setFrom] = useState(localText(span.from))
    const [to, setTo] = useState(localText(span.to))
    const [a, b] = [new Date(from).getTime() / 1000, new Date(to).getTime() / 1000]
    const isGood = Number.isFinite(a) && Number.isFinite(b) && b > a
    return (
        <Dialog title={t('explorer.span.set')} onClose={onClose}>
            <form onSubmit={(event) => { event.preventDefault(); if (isGood) onSpan(clamped({ from: a, to: b })) }}>
                <div className="fields">
                    <Field label={t('explorer.span.from')} hint={stamp.zone}>{(id, hint) => <input id={id} type="datetime-local" step="0.001" required value={from} aria-describedby={hint} onChange={(event) => setFrom(event.target.value)} />}</Field>
                    <Field label={t('explorer.span.to')} error={isGood ? undefined : t('explorer.span.wrong')}>{(id, hint) => <input id={id} type="datetime-local" step="0.001" required value={to} aria-describedby={hint} onChange={(event) => setTo(event.target.value)} />}</Field>
                </div>
                <div className="actions end">
                    <Button onClick={onClose}>{t('cancel')}</Button>
                    <Button look="main" type="submit" disabled={!isGood}>{t('explorer.span.show')}</Button>
                </div>
            </form>
        </Dialog>
    )
}

function FileDialog({ signals, span, onClose }: { signals: Signal[]; span: Span; onClose: () => void }) {
    const { t, num } = useText()
    const stamp = useStamp()
    const [rows, setRows] = useState<number | null>(null)
    const [isCut, setIsCut] = useState(false)
    const [error, setError] = useState<ApiError | null>(null)
    const [stop] = useState(() => new AbortController())
    const close = () => {
        stop.abort()
        onClose()
    }
    const write = () => {
        setError(null)
        setRows(0)
        exported(signals, span, setRows, stop.signal).then(
            (made) => {
                const date = new Date(span.from * 1000)
                save(made.file, `maru-${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}.csv`)
                setIsCut(made.isCut)
                if (!made.isCut) onClose()
            },
            (problem: ApiError) => {
                if (stop.signal.aborted) return
                setError(problem)
                setRows(null)
            },
        )
    }
    return (
        <Dialog title={t('file.title')} onClose={close}>
            <p>{t('file.text', { count: signals.length, from: stamp.full(span.from), to: stamp.full(span.to) })}</p>
            <p className="note">{t('file.form')}</p>
            <ProblemNote error={error} />
            {rows !== null && <p role="status">{t(isCut ? 'file.cut' : 'file.rows', { count: num(isCut ? ROWS_MAX : rows) })}</p>}
            <div className="actions end">
                <Button onClick={close}>{t('cancel')}</Button>
                <Button look="main" disabled={rows !== null} onClick={write}>{t('file.save')}</Button>
            </div>
        </Dialog>
    )
}
