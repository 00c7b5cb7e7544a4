import type { Dependence } from '../api/models'
import { shortNumber } from '../live/values'
import { stepsOf } from '../meaning/control_plot'
import { useWidth } from '../parts/use_width'
import { useText } from '../text'
import { together } from '../text/together'

const USUAL = 380
const HEIGHT = 210
const LEFT = 52
const RIGHT = 12
const TOP = 10
const BOTTOM = 26

/** What the model answers on average where a column has a value, all on one scale of answers, each with its sentence. */
export function DependencePlots({ curves, isShare }: { curves: Dependence[]; isShare: boolean }) {
    const { lang } = useText()
    const all = curves.flatMap(({ points }) => points.map(({ value }) => value))
    const [low, high] = [Math.min(...all), Math.max(...all)]
    const room = (high - low) * 0.08 || Math.abs(high) * 0.08 || 1
    const scale: [number, number] = [isShare ? Math.max(0, low - room) : low - room, isShare ? Math.min(1, high + room) : high + room]
    return (
        <div className="sheet-panels">
            {curves.map((curve) => (
                <figure key={`${curve.feature} ${curve.class ?? ''}`} className="sheet-figure">
                    <figcaption>{curve.feature}</figcaption>
                    <p className="note">{together(lang === 'ko' ? curve.words.ko : curve.words.en)}</p>
                    <Plot curve={curve} scale={scale} isShare={isShare} />
                </figure>
            ))}
        </div>
    )
}

function Plot({ curve, scale: [low, high], isShare }: { curve: Dependence; scale: [number, number]; isShare: boolean }) {
    const { t, lang, percent } = useText()
    const { points } = curve
    const [box, width] = useWidth<HTMLDivElement>(USUAL)
    const [from, to] = [points[0]!.at, points[points.length - 1]!.at]
    const x = (at: number) => LEFT + ((at - from) / (to - from || 1)) * (width - LEFT - RIGHT)
    const y = (value: number) => TOP + (1 - (value - low) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM)
    const say = (value: number) => (isShare ? percent(value, high < 0.1 ? 1 : 0) : shortNumber(Number(value.toPrecision(4))))
    const told = points.map((one) => `${curve.is_word ? t(one.at > 0.5 ? 'models.dependence.is' : 'models.dependence.not') : shortNumber(Number(one.at.toPrecision(4)))}: ${say(one.value)}`)
    const marks = curve.is_word ? [] : stepsOf(from, to, Math.max(2, Math.min(6, Math.floor(width / 90))))
    return (
        <div className="model-plot" ref={box}>
            <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="img" aria-label={`${curve.feature}. ${lang === 'ko' ? curve.words.ko : curve.words.en} ${told.join(', ')}`}>
                {stepsOf(low, high, 4).map((one) => (
                    <g key={one}>
                        <line className="grid" x1={LEFT} x2={width - RIGHT} y1={y(one)} y2={y(one)} />
                        <text className="tick" x={LEFT - 6} y={y(one) + 4} textAnchor="end">{say(one)}</text>
                    </g>
                ))}
                {marks.map((one) => <text key={one} className="tick" x={x(one)} y={HEIGHT - 7} textAnchor="middle">{shortNumber(one)}</text>)}
                {curve.is_word && points.map((one) => <text key={one.at} className="tick" x={x(one.at)} y={HEIGHT - 7} textAnchor={one.at > 0.5 ? 'end' : 'start'}>{t(one.at > 0.5 ? 'models.dependence.is' : 'models.dependence.not')}</text>)}
                <path className="curve" d={points.map((one, n) => `${n === 0 ? 'M' : 'L'}${x(one.at).toFixed(1)} ${y(one.value).toFixed(1)}`).join('')} />
                {points.map((one, n) => <circle key={one.at} cx={x(one.at)} cy={y(one.value)} r={3.2}><title>{told[n]}</title></circle>)}
            </svg>
        </div>
    )
}
