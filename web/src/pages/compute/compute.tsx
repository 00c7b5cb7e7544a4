import { Suspense } from 'react'
import { credits, isAbsent, policy, rounds } from '../../api/compute'
import { useIsOperator } from '../../compute/use_operator'
import { useMay } from '../../me'
import { LinkButton, PageHead, Tabs, Waiting } from '../../parts/basics'
import { useLoad, type Loaded } from '../../parts/load'
import { usePlace, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { roomOf } from '../../text/room'
import '../../style/compute.css'

const PoolNow = roomOf(() => import('./pool_now'))
const Jobs = roomOf(() => import('./jobs'))
const NewJob = roomOf(() => import('./new_job'))
const JobPage = roomOf(() => import('./job'))
const Queue = roomOf(() => import('./queue'))
const Usage = roomOf(() => import('./usage'))
const Operating = roomOf(() => import('./operating'))
const Replays = roomOf(() => import('./replays'))
const Rounds = roomOf(() => import('./rounds'))
const RoundPage = roomOf(() => import('./round'))

/** While it is not known whether a part is there, it is not shown; a part that is refused for another reason shows why. */
const isThere = ({ value, error }: Loaded<unknown>) => value !== undefined || (error !== null && !isAbsent(error))

/** /compute (the pool now), /compute/jobs (and new, ID), /compute/queue, /compute/usage, /compute/rounds (and NAME), and for the operator /compute/operating and /compute/replays. */
export default function Compute() {
    const { t } = useText()
    useTitle(t('nav.compute'))
    const { path } = usePlace()
    const isOperator = useIsOperator()
    const may = useMay('engineer')
    const room = path[1] ?? ''
    const one = path[2]
    const money = useLoad('compute credits there', () => credits())
    const national = useLoad('compute rounds there', () => rounds())
    const rules = useLoad(isOperator ? 'compute policy there' : null, () => policy())
    if (room === 'jobs' && one) return <Suspense fallback={<Waiting />}>{one === 'new' ? <NewJob /> : <JobPage key={one} id={one} />}</Suspense>
    if (room === 'rounds' && one) return <Suspense fallback={<Waiting />}><RoundPage key={one} id={one} /></Suspense>
    const tabs: [string, string][] = [['', t('pool.tab')], ['jobs', t('job.tab')], ['queue', t('queue.tab')]]
    if (isThere(money)) tabs.push(['usage', t('credit.tab')])
    if (isThere(national)) tabs.push(['rounds', t('round.tab')])
    if (isThere(rules)) tabs.push(['operating', t('policy.tab')], ['replays', t('replay.tab')])
    return (
        <>
            <PageHead title={t('nav.compute')}>{may && <LinkButton look="main" href="/compute/jobs/new">{t('job.new')}</LinkButton>}</PageHead>
            <Tabs label={t('nav.compute')} tabs={tabs.map(([name, text]) => ({ href: name ? `/compute/${name}` : '/compute', text, on: room === name }))} />
            <Suspense fallback={<Waiting />}>
                {room === '' && <PoolNow />}
                {room === 'jobs' && <Jobs />}
                {room === 'queue' && <Queue />}
                {room === 'usage' && <Usage />}
                {room === 'rounds' && <Rounds />}
                {room === 'operating' && isOperator && <Operating />}
                {room === 'replays' && isOperator && <Replays />}
            </Suspense>
        </>
    )
}
