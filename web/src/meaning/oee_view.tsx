import { useState } from 'react'
import { oee as askOee, type Oee } from '../api/meaning'
import { Button, Card, Choice, Empty, LinkButton, ProblemNote, Waiting } from '../parts/basics'
import { BigFigure } from '../parts/figure'
import { useLoad } from '../parts/load'
import { store, stored } from '../parts/stored'
import { useText } from '../text'
import { factorsOf, Losses, OeeBars, OeeTable, Reasons, Reliability, saveOee, type Standard } from './oee_parts'

const SPANS = { day: 1, three: 3, week: 7, month: 30 } as const
type SpanName = keyof typeof SPANS

/** OEE of a tool, or of all together: by shift or day, with where the time went and how often it fails. */
export function OeeView({ tool }: { tool?: string }) {
    const { t, percent, num } = useText()
    const [span, setSpan] = useState<SpanName>('three')
    const [by, setBy] = useState<'shift' | 'day'>('shift')
    const [standard, setStandard] = useState<Standard>(() => (stored('oee') === 'iso22400' ? 'iso22400' : 'e79'))
    const [now, setNow] = useState(() => Date.now() / 1000)
    const query = { from: now - SPANS[span] * 86400, to: now, ...(tool === undefined ? {} : { tool }) }
    const told = useLoad(`oee ${tool ?? ''} ${span} ${by} ${now}`, async () => {
        const [rows, whole] = await Promise.all([askOee({ ...query, by }), askOee(query)])
        return { rows: rows.items, whole: whole.items }
    })
    if (told.error) return told.error.status === 404 ? <Card><Empty title={t('document.none.equipment')} text={t('equipment.none.text')}><LinkButton look="main" href="/equipment/table">{t('equipment.none.do')}</LinkButton></Empty></Card> : <ProblemNote error={told.error} retry={told.reload} />
    // One tool alone has no row for all of them.
    const together = (rows: Oee[]) => (tool === undefined && rows.some((row) => row.tool === null) ? rows.filter((row) => row.tool === null) : rows)
    const rows = together(told.value?.rows ?? [])
    const whole = told.value && together(told.value.whole)[0]
    const each = tool === undefined ? (told.value?.whole ?? []).filter((row) => row.tool !== null) : []
    return (
        <>
            <div className="bar-line">
                <Choice<SpanName> label={t('events.span')} value={span} options={(Object.keys(SPANS) as SpanName[]).map((value) => ({ value, text: t(`oee.span.${value}`) }))} onChange={setSpan} />
                <Choice<'shift' | 'day'> label={t('oee.by')} value={by} options={[{ value: 'shift', text: t('oee.by.shift') }, { value: 'day', text: t('oee.by.day') }]} onChange={setBy} />
                <Choice<Standard>
                    label={t('oee.standard')}
                    value={standard}
                    options={[{ value: 'e79', text: 'SEMI E79', label: t('oee.standard.e79') }, { value: 'iso22400', text: 'ISO 22400-2', label: t('oee.standard.iso22400') }]}
                    onChange={(next) => {
                        setStandard(next)
                        store('oee', next)
                    }}
                />
                <span className="bar-do">
                    <Button onClick={() => setNow(Date.now() / 1000)}>{t('refresh')}</Button>
                    <Button disabled={rows.length === 0} onClick={() => saveOee(tool === undefined ? told.value!.rows : rows, `oee${tool ? `-${tool.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}` : ''}.csv`)}>CSV</Button>
                </span>
            </div>
            {!whole ? (
                <Waiting />
            ) : (
                <>
                    <Card title={t('oee.title')} note={t(`oee.standard.${standard}`)}>
                        <dl className="figures history-figures">
                            {(['oee', 'availability', 'performance', 'quality'] as const).map((factor) => <BigFigure key={factor} label={factor === 'oee' ? 'OEE' : t(`oee.${factor}.${standard}`)} value={percent(factorsOf(whole, standard)[factor])} />)}
                            <BigFigure label={t('oee.known')} value={percent(whole.known)} tone={(whole.known ?? 0) < 0.9 ? 'warn' : undefined} />
                        </dl>
                        {whole.tooFast && <p className="statement">{t('oee.too_fast')}</p>}
                        {whole.units.withoutIdealTime > 0 && <p className="statement">{t('oee.unpriced', { count: num(whole.units.withoutIdealTime) })} <LinkButton look="quiet" href="/equipment/ideals">{t('equipment.ideals')}</LinkButton></p>}
                        <OeeBars rows={rows} standard={standard} />
                        <details>
                            <summary>{t('as_table')}</summary>
                            <OeeTable rows={rows} standard={standard} />
                        </details>
                    </Card>
                    <div className="columns">
                        <Card title={t('oee.losses')} note={t('oee.losses.text')}><Losses row={whole} /></Card>
                        <Card title={t('oee.reliability')} note={t('oee.reliability.text')}><Reliability row={whole} /></Card>
                    </div>
                    {tool !== undefined && <Card title={t('oee.reasons')}><Reasons row={whole} /></Card>}
                    {each.length > 0 && <Card title={t('oee.each')}><OeeTable rows={each} standard={standard} isByTool /></Card>}
                </>
            )}
        </>
    )
}
