import { useState } from 'react'
import { datasetFile, datasets, datasetUses, removeDataset, type Dataset, type DatasetUse } from '../../api/models'
import { ApiError } from '../../api/problem'
import { save } from '../../live/export'
import { MINUTES, useStamp } from '../../live/stamp'
import { useMay } from '../../me'
import { Badge, Button, Card, Confirm, Empty, LinkButton, PageHead, ProblemNote, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { Link, useTitle } from '../../parts/route'
import { useText } from '../../text'
import '../../style/models.css'

/** /quality/models/data: the spreadsheets that are kept, who learned from them, and what goes when one goes. */
export default function DatasetsPage() {
    const { t, num, bytes } = useText()
    useTitle(t('datasets.title'))
    const may = useMay('engineer')
    const [turn, setTurn] = useState(0)
    const told = useLoad(`datasets ${turn}`, datasets)
    const uses = useLoad(`uses of datasets ${turn}`, datasetUses)
    const [asked, setAsked] = useState<Dataset | null>(null)
    const items = told.value ?? []
    return (
        <>
            <PageHead title={t('datasets.title')} over={<Link href="/quality/models">{t('models.tab')}</Link>} lead={t('datasets.text')} />
            <ProblemNote error={told.error ?? uses.error} />
            {!told.value ? (
                !told.error && <Waiting />
            ) : items.length === 0 ? (
                <Card><Empty title={t('models.kept.none')} text={t('models.kept.none.text')}>{may && <LinkButton look="main" href="/quality/models/new">{t('models.train')}</LinkButton>}</Empty></Card>
            ) : (
                <Card title={t('datasets.sum', { n: num(items.length), size: bytes(items.reduce((sum, one) => sum + one.bytes, 0)) })}>
                    <ul className="list datasets">{items.map((one) => <li key={one.id}><Row dataset={one} uses={uses.value?.get(one.id) ?? []} isKnown={uses.value !== undefined} onRemove={may ? () => setAsked(one) : null} /></li>)}</ul>
                </Card>
            )}
            {asked && <Confirm title={t('datasets.delete.title')} text={<Consequences dataset={asked} uses={uses.value?.get(asked.id) ?? []} />} yes={t('delete')} onYes={() => removeDataset(asked.id).then(() => { setAsked(null); forget(); setTurn(turn + 1) })} onClose={() => setAsked(null)} />}
        </>
    )
}

function Row({ dataset, uses, isKnown, onRemove }: { dataset: Dataset; uses: DatasetUse[]; isKnown: boolean; onRemove: (() => void) | null }) {
    const { t, num, bytes } = useText()
    const stamp = useStamp()
    const [error, setError] = useState<ApiError | null>(null)
    const name = dataset.name
    return (
        <div className="kept-dataset">
            <span className="list-head">
                <strong>{name}</strong>
                <span className="actions">
                    <Button aria-label={t('datasets.save_of', { name })} onClick={() => void datasetFile(dataset).then((file) => save(file, name), setError)}>{t('datasets.save')}</Button>
                    {onRemove && <LinkButton href={`/quality/models/new?dataset=${dataset.id}`}>{t('datasets.learn')}</LinkButton>}
                    {onRemove && <Button look="danger" disabled={!isKnown} aria-label={t('datasets.delete_of', { name })} onClick={onRemove}>{t('delete')}</Button>}
                </span>
            </span>
            <span className="list-figures list-note">
                <span>{t('datasets.rows', { rows: num(dataset.rows ?? 0) })}</span><span>{bytes(dataset.bytes)}</span><span>{t(`models.kept.${dataset.source}`)}{dataset.made_from && `: ${dataset.made_from.window}`}</span><span>{stamp.full(dataset.created, MINUTES)}</span><span>{dataset.by}</span>
            </span>
            {isKnown && (
                <span className="list-figures list-note">
                    {uses.length === 0 ? <span>{t('datasets.unused')}</span> : uses.map(({ model, versions, isTraining }) => <span key={model.id}><Link href={`/quality/models/${model.id}`}>{model.name}</Link>{versions.length > 0 && ` ${t('datasets.versions', { versions: versions.join(', ') })}`} {isTraining && <Badge tone="busy">{t('models.state.training')}</Badge>}</span>)}
                </span>
            )}
            <ProblemNote error={error} />
        </div>
    )
}

/** What goes with a dataset, and what stays. */
function Consequences({ dataset, uses }: { dataset: Dataset; uses: DatasetUse[] }) {
    const { t } = useText()
    const names = (of: DatasetUse[]) => of.map(({ model }) => `‘${model.name}’`).join(', ')
    const [learned, training] = [uses.filter(({ versions }) => versions.length > 0), uses.filter(({ isTraining }) => isTraining)]
    return (
        <>
            {t('datasets.delete.text', { name: dataset.name })}{' '}
            {learned.length > 0 ? t('datasets.delete.learned', { models: names(learned) }) : t('datasets.delete.unused')}{' '}
            {training.length > 0 && <b>{t('datasets.delete.training', { models: names(training) })}</b>}
        </>
    )
}
