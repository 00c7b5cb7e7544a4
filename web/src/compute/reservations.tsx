import { useMemo, useState } from 'react'
import { pool as askPool, problemOf, putReservations, reservations as askReservations, isAbsent, type Reservation, type Reservations } from '../api/compute'
import type { ApiError } from '../api/problem'
import { Badge, Button, Card, Confirm, Dialog, Field, ProblemNote, Waiting } from '../parts/basics'
import { forget, useLoad } from '../parts/load'
import { DataTable, type Column } from '../table/data_table'
import { useText } from '../text'
import { faultsOf, inTheWay, localTime, reservationOf, type ReservationFault } from './reservation_rows'

const HOUR_MS = 3_600_000
/** So few nodes are chosen by a click each. */
const CLICKED_MAX = 24

/** Nodes that are kept free for an account for a time. Who only looks on sees them where there are any. */
export function ReservationsCard({ mayChange }: { mayChange: boolean }) {
    const kept = useLoad('pool reservations', () => askReservations())
    if (!kept.value) return !mayChange || !kept.error || isAbsent(kept.error) ? null : <ProblemNote error={kept.error} retry={kept.reload} />
    return <Table kept={kept.value} mayChange={mayChange} onChange={() => { forget(); kept.reload() }} />
}

const STATES = { coming: 'calm', now: 'busy', over: 'calm' } as const
const plain = ({ name, account, nodes, from, until }: Reservation): Reservation => ({ name, account, nodes, from, until })

function Table({ kept, mayChange, onChange }: { kept: Reservations; mayChange: boolean; onChange: () => void }) {
    const { t, when, num } = useText()
    const [isNew, setIsNew] = useState(false)
    const [leaving, setLeaving] = useState<Reservation | null>(null)
    if (kept.rows.length === 0 && !mayChange) return null
    const columns: Column<Reservation>[] = [
        { key: 'name', title: t('reserve.name'), value: (row) => row.name, width: 9 },
        { key: 'state', title: t('pool.state'), value: (row) => row.state ?? '', show: (row) => (row.state ? <Badge tone={STATES[row.state]}>{t(`reserve.state.${row.state}`)}</Badge> : ''), width: 5.5, grow: 0 },
        { key: 'account', title: t('pool.account'), value: (row) => row.account, show: (row) => <span title={row.account}>{row.account}</span>, width: 10, grow: 2 },
        { key: 'nodes', title: t('pool.node'), value: (row) => row.nodes.join(' '), show: (row) => <span title={row.nodes.slice(0, 200).join(', ')}>{row.nodes.length > 3 ? t('reserve.nodes', { first: row.nodes[0]!, count: num(row.nodes.length - 1) }) : row.nodes.join(', ')}</span>, width: 9, grow: 1 },
        { key: 'from', title: t('credit.from'), value: (row) => row.from, show: (row) => when(row.from), width: 15, grow: 1 },
        { key: 'until', title: t('credit.until'), value: (row) => row.until, show: (row) => when(row.until), width: 15, grow: 1 },
        ...(mayChange ? [{ key: 'drop', title: '', value: () => null, show: (row: Reservation) => <Button look="quiet" aria-label={t('reserve.drop_one', { name: row.name })} onClick={() => setLeaving(row)}>{t('reserve.drop')}</Button>, width: 5, grow: 0 }] : []),
    ]
    return (
        <Card title={t('reserve.title')} note={t(mayChange ? 'reserve.note' : 'reserve.note.own')} actions={mayChange && <Button onClick={() => setIsNew(true)}>{t('reserve.new')}</Button>}>
            {kept.problem && <p className="problem" role="alert">{kept.problem}</p>}
            {kept.rows.length === 0 ? <p className="all-well">{t('reserve.none')}</p> : <DataTable label={t('reserve.title')} rows={kept.rows} columns={columns} first="from" rowKey={(row) => row.name} />}
            {isNew && <NewReservation kept={kept} onClose={() => setIsNew(false)} onDone={onChange} />}
            {leaving && <Confirm title={t('reserve.drop.title', { name: leaving.name })} text={t('reserve.drop.text')} yes={t('reserve.drop')} onClose={() => setLeaving(null)} onYes={async () => { await putReservations(kept.rows.filter((row) => row.name !== leaving.name).map(plain), kept.version); setLeaving(null); onChange() }} />}
        </Card>
    )
}

