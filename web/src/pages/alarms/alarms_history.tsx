import { useMemo, useState } from 'react'
import type { Happening } from '../../api/live'
import { concluded } from '../../api/meaning'
import { axis, Chart, tip, tooltip } from '../../charts/chart'
import type { Colours } from '../../charts/colours'
import { cell, save, stamp as iso } from '../../live/export'
import { useStamp } from '../../live/stamp'
import { Priority } from '../../meaning/alarm_words'
import { tallyOf, type Tally } from '../../meaning/tally'
import { Button, Card, Choice, Empty, LinkButton, ProblemNote, Waiting } from '../../parts/basics'
import { BigFigure } from '../../parts/figure'
import { useLoad } from '../../parts/load'
import { Link } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'

const SPANS = { shift: 8, day: 24, week: 168 } as const
type SpanName = keyof typeof SPANS
const MOST = 20_000
const WORST = 10
const BUDGET = 6 // alarms an hour that one person can handle: EEMUA 191

/** How many alarms came, hour by hour, against what a person can handle, and which came most. */
export default function AlarmHistory() {
    const { t, num, lang } = useText()
    const stamp = useStamp()
    const [span, setSpan] = useState<SpanName>('day')
    const [now, setNow] = useState(() => Date.now() / 1000)
    const [from, to] = [now - SPANS[span] * 3600, now]
    const told = useLoad(`alarm history ${span} ${now}`, () => concluded('alarm', from, to, MOST))
    const tally = useMemo(() => told.value && tallyOf(told.value.events, from, to), [told.value, from, to])
    const word = (priority: string) => (PRIORITY_KEYS.includes(priority) ? t(`priority.${priority as 'low'}`) : priority)
    if (told.error) return <ProblemNote error={told.error} retry={told.reload} />
    if (!told.value || !tally) return <Waiting />
    const perHour = tally.all / SPANS[span]
    const most = tally.hours.reduce((a, b) => (b.count > a.count ? b : a))
    const over = tally.hours.filter(({ count }) => count > BUDGET).length
    const rows: Column<Happening>[] = [
        { key: 'at', title: t('events.at'), value: (row) => row.at, show: (row) => stamp.time(row.at), width: 9.5, grow: 0.6 },
        { key: 'name', title: t('event.kind.alarm'), value: (row) => row.name, show: (row) => <span title={row.name}>{row.name}</span>, width: 10, grow: 2 },
        { key: 'priority', title: t('alarms.priority'), value: (row) => PRIORITY_KEYS.indexOf(String(row.detail.priority)), show: (row) => (row.detail.priority ? <Priority priority={String(row.detail.priority)} word={word(String(row.detail.priority))} /> : ''), width: 7, grow: 0.6 },
        { key: 'state', title: t('alarms.change'), value: (row) => said(row), width: 12, grow: 2 },
        { key: 'by', title: t('alarms.by'), value: (row) => [row.detail.by, row.detail.note].filter(Boolean).join(' · '), width: 9, grow: 1.5 },
    ]
    function said(event: Happening): string {
        const { news, state, was, n } = event.detail as { news?: string; state?: string; was?: string; n?: number }
        const say = (name: string | undefined) => (name && isState(name) ? t(`alarm.state.${name}`) : (name ?? ''))
        if (news === 'moved') return `${say(was)} → ${say(state)}`
        return news && isNews(news) ? t(`alarm.news.${news}`, { n: n ?? 0 }) : (news ?? '')
    }
    const write = () => save(new Blob(['\ufefftime,alarm,priority,news,was,state,why,by,note\r\n', ...told.value!.events.map((event) => `${[iso(event.at), event.name, event.detail.priority, event.detail.news, event.detail.was, event.detail.state, event.detail.why, event.detail.by, event.detail.note].map((one) => cell(String(one ?? ''))).join(',')}\r\n`)], { type: 'text/csv' }), 'alarms.csv')
    return (
        <>
            <div className="bar-line">
                <Choice<SpanName> label={t('events.span')} value={span} options={[{ value: 'shift', text: t('tail.shift') }, { value: 'day', text: t('tail.day') }, { value: 'week', text: t('tail.week') }]} onChange={setSpan} />
                <span className="bar-do">
                    <Button onClick={() => setNow(Date.now() / 1000)}>{t('refresh')}</Button>
                    <Button disabled={told.value.events.length === 0} onClick={write}>CSV</Button>
                </span>
            </div>
            {told.value.isCut && <p className="note">{t('alarms.history.cut', { count: num(MOST) })}</p>}
            {told.value.events.length === 0 ? (
                <Card><Empty title={t('alarms.history.none')} text={t('alarms.history.none.text')}><LinkButton look="main" href="/alarms/table">{t('alarms.table')}</LinkButton></Empty></Card>
            ) : (
                <>
                    <Card title={t('alarms.per_hour')} note={t('alarms.budget.text', { budget: BUDGET })}>
                        <dl className="figures history-figures">
                            <BigFigure label={t('alarms.figure.per_hour')} value={num(perHour, 1)} tone={perHour > BUDGET ? 'bad' : undefined} unit={t('unit.per_hour')} doubt={t('alarms.figure.all', { count: num(tally.all) })} />
                            <BigFigure label={t('alarms.figure.worst')} value={num(most.count)} doubt={stamp.time(most.at)} tone={most.count > 2 * BUDGET ? 'bad' : undefined} />
                            <BigFigure label={t('alarms.figure.over')} value={num(over)} unit={t('alarms.of_hours', { count: tally.hours.length })} tone={over > 0 ? 'warn' : undefined} />
                            <BigFigure label={t('alarm.state.suppressed')} value={num(tally.suppressed)} doubt={t('alarms.figure.floods', { count: tally.floods })} />
                        </dl>
                        <HourBars tally={tally} />
                        <details>
                            <summary>{t('as_table')}</summary>
                            <DataTable label={t('alarms.per_hour')} rows={[...tally.hours].reverse()} rowKey={({ at }) => String(at)} search={false} columns={[{ key: 'at', title: t('events.at'), value: ({ at }) => at, show: ({ at }) => stamp.time(at).slice(0, -3), width: 10 }, { key: 'count', title: t('nav.alarms'), value: ({ count }) => count, number: true }]} />
                        </details>
                    </Card>
                    <Card title={t('alarms.worst')} note={t('alarms.worst.text')} actions={<Link href="/alarms/tuning">{t('alarms.tune_them')}</Link>}>
                        {tally.alarms.length === 0 ? (
                            <p className="note">{t('alarms.history.quiet')}</p>
                        ) : (
                            <ol className="worst" lang={lang}>
                                {tally.alarms.slice(0, WORST).map((alarm) => (
                                    <li key={alarm.name}>
                                        <span className="worst-name" title={alarm.name}>{alarm.name}</span>
                                        <Priority priority={alarm.priority} word={word(alarm.priority)} />
                                        <span className="worst-bar" aria-hidden="true"><i className={`p-${alarm.priority}`} style={{ width: `${(100 * alarm.count) / tally.alarms[0]!.count}%` }} /></span>
                                        <b>{num(alarm.count)}</b>
                                        <small>{num((100 * alarm.count) / tally.all, 0)} %</small>
                                    </li>
                                ))}
                            </ol>
                        )}
                    </Card>
                    <Card title={t('alarms.changes')}>
                        <DataTable label={t('alarms.changes')} rows={told.value.events} columns={rows} first="-at" rowKey={(row) => String(row.id)} />
                    </Card>
                </>
            )}
        </>
    )
}

