import { get } from '../api/client'
import { whyOf } from '../api/problem'
import { isComparison, type Result } from '../api/result'
import type { Plant, Run } from '../api/types'
import { useMay } from '../me'
import { Card, Empty, LinkButton, PageHead, ProblemNote, Waiting } from '../parts/basics'
import { forget, useLoad } from '../parts/load'
import { go, Link, useTitle } from '../parts/route'
import { useText } from '../text'
import { DropTables } from './plants/drop'
import { StartWithExample } from './plants/examples'
import { KeyFigures } from './runs/figures'
import { byTone, type Need } from './health'
import { LivingCard, needHref, useFloorNeeds, useLiving, useNeedText, type Living } from './overview_live'
import { RunList } from './runs/run_list'

export default function Overview() {
    const { t, ago, num } = useText()
    useTitle(t('nav.overview'))
    const may = useMay('engineer')
    const plants = useLoad('plants first', () => get('/v1/plants', { query: { limit: 20 } }))
    const runs = useLoad('runs first', () => get('/v1/runs', { query: { limit: 20 } }))
    const living = useLiving()
    const floor = useFloorNeeds()
    const newest = plants.value?.items[0]
    // What is real: the plant of the floor that is followed; else what was last worked on: that of the newest run, else the newest.
    const followed = living?.twin.state === 'following' ? living.twin.plant : undefined
    const simulated = runs.value?.items.find((run) => run.kind === 'simulate' && run.state === 'done' && (!followed || run.plant === followed))
    const plant = plants.value?.items.find((one) => one.id === (followed ?? simulated?.plant)) ?? newest
    const run = simulated && simulated.plant === plant?.id ? simulated : undefined

    if (plants.error) return <ProblemNote error={plants.error} retry={plants.reload} />
    if (!plants.value || !runs.value) return runs.error ? <ProblemNote error={runs.error} retry={runs.reload} /> : <Waiting />
    if (!plant)
        return (
            <>
                <PageHead title={t('welcome.title')} lead={t('welcome.lead')} />
                <div className="steps">
                    <Card title={t('welcome.1')}><p>{t('welcome.1.text')}</p></Card>
                    <Card title={t('welcome.2')}><p>{t('welcome.2.text')}</p></Card>
                    <Card title={t('welcome.3')}><p>{t('welcome.3.text')}</p></Card>
                </div>
                {may && <DropTables to="/v1/plants" onDone={(version) => { forget(); go(`/plants/${version.plant}`) }} />}
                {may && <StartWithExample />}
                {may && <Card title={t('sheet.welcome')} note={t('sheet.welcome.text')}><LinkButton href="/quality">{t('sheet.welcome.go')}</LinkButton></Card>}
            </>
        )
    const size = plant.latest.size
    const expected = run ? <Newest run={run} /> : <Unrun plant={plant} may={may} />
    return (
        <>
            <PageHead
                over={run ? t('overview.run_of', { ago: ago(run.ended) }) : t('overview.no_run_yet')}
                title={plant.name}
                lead={size && t('plant.size', { products: num(size.products), steps: num(size.steps), tools: num(size.tools), groups: num(size.groups) })}
            >
                <LinkButton href={`/plants/${plant.id}`}>{t('overview.open_plant')}</LinkButton>
                {may && plant.latest.sound && <LinkButton look="main" href={`/runs/new?plant=${plant.id}`}>{t('runs.new')}</LinkButton>}
            </PageHead>
            {living && <LivingCard living={living} floor={floor} plant={plants.value.items.find((one) => one.id === living.twin.plant)?.name} />}
            {!living && expected}
            <div className="columns">
                <Attention plants={plants.value.items} runs={runs.value.items} living={living} floor={floor} />
                <Card title={t('overview.recent')} actions={<Link href="/runs">{t('overview.all_runs')}</Link>}>
                    {runs.value.items.length > 0 ? <RunList runs={runs.value.items.slice(0, 5)} /> : <Empty title={t('runs.none')} />}
                </Card>
            </div>
            {living && expected}
        </>
    )
}

