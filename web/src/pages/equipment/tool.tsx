import { useMemo } from 'react'
import { tools as askTools, toolStates, type StateSpan } from '../../api/meaning'
import { cell, save, stamp as iso } from '../../live/export'
import { lengthOf, moved } from '../../live/span'
import { useStamp } from '../../live/stamp'
import { OeeView } from '../../meaning/oee_view'
import { lookOf, saidOf, STATES, sumsOf } from '../../meaning/states'
import { StateKey, Strip } from '../../meaning/strip'
import { useSpan } from '../../meaning/use_span'
import { Badge, Button, Card, PageHead, ProblemNote, Tabs, Waiting } from '../../parts/basics'
import { Link, usePlace, useTitle } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 1000
const STRIP_MS = 5000
const TAILS = [8 * 3600, 86400, 3 * 86400, 7 * 86400]

/** One tool: what it does now, what it did, and how well. */
export default function ToolPage({ tool }: { tool: string }) {
    const { t, lang } = useText()
    useTitle(tool)
    const stamp = useStamp()
    const { path } = usePlace()
    const told = usePoll('tools', LOOK_MS, askTools)
    const now = told.value?.items.find((one) => one.tool === tool)
    const base = `/equipment/tool/${encodeURIComponent(tool)}`
    const room = path[3] ?? 'states'
    if (told.error && !told.value) return <ProblemNote error={told.error} />
    if (!told.value) return <Waiting />
    const words = now && saidOf(now, lang).join(': ')
    return (
        <>
            <PageHead title={tool} over={<Link href="/equipment">{t('nav.equipment')}</Link>} />
            {now ? (
                <div className="tool-now">
                    <span className="tool-state"><i className={`swatch ${lookOf(now)}`} />{words}</span>
                    {now.since !== null && <span title={stamp.full(now.since)}>{t('equipment.since', { time: stamp.time(now.since), span: stamp.span(Math.max(1, Math.round(Date.now() / 1000 - now.since))) })}</span>}
                    {now.reason && <span>{t('equipment.reason', { reason: now.reason })}</span>}
                    {now.lot && <span>{t('equipment.lot', { lot: now.lot })}</span>}
                    {[now.product, now.step].filter(Boolean).length > 0 && <span>{[now.product, now.step].filter(Boolean).join(' · ')}</span>}
                    {now.linkLost && <Badge tone="bad">{t('equipment.lost')}</Badge>}
                    {now.byHand && <Badge tone="busy">{t('equipment.by_hand')}</Badge>}
                    {now.contradictions > 0 && <Badge tone="warn">{t('equipment.contradictions', { count: now.contradictions })}</Badge>}
                </div>
            ) : (
                <p className="old-version">{t('equipment.gone')}</p>
            )}
            <Tabs label={tool} tabs={[{ href: base, text: t('tool.states'), on: room === 'states' }, { href: `${base}/oee`, text: 'OEE', on: room === 'oee' }]} />
            {room === 'oee' ? <OeeView tool={tool} /> : <States tool={tool} />}
        </>
    )
}

