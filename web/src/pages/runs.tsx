import { useEffect, useState } from 'react'
import { get, list } from '../api/client'
import type { ApiError } from '../api/problem'
import type { Run } from '../api/types'
import { useMay } from '../me'
import { Button, Card, Empty, LinkButton, PageHead, ProblemNote, Waiting } from '../parts/basics'
import { useLoad } from '../parts/load'
import { usePlace, useTitle } from '../parts/route'
import { useText } from '../text'
import { isOver } from '../api/events'
import { RunList } from './run_list'

export default function Runs() {
    const { t } = useText()
    useTitle(t('nav.runs'))
    const may = useMay('engineer')
    const { query } = usePlace()
    const plant = query.get('plant') ?? undefined
    const plants = useLoad('plants all', () => list('/v1/plants'))
    const first = useLoad(`runs ${plant}`, () => get('/v1/runs', { query: plant ? { plant } : {} }))
    const [more, setMore] = useState<{ runs: Run[]; next: string | undefined } | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const runs = [...(first.value?.items ?? []), ...(more?.runs ?? [])]
    const next = more ? more.next : first.value?.next
    const going = runs.some((run) => !isOver(run))
    const reload = first.reload
    useEffect(() => {
        if (!going) return
        const timer = setInterval(reload, 2000)
        return () => clearInterval(timer)
    }, [going, reload])
    const name = plants.value?.find((one) => one.id === plant)?.name
    return (
        <>
            <PageHead title={t('runs.title')} lead={name ? t('runs.of', { plant: name }) : t('runs.lead')}>
                {may && (plants.value?.length ?? 0) > 0 && <LinkButton look="main" href={plant ? `/runs/new?plant=${plant}` : '/runs/new'}>{t('runs.new')}</LinkButton>}
            </PageHead>
            <ProblemNote error={first.error ?? error} retry={first.reload} />
            {!first.value ? !first.error && <Waiting /> : runs.length === 0 ? (
                <Card>
                    {plants.value?.length === 0 ? (
                        <Empty title={t('runs.no_plant')} text={t('runs.no_plant.text')}><LinkButton look="main" href="/plants">{t('plants.add')}</LinkButton></Empty>
                    ) : (
                        <Empty title={t('runs.none')} text={t('runs.none.text')}>{may && <LinkButton look="main" href="/runs/new">{t('runs.new')}</LinkButton>}</Empty>
                    )}
                </Card>
            ) : (
                <Card>
                    <RunList runs={runs} plants={plants.value ?? []} />
                    {next && (
                        <Button look="quiet" onClick={() => get('/v1/runs', { query: { after: next, ...(plant ? { plant } : {}) } }).then((page) => setMore({ runs: [...(more?.runs ?? []), ...page.items], next: page.next }), setError)}>
                            {t('older')}
                        </Button>
                    )}
                </Card>
            )}
        </>
    )
}
