import { useState } from 'react'
import { list } from '../../api/client'
import type { ApiError } from '../../api/problem'
import { makeTwin, twins as askTwins } from '../../api/twin'
import { useMay } from '../../me'
import { Button, Card, Choice, Empty, Field, LinkButton, PageHead, ProblemNote, Waiting } from '../../parts/basics'
import { forget, useLoad } from '../../parts/load'
import { go, Link, useTitle } from '../../parts/route'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'
import { partsOf } from '../../twin/axis'
import { TwinBadge } from './twin_badge'

const inBase64 = (file: File) =>
    new Promise<string>((done, failed) => {
        const reader = new FileReader()
        reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, '')) // a data: address
        reader.onerror = () => failed(reader.error)
        reader.readAsDataURL(file)
    })

/** All twins of the tenant, newest first. */
export default function Twins() {
    const { t, num, ago } = useText()
    useTitle(t('nav.twins'))
    const may = useMay('engineer')
    const plants = useLoad('plants all', () => list('/v1/plants'))
    const told = usePoll('twins', 3000, askTwins)
    const [chosen, setChosen] = useState('')
    const [name, setName] = useState('')
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    const [state, setState] = useState<File | null>(null)
    const [way, setWay] = useState<'play' | 'follow'>('play')
    const [sources, setSources] = useState('')
    const sound = (plants.value ?? []).filter((plant) => plant.latest.sound)
    const plant = sound.find((one) => one.id === chosen) ?? sound[0]
    const make = async () => {
        setBusy(true)
        setError(null)
        try {
            const made = await makeTwin({ plant: plant!.id, ...(name.trim() ? { name: name.trim() } : {}), ...(way === 'follow' ? { follows: { ...(sources.trim() ? { sources: sources.split(',').map((one) => one.trim()).filter(Boolean) } : {}) } } : state ? { state: await inBase64(state) } : {}) })
            forget()
            go(`/twins/${made.id}${way === 'follow' ? '/following' : ''}`)
        } catch (problem) {
            setError(problem as ApiError)
            setBusy(false)
        }
    }
    return (
        <>
            <PageHead title={t('nav.twins')} lead={t('twins.lead')} />
            <ProblemNote error={told.error ?? plants.error} />
            {told.value && told.value.length > 0 && (
                <ul className="tiles">
                    {told.value.map((twin) => (
                        <li key={twin.id}>
                            <Link href={`/twins/${twin.id}`} className="tile">
                                <span className="list-head">
                                    <strong>{twin.name || plants.value?.find((one) => one.id === twin.plant)?.name || t('nav.twins')}</strong>
                                    <TwinBadge twin={twin} />
                                </span>
                                <span className="list-note">{twin.wip === undefined ? t('clock.day', { day: num(partsOf(twin.time).days + 1, 0) }) : t('twins.tile', { day: num(partsOf(twin.time).days + 1, 0), lots: num(twin.wip) })}</span>
                                <span className="list-note">
                                    {plants.value?.find((one) => one.id === twin.plant)?.name ?? t('run.plant_gone')} v{twin.version} · {ago(twin.created)}
                                    {twin.origin && ` · ${t('twin.is_fork')}`}
                                </span>
                            </Link>
                        </li>
                    ))}
                </ul>
            )}
            {!told.value || !plants.value ? (
                !told.error && !plants.error && <Waiting />
            ) : may && plant ? (
                <Card title={t('twins.make')} note={t('twins.make.text')}>
                    <form
                        className="inline-form"
                        onSubmit={(event) => {
                            event.preventDefault()
                            void make()
                        }}
                    >
                        <Field label={t('new_run.plant')}>
                            {(id) => (
                                <select id={id} value={plant.id} onChange={(event) => setChosen(event.target.value)}>
                                    {sound.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
                                </select>
                            )}
                        </Field>
                        <Field label={t('new_run.name')} hint={t('new_run.name.hint')}>
                            {(id, hint) => <input id={id} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} aria-describedby={hint} />}
                        </Field>
                        <Field label={t('twins.way')} hint={t(`twins.way.${way}.text`)}>
                            {() => <Choice<'play' | 'follow'> label={t('twins.way')} value={way} onChange={setWay} options={[{ value: 'play', text: t('twins.way.play') }, { value: 'follow', text: t('twins.way.follow') }]} />}
                        </Field>
                        {way === 'follow' ? (
                            <Field label={t('twins.sources')} hint={t('twins.sources.hint')}>
                                {(id, hint) => <input id={id} value={sources} onChange={(event) => setSources(event.target.value)} aria-describedby={hint} />}
                            </Field>
                        ) : <Field label={t('twins.state')} hint={t('twins.state.hint')}>
                            {(id, hint) => <input id={id} type="file" accept=".maru" onChange={(event) => setState(event.target.files?.[0] ?? null)} aria-describedby={hint} />}
                        </Field>}
                        <Button look="main" type="submit" disabled={busy}>{t('twin.make')}</Button>
                    </form>
                    <ProblemNote error={error} />
                </Card>
            ) : (
                told.value.length === 0 && (
                    <Card>
                        <Empty title={t('twins.none')} text={t(plant ? 'twins.none.viewer' : 'twins.none.no_plant')}>
                            {!plant && <LinkButton look="main" href="/plants">{t('nav.plants')}</LinkButton>}
                        </Empty>
                    </Card>
                )
            )}
        </>
    )
}
