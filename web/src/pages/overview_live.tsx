import { useEffect, useState } from 'react'
import { alarms as askAlarms, controlCharts } from '../api/meaning'
import { ApiError } from '../api/problem'
import { dayOf, groupsOf, twins as askTwins, type Day, type GroupNow, type Twin } from '../api/twin'
import { windowKinds } from '../api/windows'
import { Badge, Card } from '../parts/basics'
import { BigFigure } from '../parts/figure'
import { useLoad } from '../parts/load'
import { Link } from '../parts/route'
import { useText } from '../text'
import { DAY, HOUR } from '../twin/axis'
import { byTone, healthOf, linesOf, needsOf, needsOfFloor, sumOf, toneOf, type Line, type Need } from './health'
import { TwinBadge } from './twins/twin_badge'

const EVERY_MS = 10_000
const FAILED = 5 // place in `tools` of a group
const MOST_PRODUCTS = 6

export interface Living {
    twin: Twin
    groups: GroupNow[]
    day: Day
    needs: Need[]
}

/** The answer, or nothing where there is no such table. */
const orNone = <T,>(asked: Promise<{ items: T[] }>): Promise<T[]> =>
    asked.then(
        ({ items }) => items,
        (error: unknown) => {
            if (error instanceof ApiError && error.status === 404) return []
            throw error
        },
    )

/** What the data of the floor asks for; anew every ten seconds. */
export function useFloorNeeds(): Need[] {
    const [last, setLast] = useState<Need[]>([])
    const load = useLoad('overview floor', async () =>
        needsOfFloor(...(await Promise.all([orNone(askAlarms({ limit: 100 })), orNone(controlCharts()), orNone(windowKinds())]))),
    )
    useEffect(() => {
        if (load.value) setLast(load.value)
        const timer = setTimeout(load.reload, EVERY_MS)
        return () => clearTimeout(timer)
    }, [load.value, load.error, load.reload])
    return load.value ?? last
}

/** The twin that follows the floor, else one that plays, else the newest one, and how it is; anew every ten seconds. */
export function useLiving(): Living | undefined {
    const [last, setLast] = useState<Living>()
    const load = useLoad('overview live', async (): Promise<Living | null> => {
        const all = await askTwins()
        const twin = all.find((one) => one.state === 'following') ?? all.find((one) => one.state === 'playing') ?? all[0]
        if (!twin) return null
        const [{ groups }, day] = await Promise.all([groupsOf(twin.id), dayOf(twin.id)])
        return { twin, groups, day, needs: needsOf(groups, day) }
    })
    useEffect(() => {
        if (load.value) setLast(load.value)
        const timer = setTimeout(load.reload, EVERY_MS)
        return () => clearTimeout(timer)
    }, [load.value, load.error, load.reload])
    return load.value ?? last
}

/** A need in words, without the stop at its end. */
export function useNeedText(): (need: Need) => string {
    const { t, num } = useText()
    return (need) => {
        if (need.kind === 'risk') return t('living.needs.risk', need)
        if (need.kind === 'failed') return t('health.failed', need)
        if (need.kind === 'behind') return t('health.behind', need)
        if (need.kind === 'late') return t('health.late', need)
        if (need.kind === 'alarm') return t('health.alarm', need)
        if (need.kind === 'chart') return t('health.chart', need)
        if (need.kind === 'window') return t('health.window', need)
        if (need.kind === 'more') return t('health.more', need)
        return t('health.queue', { ...need, wait: num(need.wait / HOUR, 1) })
    }
}

/** Where somebody sees more of a need. */
export function needHref(need: Need, living: Living | undefined): string {
    if (need.kind === 'alarm' || need.kind === 'more') return '/alarms'
    if (need.kind === 'chart') return `/quality/chart/${encodeURIComponent(need.chart)}`
    if (need.kind === 'window') return `/quality/window/${encodeURIComponent(need.window)}`
    return `/twins/${living?.twin.id}${need.kind === 'failed' ? '' : '/flow'}`
}

