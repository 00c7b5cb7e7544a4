import type { Measured, WindowKind } from '../api/windows'
import { useStamp } from '../live/stamp'
import { Badge } from '../parts/basics'
import { isKey, useText } from '../text'
import { partsOf } from './judged'

/** `mean` as people say it. */
export function useFeature(): (name: string) => string {
    const { t } = useText()
    return (name) => {
        const { feature } = partsOf(name)
        const key = `feature.${feature}`
        return isKey(key) ? t(key) : feature
    }
}

/** `temp.mean` as people say it. */
export function useFeatureName(): (name: string) => string {
    const { t } = useText()
    const say = useFeature()
    return (name) => t('windows.feature', { signal: partsOf(name).signal, feature: say(name) })
}

const UNITS: Record<string, number> = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86400 }
/** `60 s`, as the server writes times. */
export function secondsOf(text: string): number | null {
    const found = /^(\d+(?:\.\d+)?) ?(ms|s|min|h|d)$/.exec(text)
    return found ? Number(found[1]) * UNITS[found[2]!]! : null
}

/** How a table cuts time into windows. */
export function useBy(): (by: string) => string {
    const { t } = useText()
    const stamp = useStamp()
    return (by) => (by === 'events' || by === '이벤트' || by === '' ? t('windows.by.events') : secondsOf(by) !== null ? t('windows.by.time', { span: stamp.span(secondsOf(by)!) }) : t('windows.by.signal', { signal: by }))
}

export function Verdict({ severity }: { severity: Measured['severity'] }) {
    const { t } = useText()
    return <Badge tone={severity === 'violation' ? 'bad' : severity === 'none' ? 'good' : 'calm'}>{t(`windows.verdict.${severity}`)}</Badge>
}

/** How a row of the table stands. */
export function WindowState({ kind }: { kind: WindowKind }) {
    const { t } = useText()
    if (kind.problem) return <Badge tone="warn">{t('windows.state.problem')}</Badge>
    if (!kind.last) return <Badge tone="calm">{t('windows.state.silent')}</Badge>
    return kind.frozen ? <Verdict severity={kind.last.severity} /> : <Badge tone="calm">{t('chart.state.unfrozen')}</Badge>
}

/** What is said of where a window was: its recipe and step, as far as they are known. */
export const placeOf = (one: Pick<Measured, 'recipe' | 'step'>): string => [one.recipe, one.step].filter(Boolean).join(' · ')

export function useWhen(): (one: Pick<Measured, 'from' | 'until'>) => string {
    const stamp = useStamp()
    return ({ from, until }) => `${stamp.time(from)} · ${stamp.span(until - from)}`
}
