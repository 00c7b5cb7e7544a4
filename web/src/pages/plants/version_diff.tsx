import { get } from '../../api/client'
import { Badge, Card, Empty, ProblemNote, Waiting } from '../../parts/basics'
import { useLoad } from '../../parts/load'
import { Link } from '../../parts/route'
import { useText } from '../../text'

/** What changed between two versions: lines taken out and put in, in the order of their rows. */
export function VersionDiff({ plant, from, to }: { plant: string; from: string; to: string }) {
    const { t } = useText()
    const diff = useLoad(`diff ${plant} ${from} ${to}`, () => get('/v1/plants/{plant}/versions/{version}/diff', { path: { plant, version: to }, query: { from: Number(from) } }))
    if (!diff.value) return diff.error ? <ProblemNote error={diff.error} retry={diff.reload} /> : <Waiting />
    return (
        <>
            <p className="lead">
                {t('diff.title', { from, to })} · <Link href={`/plants/${plant}/versions`}>{t('diff.back')}</Link>
            </p>
            {diff.value.tables.length === 0 && <Card><Empty title={t('diff.none')} /></Card>}
            {diff.value.tables.map((table) => {
                const lines = [...(table.removed ?? []).map((line) => ({ ...line, sign: '−' })), ...(table.added ?? []).map((line) => ({ ...line, sign: '+' }))].sort(
                    (a, b) => a.row - b.row || (a.sign === '−' ? -1 : 1),
                )
                return (
                    <Card key={table.name} title={table.name} actions={<Badge tone={table.change === 'removed' ? 'bad' : table.change === 'added' ? 'good' : 'calm'}>{t(`diff.${table.change}`)}</Badge>}>
                        <div className="diff" tabIndex={0} role="region" aria-label={table.name}>
                            {lines.map((line) => (
                                <p key={`${line.sign}${line.row}`} className={line.sign === '+' ? 'in' : 'out'}>
                                    <span className="at">{line.row}</span>
                                    <span className="sign" aria-label={t(line.sign === '+' ? 'diff.line_in' : 'diff.line_out')}>{line.sign}</span>
                                    <code>{line.text}</code>
                                </p>
                            ))}
                        </div>
                        {table.more !== undefined && table.more > 0 && <p className="note">{t('diff.more', { count: table.more })}</p>}
                    </Card>
                )
            })}
        </>
    )
}
