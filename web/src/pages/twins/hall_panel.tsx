import { useState, type ReactNode } from 'react'
import type { ApiError } from '../../api/problem'
import { lotName, lotOf, putEvent, toolOf, type Layout, type Twin } from '../../api/twin'
import { Badge, Button, ProblemNote, Waiting } from '../../parts/basics'
import { Link } from '../../parts/route'
import { useText } from '../../text'
import { usePoll, type Clock } from '../../twin/use_twin'

const PANEL_MS = 2000
const BREAK_S = 4 * 3600
const TONES = { standby: 'calm', productive: 'good', setup: 'warn', engineering: 'busy', scheduled_down: 'busy', unscheduled_down: 'bad', nonscheduled: 'calm' } as const

function Panel({ title, over, onClose, children }: { title: string; over: ReactNode; onClose: () => void; children: ReactNode }) {
    const { t } = useText()
    return (
        <aside className="hall-panel" aria-label={title}>
            <header>
                <div>
                    <p className="over">{over}</p>
                    <h2>{title}</h2>
                </div>
                <Button look="quiet" aria-label={t('close')} title={t('close')} onClick={onClose}>✕</Button>
            </header>
            {children}
        </aside>
    )
}

export function groupOfTool(layout: Layout, tool: number) {
    return layout.groups.find((one) => tool < one.first_tool + one.n_tool)!
}

/** A tool: how it is, what it does, who waits for it; and for those who may, a way to break and mend it. */
export function ToolPanel({ twin, layout, tool, time, clock, may, onClose, onLot, onTwin }: { twin: Twin; layout: Layout; tool: number; time: number | undefined; clock: Clock; may: boolean; onClose: () => void; onLot: (lot: number) => void; onTwin: (twin: Twin) => void }) {
    const { t, num, percent } = useText()
    const group = groupOfTool(layout, tool)
    const number = tool - group.first_tool + 1
    const [turn, setTurn] = useState(0)
    const [error, setError] = useState<ApiError | null>(null)
    const told = usePoll(`tool ${tool} ${time ?? 'now'} ${turn}`, time === undefined ? PANEL_MS : 0, (signal) => toolOf(twin.id, group.name, number, time, signal))
    const now = told.value
    const isDown = now && (now.state === 'unscheduled_down' || now.state === 'scheduled_down')
    const put = (kind: 'down' | 'up') => {
        setError(null)
        putEvent(twin.id, { kind, tool: `${group.name}/${number}`, ...(kind === 'down' ? { for: BREAK_S } : {}) }).then((next) => {
            onTwin(next)
            setTurn(turn + 1)
        }, setError)
    }
    return (
        <Panel title={`${group.name} #${number}`} over={[layout.areas[group.area]?.name, t(`body.${group.body}`)].filter(Boolean).join(' · ')} onClose={onClose}>
            <ProblemNote error={error ?? told.error} />
            {!now ? <Waiting /> : (
                <>
                    <p className="panel-state">
                        <Badge tone={TONES[now.state]}>{t(`state.${now.state}`)}</Badge>
                        <span>{t('panel.since', { time: clock.short(now.since) })}{now.until !== undefined && now.until !== null && ` · ${t('panel.until', { time: clock.short(now.until) })}`}</span>
                    </p>
                    {may && (
                        <div className="actions">
                            {isDown ? <Button onClick={() => put('up')}>{t('panel.repair')}</Button> : <Button look="danger" onClick={() => put('down')}>{t('panel.break')}</Button>}
                        </div>
                    )}
                    <dl className="panel-facts">
                        <div><dt>{t('panel.utilization')}</dt><dd>{percent(now.utilization, 0)}</dd></div>
                        <div><dt>{t('panel.queue')}</dt><dd>{t('lots', { count: num(now.n_queue, 0) })}</dd></div>
                        {now.setup && <div><dt>{t('panel.setup')}</dt><dd>{now.setup}</dd></div>}
                        {now.next_maintenance && <div><dt>{t('panel.maintenance')}</dt><dd title={now.next_maintenance.name}>{clock.short(now.next_maintenance.due)}</dd></div>}
                    </dl>
                    <h3>{t('panel.inside', { count: now.lots.length })}</h3>
                    {now.lots.length === 0 ? <p className="note">{t('panel.inside.none')}</p> : (
                        <ul className="panel-lots">
                            {now.lots.map((lot) => (
                                <li key={lot.lot}>
                                    <button type="button" onClick={() => onLot(lot.lot)}>{lotName(lot.lot)}</button>
                                    <span>{lot.product} · {lot.step + 1}. {lot.step_name}</span>
                                    {lot.ends !== undefined && lot.ends !== null && <small>{t('panel.ends', { time: clock.short(lot.ends) })}</small>}
                                </li>
                            ))}
                        </ul>
                    )}
                    <h3>{t('panel.waiting', { group: group.name, count: num(now.n_queue, 0) })}</h3>
                    {now.queue.length === 0 ? <p className="note">{t('panel.waiting.none')}</p> : (
                        <ul className="panel-lots">
                            {now.queue.slice(0, 20).map((lot) => (
                                <li key={lot.lot}>
                                    <button type="button" onClick={() => onLot(lot.lot)}>{lotName(lot.lot)}</button>
                                    <span>{lot.product} · {lot.step + 1}. {lot.step_name}</span>
                                    {lot.since !== undefined && <small>{t('panel.waits', { span: clock.span(now.time - lot.since) })}</small>}
                                </li>
                            ))}
                        </ul>
                    )}
                </>
            )}
        </Panel>
    )
}

