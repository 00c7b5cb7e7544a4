import { useState } from 'react'
import { readDocument, writeDocument } from '../api/meaning'
import type { Signal } from '../api/live'
import { ApiError } from '../api/problem'
import { SignalTree } from '../live/signal_tree'
import { useSignals } from '../live/use_signals'
import { Button, Dialog, Field, ProblemNote } from '../parts/basics'
import { forget } from '../parts/load'
import { go } from '../parts/route'
import { Sheet } from '../table/sheet'
import { useText } from '../text'
import { isCounted, KINDS, useKind, type Kind } from './chart_words'
import { apply } from './drafts'

const HEAD = 'chart,signal,kind,size,rules,target,lower,upper\n'

/** The name by which tables know a signal: its source's whole name. */
const nameOf = (signal: Signal): string => signal.source

/** A row more in the table of charts. */
async function add(chart: string, cells: Record<string, string>): Promise<void> {
    const kept = await readDocument('charts').catch((problem: ApiError) => (problem.status === 404 ? null : Promise.reject(problem)))
    const sheet = new Sheet(new TextEncoder().encode(kept?.text ?? HEAD))
    apply(sheet, 'chart', [{ name: chart, cells }])
    await writeDocument('charts', sheet.toBytes(), kept?.version ?? 0)
}

export function NewChart({ signal: given, taken, onClose }: { signal: number | null; taken: readonly string[]; onClose: () => void }) {
    const { t } = useText()
    const say = useKind()
    const [search, setSearch] = useState('')
    const signals = useSignals(search)
    const [picked, setPicked] = useState<Signal | null>(null)
    const signal = picked ?? (given === null ? null : (signals.byId.get(given) ?? null))
    const [name, setName] = useState<string | null>(null)
    const [kind, setKind] = useState<Kind>('i-mr')
    const [size, setSize] = useState('')
    const [lower, setLower] = useState('')
    const [upper, setUpper] = useState('')
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    const chart = (name ?? signal?.name ?? '').trim()
    const wrongName = taken.includes(chart) ? t('chart.new.taken') : undefined
    const isNumber = (text: string) => text.trim() === '' || Number.isFinite(Number(text))
    const wrong = !isNumber(lower) || !isNumber(upper) || (lower.trim() !== '' && upper.trim() !== '' && Number(lower) >= Number(upper)) ? t('chart.new.crossed') : undefined
    const wantsSize = kind === 'p' || kind === 'np' || kind === 'u' || kind === 'xbar-r' || kind === 'xbar-s'
    return (
        <Dialog title={t('chart.new')} onClose={onClose}>
            <form
                className="form"
                onSubmit={(event) => {
                    event.preventDefault()
                    if (!signal || !chart || wrong || wrongName) return
                    setBusy(true)
                    add(chart, { signal: nameOf(signal), kind, size: wantsSize ? size.trim() : '', lower: isCounted(kind) ? '' : lower.trim(), upper: isCounted(kind) ? '' : upper.trim() }).then(() => {
                        forget()
                        go(`/quality/chart/${encodeURIComponent(chart)}`)
                    }, (problem: unknown) => {
                        setError(problem instanceof ApiError ? problem : new ApiError({ type: 'about:blank', title: String(problem), status: 0 }))
                        setBusy(false)
                    })
                }}
            >
                {signal ? (
                    <p className="picked"><span>{t('chart.new.signal')}</span> <strong>{nameOf(signal)}</strong> <Button look="quiet" onClick={() => setPicked(null)} hidden={picked === null}>{t('chart.new.other')}</Button></p>
                ) : (
                    <div className="explorer-tree">
                        <input type="search" autoFocus value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t('signals.search')} aria-label={t('signals.search')} />
                        {signals.found.length === 0 ? <p className="note">{t(signals.count === 0 ? 'signals.none' : 'table.none')}</p> : <SignalTree compact signals={signals.found} chosen={[]} isSearched={search.trim() !== ''} onToggle={setPicked} />}
                    </div>
                )}
                <Field label={t('chart.new.name')} error={wrongName}>{(id, hint) => <input id={id} value={name ?? signal?.name ?? ''} maxLength={120} required onChange={(event) => setName(event.target.value)} aria-describedby={hint} aria-invalid={!!wrongName} />}</Field>
                <div className="fields">
                    <Field label={t('chart.new.kind')} hint={t(`chart.kind.${kind}.text`)}>{(id, hint) => <select id={id} value={kind} onChange={(event) => setKind(event.target.value as Kind)} aria-describedby={hint}>{KINDS.map((one) => <option key={one} value={one}>{say(one)}</option>)}</select>}</Field>
                    {wantsSize && <Field label={t('chart.new.size')} hint={t('chart.new.size.hint')}>{(id, hint) => <input id={id} inputMode="numeric" value={size} onChange={(event) => setSize(event.target.value)} required={kind === 'p' || kind === 'np'} aria-describedby={hint} />}</Field>}
                </div>
                {!isCounted(kind) && (
                    <div className="fields">
                        <Field label={t('chart.new.lower')} hint={t('chart.new.specification')} error={wrong}>{(id, hint) => <input id={id} inputMode="decimal" value={lower} onChange={(event) => setLower(event.target.value)} aria-describedby={hint} aria-invalid={!!wrong} />}</Field>
                        <Field label={t('chart.new.upper')}>{(id, hint) => <input id={id} inputMode="decimal" value={upper} onChange={(event) => setUpper(event.target.value)} aria-describedby={hint} aria-invalid={!!wrong} />}</Field>
                    </div>
                )}
                <ProblemNote error={error} />
                <div className="actions end">
                    <Button onClick={onClose}>{t('cancel')}</Button>
                    <Button look="main" type="submit" disabled={busy || !signal || !chart || !!wrong || !!wrongName}>{t('chart.new.do')}</Button>
                </div>
            </form>
        </Dialog>
    )
}
