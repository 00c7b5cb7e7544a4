import type { QualityAnswer } from '../api/quality'
import { useText } from '../text'

const MOST = 12

/** Kinds of defects after Pareto: each as a bar, with a mark at what it and those above it make together. */
export function KindBars({ kinds }: { kinds: QualityAnswer['kinds'] }) {
    const { t, num, percent } = useText()
    let sum = 0
    const rows = kinds.slice(0, MOST).map((kind) => ({ ...kind, together: Math.min(1, (sum += kind.share)) }))
    return (
        <figure className="sheet-figure">
            <figcaption>{t('sheet.kinds')}</figcaption>
            <div role="list" aria-label={t('sheet.kinds')}>
                {rows.map(({ name, n, share, together }) => (
                    <div key={name} role="listitem" className="pareto">
                        <span title={name}>{name}</span>
                        <div className="pareto-plot" role="img" aria-label={`${name}: ${percent(share)} (${num(n)}), ${t('sheet.kinds.together', { share: percent(together) })}`}>
                            <i style={{ width: `${(share * 100).toFixed(2)}%` }} />
                            <u style={{ left: `${(together * 100).toFixed(2)}%` }} />
                        </div>
                        <b>{percent(share)} <small>({num(n)})</small></b>
                        <small>{t('sheet.kinds.together', { share: percent(together, 0) })}</small>
                    </div>
                ))}
            </div>
            {kinds.length > MOST && <p className="note">{t('sheet.kinds.more', { n: num(kinds.length - MOST) })}</p>}
        </figure>
    )
}
