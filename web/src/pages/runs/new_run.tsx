import { useState } from 'react'
import { list, post } from '../../api/client'
import type { ApiError } from '../../api/problem'
import type { NewRun } from '../../api/types'
import { Button, Card, Choice, Empty, Field, LinkButton, PageHead, ProblemNote, Waiting } from '../../parts/basics'
import { useLoad } from '../../parts/load'
import { go, usePlace, useTitle } from '../../parts/route'
import { isKey, useText } from '../../text'
import { choicesOf, optionsOf, plain, useOptions, variantText, type Setting } from './options'

const VARIANTS_MAX = 8
const REPS_MANY = 1000

export default function NewRunPage() {
    const { t } = useText()
    useTitle(t('runs.new'))
    const { query } = usePlace()
    const plants = useLoad('plants all', () => list('/v1/plants'))
    const [chosen, setChosen] = useState(query.get('plant') ?? '')
    const [version, setVersion] = useState(query.get('version') ?? '')
    const [kind, setKind] = useState<'simulate' | 'compare'>(query.get('kind') === 'compare' ? 'compare' : 'simulate')
    const [name, setName] = useState('')
    const [days, setDays] = useState('365')
    const [warmup, setWarmup] = useState('90')
    const [reps, setReps] = useState('10')
    const [seed, setSeed] = useState('1')
    const [setting, setSetting] = useState(plain())
    const [variants, setVariants] = useState<Setting[]>([plain('fifo'), plain('cr')])
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)

    if (!plants.value) return plants.error ? <ProblemNote error={plants.error} retry={plants.reload} /> : <Waiting />
    const sound = plants.value.filter((one) => one.latest.sound || one.versions > 1)
    const plant = sound.find((one) => one.id === chosen) ?? sound[0]
    if (!plant)
        return (
            <Card>
                <Empty title={t(plants.value.length > 0 ? 'new_run.no_sound' : 'runs.no_plant')} text={t(plants.value.length > 0 ? 'new_run.no_sound.text' : 'runs.no_plant.text')}>
                    <LinkButton look="main" href="/plants">{t('nav.plants')}</LinkButton>
                </Empty>
            </Card>
        )

    const wrongDays = !(Number(days) > 0 && Number(days) <= 36500) ? t('new_run.days.wrong') : undefined
    const wrongWarmup = !(warmup.trim() !== '' && Number(warmup) >= 0 && Number(warmup) < Number(days)) ? t('new_run.warmup.wrong') : undefined
    const wrongReps = !(Number.isInteger(Number(reps)) && Number(reps) >= 1 && Number(reps) <= REPS_MANY) ? t('new_run.reps.wrong', { most: REPS_MANY }) : undefined
    const wrongSeed = !(Number.isInteger(Number(seed)) && Number(seed) >= 0) || seed.trim() === '' ? t('new_run.seed.wrong') : undefined
    const start = async () => {
        setBusy(true)
        setError(null)
        const body: NewRun = {
            plant: plant.id,
            ...(version && chosen === plant.id ? { version: Number(version) } : {}),
            ...(name.trim() ? { name: name.trim() } : {}),
            days: Number(days),
            warmup_days: Number(warmup),
            replications: Number(reps),
            seed: Number(seed),
        }
        if (kind === 'simulate') {
            const options = optionsOf(setting)
            if (Object.keys(options).length > 0) body.options = options
        } else body.variants = variants.map(variantText)
        try {
            const run = await post('/v1/runs', { body })
            go(`/runs/${run.id}`)
        } catch (problem) {
            setError(problem as ApiError)
            setBusy(false)
        }
    }
    return (
        <>
            <PageHead title={t('runs.new')} lead={t('new_run.lead')} />
            <form
                className="form"
                onSubmit={(event) => {
                    event.preventDefault()
                    if (!wrongDays && !wrongWarmup && !wrongReps && !wrongSeed) void start()
                }}
            >
                <Card title={t('new_run.what')}>
                    <Choice
                        label={t('new_run.what')}
                        value={kind}
                        onChange={setKind}
                        options={[
                            { value: 'simulate', text: t('kind.simulate') },
                            { value: 'compare', text: t('kind.compare') },
                        ]}
                    />
                    <p className="note">{t(kind === 'simulate' ? 'kind.simulate.text' : 'kind.compare.text')}</p>
                    <div className="fields">
                        <Field label={t('new_run.plant')}>
                            {(id) => (
                                <select id={id} value={plant.id} onChange={(event) => { setChosen(event.target.value); setVersion('') }}>
                                    {sound.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
                                </select>
                            )}
                        </Field>
                        <Field label={t('new_run.version')} hint={version === '' && !plant.latest.sound ? t('new_run.newest_faulty') : undefined}>
                            {(id) => (
                                <select id={id} value={version} onChange={(event) => { setChosen(plant.id); setVersion(event.target.value) }}>
                                    <option value="">{t('new_run.newest', { version: plant.versions })}</option>
                                    {Array.from({ length: Math.min(plant.versions - 1, 200) }, (_, n) => plant.versions - 1 - n).map((number) => <option key={number} value={number}>{t('version', { version: number })}</option>)}
                                </select>
                            )}
                        </Field>
                        <Field label={t('new_run.name')} hint={t('new_run.name.hint')}>
                            {(id, hint) => <input id={id} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} aria-describedby={hint} />}
                        </Field>
                    </div>
                </Card>
                <Card title={t('new_run.time')}>
                    <div className="fields four">
                        <Field label={t('new_run.days')} hint={t('new_run.days.hint')} error={wrongDays}>
                            {(id, hint) => <input id={id} inputMode="decimal" value={days} onChange={(event) => setDays(event.target.value)} aria-invalid={!!wrongDays} aria-describedby={hint} />}
                        </Field>
                        <Field label={t('new_run.warmup')} hint={t('new_run.warmup.hint')} error={wrongWarmup}>
                            {(id, hint) => <input id={id} inputMode="decimal" value={warmup} onChange={(event) => setWarmup(event.target.value)} aria-invalid={!!wrongWarmup} aria-describedby={hint} />}
                        </Field>
                        <Field label={t('new_run.reps')} hint={t(Number(reps) === 1 ? 'new_run.reps.one' : 'new_run.reps.hint')} error={wrongReps}>
                            {(id, hint) => <input id={id} inputMode="numeric" value={reps} onChange={(event) => setReps(event.target.value)} aria-invalid={!!wrongReps} aria-describedby={hint} />}
                        </Field>
                        <Field label={t('new_run.seed')} hint={t('new_run.seed.hint')} error={wrongSeed}>
                            {(id, hint) => <input id={id} inputMode="numeric" value={seed} onChange={(event) => setSeed(event.target.value)} aria-invalid={!!wrongSeed} aria-describedby={hint} />}
                        </Field>
                    </div>
                </Card>
                {kind === 'simulate' ? (
                    <Card title={t('new_run.settings')} note={t('new_run.settings.text')}>
                        <SettingFields value={setting} onChange={setSetting} />
                    </Card>
                ) : (
                    <div className="variants">
                        {variants.map((variant, n) => (
                            <Card
                                key={n}
                                title={t('variant', { name: 'ABCDEFGH'[n]! })}
                                note={<code>{variantText(variant) || t('variant.plain')}</code>}
                                actions={variants.length > 2 && <Button look="quiet" onClick={() => setVariants(variants.filter((_, k) => k !== n))}>{t('variant.remove')}</Button>}
                            >
                                <SettingFields value={variant} onChange={(next) => setVariants(variants.map((one, k) => (k === n ? next : one)))} />
                            </Card>
                        ))}
                        {variants.length < VARIANTS_MAX && <Button className="add" onClick={() => setVariants([...variants, plain()])}>{t('variant.add')}</Button>}
                    </div>
                )}
                <ProblemNote error={error} />
                <div className="actions">
                    <Button look="main" type="submit" disabled={busy}>{t(kind === 'simulate' ? 'new_run.start' : 'new_run.start_compare')}</Button>
                </div>
            </form>
        </>
    )
}

