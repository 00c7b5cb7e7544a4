import { useState } from 'react'
import { creditEntries, credits as askCredits, isAbsent, problemOf, removeBudget, setBudget, usage as askUsage, usageFile, type CreditEntry, type Credits, type Usage as Used } from '../../api/compute'
import type { ApiError } from '../../api/problem'
import { showIn } from '../../compute/blank_window'
import { Absent } from '../../compute/absent'
import { useNamed } from '../../compute/pool_words'
import { OwnedCostCard } from '../../compute/owned_cost'
import { UsageChart } from '../../compute/usage_chart'
import { useIsOperator } from '../../compute/use_operator'
import { save } from '../../live/export'
import { useMay } from '../../me'
import { Badge, Button, Card, Dialog, Field, ProblemNote, Progress, Waiting } from '../../parts/basics'
import { BigFigure } from '../../parts/figure'
import { useLoad } from '../../parts/load'
import { Link } from '../../parts/route'
import { DataTable, type Column } from '../../table/data_table'
import { useText } from '../../text'

const MONTHS = 6

/** /compute/usage: credits left and where they went, budgets, and what was used month by month. */
export default function Usage() {
    const { t } = useText()
    const money = useLoad('credits', () => askCredits())
    if (!money.value) return money.error ? <Absent error={money.error} retry={money.reload} /> : <Waiting />
    return (
        <>
            <Balance credits={money.value} />
            <Budgets credits={money.value} onChange={money.reload} />
            {money.value.grants.length > 0 && <Grants credits={money.value} />}
            <Months />
            <Entries title={t('credit.entries')} />
        </>
    )
}

function Balance({ credits }: { credits: Credits }) {
    const { t, num, when, ago } = useText()
    const digits = Math.abs(credits.balance) < 100 ? 2 : 0
    const isLow = credits.warning >= 80
    if (!credits.has_prices && credits.granted === 0) return <Card className="hero"><p className="sentence">{t('credit.no_prices')}</p></Card>
    // Who never was granted any is not on credits: nothing is charged.
    if (credits.granted === 0 && credits.spent === 0 && credits.debt === 0) return <Card className="hero"><p className="sentence">{t('credit.not_on')}</p></Card>
    return (
        <Card className={`hero health ${credits.held ? 'bad' : isLow ? 'warn' : 'good'}`}>
            <p className="sentence">{credits.held ? t('credit.told.held') : credits.empty_at ? t('credit.told.empty', { balance: num(credits.balance, digits), when: when(credits.empty_at), ago: ago(credits.empty_at) }) : t('credit.told.left', { balance: num(credits.balance, digits) })}</p>
            <dl className="figures">
                <BigFigure label={t('pool.credits')} value={num(credits.balance, digits)} unit={t('credit.unit')} tone={credits.held ? 'bad' : isLow ? 'warn' : undefined} />
                <BigFigure label={t('credit.spent')} value={num(credits.spent, digits)} unit={t('credit.unit')} doubt={t('credit.of', { granted: num(credits.granted, 0) })} />
                {credits.expired > 0 && <BigFigure label={t('credit.expired')} value={num(credits.expired, digits)} unit={t('credit.unit')} />}
                {credits.debt > 0 && <BigFigure label={t('credit.debt')} value={num(credits.debt, digits)} unit={t('credit.unit')} tone="bad" />}
            </dl>
            {!credits.has_prices && <p className="note">{t('credit.free')}</p>}
        </Card>
    )
}

function Grants({ credits }: { credits: Credits }) {
    const { t, num, when } = useText()
    type Grant = Credits['grants'][number]
    const columns: Column<Grant>[] = [
        { key: 'note', title: t('credit.note'), value: (row) => row.note || row.id, width: 12 },
        { key: 'left', title: t('credit.left'), value: (row) => row.left, show: (row) => num(row.left, 1), number: true },
        { key: 'credits', title: t('credit.granted'), value: (row) => row.credits, show: (row) => num(row.credits, 0), number: true },
        { key: 'from', title: t('credit.from'), value: (row) => row.from, show: (row) => when(row.from), width: 13, grow: 1 },
        { key: 'until', title: t('credit.until'), value: (row) => row.until, show: (row) => (row.until ? when(row.until) : t('credit.never')), width: 13, grow: 1 },
    ]
    return <Card title={t('credit.grants')} note={t('credit.grants.note')}><DataTable label={t('credit.grants')} rows={credits.grants} columns={columns} rowKey={(row) => row.id} /></Card>
}

