import type { Figure, SimulationResult } from '../../api/result'
import { useText } from '../../text'
import { timeScale } from '../../text/numbers'
import { BigFigure, useInterval } from '../../parts/figure'

/** The few numbers that tell how a plant is. */
export function KeyFigures({ result, few = false }: { result: SimulationResult; few?: boolean }) {
    const { t } = useText()
    const show = useInterval()
    const figures = result.aggregate.figures
    const time = timeScale([figures['cycle-time'].mean])
    const tile = (name: Figure, factor: number, unit: string, decimals?: number) => {
        const { mean, doubt } = show(figures[name], factor, decimals)
        return <BigFigure key={name} label={t(`figure.${name}`)} value={mean} doubt={doubt} unit={unit} />
    }
    return (
        <dl className="figures">
            {tile('cycle-time', time.factor, t(time.unit))}
            {tile('wip', 1, t('unit.lots'))}
            {tile('throughput', 1, t('unit.lots_per_day'))}
            {figures['on-time'].mean !== null && tile('on-time', 100, '%', 1)}
            {!few && tile('flow-factor', 1, '', 2)}
            {!few && tile('cycle-time-95', time.factor, t(time.unit))}
            {!few && figures.tardiness.mean !== null && tile('tardiness', time.factor, t(time.unit), 2)}
            {!few && figures['late-queue'].mean !== null && tile('late-queue', 100, '%', 1)}
            {!few && tile('setup', 100, '%', 1)}
        </dl>
    )
}

/** The group that most replications name. */
export function bottleneckOf(result: SimulationResult): string | null {
    const votes = new Map<string, number>()
    for (const one of result.replications) if (one.bottleneck) votes.set(one.bottleneck, (votes.get(one.bottleneck) ?? 0) + 1)
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}
