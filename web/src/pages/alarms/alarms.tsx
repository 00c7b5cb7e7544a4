import { Suspense } from 'react'
import { DocumentEditor } from '../../meaning/document_editor'
import { PageHead, Tabs, Waiting } from '../../parts/basics'
import { usePlace, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { roomOf } from '../../text/room'
import { ActiveAlarms } from './alarms_active'
import '../../style/live.css'
import '../../style/meaning.css'

const AlarmHistory = roomOf(() => import('./alarms_history'))
const AlarmTuning = roomOf(() => import('./alarms_tuning'))

/** /alarms, /alarms/history, /alarms/table, /alarms/tuning: what wants somebody to do something. */
export default function Alarms() {
    const { t } = useText()
    useTitle(t('nav.alarms'))
    const { path } = usePlace()
    const room = path[1] ?? 'active'
    return (
        <>
            <PageHead title={t('nav.alarms')} />
            <Tabs
                label={t('nav.alarms')}
                tabs={[
                    { href: '/alarms', text: t('alarms.active'), on: room === 'active' },
                    { href: '/alarms/history', text: t('alarms.history'), on: room === 'history' },
                    { href: '/alarms/table', text: t('alarms.table'), on: room === 'table' },
                    { href: '/alarms/tuning', text: t('alarms.tuning'), on: room === 'tuning' },
                ]}
            />
            <Suspense fallback={<Waiting />}>
                {room === 'active' && <ActiveAlarms />}
                {room === 'history' && <AlarmHistory />}
                {room === 'table' && <DocumentEditor name="alarms" />}
                {room === 'tuning' && <AlarmTuning />}
            </Suspense>
        </>
    )
}
