import { useEffect, useState } from 'react'
import { address, get, list } from '../../api/client'
import type { ApiError } from '../../api/problem'
import type { Run } from '../../api/types'
import { useMay } from '../../me'
import { Button, Card, Empty, LinkButton, PageHead, ProblemNote, Waiting } from '../../parts/basics'
import { useLoad } from '../../parts/load'
import { go, usePlace, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { isOver } from '../../api/events'
import { RunList } from './run_list'

const KINDS = ['simulate', 'compare', 'forecast'] as const
const STATES = ['waiting', 'running', 'done', 'cancelled', 'failed'] as const

function Filter<V extends string>({ label, value, all, text, onChange }: { label: string; value: V | undefined; all: readonly V[]; text: (one: V) => string; onChange: (next: V | undefined) => void }) {
    const { t } = useText()
    return (
        <label>
            <span>{label}</span>
            <select value={value ?? ''} onChange={(event) => onChange(all.find((one) => one === event.target.value))}>
                <option value="">{t('runs.all')}</option>
                {all.map((one) => <option key={one} value={one}>{text(one)}</option>)}
            </select>
        </label>
    )
}

export default function Runs() {
    const { t } = useText()
    useTitle(t('nav.runs'))
    const may = useMay('engineer')
    const { query } = usePlace()
    const plant = query.get('plant') ?? undefined
    const kind = KINDS.find((one) => one === query.get('kind'))
    const state = STATES.find((one) => one === query.get('state'))
    const plants = useLoad('plants all', () => list('/v1/plants'))
    const wanted = { plant, kind, state }
    const key = `runs ${plant} ${kind} ${state}`
    const first = useLoad(key, () => get('/v1/runs', { query: wanted }))
    const [older, setMore] = useState<{ key: string; runs: Run[]; next: string | undefined } | null>(null)
    const more = older?.key === key ? older : null
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
            <div className="filters">
                <Filter label={t('runs.kind')} value={kind} all={KINDS} text={(one) => t(`kind.${one}`)} onChange={(next) => go(address('/runs', {}, { ...wanted, kind: next }), true)} />
                <Filter label={t('runs.state')} value={state} all={STATES} text={(one) => t(`run.state.${one}`)} onChange={(next) => go(address('/runs', {}, { ...wanted, state: next }), true)} />
            </div>
            <ProblemNote error={first.error ?? error} retry={first.reload} />
            {!first.value ? !first.error && <Waiting /> : runs.length === 0 ? (
                <Card>
                    {plants.value?.length === 0 ? (
                        <Empty title={t('runs.no_plant')} text={t('runs.no_plant.text')}><LinkButton look="main" href="/plants">{t('plants.add')}</LinkButton></Empty>
                    ) : kind || state ? (
                        <Empty title={t('runs.none_such')} />
                    ) : (
                        <Empty title={t('runs.none')} text={t('runs.none.text')}>{may && <LinkButton look="main" href="/runs/new">{t('runs.new')}</LinkButton>}</Empty>
                    )}
                </Card>
            ) : (
                <Card>
                    <RunList runs={runs} />
                    {next && (
                        <Button look="quiet" onClick={() => get('/v1/runs', { query: { after: next, ...wanted } }).then((page) => setMore({ key, runs: [...(more?.runs ?? []), ...page.items], next: page.next }), setError)}>
                            {t('older')}
                        </Button>
                    )}
                </Card>
            )}
        </>
    )
}
