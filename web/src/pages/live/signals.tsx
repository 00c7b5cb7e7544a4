import { useDeferredValue, useState } from 'react'
import { IDS_MAX } from '../../live/span'
import { SignalTree } from '../../live/signal_tree'
import { useSignals } from '../../live/use_signals'
import { Button, Card, Empty, LinkButton, ProblemNote, Waiting } from '../../parts/basics'
import { go, useTitle } from '../../parts/route'
import { useText } from '../../text'

export default function Signals() {
    const { t, num } = useText()
    useTitle(t('data.signals'))
    const [search, setSearch] = useState('')
    const wanted = useDeferredValue(search)
    const signals = useSignals(wanted)
    const [chosen, setChosen] = useState<number[]>([])
    if (signals.error && signals.count === 0) return <ProblemNote error={signals.error} retry={signals.reload} />
    if (!signals.isLoaded && signals.count === 0) return <Waiting />
    if (signals.count === 0)
        return (
            <Card>
                <Empty title={t('signals.none')} text={t('signals.none.text')}>
                    <LinkButton look="main" href="/data">{t('signals.none.do')}</LinkButton>
                </Empty>
            </Card>
        )
    const show = () => go(`/data/explorer?s=${chosen.join(',')}`)
    return (
        <Card className="signals-card">
            <ProblemNote error={signals.error} />
            <div className="signals-bar">
                <input type="search" value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t('signals.search')} aria-label={t('signals.search')} />
                <span className="note" aria-live="polite">
                    {wanted.trim() ? t('table.count', { found: num(signals.found.length), all: num(signals.count) }) : t(signals.isAll || !signals.isLoaded ? 'signals.count' : 'signals.first', { count: num(signals.count) })}
                </span>
                <span className="signals-do">
                    {chosen.length > 0 && <Button look="quiet" onClick={() => setChosen([])}>{t('signals.choose_none')}</Button>}
                    <Button look="main" disabled={chosen.length === 0} onClick={show}>{chosen.length > 0 ? t('signals.explore', { count: chosen.length }) : t('signals.explore.none')}</Button>
                </span>
            </div>
            {signals.found.length === 0 ? (
                <p className="note">{t('table.none')}</p>
            ) : (
                <SignalTree
                    signals={signals.found}
                    places={signals.places}
                    chosen={chosen}
                    isSearched={wanted.trim() !== ''}
                    onToggle={({ id }) => setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-IDS_MAX))}
                />
            )}
        </Card>
    )
}