/** What the floor asks for is of the twin that follows it, not of one that plays. */
export function LivingCard({ living, floor, plant }: { living: Living; floor: Need[]; plant: string | undefined }) {
    const { t, num } = useText()
    const { twin, groups, day } = living
    const needs = (twin.state === 'following' ? [...floor, ...living.needs] : living.needs).sort(byTone)
    const say = useNeedText()
    const failed = groups.reduce((sum, group) => sum + group.tools[FAILED], 0)
    const risk = groups.reduce((sum, group) => sum + group.risk, 0)
    const tone = healthOf(needs, risk, twin.wip ?? 0)
    const lots = (n: number) => t(n === 1 ? 'living.lot' : 'living.lots')
    const all = sumOf(day.products)
    return (
        <Card className={`hero health ${tone}`} title={<>{t('living.title', { twin: twin.name || plant || t('nav.twins') })} <TwinBadge twin={twin} /></>} actions={<Link href={`/twins/${twin.id}`}>{t('living.open')}</Link>}>
            <p className="sentence">
                {tone === 'good' ? t('health.good') : t(tone === 'bad' ? 'health.bad' : 'health.warn', { count: needs.length })}
                {needs[0] && <> {t('health.first', { what: say(needs[0]) })}</>}
            </p>
            <dl className="figures">
                <BigFigure label={t('living.wip')} value={num(twin.wip ?? 0, 0)} unit={lots(twin.wip ?? 0)} />
                <BigFigure label={t('living.failed')} value={num(failed, 0)} unit={t(failed === 1 ? 'living.tool' : 'living.tools')} tone={failed > 0 ? 'warn' : undefined} />
                <BigFigure label={t('living.risk')} value={num(risk, 0)} unit={lots(risk)} tone={risk > 0 ? 'bad' : undefined} />
                {day.has_due && <BigFigure label={t('living.late')} value={num(all.late, 0)} unit={lots(all.late)} tone={all.late > 0 ? 'warn' : undefined} />}
            </dl>
            <DayPlan day={day} />
        </Card>
    )
}

/** The last day against plan: a line for each product, the largest first. */
function DayPlan({ day }: { day: Day }) {
    const { t, num } = useText()
    const { top, rest } = linesOf(day.products, MOST_PRODUCTS, day.has_due)
    const lines = [...top, ...(rest.length > 0 ? [sumOf(rest, t('day.rest', { count: rest.length }))] : [])]
    const all = sumOf(day.products)
    const most = Math.max(1, ...lines.map((line) => Math.max(...pairOf(line, day.has_due).map((one) => one ?? 0))))
    const whole = lines.length > 1 ? [{ ...all, product: t('day.all') }, ...lines] : lines
    return (
        <section className="day-plan" aria-label={t(day.seconds < DAY ? 'day.title.start' : 'day.title')}>
            <h3>{t(day.seconds < DAY ? 'day.title.start' : 'day.title')}</h3>
            {all.done === null ? (
                <p className="note">{t('day.unknown')}</p>
            ) : (
                <ul>
                    {whole.map((line, n) => (
                        <DayLine key={line.product} line={line} most={n === 0 && lines.length > 1 ? Math.max(1, ...pairOf(line, day.has_due).map((one) => one ?? 0)) : most} hasDue={day.has_due} num={num} />
                    ))}
                </ul>
            )}
        </section>
    )
}

/** What was done, and what should have been. */
const pairOf = (line: Line, hasDue: boolean): [number | null, number | null] => (hasDue ? [line.on_time, line.due] : [line.released, line.planned])

function DayLine({ line, most, hasDue, num }: { line: Line; most: number; hasDue: boolean; num: (value: number, digits: number) => string }) {
    const { t } = useText()
    const [is, plan] = pairOf(line, hasDue)
    const tone = toneOf(is, plan)
    const share = (value: number | null) => `${Math.min(100, ((value ?? 0) / most) * 100)}%`
    const started = t('day.started', { started: num(line.released ?? 0, 0), planned: num(line.planned, 0) })
    return (
        <li className={tone ?? 'none'}>
            <b className="day-name">{line.product}</b>
            <span className="day-words">
                <span>{hasDue ? (plan === 0 ? t('day.nothing_due') : t('day.done_of_due', { done: num(is ?? 0, 0), due: num(plan ?? 0, 0) })) : t('day.done', { done: num(line.done ?? 0, 0) })}</span>
                {tone && <Badge tone={tone}>{t(tone === 'good' ? 'day.well' : 'day.behind')}</Badge>}
            </span>
            <span className="day-bar" aria-hidden="true">
                {plan !== 0 && <i className="plan" style={{ width: share(plan) }} />}
                <i className="is" style={{ width: share(is) }} />
            </span>
            <span className="day-more">{hasDue ? t('day.more', { started, done: num(line.done ?? 0, 0) }) : started}</span>
        </li>
    )
}