function Newest({ run }: { run: Run }) {
    const { t, lang } = useText()
    const result = useLoad(`result means ${run.id}`, () => get('/v1/runs/{run}/result', { path: { run: run.id }, query: { replications: 1 } }) as Promise<unknown> as Promise<Result>)
    return (
        <Card className="hero" actions={<Link href={`/runs/${run.id}`}>{t('overview.details')}</Link>} title={t('overview.expected')}>
            {run.sentence?.[lang] && <p className="sentence">{run.sentence[lang]}</p>}
            <ProblemNote error={result.error} />
            {result.value ? !isComparison(result.value) && <KeyFigures result={result.value} few /> : !result.error && <Waiting />}
        </Card>
    )
}

function Unrun({ plant, may }: { plant: Plant; may: boolean }) {
    const { t } = useText()
    const { sound, counts } = plant.latest
    return (
        <Card className="hero">
            {sound ? (
                <Empty title={t('overview.ready')} text={t('overview.ready.text')}>
                    {may && <LinkButton look="main" href={`/runs/new?plant=${plant.id}`}>{t('runs.new')}</LinkButton>}
                </Empty>
            ) : (
                <Empty title={t('overview.faulty', { count: counts.faults })} text={t('overview.faulty.text')}>
                    <LinkButton look="main" href={`/plants/${plant.id}`}>{t('faults.see')}</LinkButton>
                </Empty>
            )}
        </Card>
    )
}

/** What a reader should look at: what fails on the floor now, faults, loads that cannot be carried, runs that failed. */
function Attention({ plants, runs, living, floor }: { plants: Plant[]; runs: Run[]; living: Living | undefined; floor: Need[] }) {
    const { t, percent, lang } = useText()
    const sound = plants.filter((plant) => plant.latest.sound).slice(0, 5)
    const checks = useLoad(`checks ${sound.map((plant) => `${plant.id}/${plant.latest.version}`).join()}`, () =>
        Promise.all(sound.map((plant) => get('/v1/plants/{plant}/versions/{version}/check', { path: { plant: plant.id, version: String(plant.latest.version) } }))),
    )
    const say = useNeedText()
    const items: { key: string; tone: string; href: string; text: string }[] = []
    for (const [n, need] of [...floor, ...(living?.needs ?? [])].sort(byTone).entries())
        items.push({ key: `n${n}`, tone: need.tone, href: needHref(need, living), text: say(need) })
    for (const plant of plants)
        if (!plant.latest.sound) items.push({ key: `f${plant.id}`, tone: 'bad', href: `/plants/${plant.id}`, text: t('attention.faults', { plant: plant.name, count: plant.latest.counts.faults }) })
    checks.value?.forEach((check, n) => {
        const over = (check.loads ?? []).filter((load) => load.load > 1).sort((a, b) => b.load - a.load)
        const plant = sound[n]
        if (plant && over[0]) items.push({ key: `o${plant.id}`, tone: 'bad', href: `/plants/${plant.id}`, text: t('attention.over', { plant: plant.name, count: over.length, group: over[0].group, load: percent(over[0].load, 0) }) })
        const near = (check.loads ?? []).filter((load) => load.load > 0.95 && load.load <= 1)
        if (plant && near.length > 0) items.push({ key: `n${plant.id}`, tone: 'warn', href: `/plants/${plant.id}`, text: t('attention.near', { plant: plant.name, count: near.length }) })
    })
    for (const run of runs.filter((one) => one.state === 'failed').slice(0, 3))
        items.push({ key: run.id, tone: 'bad', href: `/runs/${run.id}`, text: t('attention.failed', { run: run.name || run.plant_name, why: run.problem ? whyOf(run.problem, lang) : '' }) })
    return (
        <Card title={t('attention.title')}>
            {items.length === 0 ? (
                <p className="all-well">{checks.value ? t('attention.none') : t('loading')}</p>
            ) : (
                <ul className="attention">
                    {items.map((item) => (
                        <li key={item.key} className={item.tone}>
                            <Link href={item.href}>{item.text}</Link>
                        </li>
                    ))}
                </ul>
            )}
        </Card>
    )
}
