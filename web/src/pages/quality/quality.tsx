import { Suspense, useState } from 'react'
import { controlCharts, type ControlChart } from '../../api/meaning'
import { useStamp } from '../../live/stamp'
import { shortNumber } from '../../live/values'
import { useMay } from '../../me'
import { ChartState, useKind } from '../../meaning/chart_words'
import { DocumentEditor } from '../../meaning/document_editor'
import { NewChart } from '../../meaning/new_chart'
import { Button, Card, Empty, LinkButton, PageHead, ProblemNote, Tabs, Waiting } from '../../parts/basics'
import { go, Link, usePlace, useTitle } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'
import { roomOf } from '../../text/room'
import { usePoll } from '../../twin/use_twin'
import { Faults } from './faults'
import '../../style/live.css'
import '../../style/meaning.css'
import '../../style/fdc.css'

const ChartPage = roomOf(() => import('./control_chart'))
const WindowPage = roomOf(() => import('./window_page'))
const Sheet = roomOf(() => import('./sheet'), 'sheet')
const Models = roomOf(() => import('./models'), 'models')
const ModelPage = roomOf(() => import('./model'), 'models', 'sheet')
const NewModelPage = roomOf(() => import('./new_model'), 'models', 'sheet')
const DatasetsPage = roomOf(() => import('./datasets'), 'models')
const WafersPage = roomOf(() => import('./wafers'), 'models')
const LOOK_MS = 2000
const GRADES: Record<string, number> = { violation: 2, warning: 1, none: 0 }

/** /quality (a spreadsheet), /quality/charts, /quality/table, /quality/chart/NAME, /quality/faults, /quality/windows, /quality/window/NAME, /quality/models and below (new, data, ID), /quality/wafers: is the process as it was when it was good? */
export default function Quality() {
    const { t } = useText()
    useTitle(t('nav.quality'))
    const { path } = usePlace()
    const room = path[1] ?? 'sheet'
    if (room === 'chart' && path[2]) return <Suspense fallback={<Waiting />}><ChartPage key={path[2]} name={path[2]} /></Suspense>
    if (room === 'window' && path[2]) return <Suspense fallback={<Waiting />}><WindowPage key={path[2]} name={path[2]} /></Suspense>
    if (room === 'models' && path[2] === 'data') return <Suspense fallback={<Waiting />}><DatasetsPage /></Suspense>
    if (room === 'models' && path[2] === 'new') return <Suspense fallback={<Waiting />}><NewModelPage id={null} /></Suspense>
    if (room === 'models' && path[2] && path[3] === 'train') return <Suspense fallback={<Waiting />}><NewModelPage key={path[2]} id={path[2]} /></Suspense>
    if (room === 'models' && path[2]) return <Suspense fallback={<Waiting />}><ModelPage key={path[2]} id={path[2]} /></Suspense>
    return (
        <>
            <PageHead title={t('nav.quality')} />
            <Tabs
                label={t('nav.quality')}
                tabs={[
                    { href: '/quality', text: t('sheet.tab'), on: room === 'sheet' },
                    { href: '/quality/models', text: t('models.tab'), on: room === 'models' },
                    { href: '/quality/charts', text: t('quality.charts'), on: room === 'charts' },
                    { href: '/quality/faults', text: t('windows.tab'), on: room === 'faults' },
                    { href: '/quality/wafers', text: t('wafers.tab'), on: room === 'wafers' },
                    { href: '/quality/table', text: t('quality.table'), on: room === 'table' },
                    { href: '/quality/windows', text: t('windows.table'), on: room === 'windows' },
                ]}
            />
            {room === 'sheet' && <Suspense fallback={<Waiting />}><Sheet /></Suspense>}
            {room === 'models' && <Suspense fallback={<Waiting />}><Models /></Suspense>}
            {room === 'wafers' && <Suspense fallback={<Waiting />}><WafersPage /></Suspense>}
            {room === 'charts' && <Charts />}
            {room === 'faults' && <Faults />}
            {room === 'table' && <DocumentEditor name="charts" />}
            {room === 'windows' && <DocumentEditor name="windows" />}
        </>
    )
}

function Charts() {
    const { t, num } = useText()
    const say = useKind()
    const stamp = useStamp()
    const may = useMay('engineer')
    const { query } = usePlace()
    const wanted = Number(query.get('signal')) || null
    const [isNew, setIsNew] = useState(wanted !== null)
    const told = usePoll('control charts', LOOK_MS, controlCharts)
    const items = told.value?.items ?? []
    const close = () => {
        setIsNew(false)
        if (wanted !== null) go('/quality/charts', true)
    }
    const columns: Column<ControlChart>[] = [
        { key: 'chart', title: t('quality.chart'), value: (row) => row.chart, show: (row) => <Link href={`/quality/chart/${encodeURIComponent(row.chart)}`}>{row.chart}</Link>, width: 10 },
        { key: 'state', title: t('oee.state'), value: (row) => (row.limits ? (GRADES[row.severity] ?? 0) : -1), show: (row) => <ChartState chart={row} />, width: 8.5, grow: 1 },
        { key: 'last', title: t('quality.last'), value: (row) => row.last, show: (row) => (row.last === null || row.lastAt === null ? '–' : shortNumber(row.last)), number: true },
        { key: 'lastAt', title: t('events.at'), value: (row) => row.lastAt, show: (row) => (row.lastAt === null ? '' : stamp.time(row.lastAt)), width: 9, grow: 1 },
        { key: 'violations', title: t('quality.violations'), value: (row) => row.violations, show: (row) => num(row.violations), number: true },
        { key: 'limits', title: t('quality.limits'), value: (row) => row.limits?.version ?? 0, show: (row) => (row.limits ? t('quality.limits.version', { version: row.limits.version }) : t('chart.state.unfrozen')), width: 7, grow: 1 },
        { key: 'kind', title: t('chart.new.kind'), value: (row) => say(row.kind), width: 9, grow: 1 },
        { key: 'signal', title: t('chart.new.signal'), value: (row) => row.signal, show: (row) => <span title={row.signal}>{row.signal}</span>, width: 12 },
    ]
    return (
        <>
            {told.error && <ProblemNote error={told.error} />}
            {!told.value ? (
                !told.error && <Waiting />
            ) : items.length === 0 ? (
                <Card>
                    <Empty title={t('quality.none')} text={t(may ? 'quality.none.text' : 'document.none.viewer')}>
                        {may && <Button look="main" onClick={() => setIsNew(true)}>{t('chart.new')}</Button>}
                        {may && <LinkButton href="/quality/table">{t('quality.table')}</LinkButton>}
                    </Empty>
                </Card>
            ) : (
                <Card title={t('quality.charts')} actions={may && <Button look="main" onClick={() => setIsNew(true)}>{t('chart.new')}</Button>}>
                    <DataTable label={t('quality.charts')} rows={items} columns={columns} first="-state" rowKey={(row) => row.chart} />
                </Card>
            )}
            {isNew && may && told.value && <NewChart signal={wanted} taken={items.map(({ chart }) => chart)} onClose={close} />}
        </>
    )
}
