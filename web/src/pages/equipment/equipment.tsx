import { Suspense } from 'react'
import { DocumentEditor } from '../../meaning/document_editor'
import { PageHead, Tabs, Waiting } from '../../parts/basics'
import { usePlace, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { roomOf } from '../../text/room'
import { ToolsNow } from './tools_now'
import '../../charts/chart.css'
import '../../style/live.css'
import '../../style/meaning.css'

const ToolPage = roomOf(() => import('./tool'))
const OeePage = roomOf(() => import('./oee'))
const Lives = roomOf(() => import('./lives'), 'models')

/** /equipment, /equipment/oee, /equipment/lives, /equipment/table, /equipment/ideals, /equipment/shifts, /equipment/tool/NAME: what tools do, and how well. */
export default function Equipment() {
    const { t } = useText()
    useTitle(t('nav.equipment'))
    const { path } = usePlace()
    const room = path[1] ?? 'now'
    if (room === 'tool' && path[2]) return <Suspense fallback={<Waiting />}><ToolPage key={path[2]} tool={path[2]} /></Suspense>
    return (
        <>
            <PageHead title={t('nav.equipment')} />
            <Tabs
                label={t('nav.equipment')}
                tabs={[
                    { href: '/equipment', text: t('equipment.now'), on: room === 'now' },
                    { href: '/equipment/oee', text: 'OEE', on: room === 'oee' },
                    { href: '/equipment/lives', text: t('lives.tab'), on: room === 'lives' },
                    { href: '/equipment/table', text: t('equipment.table'), on: room === 'table' },
                    { href: '/equipment/ideals', text: t('equipment.ideals'), on: room === 'ideals' },
                    { href: '/equipment/shifts', text: t('equipment.shifts'), on: room === 'shifts' },
                ]}
            />
            <Suspense fallback={<Waiting />}>
                {room === 'now' && <ToolsNow />}
                {room === 'oee' && <OeePage />}
                {room === 'lives' && <Lives />}
                {room === 'table' && <DocumentEditor name="equipment" />}
                {room === 'shifts' && <DocumentEditor name="shifts" />}
                {room === 'ideals' && <DocumentEditor name="ideals" />}
            </Suspense>
        </>
    )
}
