import { useState } from 'react'
import { STATES, type GroupResult } from '../api/result'
import type { Load } from '../api/types'
import { Button } from '../parts/basics'
import { useText } from '../text'
import './chart.css'

const FIRST = 15

function More({ all, shown, onMore }: { all: number; shown: number; onMore: () => void }) {
    const { t } = useText()
    if (all <= shown) return null
    return (
        <Button look="quiet" onClick={onMore}>
            {t('more', { count: all - shown })}
        </Button>
    )
}

/** Shares of time of each tool group, busiest first, with the bottleneck marked. */
export function StateBars({ groups, bottleneck }: { groups: GroupResult[]; bottleneck: string | null }) {
    const { t, percent } = useText()
    const [most, setMost] = useState(FIRST)
    const sorted = groups.filter((group) => !group.is_delay).sort((a, b) => (b.utilization.mean ?? 0) - (a.utilization.mean ?? 0))
    const used = STATES.filter((state) => sorted.some((group) => (group[state].mean ?? 0) > 0.0005))
    return (
        <>
            <ul className="e10-key" aria-label={t('legend')}>
                {used.map((state) => (
                    <li key={state}>
                        <i className={`s-${state}`} />
                        {t(`state.${state}`)}
                    </li>
                ))}
            </ul>
            <div className="e10" role="list">
                {sorted.slice(0, most).map((group) => {
                    const told = used.map((state) => `${t(`state.${state}`)} ${percent(group[state].mean)}`).join(', ')
                    const marked = group.group === bottleneck
                    return (
                        <div key={group.group} role="listitem" className={marked ? 'e10-line bottleneck' : 'e10-line'} title={told}>
                            <span title={group.group}>
                                {group.group}
                                {marked && <span className="hidden"> ({t('bottleneck')})</span>}
                            </span>
                            <div className="e10-bar" role="img" aria-label={told}>
                                {used.map((state) => (
                                    <i key={state} className={`s-${state}`} style={{ width: `${(group[state].mean ?? 0) * 100}%` }} />
                                ))}
                            </div>
                            <b>{percent(group.utilization.mean)}</b>
                        </div>
                    )
                })}
            </div>
            <More all={sorted.length} shown={most} onMore={() => setMost(sorted.length)} />
        </>
    )
}

/** What the releases ask of each tool group. The line stands at 100 %. */
export function LoadBars({ loads }: { loads: Load[] }) {
    const { t, percent, num } = useText()
    const [most, setMost] = useState(FIRST)
    const sorted = [...loads].sort((a, b) => b.load - a.load)
    const scale = Math.max(1.05, (sorted[0]?.load ?? 1) * 1.02)
    const full = { ['--full' as string]: `${100 / scale}%` }
    return (
        <>
            <ul className="e10-key" aria-label={t('legend')}>
                <li><i className="s-productive" />{t('load.processing')}</li>
                <li><i className="s-setup" />{t('load.setup')}</li>
                <li><i className="s-unscheduled_down" />{t('load.down')}</li>
            </ul>
            <div className="e10" role="list">
                {sorted.slice(0, most).map((load) => {
                    const parts = { productive: load.processing ?? load.load, setup: load.setup ?? 0 }
                    // The load is what is asked of the time that is left beside down time.
                    const down = Math.max(0, load.load - parts.productive - parts.setup)
                    const told = `${load.group}: ${percent(load.load)} · ${t('tools.count', { count: load.tools })}${load.visits_per_day ? ` · ${t('load.visits', { count: num(load.visits_per_day) })}` : ''}`
                    return (
                        <div key={load.group} role="listitem" className={load.load > 1 ? 'e10-line over' : 'e10-line'} title={told}>
                            <span>{load.group}</span>
                            <div className="load-bar" role="img" aria-label={told} style={full}>
                                <i className="s-productive" style={{ width: `${(parts.productive / scale) * 100}%` }} />
                                <i className="s-setup" style={{ width: `${(parts.setup / scale) * 100}%` }} />
                                <i className="s-unscheduled_down" style={{ width: `${(down / scale) * 100}%` }} />
                            </div>
                            <b>{percent(load.load)}</b>
                        </div>
                    )
                })}
            </div>
            <More all={sorted.length} shown={most} onMore={() => setMost(sorted.length)} />
        </>
    )
}
