import type { Reliability } from '../api/models'
import { stepsOf } from '../meaning/control_plot'
import { useWidth } from '../parts/use_width'
import { useText } from '../text'

const SIZE = 300
const LEFT = 52
const BOTTOM = 42
const TOP = 26

/** Said against came true: on the diagonal a probability is what it says. Both axes end where the bins do. */
export function ReliabilityPlot({ bins }: { bins: Reliability[] }) {
    const { t, percent, num } = useText()
    const most = Math.min(1, Math.max(0.05, ...bins.flatMap(({ said, high }) => [said, high])) * 1.08)
    const [box, room] = useWidth<HTMLDivElement>(SIZE * 1.35)
    const width = Math.min(room, SIZE * 1.8)
    const x = (share: number) => LEFT + (share / most) * (width - LEFT - 12)
    const y = (share: number) => SIZE - BOTTOM - (share / most) * (SIZE - BOTTOM - TOP)
    const marks = stepsOf(0, most, 5)
    const decimals = most < 0.2 ? 1 : 0
    return (
        <div className="model-plot" ref={box}>
            <svg viewBox={`0 0 ${width} ${SIZE}`} width={width} height={SIZE} role="img" aria-label={`${t('models.reliability')}. ${bins.map((one) => t('models.reliability.bin', { said: percent(one.said), true: percent(one.came_true), n: num(one.n) })).join(', ')}`}>
                {marks.map((one) => (
                    <g key={one}>
                        <line className="grid" x1={LEFT} x2={width - 12} y1={y(one)} y2={y(one)} />
                        <text className="tick" x={LEFT - 6} y={y(one) + 4} textAnchor="end">{percent(one, decimals)}</text>
                        {one > 0 && <text className="tick" x={x(one)} y={SIZE - BOTTOM + 16} textAnchor="middle">{percent(one, decimals)}</text>}
                    </g>
                ))}
                <line className="diagonal" x1={x(0)} y1={y(0)} x2={x(most)} y2={y(most)} />
                {bins.map((one) => (
                    <g key={one.said} className="bin">
                        <title>{t('models.reliability.bin', { said: percent(one.said), true: percent(one.came_true), n: num(one.n) })}</title>
                        <line className="reach" x1={x(one.said)} x2={x(one.said)} y1={y(one.low)} y2={y(one.high)} />
                        <circle cx={x(one.said)} cy={y(one.came_true)} r={4.5} />
                    </g>
                ))}
                <text className="tick" x={width - 12} y={SIZE - 6} textAnchor="end">{t('models.reliability.said')}</text>
                <text className="tick" x={2} y={14}>{t('models.reliability.true')}</text>
            </svg>
            <p className="fine">{t('models.reliability.key')}</p>
        </div>
    )
}