function Budgets({ credits, onChange }: { credits: Credits; onChange: () => void }) {
    const { t, num, when, percent } = useText()
    const may = useMay('operator')
    const [isNew, setIsNew] = useState(false)
    const [error, setError] = useState<ApiError | null>(null)
    const drop = (account: string, from: string) => removeBudget(account, from).then(() => { setError(null); onChange() }, (problem: unknown) => setError(problemOf(problem)))
    return (
        <Card title={t('credit.budgets')} note={t('credit.budgets.note')} actions={may && <Button onClick={() => setIsNew(true)}>{t('credit.budget.new')}</Button>}>
            <ProblemNote error={error} />
            {credits.budgets.length === 0 ? <p className="all-well">{t('credit.budgets.none')}</p> : (
                <ul className="list budgets">
                    {credits.budgets.map((one) => {
                        const share = one.credits > 0 ? one.spent / one.credits : 0
                        return (
                            <li key={`${one.account} ${one.from}`}>
                                <span className="list-head"><strong>{one.account || t('credit.all_projects')}</strong><Badge tone={share >= 1 ? 'bad' : one.warning >= 80 ? 'warn' : 'good'}>{percent(share, 0)}</Badge></span>
                                <Progress share={Math.min(1, share)} label={one.account || t('credit.all_projects')} />
                                <span className="list-note budget-foot">{t('credit.budget.told', { spent: num(one.spent, 1), credits: num(one.credits, 0), from: when(one.from), until: when(one.until) })}{may && <Button look="quiet" onClick={() => void drop(one.account, one.from)}>{t('delete')}</Button>}</span>
                            </li>
                        )
                    })}
                </ul>
            )}
            {isNew && <NewBudget onClose={() => setIsNew(false)} onDone={onChange} />}
        </Card>
    )
}

