import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { windowsOf, type Measured, type WindowAnswer } from '../api/windows'
import { useStamp } from '../live/stamp'
import { shortNumber } from '../live/values'
import { Button, Dialog, LinkButton, Waiting } from '../parts/basics'
import { useLoad } from '../parts/load'
import { useText } from '../text'
import { BlameBars } from './blame_bars'
import { bandText, beyond, contextsOf, focusOf, keyOf, peersOf, suspectsOf } from './judged'
import { TracePlot } from './trace_plot'
import { idOf } from './traces'
import { placeOf, useFeatureName, Verdict } from './words'

const PEERS = 10
const PEERS_ASKED = 60
const PEERS_BACK = 30 * 86400
const TRACES_FIRST = 3
const EXPLORED_MAX = 12
const NAMED = 3

/** The last good windows of the same context, also from before the time that is shown. */
function usePeers(answer: WindowAnswer, one: Measured): Measured[] | undefined {
    const near = useMemo(() => peersOf(one, answer.windows, PEERS), [one, answer.windows])
    const asked = useLoad(near.length >= PEERS ? null : `peers ${answer.name} ${keyOf(one)}`, async () => {
        const query = { recipe: one.recipe, step: one.step, from: one.from - PEERS_BACK, to: one.from, limit: PEERS_ASKED }
        const own = (await windowsOf(answer.name, { ...query, tool: one.tool })).windows
        const all = own.filter(({ severity }) => severity === 'none').length >= 3 ? own : [...own, ...(await windowsOf(answer.name, query)).windows]
        return peersOf(one, [...new Map(all.map((each) => [keyOf(each), each])).values()], PEERS)
    })
    if (near.length >= PEERS) return near
    return asked.value ?? (asked.error ? near : undefined)
}

/** One window: what was wrong with it, and what its sensors told beside those of good ones. */
export function WindowDetail({ answer, one, before, after, onOpen, onClose }: { answer: WindowAnswer; one: Measured; before: Measured | undefined; after: Measured | undefined; onOpen: (other: Measured) => void; onClose: () => void }) {
    const { t } = useText()
    const stamp = useStamp()
    const peers = usePeers(answer, one)
    const suspects = useMemo(() => suspectsOf(one, answer.signals, TRACES_FIRST), [one, answer.signals])
    const [chosen, setChosen] = useState<{ of: string; signals: readonly string[] } | null>(null)
    const signals = chosen?.of === keyOf(one) ? chosen.signals : suspects
    const choose = (signal: string) => setChosen({ of: keyOf(one), signals: signals.includes(signal) ? signals.filter((each) => each !== signal) : [...signals, signal] })
    const [isWhole, setIsWhole] = useState(false)
    const hasFocus = signals.some((signal) => focusOf(one, contextsOf(answer.contexts)(one), signal))
    const box = useRef<HTMLDivElement>(null)
    // Not on the first button of many: arrows walk from window to window.
    useEffect(() => {
        box.current?.focus({ preventScroll: true })
        box.current?.closest('dialog')?.scrollTo(0, 0)
    }, [one])
    const key = (event: KeyboardEvent) => {
        const other = event.key === 'ArrowLeft' ? before : event.key === 'ArrowRight' ? after : undefined
        if (other && !event.ctrlKey && !event.altKey && !event.metaKey) onOpen(other)
    }
    const room = (one.until - one.from) * 0.25
    const ids = [...new Set([...signals, ...answer.signals])].flatMap((name) => idOf(answer, one, name) ?? []).slice(0, EXPLORED_MAX)
    return (
        <Dialog title={[one.tool, placeOf(one)].filter(Boolean).join(' · ')} onClose={onClose}>
            <div ref={box} className="window-detail" tabIndex={-1} onKeyDown={key}>
                <div className="tool-now">
                    <Verdict severity={one.severity} />
                    <span>{stamp.full(one.from, 1000)} · {stamp.span(one.until - one.from)}</span>
                    {one.lot && <span>{t('equipment.lot', { lot: one.lot })}{one.wafer && ` · ${t('windows.wafer', { wafer: one.wafer })}`}</span>}
                </div>
                <p className={one.severity === 'violation' ? 'statement' : 'told'}><Said one={one} /></p>
                <div className="window-parts">
                    <section>
                        <h3>{t('trace.title')}</h3>
                        <p className="note">{peers ? t(one.severity === 'violation' ? 'trace.text' : 'trace.text.good', { count: peers.length }) : t('loading')}</p>
                        {answer.signals.length > 1 && (
                            <div className="kind-chips" role="group" aria-label={t('trace.signals')}>
                                {answer.signals.map((signal) => (
                                    <button key={signal} type="button" className={signals.includes(signal) ? 'chip on' : 'chip'} aria-pressed={signals.includes(signal)} onClick={() => choose(signal)}>
                                        {signal}
                                    </button>
                                ))}
                            </div>
                        )}
                        {hasFocus && <label className="whole"><input type="checkbox" checked={isWhole} onChange={(event) => setIsWhole(event.target.checked)} /> {t('trace.whole')}</label>}
                        {peers ? signals.map((signal) => <TracePlot key={signal} answer={answer} one={one} peers={peers} signal={signal} isWhole={isWhole} />) : <Waiting />}
                    </section>
                    <div className="window-why">
                        <Outside answer={answer} one={one} />
                        <BlameBars one={one} />
                    </div>
                </div>
                <div className="actions end">
                    <span className="steps-of-time">
                        <Button disabled={!before} onClick={() => before && onOpen(before)}>‹ {t('windows.before')}</Button>
                        <Button disabled={!after} onClick={() => after && onOpen(after)}>{t('windows.after')} ›</Button>
                    </span>
                    {one.lot && <LinkButton href={`/data/events?lot=${encodeURIComponent(one.lot)}&span=all`}>{t('windows.lot', { lot: one.lot })}</LinkButton>}
                    <LinkButton href={`/data/explorer?s=${ids.join(',')}&from=${one.from - room}&to=${one.until + room}`}>{t('alarms.explore')}</LinkButton>
                    <Button look="main" onClick={onClose}>{t('close')}</Button>
                </div>
            </div>
        </Dialog>
    )
}

