import { list } from '../../api/client'
import { useMay } from '../../me'
import { Badge, Card, Empty, PageHead, ProblemNote, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { go, Link, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { DropTables } from './drop'
import { StartWithExample } from './examples'

export default function Plants() {
    const { t, ago, num } = useText()
    useTitle(t('nav.plants'))
    const may = useMay('engineer')
    const plants = useLoad('plants all', () => list('/v1/plants'))
    return (
        <>
            <PageHead title={t('plants.title')} lead={t('plants.lead')} />
            {may && <DropTables to="/v1/plants" onDone={(version) => { forget(); go(`/plants/${version.plant}`) }} small={(plants.value?.length ?? 0) > 0} />}
            <ProblemNote error={plants.error} retry={plants.reload} />
            {!plants.value ? !plants.error && <Waiting /> : plants.value.length === 0 ? (
                <>
                    <Card><Empty title={t('plants.none')} text={t('plants.none.text')} /></Card>
                    {may && <StartWithExample />}
                </>
            ) : (
                <ul className="tiles">
                    {plants.value.map((plant) => {
                        const { sound, counts, size } = plant.latest
                        return (
                            <li key={plant.id}>
                                <Link href={`/plants/${plant.id}`} className="tile">
                                    <span className="list-head">
                                        <strong>{plant.name}</strong>
                                        {sound ? <Badge tone="good">{t('plant.sound')}</Badge> : <Badge tone="bad">{t('plant.faults', { count: counts.faults })}</Badge>}
                                    </span>
                                    <span className="list-note">{size ? t('plant.size', { products: num(size.products), steps: num(size.steps), tools: num(size.tools), groups: num(size.groups) }) : t('plant.no_size')}</span>
                                    <span className="list-note">{t('plant.versions', { count: plant.versions })} · {ago(plant.latest.created)}</span>
                                </Link>
                            </li>
                        )
                    })}
                </ul>
            )}
        </>
    )
}
