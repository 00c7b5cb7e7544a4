import { Fragment } from 'react'
import { FIGURES, type ComparisonResult, type Difference, type Figure, type Interval } from '../../api/result'
import type { Run } from '../../api/types'
import { Badge, Card } from '../../parts/basics'
import { Doubted } from '../../parts/figure'
import { useText } from '../../text'
import { timeScale } from '../../text/numbers'

const TONES = { better: 'good', worse: 'bad', different: 'warn', none: 'calm' } as const
const SHARES = ['on-time', 'late-queue', 'setup']
const isTime = (figure: string) => figure.startsWith('cycle') || figure.startsWith('tardiness')
const isFigure = (name: string): name is Figure => (FIGURES as readonly string[]).includes(name)

export function Comparison({ result, run }: { result: ComparisonResult; run: Run }) {
    const { t, lang } = useText()
    const others = result.variants.slice(1)
    const sentence = run.sentence?.[lang]
    return (
        <>
            <Card className="hero">
                {sentence?.split('\n').map((line) => <p key={line} className="sentence">{line}</p>)}
                {!result.run.complete && <p className="stopped">{t('result.incomplete', { why: result.run.stopped_because ?? '' })}</p>}
                <dl className="variant-list">
                    {result.variants.map((variant) => (
                        <div key={variant.name}>
                            <dt>{variant.name}</dt>
                            <dd><code>{variant.text || t('variant.plain')}</code></dd>
                        </div>
                    ))}
                </dl>
            </Card>
            {others.map((variant) => (
                <Card key={variant.name} title={t('compare.title', { this: variant.name, first: result.variants[0]?.name ?? 'A' })} note={t('compare.text', { first: result.variants[0]?.name ?? 'A' })}>
                    <Forest differences={variant.differences} names={[result.variants[0]?.name ?? 'A', variant.name]} />
                </Card>
            ))}
        </>
    )
}

/** Each difference as a share of the first variant's value, with its interval, around zero. */
function Forest({ differences, names }: { differences: Difference[]; names: [string, string] }) {
    const { t, num } = useText()
    const time = timeScale(differences.filter((one) => isTime(one.figure)).map((one) => Math.max(one.first.mean ?? 0, one.this.mean ?? 0)))
    const measure = (one: Difference): { label: string; unit: string; factor: number } => {
        const name = isFigure(one.figure)
            ? t(`figure.${one.figure}`)
            : one.group !== undefined
              ? t('compare.queue_at', { group: one.group })
              : t('compare.cycle_of', { product: one.product ?? t('class.all'), priority: one.priority ?? 0 })
        if (isTime(one.figure)) return { label: name, unit: t(time.unit), factor: time.factor }
        if (SHARES.includes(one.figure)) return { label: name, unit: '%', factor: 100 }
        if (one.figure === 'throughput') return { label: name, unit: t('unit.lots_per_day'), factor: 1 }
        return { label: name, unit: one.figure === 'flow-factor' ? '' : t('unit.lots'), factor: 1 }
    }
    const share = (one: Difference) => {
        const base = Math.abs(one.first.mean ?? 0)
        if (!base || one.difference.mean === null) return null
        const half = one.difference.half_width ?? 0
        return { low: (one.difference.mean - half) / base, mid: one.difference.mean / base, high: (one.difference.mean + half) / base }
    }
    // Wide enough for most, so that one change from nearly nothing does not flatten the rest.
    const reaches = differences.flatMap((one) => share(one) ?? []).map((one) => Math.max(Math.abs(one.low), Math.abs(one.high))).sort((a, b) => a - b)
    const [most, usual] = [reaches.at(-1) ?? 0.1, reaches[Math.floor(reaches.length * 0.75)] ?? 0.1]
    const scale = Math.max(most > 3 * usual ? usual * 1.2 : most, 0.01)
    const at = (value: number) => 50 + (Math.max(-1, Math.min(1, value / scale)) * 48)
    const parts: [string, Difference[]][] = [
        [t('compare.overall'), differences.filter((one) => isFigure(one.figure))],
        [t('compare.classes'), differences.filter((one) => !isFigure(one.figure) && one.group === undefined)],
        [t('compare.groups'), differences.filter((one) => one.group !== undefined)],
    ]
    return (
        <div className="scroll" tabIndex={0} role="region" aria-label={t('compare.title', { this: names[1], first: names[0] })}>
            <table className="forest-table">
                <thead>
                    <tr>
                        <th scope="col">{t('compare.figure')}</th>
                        <th scope="col" className="number">{names[0]}</th>
                        <th scope="col" className="number">{names[1]}</th>
                        <th scope="col" className="number">{t('compare.difference')}</th>
                        <th scope="col" className="forest-head">
                            <span>{`−${num(scale * 100, 0)} %`}</span><span>0</span><span>{`+${num(scale * 100, 0)} %`}</span>
                        </th>
                        <th scope="col">{t('compare.verdict')}</th>
                    </tr>
                </thead>
                <tbody>
                    {parts.filter(([, rows]) => rows.length > 0).map(([title, rows]) => (
                        <Fragment key={title}>
                            <tr className="part"><th scope="rowgroup" colSpan={6}>{title}</th></tr>
                            {rows.map((one) => {
                                const { label, unit, factor } = measure(one)
                                const span = share(one)
                                return (
                                    <tr key={`${one.figure} ${one.group ?? ''} ${one.product ?? ''} ${one.priority ?? ''}`}>
                                        <th scope="row">{label} {unit && <small>{unit}</small>}</th>
                                        <td className="number"><Doubted interval={{ ...one.first, half_width: null }} factor={factor} /></td>
                                        <td className="number"><Doubted interval={{ ...one.this, half_width: null }} factor={factor} /></td>
                                        <td className="number"><Signed interval={one.difference} factor={factor} /></td>
                                        <td>
                                            {span && (
                                                <div className={`forest ${one.verdict}`} role="img" aria-label={`${num(span.low * 100, 1)} % … ${num(span.high * 100, 1)} %`} title={`${num(span.low * 100, 1)} % … ${num(span.high * 100, 1)} %`}>
                                                    <i className="zero" />
                                                    <i className="span" style={{ left: `${at(span.low)}%`, width: `${at(span.high) - at(span.low)}%` }} />
                                                    <i className={span.mid > scale ? 'dot beyond-high' : span.mid < -scale ? 'dot beyond-low' : 'dot'} style={{ left: `${at(span.mid)}%` }} />
                                                </div>
                                            )}
                                        </td>
                                        <td><Badge tone={TONES[one.verdict]}>{t(`verdict.${one.verdict}`)}</Badge></td>
                                    </tr>
                                )
                            })}
                        </Fragment>
                    ))}
                </tbody>
            </table>
        </div>
    )
}

function Signed({ interval, factor }: { interval: Interval; factor: number }) {
    const plus = (interval.mean ?? 0) > 0 ? '+' : ''
    return <>{plus}<Doubted interval={interval} factor={factor} /></>
}
