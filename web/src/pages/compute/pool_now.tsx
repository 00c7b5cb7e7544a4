import { useMemo, useState } from 'react'
import { credits, isAbsent, pool as askPool, poolQueue, type Pool, type PoolNode } from '../../api/compute'
import { Absent } from '../../compute/absent'
import { NodePanel } from '../../compute/node_panel'
import { PoolCanvas } from '../../compute/pool_canvas'
import { PoolCards } from '../../compute/pool_cards'
import { ReservationsCard } from '../../compute/reservations'
import { NodeBadge, useBoth } from '../../compute/pool_words'
import { WarningList } from '../../compute/warning_list'
import { colourOf, HIDDEN, taken, tenantsOf } from '../../compute/tenants'
import { useIsOperator } from '../../compute/use_operator'
import { useMay, useMe } from '../../me'
import { Card, Choice, Copy, LinkButton, Waiting } from '../../parts/basics'
import { BigFigure } from '../../parts/figure'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 2000
const LOOK_SELDOM_MS = 10_000
/** Above so many nodes a card each is too long a list. */
const CARDS_MAX = 48
const MANY = 500

/** /compute: nodes and GPUs as they are now, whose they are, and how much is left. */
export default function PoolNow() {
    const { t, num } = useText()
    const me = useMe()
    const own = me?.tenant ?? ''
    const isOperator = useIsOperator()
    const [turn, setTurn] = useState(0)
    const [every, setEvery] = useState(LOOK_MS)
    const told = usePoll(`pool ${turn}`, every, async (signal) => {
        const now = await askPool(signal)
        setEvery(now.nodes.length > MANY ? LOOK_SELDOM_MS : LOOK_MS)
        return now
    })
    const queue = usePoll('pool queue', LOOK_MS, poolQueue)
    const money = usePoll('credits', LOOK_SELDOM_MS, (signal) => credits(undefined, signal))
    const [chosen, setChosen] = useState<string | null>(null)
    const [view, setView] = useState<'map' | 'table'>('map')
    const pool = told.value
    const tenants = useMemo(() => (pool ? tenantsOf(pool, own) : []), [pool, own])
    const paint = useMemo(() => colourOf(tenants), [tenants])
    const describe = useDescribe()
    const both = useBoth()
    if (!pool) return told.error ? <Absent error={told.error} /> : <Waiting />
    const { what, used, all } = taken(pool.nodes)
    const root = pool.accounts.find(({ depth }) => depth === 0)
    const waiting = queue.value?.waiting ?? root?.waiting ?? 0
    const node = pool.nodes.find(({ name }) => name === chosen)
    const left = pool.nodes.filter(({ state }) => state !== 'up').length
    const kwDecimals = (pool.power?.watts ?? 0) < 1e5 ? 1 : 0
    const gone = told.error !== null && !isAbsent(told.error)
    return (
        <>
            {gone && <Absent error={told.error!} />}
            <Card className="hero">
                <dl className="figures of-pool">
                    <BigFigure label={t(what === 'gpus' ? 'pool.gpus_busy' : 'pool.cpus_busy')} value={num(used, Number.isInteger(used) ? 0 : 1)} unit={t('pool.out_of', { all: num(all) })} doubt={all > 0 ? t('pool.share_busy', { share: num((used / all) * 100, 0) }) : t('pool.nothing')} />
                    <BigFigure label={t('pool.running')} value={num(root?.running ?? 0)} unit={t('pool.jobs')} />
                    <BigFigure label={t('pool.waiting')} value={num(waiting)} unit={t('pool.jobs')} />
                    {pool.power && <BigFigure label={t('pool.power')} value={num(pool.power.watts / 1000, kwDecimals)} unit="kW" doubt={pool.power.cap_watts > 0 ? t('pool.cap', { kw: num(pool.power.cap_watts / 1000, kwDecimals), share: num((pool.power.watts / pool.power.cap_watts) * 100, 0) }) : t('pool.no_cap')} tone={pool.power.cap_watts > 0 && pool.power.watts > 0.95 * pool.power.cap_watts ? 'warn' : undefined} />}
                    {money.value?.has_prices && money.value.granted > 0 && <BigFigure label={t('pool.credits')} value={num(money.value.balance, 1)} unit={t('credit.unit')} tone={money.value.held ? 'bad' : money.value.warning >= 80 ? 'warn' : undefined} doubt={money.value.held ? t('credit.held') : ''} />}
                </dl>
                {left > 0 && <p className="note">{t('pool.out', { count: num(left) })}</p>}
                <WarningList credits={money.value} />
                {pool.problems.length > 0 && <ul className="attention">{pool.problems.map((one, n) => <li key={n} className="warn">{both(one.sentence)}</li>)}</ul>}
            </Card>
            {root?.running === 0 && waiting === 0 && <Begin />}
            <Card
                title={t('pool.map')}
                note={what === 'cpus' ? t('pool.map.cpu') : undefined}
                actions={<Choice label={t('pool.view')} value={view} options={[{ value: 'map', text: t('pool.view.map') }, { value: 'table', text: t('pool.view.table') }]} onChange={setView} />}
            >
                {view === 'map' ? (
                    <>
                        <Legend tenants={tenants} own={own} hasGpus={what === 'gpus'} />
                        {pool.nodes.length <= CARDS_MAX ? (
                            <PoolCards nodes={pool.nodes} paint={paint} chosen={chosen} onChoose={(name) => setChosen(name === chosen ? null : name)} />
                        ) : (
                            <PoolCanvas nodes={pool.nodes} paint={paint} told={describe} chosen={chosen} onChoose={setChosen} />
                        )}
                    </>
                ) : (
                    <NodeTable nodes={pool.nodes} />
                )}
            </Card>
            {node && <NodePanel key={node.name} node={node} own={own} isOperator={isOperator} onClose={() => setChosen(null)} onChange={() => setTurn(turn + 1)} />}
            <ReservationsCard mayChange={false} />
            <Accounts pool={pool} />
        </>
    )
}

