import { useEffect, useState } from 'react'
import { groupsOf, historyOf, twins as askTwins, type GroupNow, type History, type Twin } from '../api/twin'
import { Card } from '../parts/basics'
import { BigFigure } from '../parts/figure'
import { useLoad } from '../parts/load'
import { Link } from '../parts/route'
import { useText } from '../text'

const DAY_S = 86_400
const EVERY_MS = 10_000
const FAILED = 5 // place in `tools` of a group

/** Lots of the last day, from points that may be longer or shorter than that; the last one is not over yet. */
export function ofLastDay(points: number[], history: Pick<History, 'point_seconds'>): number {
    const whole = points.slice(0, -1)
    const n = Math.max(1, Math.round(DAY_S / history.point_seconds))
    const last = whole.slice(-n)
    return last.reduce((sum, one) => sum + one, 0) * (DAY_S / (history.point_seconds * Math.max(last.length, 1)))
}

/** What somebody should look at in a factory that lives: the worst first. */
export function needs(groups: GroupNow[]): { group: string; failed: number; risk: number }[] {
    return groups
        .map((group) => ({ group: group.name, failed: group.tools[FAILED], risk: group.risk }))
        .filter(({ failed, risk }) => failed > 0 || risk > 0)
        .sort((a, b) => b.risk - a.risk || b.failed - a.failed)
}

export interface Living {
    twin: Twin
    groups: GroupNow[]
    history: History
}

/** The twin that plays, else the newest one, and how it is; anew every ten seconds. */
export function useLiving(): Living | undefined {
    const [last, setLast] = useState<Living>()
    const load = useLoad('overview live', async (): Promise<Living | null> => {
        const all = await askTwins()
        const twin = all.find((one) => one.state === 'playing') ?? all[0]
        if (!twin) return null
        const [groups, history] = await Promise.all([groupsOf(twin.id), historyOf(twin.id)])
        return { twin, groups: groups.groups, history }
    })
    useEffect(() => {
        if (load.value) setLast(load.value)
        const timer = setTimeout(load.reload, EVERY_MS)
        return () => clearTimeout(timer)
    }, [load.value, load.error, load.reload])
    return load.value ?? last
}

export function LivingCard({ living }: { living: Living }) {
    const { t, num } = useText()
    const { twin, groups, history } = living
    const failed = groups.reduce((sum, group) => sum + group.tools[FAILED], 0)
    const risk = groups.reduce((sum, group) => sum + group.risk, 0)
    const day = history.n > 1
    return (
        <Card className="hero" title={t('living.title', { twin: twin.name || t('nav.twins') })} actions={<Link href={`/twins/${twin.id}`}>{t('living.open')}</Link>}>
            <dl className="figures">
                <BigFigure label={t('living.wip')} value={num(history.wip.at(-1) ?? twin.wip ?? 0, 0)} unit={t('living.lots')} />
                <BigFigure label={t('living.done')} value={day ? num(ofLastDay(history.done, history), 0) : '–'} unit={t('living.lots')} doubt={day ? t('living.plan', { lots: num(ofLastDay(history.released, history), 0) }) : ''} />
                <BigFigure label={t('living.failed')} value={num(failed, 0)} unit={t('living.tools')} tone={failed > 0 ? 'warn' : undefined} />
                <BigFigure label={t('living.risk')} value={num(risk, 0)} unit={t('living.lots')} tone={risk > 0 ? 'bad' : undefined} />
            </dl>
        </Card>
    )
}
