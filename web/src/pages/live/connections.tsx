import { useEffect, useRef, useState } from 'react'
import { connections as askAll, happenings, ways as askWays, type Connection } from '../../api/live'
import { ConnectionCard, RATES } from '../../live/connection_card'
import { ConnectionForm } from '../../live/connection_form'
import { comesBy } from '../../live/connection_state'
import { gapsOf } from '../../live/gaps'
import { Snippet, WaysIn } from '../../live/ways_in'
import { useMay } from '../../me'
import { Button, Card, Empty, ProblemNote, Waiting } from '../../parts/basics'
import { useLoad } from '../../parts/load'
import { useTitle } from '../../parts/route'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 2000
const GAPS_MS = 15_000
const DAY = 86400
const FAKE = 'mosquitto &\nmaru fake examples/minifab --sparkplug mqtt://localhost --begin 10 --speed 60'

/** Samples a second of each connection as they were told, for as long as the page is open. */
function useRates(all: Connection[] | undefined): ReadonlyMap<string, number[]> {
    const rates = useRef(new Map<string, number[]>())
    useEffect(() => {
        for (const { id, samplesPerSecond } of all ?? []) rates.current.set(id, [...(rates.current.get(id) ?? []), samplesPerSecond].slice(-RATES))
    }, [all])
    return rates.current
}

export default function Connections() {
    const { t, lang } = useText()
    useTitle(t('data.connections'))
    const may = useMay('engineer')
    const [turn, setTurn] = useState(0)
    const told = usePoll(`connections ${turn}`, LOOK_MS, askAll)
    const gapEvents = usePoll('gaps of a day', GAPS_MS, (signal) => happenings({ kind: 'gap', from: Date.now() / 1000 - DAY, limit: 1000 }, signal))
    const ways = useLoad('ways in', askWays)
    const rates = useRates(told.value)
    const [form, setForm] = useState<{ old: Connection | null } | null>(null)
    const gaps = gapsOf(gapEvents.value?.items ?? [], lang)
    const now = Date.now() / 1000
    const all = told.value
    const again = () => setTurn((n) => n + 1)
    if (!all) return told.error ? <ProblemNote error={told.error} /> : <Waiting />
    return (
        <>
            <ProblemNote error={told.error} />
            {all.length === 0 ? (
                <Card>
                    <Empty title={t('conn.none')} text={t(may ? 'conn.none.text' : 'conn.none.viewer')}>
                        {may && <Button look="main" onClick={() => setForm({ old: null })}>{t('conn.add')}</Button>}
                    </Empty>
                    {may && (
                        <div className="try-it">
                            <Snippet title={t('conn.fake')} note={t('conn.fake.text')} text={FAKE} />
                        </div>
                    )}
                </Card>
            ) : (
                <>
                    <div className="connections-head">
                        <p className="lead">{t('conn.sum', { up: all.filter(({ on, state }) => on && state === 'up').length, count: all.filter(({ on }) => on).length })}</p>
                        {may && <Button look="main" onClick={() => setForm({ old: null })}>{t('conn.add')}</Button>}
                    </div>
                    <div className="connections">
                        {all.map((one) => (
                            <ConnectionCard
                                key={one.id}
                                connection={one}
                                rates={rates.get(one.id) ?? []}
                                gaps={gaps.filter(({ source }) => comesBy(source, one.name))}
                                day={{ from: now - DAY, to: now }}
                                may={may}
                                onChange={again}
                                onEdit={() => setForm({ old: one })}
                            />
                        ))}
                    </div>
                </>
            )}
            {may && <WaysIn takesCsv={ways.value?.takesCsv ?? false} />}
            {form && (
                <ConnectionForm
                    old={form.old}
                    taken={all.map(({ name }) => name)}
                    onClose={() => {
                        setForm(null)
                        again()
                    }}
                />
            )}
        </>
    )
}
