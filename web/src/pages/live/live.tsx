import { Suspense } from 'react'
import { PageHead, Tabs, Waiting } from '../../parts/basics'
import { usePlace } from '../../parts/route'
import { useText } from '../../text'
import { roomOf } from '../../text/room'
import '../../style/live.css'

const Connections = roomOf(() => import('./connections'))
const Signals = roomOf(() => import('./signals'), 'meaning')
const Explorer = roomOf(() => import('./explorer'), 'fdc', 'meaning')
const Assets = roomOf(() => import('./assets'), 'meaning', 'table')
const Happenings = roomOf(() => import('./happenings'), 'fdc', 'meaning')

/** /data, /data/signals, /data/explorer, /data/events, /data/assets: what comes from the factory. */
export default function Live() {
    const { t } = useText()
    const { path } = usePlace()
    const room = path[1] ?? 'connections'
    return (
        <>
            <PageHead title={t('nav.data')} />
            <Tabs
                label={t('nav.data')}
                tabs={[
                    { href: '/data', text: t('data.connections'), on: room === 'connections' },
                    { href: '/data/signals', text: t('data.signals'), on: room === 'signals' },
                    { href: '/data/explorer', text: t('data.explorer'), on: room === 'explorer' },
                    { href: '/data/events', text: t('data.events'), on: room === 'events' },
                    { href: '/data/assets', text: t('data.assets'), on: room === 'assets' },
                ]}
            />
            <Suspense fallback={<Waiting />}>
                {room === 'connections' && <Connections />}
                {room === 'signals' && <Signals />}
                {room === 'explorer' && <Explorer />}
                {room === 'events' && <Happenings />}
                {room === 'assets' && <Assets />}
            </Suspense>
        </>
    )
}