/** One line of a node, for the pointer and for screen readers. */
function useDescribe(): (node: PoolNode) => string {
    const { t, num } = useText()
    return (node) => {
        const busy = node.gpus.filter(({ used }) => used > 0).length
        const whose = [...new Set(node.gpus.filter(({ used }) => used > 0).map(({ tenant }) => tenant ?? t('pool.somebody')))].join(', ')
        return [
            `${node.name} · ${t(`pool.state.${node.state}`)}`,
            node.reason ?? '',
            node.gpus.length > 0 ? `${node.type} ${t('pool.of', { used: num(busy), all: num(node.gpus.length) })}` : '',
            whose,
            `${t('pool.cpus')} ${t('pool.of', { used: num(node.cpus - node.cpus_free), all: num(node.cpus) })}`,
        ].filter(Boolean).join('\n')
    }
}

function Begin() {
    const { t } = useText()
    const may = useMay('engineer')
    if (!may) return null
    return (
        <Card className="begin">
            <p>{t('pool.begin')}</p>
            <Copy text={COMMAND} label={t('job.command')} />
            <div className="actions"><LinkButton look="main" href="/compute/jobs/new">{t('job.new')}</LinkButton></div>
        </Card>
    )
}
const COMMAND = 'maru job submit -f -- sh -c "hostname; nproc"'

function Legend({ tenants, own, hasGpus }: { tenants: ReturnType<typeof tenantsOf>; own: string; hasGpus: boolean }) {
    const { t, num } = useText()
    if (!hasGpus) return null
    const named = tenants.filter(({ colour, name }) => name !== HIDDEN && colour < 6)
    const rest = tenants.filter((one) => !named.includes(one))
    const sum = rest.reduce((total, { gpus }) => total + gpus, 0)
    return (
        <ul className="pool-legend" aria-label={t('legend')}>
            {named.map(({ name, gpus, colour }) => <li key={name}><i className={`tenant-${colour}`} />{name}{name === own && ` (${t('pool.you')})`} <b>{num(gpus)}</b></li>)}
            {sum > 0 && <li><i className="tenant-6" />{t('pool.others')} <b>{num(sum)}</b></li>}
            <li><i className="tenant-free" />{t('pool.free')}</li>
            <li><i className="node-out" />{t('pool.out_of_use')}</li>
        </ul>
    )
}