export function toolNumber(layout: Layout, name: string): number {
    const slash = name.lastIndexOf('/')
    const group = layout.groups.find((one) => one.name === name.slice(0, slash))
    return group ? group.first_tool + Number(name.slice(slash + 1)) - 1 : -1
}

/** A lot: where it is, how far, and by when it should be done. */
export function LotPanel({ twin, lot, time, layout, clock, onClose, onTool }: { twin: string; lot: number; time: number | undefined; layout: Layout; clock: Clock; onClose: () => void; onTool: (tool: number) => void }) {
    const { t, num } = useText()
    const told = usePoll(`lot ${lot} ${time ?? 'now'}`, time === undefined ? PANEL_MS : 0, () => lotOf(twin, lot, time))
    const now = told.value
    return (
        <Panel title={lotName(lot)} over={now ? `${now.product} · ${t('lot.wafers', { count: now.wafers })}` : t('found.lot')} onClose={onClose}>
            {told.error?.status === 404 ? <p className="note">{t('lot.gone')}</p> : <ProblemNote error={told.error} />}
            {!now ? !told.error && <Waiting /> : (
                <>
                    <p className="panel-state">
                        <Badge tone={now.where === 'processing' ? 'good' : now.where === 'waiting' ? 'warn' : 'calm'}>{t(`where.${now.where}`)}</Badge>
                        {now.since !== undefined && <span>{t('panel.since', { time: clock.short(now.since) })}</span>}
                    </p>
                    <div className="lot-bar" role="img" aria-label={t('lot.step', { step: now.step + 1, steps: now.steps })}><i style={{ width: `${((now.step + 1) / now.steps) * 100}%` }} /></div>
                    <dl className="panel-facts">
                        <div><dt>{t('lot.at')}</dt><dd>{now.tool ? <button type="button" onClick={() => onTool(toolNumber(layout, now.tool!))}>{now.tool.replace(/\/(\d+)$/, ' #$1')}</button> : now.group}</dd></div>
                        <div><dt>{t('lot.step_is')}</dt><dd>{num(now.step + 1, 0)} / {num(now.steps, 0)} · {now.step_name}</dd></div>
                        <div><dt>{t('lot.priority')}</dt><dd>{now.priority}</dd></div>
                        {now.due !== null && now.due !== undefined && <div><dt>{t('lot.due')}</dt><dd>{clock.short(now.due)}</dd></div>}
                        {now.queue_limit !== undefined && now.queue_limit !== null && <div><dt>{t('lot.limit')}</dt><dd>{clock.short(now.queue_limit)}</dd></div>}
                    </dl>
                    {now.ahead.length > 0 && (
                        <>
                            <h3>{t('lot.ahead')}</h3>
                            <ol className="panel-lots" start={now.step + 2}>
                                {now.ahead.slice(0, 6).map((step) => <li key={step.step}><span>{step.step + 1}. {step.step_name}</span><small>{step.group}</small></li>)}
                            </ol>
                        </>
                    )}
                    <p><Link href={`/twins/${twin}/flow?lot=${lot}`}>{t('lot.way')}</Link></p>
                </>
            )}
        </Panel>
    )
}
