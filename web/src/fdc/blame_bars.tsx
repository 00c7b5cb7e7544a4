import type { Measured } from '../api/windows'
import { shortNumber } from '../live/values'
import { useText } from '../text'
import { STATISTICS } from './judged'
import { useFeatureName } from './words'

const short = (value: number, digits = 4) => shortNumber(Number(value.toPrecision(digits)))

/** What the statistics that broke their limits come from, the largest first. */
export function BlameBars({ one }: { one: Measured }) {
    const { t } = useText()
    const say = useFeatureName()
    const broke = (['spe', 't2'] as const).filter((which) => {
        const [value, limit] = which === 't2' ? [one.t2, one.t2Limit] : [one.spe, one.speLimit]
        return value !== null && limit !== null && value > limit
    })
    if (one.blame.length === 0 || broke.length === 0) return null
    return (
        <>
            {broke.map((which) => {
                const [value, limit] = which === 't2' ? [one.t2!, one.t2Limit!] : [one.spe!, one.speLimit!]
                const sorted = one.blame.flatMap(({ feature, [which]: share }) => (share === null ? [] : [{ feature, share }])).sort((a, b) => b.share - a.share)
                const most = Math.max(...sorted.map(({ share }) => share), 1e-12)
                if (sorted.length === 0) return null
                return (
                    <section key={which} className="blame">
                        <h3>{t('windows.blame', { statistic: STATISTICS[which] })}</h3>
                        <p className="note">{t(which === 't2' ? 'windows.blame.t2' : 'windows.blame.spe', { value: short(value), limit: short(limit) })}</p>
                        <ol className="worst">
                            {sorted.map((each) => (
                                <li key={each.feature}>
                                    <span className="worst-name" title={each.feature}>{say(each.feature)}</span>
                                    <span className="worst-bar" aria-hidden="true"><i style={{ width: `${(100 * Math.max(0, each.share)) / most}%` }} /></span>
                                    <b>{short(each.share, 3)}</b>
                                </li>
                            ))}
                        </ol>
                    </section>
                )
            })}
        </>
    )
}