function SettingFields({ value, onChange }: { value: Setting; onChange: (next: Setting) => void }) {
    const { t, lang } = useText()
    const { rules, queueRules, others } = useOptions()
    const say = (key: string, name: string) => (isKey(key) ? t(key) : name)
    const set = (part: Partial<Setting>) => onChange({ ...value, ...part })
    return (
        <>
            <div className="fields">
                <Field label={t('setting.rule')} hint={say(`rule.${value.rule}.hint`, '')}>
                    {(id, hint) => (
                        <select id={id} value={value.rule} onChange={(event) => set({ rule: event.target.value })} aria-describedby={hint}>
                            {rules.map((rule) => <option key={rule} value={rule}>{say(`rule.${rule}`, rule)}</option>)}
                            <option value="own">{t('rule.own')}</option>
                        </select>
                    )}
                </Field>
                <Field label={t('setting.queue_rule')}>
                    {(id) => (
                        <select id={id} value={value.queue_rule} onChange={(event) => set({ queue_rule: event.target.value })}>
                            {queueRules.map((rule) => <option key={rule} value={rule}>{say(`queue_rule.${rule}`, rule)}</option>)}
                        </select>
                    )}
                </Field>
                <Field label={t('setting.load')} hint={t('setting.load.hint')}>
                    {(id, hint) => <input id={id} inputMode="numeric" value={value.load} onChange={(event) => set({ load: event.target.value })} aria-describedby={hint} />}
                </Field>
            </div>
            {value.rule === 'own' && (
                <Field label={t('setting.own')} hint={t('setting.own.hint')}>
                    {(id, hint) => <input id={id} className="code" spellCheck={false} maxLength={1024} required value={value.own} placeholder="priority desc, setup, due - now" onChange={(event) => set({ own: event.target.value })} aria-describedby={hint} />}
                </Field>
            )}
            <details>
                <summary>{t('setting.more')}</summary>
                <Field label={t('setting.more.label')} hint={t('setting.more.hint')}>
                    {(id, hint) => <textarea id={id} className="code" spellCheck={false} rows={3} value={value.more} placeholder={'batch_start=full\nmin_run=off'} onChange={(event) => set({ more: event.target.value })} aria-describedby={hint} />}
                </Field>
                <dl className="note options">
                    {others.map((option) => (
                        <div key={option.name}>
                            <dt><code>{option.name} = {choicesOf(option)}</code></dt>
                            <dd>{option.meaning[lang]}{option.default && ` [${option.default}]`}</dd>
                        </div>
                    ))}
                </dl>
            </details>
        </>
    )
}
