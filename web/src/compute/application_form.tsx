import { useState } from 'react'
import { apply, problemOf, type Application, type ApplicationLine, type NewApplication, type WholeRound } from '../api/compute'
import type { ApiError } from '../api/problem'
import { Button, Card, Field, ProblemNote } from '../parts/basics'
import { useText } from '../text'
import { quartersBetween } from './round_words'

/** What an institution asks for: how many GPUs of which type in which quarters, what for, and the least that is of use. */
export function ApplicationForm({ round, before, onDone }: { round: WholeRound; before: Application | undefined; onDone: () => void }) {
    const { t, num } = useText()
    const supply = round.supply ?? []
    const types = [...new Set(supply.map(({ type }) => type))]
    const quarters = [...new Set(supply.map(({ quarter }) => quarter))].sort()
    const classes = round.classes ?? []
    const regions = round.regions ?? []
    const first = quarters[0] ?? ''
    const final = quarters.at(-1) ?? ''
    const blank = (): ApplicationLine => ({ type: types[0] ?? '', from: first, until: final, gpus: 8, least: 8 })
    const sites = [...new Set(supply.map(({ site }) => site))]
    const [wish, setWish] = useState<NewApplication>(() => (before ? wishOf(before) : { title: '', purpose: '', region: regions[0] ?? '', class: classes[0] ?? '', site: '', priority: 3, readiness: 3, lines: [blank()] }))
    const [error, setError] = useState<ApiError | null>(null)
    const [said, setSaid] = useState('')
    const set = (change: Partial<NewApplication>) => { setWish({ ...wish, ...change }); setSaid('') }
    const line = (at: number, change: Partial<ApplicationLine>) => set({ lines: wish.lines.map((one, n) => (n === at ? { ...one, ...change } : one)) })
    const all = quarters.length > 0 ? quartersBetween(first, final) : []
    const good = wish.title.trim() !== '' && wish.lines.length > 0 && wish.lines.every((one) => one.type !== '' && Number.isInteger(one.gpus) && one.gpus > 0 && one.least >= 0 && one.least <= one.gpus && one.from <= one.until)
    const send = () => apply(round.round, { ...wish, title: wish.title.trim() }).then(() => { setError(null); setSaid(t('apply.done')); onDone() }, (problem: unknown) => setError(problemOf(problem)))
    const quarterChoice = (id: string, value: string, change: (next: string) => void) =>
        all.length > 0 ? <select id={id} value={value} onChange={(event) => change(event.target.value)}>{all.map((one) => <option key={one}>{one}</option>)}</select> : <input id={id} value={value} placeholder="2026Q3" onChange={(event) => change(event.target.value)} />
    return (
        <Card title={t('apply.title')} note={t('apply.text')}>
            <form className="form" onSubmit={(event) => { event.preventDefault(); if (good) void send() }}>
                <div className="fields">
                    <Field label={t('apply.what')}>{(id) => <input id={id} value={wish.title} onChange={(event) => set({ title: event.target.value })} />}</Field>
                    <Field label={t('apply.class')}>{(id) => (classes.length > 0 ? <select id={id} value={wish.class} onChange={(event) => set({ class: event.target.value })}>{classes.map((one) => <option key={one}>{one}</option>)}</select> : <input id={id} value={wish.class} onChange={(event) => set({ class: event.target.value })} />)}</Field>
                    <Field label={t('apply.region')}>{(id) => (regions.length > 0 ? <select id={id} value={wish.region} onChange={(event) => set({ region: event.target.value })}>{regions.map((one) => <option key={one}>{one}</option>)}</select> : <input id={id} value={wish.region} onChange={(event) => set({ region: event.target.value })} />)}</Field>
                </div>
                {sites.length > 1 && <Field label={t('apply.site')} hint={t('apply.site.hint')}>{(id, described) => <select id={id} aria-describedby={described} value={wish.site} onChange={(event) => set({ site: event.target.value })}><option value="">{t('apply.site.any')}</option>{sites.map((one) => <option key={one}>{one}</option>)}</select>}</Field>}
                <Field label={t('apply.purpose')} hint={t('apply.purpose.hint')}>{(id, described) => <textarea id={id} rows={3} aria-describedby={described} value={wish.purpose} onChange={(event) => set({ purpose: event.target.value })} />}</Field>
                <div className="fields four">
                    <Field label={t('apply.priority')} hint={t('apply.scale')}>{(id, described) => <select id={id} aria-describedby={described} value={wish.priority} onChange={(event) => set({ priority: Number(event.target.value) })}>{[1, 2, 3, 4, 5].map((one) => <option key={one} value={one}>{one}</option>)}</select>}</Field>
                    <Field label={t('apply.readiness')} hint={t('apply.scale')}>{(id, described) => <select id={id} aria-describedby={described} value={wish.readiness} onChange={(event) => set({ readiness: Number(event.target.value) })}>{[1, 2, 3, 4, 5].map((one) => <option key={one} value={one}>{one}</option>)}</select>}</Field>
                </div>
                <fieldset className="lines">
                    <legend>{t('apply.lines')}</legend>
                    {wish.lines.map((one, n) => (
                        <div key={n} className="apply-line">
                            <Field label={t('job.type')}>{(id) => (types.length > 0 ? <select id={id} value={one.type} onChange={(event) => line(n, { type: event.target.value })}>{types.map((type) => <option key={type}>{type}</option>)}</select> : <input id={id} value={one.type} onChange={(event) => line(n, { type: event.target.value })} />)}</Field>
                            <Field label={t('credit.from')}>{(id) => quarterChoice(id, one.from, (from) => line(n, { from }))}</Field>
                            <Field label={t('credit.until')} error={one.from > one.until ? t('apply.order') : undefined}>{(id) => quarterChoice(id, one.until, (until) => line(n, { until }))}</Field>
                            <Field label={t('pool.gpus')}>{(id) => <input id={id} inputMode="numeric" value={String(one.gpus)} onChange={(event) => line(n, { gpus: Number(event.target.value.replace(/\D/g, '')) || 0 })} />}</Field>
                            <Field label={t('apply.least')} error={one.least > one.gpus ? t('apply.least.wrong') : undefined}>{(id) => <input id={id} inputMode="numeric" value={String(one.least)} onChange={(event) => line(n, { least: Number(event.target.value.replace(/\D/g, '')) || 0 })} />}</Field>
                            {wish.lines.length > 1 && <Button look="quiet" aria-label={t('apply.drop', { n: num(n + 1) })} onClick={() => set({ lines: wish.lines.filter((_, k) => k !== n) })}>×</Button>}
                        </div>
                    ))}
                    <Button look="quiet" onClick={() => set({ lines: [...wish.lines, blank()] })}>{t('apply.add')}</Button>
                </fieldset>
                <ProblemNote error={error} />
                {said && <p className="told" role="status">{said}</p>}
                <div className="actions"><Button look="main" type="submit" disabled={!good}>{t('apply.send')}</Button></div>
            </form>
        </Card>
    )
}

/** What was handed in before, to be changed: the table has "title: purpose" as one. */
function wishOf({ purpose = '', region, class: its, wished, priority, readiness, lines }: Application): NewApplication {
    const at = purpose.indexOf(': ')
    return {
        title: at < 0 ? purpose : purpose.slice(0, at),
        purpose: at < 0 ? '' : purpose.slice(at + 2),
        region,
        class: its,
        site: wished ?? '',
        priority,
        readiness,
        lines: (lines ?? []).map(({ type, from, until, gpus, least }) => ({ type, from, until, gpus, least })),
    }
}