const PRIORITY_KEYS: string[] = ['critical', 'high', 'medium', 'low']
const STATE_KEYS = ['normal', 'unacknowledged', 'acknowledged', 'returned', 'suppressed', 'shelved', 'out of service'] as const
const isState = (name: string): name is (typeof STATE_KEYS)[number] => (STATE_KEYS as readonly string[]).includes(name)
const NEWS_KEYS = ['escalated', 'chatters', 'calm again', 'stands', 'flood begins', 'flood ends'] as const
const isNews = (name: string): name is (typeof NEWS_KEYS)[number] => (NEWS_KEYS as readonly string[]).includes(name)

function HourBars({ tally }: { tally: Tally }) {
    const { t, num } = useText()
    const stamp = useStamp()
    const option = useMemo(() => (colours: Colours) => ({
        grid: { left: 8, right: 16, top: 26, bottom: 4, containLabel: true },
        tooltip: { ...tooltip(colours), trigger: 'axis', formatter: (points: { dataIndex: number }[]) => {
            const hour = tally.hours[points[0]?.dataIndex ?? 0]!
            return tip(stamp.time(hour.at), [{ mark: colours.accent, name: t('nav.alarms'), value: num(hour.count) }, { name: t('alarms.budget'), value: String(BUDGET) }])
        } },
        xAxis: { ...axis(colours), type: 'category', data: tally.hours.map(({ at }) => stamp.time(at).slice(0, -3)), splitLine: { show: false } },
        yAxis: { ...axis(colours, t('unit.per_hour')), type: 'value', minInterval: 1, nameTextStyle: { color: colours.muted, align: 'left' } },
        series: [{
            type: 'bar', barMaxWidth: 28, data: tally.hours.map(({ count }) => ({ value: count, itemStyle: { color: count > BUDGET ? colours.series[1] : colours.series[0], borderRadius: [3, 3, 0, 0] } })),
            markLine: { silent: true, symbol: 'none', lineStyle: { color: colours.ink, type: 'dashed', opacity: 0.6 }, label: { formatter: t('alarms.budget'), color: colours.muted, position: 'insideStartTop' }, data: [{ yAxis: BUDGET }] },
        }],
    }), [tally, t, num, stamp])
    return <Chart label={t('alarms.per_hour')} height={240} option={option} />
}
