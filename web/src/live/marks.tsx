import type { Happening } from '../api/live'
import { partsOfFault, windowOf } from '../fdc/event'
import { useFeatureName } from '../fdc/words'
import { isKey, useText } from '../text'
import type { Gap } from './gaps'
import { lengthOf, type Span } from './span'
import { useStamp } from './stamp'

/** Kinds that maru itself knows have a word; others go by the name that their source gave them. */
export function useKindName(): (kind: string) => string {
    const { t } = useText()
    return (kind) => {
        const key = `event.kind.${kind}`
        return isKey(key) ? t(key) : kind
    }
}

const KINDS_FIRST = ['alarm', 'fault', 'state', 'lot', 'measurement', 'command', 'gap']

/** How many of each kind can be seen, the kinds that are known first. */
export function kindsIn(events: readonly Happening[], span: Span): { kind: string; count: number }[] {
    const counts = new Map<string, number>()
    for (const { kind, at } of events) if (at >= span.from && at <= span.to) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    const rank = (kind: string) => (KINDS_FIRST.includes(kind) ? KINDS_FIRST.indexOf(kind) : KINDS_FIRST.length)
    return [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => rank(a.kind) - rank(b.kind) || a.kind.localeCompare(b.kind))
}

export function KindMark({ kind }: { kind: string }) {
    const known = KINDS_FIRST.includes(kind) ? kind : 'other'
    const paths: Record<string, string> = { alarm: 'M6 0l6 6-6 6-6-6z', fault: 'M6 0l6 11H0z', lot: 'M1 1l10 5-10 5z', command: 'M1 1h10L6 11z', measurement: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1z' }
    return (
        <svg className={`kind-mark k-${known}`} viewBox="0 0 12 12" aria-hidden="true">
            <path d={paths[kind] ?? 'M2 2h8v8H2z'} />
        </svg>
    )
}

/** Kinds that are only marked when they are asked for: gaps have hatchings of their own, and windows that were measured stand side by side. */
export function quietOf(events: readonly Happening[]): ReadonlySet<string> {
    return new Set(['gap', ...(events.some((event) => event.kind === 'measurement' && windowOf(event)) ? ['measurement'] : [])])
}

/** Which kinds of events are marked. */
export function KindChips({ kinds, chosen, quiet, onChoose, isCut }: { kinds: { kind: string; count: number }[]; chosen: string[] | null; quiet: ReadonlySet<string>; onChoose: (kinds: string[] | null) => void; isCut: boolean }) {
    const { t, num } = useText()
    const say = useKindName()
    if (kinds.length === 0) return <p className="kind-chips none">{t('explorer.no_events')}</p>
    const isOn = (kind: string) => (chosen ? chosen.includes(kind) : !quiet.has(kind))
    const on = kinds.map(({ kind }) => kind).filter(isOn)
    return (
        <div className="kind-chips" role="group" aria-label={t('explorer.events')}>
            {kinds.map(({ kind, count }) => (
                <button key={kind} type="button" className={isOn(kind) ? 'chip on' : 'chip'} aria-pressed={isOn(kind)} onClick={() => onChoose(isOn(kind) ? (chosen ?? on).filter((one) => one !== kind) : [...(chosen ?? on), kind])}>
                    <KindMark kind={kind} />
                    {say(kind)} <b>{num(count)}</b>
                </button>
            ))}
            {isCut && <span className="fine">{t('explorer.events_cut')}</span>}
        </div>
    )
}

const NEAR_MAX = 3
/** What happened near the cursor, and why nothing is known there. */
export function Near({ events, gaps, near }: { events: readonly Happening[]; gaps: readonly Gap[]; near: Span }) {
    const { t } = useText()
    const say = useKindName()
    const feature = useFeatureName()
    const stamp = useStamp()
    const here = events.filter(({ at }) => at >= near.from && at <= near.to)
    const middle = (near.from + near.to) / 2
    const missing = gaps.filter((gap) => gap.from <= Math.max(middle, near.from) && gap.to >= near.from && gap.from <= near.to)
    if (here.length === 0 && missing.length === 0) return null
    return (
        <>
            {here.slice(0, NEAR_MAX).map((event) => (
                <div key={event.id} className="near">
                    <p><KindMark kind={event.kind} /><strong>{say(event.kind)}</strong> {event.name}</p>
                    <p className="fine">{stamp.time(event.at)} · {[event.source, event.lot, event.wafer, event.recipe, event.step].filter(Boolean).join(' · ')}</p>
                    {event.kind === 'fault' && partsOfFault(event.detail, feature, t('windows.withdrawn')).slice(0, NEAR_MAX).map((part) => <p key={part} className="fine">{part}</p>)}
                </div>
            ))}
            {here.length > NEAR_MAX && <p className="fine">{t('explorer.more_events', { count: here.length - NEAR_MAX })}</p>}
            {missing.slice(0, 2).map((gap) => (
                <div key={`${gap.source} ${gap.from}`} className="near">
                    <p><i className="hatch" /><strong>{t('event.kind.gap')}</strong> {gap.source}</p>
                    <p className="fine">{stamp.time(gap.from)} – {stamp.time(gap.to)} · {stamp.span(lengthOf(gap))} · {gap.cause}</p>
                </div>
            ))}
        </>
    )
}
