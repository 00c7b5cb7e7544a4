import type { ControlChart } from '../api/meaning'
import { Badge } from '../parts/basics'
import { isKey, useText } from '../text'

export const KINDS = ['i-mr', 'xbar-r', 'xbar-s', 'ewma', 'cusum', 'p', 'np', 'c', 'u'] as const
export type Kind = (typeof KINDS)[number]
export const isCounted = (kind: string): boolean => ['p', 'np', 'c', 'u'].includes(kind)

export function useRuleName(): (rule: string) => string {
    const { t } = useText()
    return (rule) => {
        const key = `chart.rule.${rule}`
        return isKey(key) ? t(key) : rule
    }
}

export function useKind(): (kind: string) => string {
    const { t } = useText()
    return (kind) => {
        const key = `chart.kind.${kind}`
        return isKey(key) ? t(key) : kind
    }
}

/** How a chart stands: by its last point, where there are limits to judge it by. */
export function ChartState({ chart }: { chart: ControlChart }) {
    const { t } = useText()
    if (!chart.limits) return <Badge tone="calm">{t('chart.state.unfrozen')}</Badge>
    if (chart.lastAt === null) return <Badge tone="calm">{t('chart.state.silent')}</Badge>
    return chart.severity === 'violation' ? <Badge tone="bad">{t('chart.state.violation')}</Badge> : chart.severity === 'warning' ? <Badge tone="warn">{t('chart.state.warning')}</Badge> : <Badge tone="good">{t('chart.state.none')}</Badge>
}