function NewReservation({ kept, onClose, onDone }: { kept: Reservations; onClose: () => void; onDone: () => void }) {
    const { t, when } = useText()
    const pool = useLoad('pool for a reservation', () => askPool())
    const [wish, setWish] = useState(() => {
        const hour = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS
        return { name: '', account: '', nodes: '', from: localTime(new Date(hour)), until: localTime(new Date(hour + 8 * HOUR_MS)) }
    })
    const [tried, setTried] = useState(false)
    const [error, setError] = useState<ApiError | null>(null)
    const names = useMemo(() => (pool.value?.nodes ?? []).map(({ name }) => name), [pool.value])
    const known = useMemo(() => new Set(names), [names])
    const accounts = (pool.value?.accounts ?? []).filter(({ depth }) => depth > 0)
    const faults = faultsOf(wish, known, kept.rows)
    const others = faults.length === 0 ? inTheWay(wish, kept.rows) : []
    const wrong = (fault: ReservationFault) => (tried && faults.includes(fault) ? t(`reserve.wrong.${fault}`) : undefined)
    const set = (change: Partial<typeof wish>) => { setWish({ ...wish, ...change }); setError(null) }
    const send = () => {
        setTried(true)
        if (faults.length > 0 || others.length > 0) return
        putReservations([...kept.rows.map(plain), reservationOf(wish)], kept.version).then(() => { onDone(); onClose() }, (problem: unknown) => setError(problemOf(problem)))
    }
    const chosen = new Set(wish.nodes.split(' ').filter(Boolean))
    const flip = (name: string) => {
        if (!chosen.delete(name)) chosen.add(name)
        set({ nodes: [...chosen].join(' ') })
    }
    if (!pool.value && !pool.error) return <Dialog title={t('reserve.new')} onClose={onClose}><Waiting /></Dialog>
    return (
        <Dialog title={t('reserve.new')} onClose={onClose}>
            <form className="fields reserve-form" onSubmit={(event) => { event.preventDefault(); send() }}>
                <Field label={t('reserve.name')} hint={t('reserve.name.hint')} error={wrong('name')}>{(id, described) => <input id={id} aria-describedby={described} value={wish.name} onChange={(event) => set({ name: event.target.value })} />}</Field>
                <Field label={t('pool.account')} hint={t('reserve.account.hint')} error={wrong('account')}>
                    {(id, described) => <><input id={id} aria-describedby={described} list={`${id}-known`} value={wish.account} onChange={(event) => set({ account: event.target.value })} /><datalist id={`${id}-known`}>{accounts.map(({ name }) => <option key={name} value={name} />)}</datalist></>}
                </Field>
                <Field label={t('credit.from')} error={wrong('times')}>{(id) => <input id={id} type="datetime-local" value={wish.from} onChange={(event) => set({ from: event.target.value })} />}</Field>
                <Field label={t('credit.until')}>{(id) => <input id={id} type="datetime-local" value={wish.until} onChange={(event) => set({ until: event.target.value })} />}</Field>
                {names.length <= CLICKED_MAX ? (
                    <fieldset className="whole reserve-nodes"><legend>{t('pool.node')}</legend>{names.map((name) => <label key={name} className="check"><input type="checkbox" checked={chosen.has(name)} onChange={() => flip(name)} /><span>{name}</span></label>)}{wrong('nodes') && <p className="hint wrong" role="alert">{wrong('nodes')}</p>}</fieldset>
                ) : (
                    <div className="whole"><Field label={t('pool.node')} hint={t('reserve.nodes.hint')} error={wrong('nodes')}>{(id, described) => <input id={id} aria-describedby={described} value={wish.nodes} placeholder={`${names[0]} ${names[1]}`} onChange={(event) => set({ nodes: event.target.value })} />}</Field></div>
                )}
                <div className="whole">
                    {tried && others.length > 0 && <p className="hint wrong" role="alert">{t('reserve.taken', { name: others[0]!.name, from: when(others[0]!.from), until: when(others[0]!.until) })}</p>}
                    <ProblemNote error={error} />
                    <div className="actions end"><Button onClick={onClose}>{t('cancel')}</Button><Button look="main" type="submit">{t('reserve.make')}</Button></div>
                </div>
            </form>
        </Dialog>
    )
}
