import { Suspense, useState } from 'react'
import { get } from '../../api/client'
import { whyOf } from '../../api/problem'
import { removeTwin, type Layout, type Twin } from '../../api/twin'
import { useMay } from '../../me'
import { Button, Card, Confirm, Empty, PageHead, ProblemNote, Tabs, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { go, Link, usePlace, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { roomOf } from '../../text/room'
import { useClock, useForecast, useTwin } from '../../twin/use_twin'
import { TwinBadge } from './twin_badge'
import { WhatIf } from './what_if'

const TwinHall = roomOf(() => import('./twin_hall'))
const Flow = roomOf(() => import('./flow'))
const ForecastRoom = roomOf(() => import('./forecast'))
const FollowingRoom = roomOf(() => import('./following'), 'live', 'meaning', 'table')

/** /twins/ID, /twins/ID/following, /twins/ID/flow, /twins/ID/forecast, /twins/ID/what-if. */
export default function TwinPage({ id }: { id: string }) {
    const { t } = useText()
    const { twin, layout, error, setTwin, reload } = useTwin(id)
    useTitle(twin?.name || t('nav.twins'))
    if (!twin || !layout) return error ? <ProblemNote error={error} retry={reload} /> : <Waiting />
    return <Room twin={twin} layout={layout} setTwin={setTwin} />
}

function Room({ twin, layout, setTwin }: { twin: Twin; layout: Layout; setTwin: (twin: Twin) => void }) {
    const { t, num, lang } = useText()
    const { path } = usePlace()
    const may = useMay('engineer')
    const clock = useClock(layout.start)
    const forecast = useForecast(twin)
    const [ask, setAsk] = useState(false)
    const plant = useLoad(`plant ${twin.plant}`, () => get('/v1/plants/{plant}', { path: { plant: twin.plant } }))
    const room = path[2] ?? 'hall'
    const base = `/twins/${twin.id}`
    // A twin without a name of its own goes by that of its plant.
    const name = twin.name || plant.value?.name || t('nav.twins')
    return (
        <>
            <PageHead
                over={<Link href="/twins">{t('nav.twins')}</Link>}
                title={name}
                lead={
                    <>
                        <TwinBadge twin={twin} /> <Link href={`/plants/${twin.plant}?version=${twin.version}`}>{plant.value?.name ?? t('run.the_plant')}</Link> v{twin.version}{twin.wip !== undefined && ` · ${t('twin.lots', { lots: num(twin.wip) })}`}
                        {twin.origin && <> · <Link href={`/twins/${twin.origin.twin}`}>{t('twin.forked', { time: clock.at(twin.origin.time) })}</Link></>}
                    </>
                }
            >
                {may && <Button look="danger" onClick={() => setAsk(true)}>{t('delete')}</Button>}
            </PageHead>
            <Tabs
                label={name}
                tabs={[
                    { href: base, text: t('twin.tab.hall'), on: room === 'hall' },
                    ...(twin.follows ? [{ href: `${base}/following`, text: t('twin.tab.following'), on: room === 'following' }] : []),
                    { href: `${base}/flow`, text: t('twin.tab.flow'), on: room === 'flow' },
                    { href: `${base}/forecast`, text: t('twin.tab.forecast'), on: room === 'forecast' },
                    { href: `${base}/what-if`, text: t('twin.tab.what_if'), on: room === 'what-if' },
                ]}
            />
            {twin.state === 'failed' && (
                <Card><Empty title={t('twin.failed')} text={twin.problem && whyOf(twin.problem, lang)} /></Card>
            )}
            <Suspense fallback={<Waiting />}>
                {room === 'hall' && <TwinHall twin={twin} layout={layout} clock={clock} setTwin={setTwin} forecast={forecast} />}
                {room === 'following' && twin.follows && <FollowingRoom twin={twin} layout={layout} clock={clock} />}
                {room === 'flow' && <Flow twin={twin} layout={layout} clock={clock} />}
                {room === 'forecast' && <ForecastRoom twin={twin} clock={clock} forecast={forecast} />}
                {room === 'what-if' && <WhatIf plant={twin.plant} version={twin.version} groups={layout.groups.filter((group) => !group.is_delay)} products={layout.products} />}
            </Suspense>
            {ask && (
                <Confirm
                    title={t('twin.delete.title', { twin: name })}
                    text={t('twin.delete.text')}
                    yes={t('delete')}
                    onClose={() => setAsk(false)}
                    onYes={async () => {
                        await removeTwin(twin.id)
                        forget()
                        go('/twins')
                    }}
                />
            )}
        </>
    )
}
