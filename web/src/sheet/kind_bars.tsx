import type { QualityAnswer } from '../api/quality'
import { useText } from '../text'

const MOST = 10

/** Kinds of defects, most frequent first, and what each makes together with those above it: Pareto's chart. */
export function KindBars({ kinds }: { kinds: QualityAnswer['kinds'] }) {
    const { t, num, percent } = useText()
    const most = kinds[0]?.share ?? 1
    return (
        <figure className="sheet-figure levels">
            <figcaption>{t('sheet.defect_kinds')}</figcaption>
            <div className="pareto" role="list" aria-label={t('sheet.defect_kinds')}>
                {kinds.slice(0, MOST).map(({ name, n, share }, at) => {
                    const together = kinds.slice(0, at + 1).reduce((sum, one) => sum + one.share, 0)
                    const told = t('sheet.defect_kind', { n: num(n), together: percent(together, 0) })
                    return (
                        <div key={name} className="pareto-line" role="listitem" aria-label={`${name}: ${percent(share, 0)}, ${told}`}>
                            <span title={name}>{name}</span>
                            <div className="pareto-plot" aria-hidden="true"><i style={{ width: `${((100 * share) / most).toFixed(1)}%` }} /></div>
                            <b>{percent(share, 0)}</b>
                            <small>{told}</small>
                        </div>
                    )
                })}
            </div>
        </figure>
    )
}