const isoDay = (date: Date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
function NewBudget({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
    const { t } = useText()
    const now = new Date()
    const [account, setAccount] = useState('')
    const [amount, setAmount] = useState('')
    const [from, setFrom] = useState(isoDay(new Date(now.getFullYear(), now.getMonth(), 1)))
    const [until, setUntil] = useState(isoDay(new Date(now.getFullYear(), now.getMonth() + 1, 1)))
    const [error, setError] = useState<ApiError | null>(null)
    const time = (day: string) => new Date(`${day}T00:00:00`).toISOString()
    const isGood = Number(amount) >= 0 && amount.trim() !== '' && from !== '' && until > from
    const send = () => setBudget({ account: account.trim(), from: time(from), until: time(until), credits: Number(amount) }).then(() => { onDone(); onClose() }, (problem: unknown) => setError(problemOf(problem)))
    return (
        <Dialog title={t('credit.budget.new')} onClose={onClose}>
            <form className="fields" onSubmit={(event) => { event.preventDefault(); if (isGood) void send() }}>
                <Field label={t('job.project')} hint={t('credit.budget.project')}>{(id, described) => <input id={id} aria-describedby={described} value={account} onChange={(event) => setAccount(event.target.value)} />}</Field>
                <Field label={t('credit.budget.most')} hint={t('credit.budget.hint')}>{(id, described) => <input id={id} aria-describedby={described} inputMode="decimal" value={amount} onChange={(event) => setAmount(event.target.value)} />}</Field>
                <Field label={t('credit.from')}>{(id) => <input id={id} type="date" value={from} onChange={(event) => setFrom(event.target.value)} />}</Field>
                <Field label={t('credit.until')}>{(id) => <input id={id} type="date" value={until} onChange={(event) => setUntil(event.target.value)} />}</Field>
                <div className="whole"><ProblemNote error={error} /><div className="actions end"><Button onClick={onClose}>{t('cancel')}</Button><Button look="main" type="submit" disabled={!isGood}>{t('credit.budget.set')}</Button></div></div>
            </form>
        </Dialog>
    )
}

type Row = Used['accounts'][number]
/** Used, idle, waited for, energy and cost of the last months, account by account. */
function Months() {
    const { t, lang, num } = useText()
    const isOperator = useIsOperator()
    const [error, setError] = useState<ApiError | null>(null)
    const told = useLoad('pool usage', () => askUsage(MONTHS))
    if (told.error && isAbsent(told.error)) return null
    if (!told.value) return told.error ? <ProblemNote error={told.error} retry={told.reload} /> : <Waiting />
    const rows = told.value.accounts.filter(({ depth }) => depth > 0 || isOperator)
    const hours = (key: string, title: string, pick: (row: Row) => number, hint?: string): Column<Row> => ({ key, title, value: pick, show: (row) => num(pick(row), 1), number: true, ...(hint ? { hint } : {}) })
    const columns: Column<Row>[] = [
        { key: 'name', title: t('pool.account'), value: (row) => row.name, show: (row) => <span className={row.depth > 1 ? 'account-in' : ''}>{row.name || t('usage.all')}</span>, width: 11 },
        hours('used', t('usage.used'), (row) => row.total.used_hours, t('usage.used.hint')),
        hours('idle', t('usage.idle'), (row) => row.total.idle_hours, t('usage.idle.hint')),
        hours('unused', t('usage.unused'), (row) => row.total.unused_hours, t('usage.unused.hint')),
        hours('waited', t('usage.waited'), (row) => row.total.waited_hours, t('usage.waited.hint')),
        hours('energy', t('usage.energy'), (row) => row.total.energy_kwh),
        hours('credits', t('credit.unit'), (row) => row.total.credits),
        { key: 'krw', title: t('usage.krw'), value: (row) => row.total.krw, show: (row) => num(row.total.krw, 0), number: true },
        { key: 'runs', title: t('usage.runs'), value: (row) => row.total.runs, show: (row) => num(row.total.runs), number: true },
    ]
    const csv = () => usageFile(MONTHS, 'csv', lang).then((text) => save(new Blob([text], { type: 'text/csv' }), 'maru-usage.csv'), (problem: unknown) => setError(problemOf(problem)))
    return (
        <>
            <Card
                title={t('usage.title', { count: told.value.months.length })}
                note={told.value.months.length > 0 ? `${told.value.months[0]} – ${told.value.months.at(-1)}` : undefined}
                actions={<><Button onClick={() => void csv()}>{t('usage.csv')}</Button><Button onClick={() => showIn(() => usageFile(MONTHS, 'html', lang), setError)}>{t('usage.report')}</Button></>}
            >
                <ProblemNote error={error} />
                {rows.length === 0 ? <p className="all-well">{t('usage.none')}</p> : <UsageChart usage={told.value} />}
                {rows.length > 0 && <DataTable label={t('usage.label')} rows={rows} columns={columns} rowKey={(row) => row.name} />}
            </Card>
            {isOperator && <OwnedCostCard usage={told.value} onChange={told.reload} />}
        </>
    )
}

/** What was charged for one attempt of a job, piece by piece as it ran, is one line; the newest first. */
function together(items: CreditEntry[]): CreditEntry[] {
    const rows: CreditEntry[] = []
    const of = new Map<string, CreditEntry>()
    for (const one of items) {
        const key = one.job ? `${one.kind} ${one.job} ${one.attempt ?? ''}` : ''
        const known = key ? of.get(key) : undefined
        if (!known) {
            const row = { ...one }
            if (key) of.set(key, row)
            rows.push(row)
            continue
        }
        known.credits += one.credits
        known.krw = (known.krw ?? 0) + (one.krw ?? 0)
        if (one.at > known.at) known.at = one.at
    }
    return rows.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
}

function Entries({ title }: { title: string }) {
    const { t, num, when } = useText()
    const named = useNamed()
    const told = useLoad('credit entries', () => creditEntries())
    if (!told.value || told.value.items.length === 0) return null
    const columns: Column<CreditEntry & { n: number }>[] = [
        { key: 'at', title: t('credit.at'), value: (row) => row.at, show: (row) => when(row.at), width: 11 },
        { key: 'kind', title: t('credit.kind'), value: (row) => named.entry(row.kind), width: 7, grow: 1 },
        { key: 'account', title: t('pool.account'), value: (row) => row.account || '–', width: 8, grow: 1 },
        { key: 'credits', title: t('credit.unit'), value: (row) => row.credits, show: (row) => num(row.credits, 3), number: true },
        { key: 'job', title: t('job.tab'), value: (row) => row.job ?? '', show: (row) => (row.job ? <Link href={`/compute/jobs/${row.job}`}>{row.job.slice(-8)}</Link> : '–'), width: 8, grow: 1 },
        { key: 'note', title: t('credit.note'), value: (row) => row.note ?? '', width: 10 },
    ]
    const rows = together(told.value.items).map((one, n) => ({ ...one, n }))
    return <Card title={title}><DataTable label={title} rows={rows} columns={columns} rowKey={(row) => String(row.n)} /></Card>
}
