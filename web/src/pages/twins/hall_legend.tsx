import { useEffect, useState } from 'react'
import type { GroupNow, Layout } from '../../api/twin'
import { useText } from '../../text'
import { AT_RISK, HOT, LATE, type Floor } from '../../twin/floor'
import { mostOf, type Overlay } from './hall_heat'

const STATES = ['productive', 'setup', 'standby', 'engineering', 'scheduled_down', 'unscheduled_down', 'nonscheduled'] as const
const NUMBERS = { standby: 0, productive: 1, setup: 2, engineering: 3, scheduled_down: 4, unscheduled_down: 5, nonscheduled: 6 }
const COUNT_MS = 700

/** What colours mean, with how many there are now. */
export function HallLegend({ layout, floor, overlay, groups }: { layout: Layout; floor: Floor; overlay: Overlay; groups: GroupNow[] | undefined }) {
    const { t, num } = useText()
    const [counts, setCounts] = useState<number[]>([])
    useEffect(() => {
        const count = () => {
            const next = new Array<number>(10).fill(0)
            for (const group of layout.groups) if (!group.is_delay) for (let k = 0; k < group.n_tool; k++) next[floor.state[group.first_tool + k]!]!++
            for (let slot = 0; slot < floor.slots; slot++) {
                if (floor.lot[slot]! < 0) continue
                const what = floor.what[slot]!
                if (what & HOT) next[7]!++
                if (what & LATE) next[8]!++
                if (what & AT_RISK) next[9]!++
            }
            setCounts((before) => (before.length === next.length && before.every((one, n) => one === next[n]) ? before : next))
        }
        count()
        const timer = setInterval(count, COUNT_MS)
        return () => clearInterval(timer)
    }, [layout, floor])
    const most = groups ? mostOf(groups, overlay) : 1
    return (
        <div className="hall-legend" aria-label={t('legend')} role="group">
            {overlay === 'state' ? (
                <ul>
                    {STATES.filter((state) => (counts[NUMBERS[state]] ?? 0) > 0 || state === 'productive' || state === 'unscheduled_down').map((state) => (
                        <li key={state}>
                            <i className={`h-${state}`} />
                            {t(`state.${state}`)} <b>{num(counts[NUMBERS[state]] ?? 0, 0)}</b>
                        </li>
                    ))}
                </ul>
            ) : (
                <p className="heat-key">
                    <span>{t(`overlay.${overlay}.key`)}</span>
                    <span className="heat-scale">
                        <span>0</span>
                        <i />
                        <span>{overlay === 'utilization' ? '100 %' : overlay === 'wait' ? t('span.hours', { n: num(most / 3600, most < 36000 ? 1 : 0) }) : t('lots', { count: num(most, 0) })}</span>
                    </span>
                </p>
            )}
            <ul>
                <li><i className="h-lot" />{t('lot.plain')}</li>
                {(['hot', 'late', 'risk'] as const).map((kind, n) => (counts[7 + n] ?? 0) > 0 && <li key={kind}><i className={`h-${kind}`} />{t(`lot.${kind}`)} <b>{num(counts[7 + n] ?? 0, 0)}</b></li>)}
            </ul>
        </div>
    )
}