function States({ tool }: { tool: string }) {
    const { t, lang, percent, num } = useText()
    const stamp = useStamp()
    const { span, tail, now, setSpan, setTail } = useSpan(86400, STRIP_MS)
    // A little more than is seen, so that moving does not uncover nothing.
    const asked = useMemo(() => ({ from: Math.floor(span.from / 60) * 60, to: Math.ceil(span.to / 60) * 60 }), [span.from, span.to])
    const told = usePoll(`${tool} ${asked.from} ${asked.to}`, STRIP_MS, (signal) => toolStates({ ...asked, tool }, signal))
    const spans = told.value?.items[0]?.states ?? []
    const seen = spans.filter((one) => one.to > span.from && one.from < span.to)
    const sums = sumsOf(spans, span.from, Math.min(span.to, now))
    const all = [...sums.values()].reduce((sum, { seconds }) => sum + seconds, 0)
    const nameOf = (one: StateSpan) => (lang === 'ko' ? [one.state_ko, one.substate_ko] : [one.state, one.substate])
    const used = STATES.flatMap((state) => {
        const of = seen.filter((one) => one.state === state)
        const setup = of.find(({ substate }) => substate === 'setup')
        const other = of.find(({ substate }) => substate !== 'setup')
        return [...(other ? [{ state, substate: '', name: t(`tool.state.${state}`) }] : []), ...(setup ? [{ state, substate: 'setup', name: nameOf(setup)[1]! }] : [])]
    })
    const columns: Column<StateSpan>[] = [
        { key: 'from', title: t('states.from'), value: (row) => row.from, show: (row) => stamp.time(row.from), width: 11, grow: 1 },
        { key: 'to', title: t('states.to'), value: (row) => row.to, show: (row) => (row.to >= now - 60 ? t('strip.now') : stamp.time(row.to)), width: 11, grow: 1 },
        { key: 'seconds', title: t('oee.time'), value: (row) => row.to - row.from, show: (row) => stamp.span(row.to - row.from), number: true },
        { key: 'state', title: t('oee.state'), value: (row) => nameOf(row)[0], show: (row) => <span className="tool-state"><i className={`swatch ${lookOf(row)}`} />{nameOf(row)[0]}</span>, width: 11 },
        { key: 'substate', title: t('states.substate'), value: (row) => nameOf(row)[1], width: 9 },
        { key: 'reason', title: t('oee.reason'), value: (row) => row.reason, width: 8 },
    ]
    const write = () => save(new Blob(['\ufefffrom,to,seconds,state,substate,reason\r\n', ...seen.map((row) => `${[iso(row.from), iso(row.to), String(row.to - row.from), cell(row.state), cell(row.substate), cell(row.reason ?? '')].join(',')}\r\n`)], { type: 'text/csv' }), `states-${tool.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.csv`)
    return (
        <>
            <Card title={t('tool.strip')}>
                <ProblemNote error={told.error} />
                <div className="bar-line">
                    <div className="tails" role="group" aria-label={t('explorer.tails')}>
                        {TAILS.map((one) => <button key={one} type="button" className={tail === one ? 'on' : ''} aria-pressed={tail === one} onClick={() => setTail(one)}>{stamp.span(one)}</button>)}
                    </div>
                    <span className="steps-of-time">
                        <Button aria-label={t('explorer.earlier')} onClick={() => setSpan(moved(span, -0.5))}>‹</Button>
                        <Button aria-label={t('explorer.later')} onClick={() => setSpan(moved(span, 0.5))}>›</Button>
                    </span>
                    <span className="note">{stamp.full(span.from, lengthOf(span))} – {tail === null ? stamp.full(span.to, lengthOf(span)) : t('strip.now')}</span>
                    <span className="bar-do"><Button disabled={seen.length === 0} onClick={write}>CSV</Button></span>
                </div>
                <Strip spans={spans} span={span} now={now} label={t('equipment.strip', { tool })} onSpan={setSpan} />
                <StateKey states={used} />
                {told.value?.more && <p className="note">{t('states.more')}</p>}
            </Card>
            <Card title={t('tool.shares')}>
                    <ol className="worst losses">
                        {[...sums].sort(([, a], [, b]) => b.seconds - a.seconds).map(([state, sum]) => (
                            <li key={state}>
                                <span className="worst-name">{t(`tool.state.${state as (typeof STATES)[number]}`)}</span>
                                <span className="worst-bar" aria-hidden="true"><i className={lookOf({ state, substate: '' })} style={{ width: `${(100 * sum.seconds) / Math.max(all, 1e-9)}%` }} /></span>
                                <b>{stamp.span(sum.seconds)}</b>
                                <small>{percent(sum.seconds / Math.max(all, 1e-9), 0)}</small>
                                <small>{t('oee.times', { count: num(sum.times) })}</small>
                            </li>
                        ))}
                    </ol>
            </Card>
            <Card title={t('tool.list')}>
                    <DataTable label={t('tool.list')} rows={seen} columns={columns} first="-from" rowKey={(row) => String(row.from)} />
            </Card>
        </>
    )
}
