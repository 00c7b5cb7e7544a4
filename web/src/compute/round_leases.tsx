import type { RoundEvent, WholeRound } from '../api/compute'
import { Card } from '../parts/basics'
import { DataTable, type Column } from '../table/data_table'
import { useText } from '../text'
import { dueLeases } from './warnings'

type Lease = NonNullable<WholeRound['watched']>['leases'][number]

/** How leases are used, as the server saw it last, and what it warned of or took back: of all for the operator, else of the own ones. */
export function LeasesPart({ round, isOperator }: { round: WholeRound; isOperator: boolean }) {
    const { t, num, percent, when } = useText()
    const { watched } = round
    const events = round.events ?? []
    if (!watched && events.length === 0) return null
    const columns: Column<Lease>[] = [
        ...(isOperator ? [{ key: 'institution', title: t('round.institution'), value: (row: Lease) => row.institution, width: 9, grow: 2 }] : []),
        { key: 'type', title: t('job.type'), value: (row) => row.type, width: 8, grow: 1 },
        { key: 'gpus', title: t('pool.gpus'), value: (row) => row.gpus, show: (row) => num(row.gpus), number: true, width: 4.5 },
        { key: 'used', title: t('watched.used'), value: (row) => row.used, show: (row) => percent(row.used, 0), number: true, width: 6 },
        { key: 'idle', title: t('watched.idle'), value: (row) => row.idle_days, show: (row) => <span className={row.reclaim_on ? 'due' : ''}>{num(row.idle_days)}</span>, number: true, width: 6 },
        { key: 'reclaim', title: t('watched.reclaim_on'), value: (row) => row.reclaim_on ?? null, show: (row) => (row.reclaim_on ? <span className="due">{row.reclaim_on}</span> : '–'), width: 7, grow: 1 },
    ]
    const warned = isOperator ? [] : dueLeases(round)
    return (
        <Card title={t('watched.title')} note={watched ? t('watched.text', { when: when(watched.time), day: watched.last_day }) : undefined}>
            {warned.map((one) => <p key={one.type} className="problem" role="alert">{t('watched.warned', { gpus: num(one.gpus), type: one.type, days: num(one.idle_days), day: one.reclaim_on! })}</p>)}
            {watched && watched.leases.length > 0 && <DataTable label={t('watched.title')} rows={watched.leases} columns={columns} first={isOperator ? '-idle' : 'type'} rowKey={(row) => `${row.institution} ${row.type}`} />}
            {events.length > 0 && (
                <ul className="record told-events">
                    {[...events].reverse().slice(0, 100).map((one) => <li key={`${one.time} ${one.what} ${one.institution} ${one.type}`}><Event event={one} isOperator={isOperator} /></li>)}
                </ul>
            )}
        </Card>
    )
}

function Event({ event, isOperator }: { event: RoundEvent; isOperator: boolean }) {
    const { t, num, when } = useText()
    const told = { gpus: num(event.gpus), type: event.type, days: num(event.idle_days), taken: num(event.gpus - event.kept), kept: num(event.kept) }
    return <><span>{when(event.time)}</span> {isOperator && <b>{event.institution} </b>}{t(event.what === 'warn' ? 'watched.event.warn' : event.kept > 0 ? 'watched.event.reclaim' : 'watched.event.all', told)}</>
}
