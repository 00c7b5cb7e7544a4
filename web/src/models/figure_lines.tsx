import { useText } from '../text'
import { useFigureText } from './model_words'

interface Reach { value: number | null; low: number | null; high: number | null }
export interface FigureLine {
    key: string
    name: string
    isShare: boolean
    /** Absent: that is not the question. */
    isLessBetter?: boolean
    /** What answering the same each time reaches. */
    constant: number | null
    first: Reach
    second?: Reach | null
}

const known = (value: number | null | undefined): value is number => value !== null && value !== undefined && Number.isFinite(value)
const PAD = 0.12

/** Figures with their intervals, each on a scale of its own, or all on one from 0 to 100 %: that of the model, of another one beside it, and of always the same answer. */
export function FigureLines({ lines, label, first, second, constantName, isOneScale = false }: { lines: FigureLine[]; label: string; first: string; second?: string | undefined; constantName?: string; isOneScale?: boolean }) {
    const { t, percent } = useText()
    const constant = constantName ?? t('models.constant')
    const hasConstant = lines.some(({ constant }) => known(constant))
    return (
        <figure className="sheet-figure model-figures">
            <figcaption className="dumbbell-key">
                <span><i />{first}</span>
                {second && <span><i className="inside" />{second}</span>}
                {hasConstant && <span><i className="constant" />{constant}</span>}
                <span>{t('models.interval')}</span>
            </figcaption>
            <div role="list" aria-label={label}>{lines.map((line) => <Line key={line.key} line={line} names={[first, second ?? '', constant]} scale={isOneScale ? [0, 1] : null} />)}</div>
            {isOneScale && <p className="model-figure figure-scale" aria-hidden="true"><span /><span>{[0, 0.25, 0.5, 0.75, 1].map((one) => <i key={one}>{percent(one, 0)}</i>)}</span></p>}
        </figure>
    )
}

function Line({ line, names, scale }: { line: FigureLine; names: [string, string, string]; scale: [number, number] | null }) {
    const { t } = useText()
    const say = useFigureText()
    const { first, second, constant } = line
    const all = [first, second ?? null].flatMap((one) => (one ? [one.value, one.low, one.high] : [])).concat(constant).filter(known)
    const [least, most] = scale ?? [Math.min(...all), Math.max(...all)]
    const room = scale ? 0 : (most - least) * PAD || Math.abs(most) * PAD || 1
    const at = (value: number) => `${(((value - least + room) / (most - least + 2 * room)) * 100).toFixed(2)}%`
    const said = (one: Reach) => `${say(one.value, line.isShare)}${known(one.low) && known(one.high) ? ` (${say(one.low, line.isShare)} – ${say(one.high, line.isShare)})` : ''}`
    const told = [`${names[0]} ${said(first)}`, second ? `${names[1]} ${said(second)}` : '', known(constant) ? `${names[2]} ${say(constant, line.isShare)}` : ''].filter(Boolean).join(', ')
    return (
        <div role="listitem" className="model-figure">
            <span className="model-figure-name">{line.name} {line.isLessBetter !== undefined && <small>{t(line.isLessBetter ? 'models.less' : 'models.more')}</small>}</span>
            <div className="dumbbell-plot" role="img" aria-label={`${line.name}: ${told}`} title={told}>
                {known(constant) && <i className="constant" style={{ left: at(constant) }} />}
                {[first, second].map((one, n) => one && known(one.value) && <Dot key={n} reach={one} at={at} kind={n === 0 ? 'outside' : 'inside'} />)}
            </div>
            <b>{say(first.value, line.isShare)}{second && <small> / {say(second.value, line.isShare)}</small>}</b>
            <span className="model-figure-doubt">{known(first.low) && known(first.high) ? `${say(first.low, line.isShare)} – ${say(first.high, line.isShare)}` : ''}</span>
        </div>
    )
}

function Dot({ reach, at, kind }: { reach: Reach; at: (value: number) => string; kind: 'inside' | 'outside' }) {
    return (
        <>
            {known(reach.low) && known(reach.high) && <i className={`reach ${kind}`} style={{ left: at(reach.low), right: `calc(100% - ${at(reach.high)})` }} />}
            <i className={`dot-at ${kind}`} style={{ left: at(reach.value!) }} />
        </>
    )
}