function NodeTable({ nodes }: { nodes: PoolNode[] }) {
    const { t, num } = useText()
    const columns: Column<PoolNode>[] = [
        { key: 'name', title: t('pool.node'), value: (row) => row.name, width: 10 },
        { key: 'state', title: t('pool.state'), value: (row) => row.state, show: (row) => <NodeBadge node={row} />, width: 7, grow: 1 },
        { key: 'type', title: t('pool.type'), value: (row) => row.type || '–', width: 8, grow: 1 },
        { key: 'busy', title: t('pool.gpus_busy'), value: (row) => row.gpus.filter(({ used }) => used > 0).length, show: (row) => (row.gpus.length ? t('pool.of', { used: num(row.gpus.filter(({ used }) => used > 0).length), all: num(row.gpus.length) }) : '–'), number: true },
        { key: 'whose', title: t('pool.whose'), value: (row) => [...new Set(row.gpus.flatMap(({ used, tenant }) => (used > 0 ? [tenant ?? t('pool.somebody')] : [])))].join(', '), width: 9 },
        { key: 'cpus', title: t('pool.cpus'), value: (row) => row.cpus - row.cpus_free, show: (row) => t('pool.of', { used: num(row.cpus - row.cpus_free), all: num(row.cpus) }), number: true },
        { key: 'memory', title: `${t('pool.memory')} (GiB)`, value: (row) => row.memory_mib - row.memory_free_mib, show: (row) => t('pool.of', { used: num((row.memory_mib - row.memory_free_mib) / 1024, 0), all: num(row.memory_mib / 1024, 0) }), number: true },
        { key: 'reason', title: t('pool.reason'), value: (row) => row.reason ?? '', width: 9 },
    ]
    return <DataTable label={t('pool.map')} rows={nodes} columns={columns} first="name" rowKey={(row) => row.name} />
}

/** Who has how much, and who is next. */
function Accounts({ pool }: { pool: Pool }) {
    const { t, num, percent } = useText()
    const rows = pool.accounts.filter(({ depth }) => depth > 0)
    if (rows.length === 0) return null
    const counts = (types: Record<string, number> | undefined) => Object.entries(types ?? {}).map(([type, count]) => `${num(count)} × ${type}`).join(', ') || '–' // a cell that is too narrow cuts the type, not the number
    const hasQuota = rows.some(({ guarantee, limit }) => guarantee || limit)
    const columns: Column<(typeof rows)[number]>[] = [
        { key: 'name', title: t('pool.account'), value: (row) => row.name, show: (row) => <span className={row.depth > 1 ? 'account-in' : ''}>{row.depth > 1 ? row.name.slice(row.name.indexOf('/') + 1) : row.name}{row.held && <> <b className="held">{t('pool.held')}</b></>}</span>, width: 11 },
        { key: 'running', title: t('pool.running'), value: (row) => row.running, show: (row) => num(row.running), number: true },
        { key: 'waiting', title: t('pool.waiting'), value: (row) => row.waiting, show: (row) => num(row.waiting), number: true },
        { key: 'gpus', title: t('pool.gpus'), value: (row) => row.gpus, show: (row) => num(row.gpus), number: true },
        { key: 'share', title: t('pool.share'), hint: t('pool.share.hint'), value: (row) => row.share, show: (row) => percent(row.share), number: true },
        { key: 'remembered', title: t('pool.remembered'), hint: t('pool.remembered.hint'), value: (row) => row.remembered, show: (row) => percent(row.remembered), number: true },
        { key: 'weight', title: t('pool.weight'), value: (row) => row.weight, show: (row) => num(row.weight), number: true },
        ...(hasQuota ? [
            { key: 'guarantee', title: t('pool.guarantee'), value: (row: (typeof rows)[number]) => counts(row.guarantee), show: (row: (typeof rows)[number]) => <span title={counts(row.guarantee)}>{counts(row.guarantee)}</span>, width: 8, grow: 2 },
            { key: 'limit', title: t('pool.limit'), value: (row: (typeof rows)[number]) => counts(row.limit), show: (row: (typeof rows)[number]) => <span title={counts(row.limit)}>{counts(row.limit)}</span>, width: 8, grow: 2 },
        ] : []),
    ]
    return <Card title={t('pool.accounts')} note={t('pool.accounts.note')}><DataTable label={t('pool.accounts')} rows={rows} columns={columns} search={rows.length > 20} rowKey={(row) => row.name} /></Card>
}
