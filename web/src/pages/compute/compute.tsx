import { Suspense } from 'react'
import { useMay } from '../../me'
import { LinkButton, PageHead, Tabs, Waiting } from '../../parts/basics'
import { usePlace, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { roomOf } from '../../text/room'
import '../../style/compute.css'

const PoolNow = roomOf(() => import('./pool_now'))
const Jobs = roomOf(() => import('./jobs'))
const NewJob = roomOf(() => import('./new_job'))
const JobPage = roomOf(() => import('./job'))
const Queue = roomOf(() => import('./queue'))

/** /compute (the pool now), /compute/jobs (and new, ID), /compute/queue. */
export default function Compute() {
    const { t } = useText()
    useTitle(t('nav.compute'))
    const { path } = usePlace()
    const may = useMay('engineer')
    const room = path[1] ?? ''
    const one = path[2]
    if (room === 'jobs' && one) return <Suspense fallback={<Waiting />}>{one === 'new' ? <NewJob /> : <JobPage key={one} id={one} />}</Suspense>
    const tabs: [string, string][] = [['', t('pool.tab')], ['jobs', t('job.tab')], ['queue', t('queue.tab')]]
    return (
        <>
            <PageHead title={t('nav.compute')}>{may && <LinkButton look="main" href="/compute/jobs/new">{t('job.new')}</LinkButton>}</PageHead>
            <Tabs label={t('nav.compute')} tabs={tabs.map(([name, text]) => ({ href: name ? `/compute/${name}` : '/compute', text, on: room === name }))} />
            <Suspense fallback={<Waiting />}>
                {room === '' && <PoolNow />}
                {room === 'jobs' && <Jobs />}
                {room === 'queue' && <Queue />}
            </Suspense>
        </>
    )
}