/** The verdict in a sentence. */
function Said({ one }: { one: Measured }) {
    const { t } = useText()
    const say = useFeatureName()
    if (one.severity === 'unjudged') return t('windows.said.unjudged')
    if (one.severity === 'none') return t('windows.said.none')
    if (one.outside.length === 0) return t('windows.said.together')
    return t('windows.said.outside', { count: one.outside.length, names: one.outside.slice(0, NAMED).map(say).join(', ') + (one.outside.length > NAMED ? ' …' : '') })
}

const short = (value: number) => shortNumber(Number(value.toPrecision(5)))

function Outside({ answer, one }: { answer: WindowAnswer; one: Measured }) {
    const { t, num } = useText()
    const say = useFeatureName()
    const limits = contextsOf(answer.contexts)(one)?.limits ?? {}
    if (one.outside.length === 0) return null
    return (
        <section>
            <h3>{t('windows.outside')}</h3>
            <div className="scroll">
                <table className="plain-table">
                    <thead><tr><th>{t('windows.feature.head')}</th><th className="number">{t('quality.value')}</th><th className="number">{t('quality.limits')}</th><th className="number" title={t('windows.beyond.text')}>{t('windows.beyond')}</th></tr></thead>
                    <tbody>
                        {one.outside.map((name) => {
                            const [value, band] = [one.values[name] ?? null, limits[name]]
                            const far = value !== null && band ? beyond(value, band) : null
                            return (
                                <tr key={name}>
                                    <th scope="row" title={name}>{say(name)}</th>
                                    <td className="number"><b>{value === null ? '–' : short(value)}</b></td>
                                    <td className="number">{band ? bandText(band, short) : '–'}</td>
                                    <td className="number">{far === null || !Number.isFinite(far) ? '–' : t('windows.beyond.times', { times: num(far, far < 10 ? 1 : 0) })}</td>
                                </tr>
                            )
                        })}
                    </tbody>
                </table>
            </div>
        </section>
    )
}
