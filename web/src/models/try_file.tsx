import { useEffect, useRef, useState } from 'react'
import { predict, version as versionOf, type Answer, type Answers, type MapAnswer, type Model, type ModelCard, type ModelVersion } from '../api/models'
import { ApiError } from '../api/problem'
import { save } from '../live/export'
import { shortNumber } from '../live/values'
import { Badge, Button, Card, LinkButton, ProblemNote } from '../parts/basics'
import { DropFile, SHEETS } from '../parts/drop_file'
import { useLoad } from '../parts/load'
import { DataTable, type Column } from '../table/data_table'
import { useText } from '../text'
import { LifeBars, livesOf } from './life_bars'
import { isProbability, useWhy } from './model_words'

const known = (value: number | null | undefined): value is number => value !== null && value !== undefined

interface Asked {
    file: File
    version: number
    answers: Answers
}

/** A file is asked about: nothing of it is kept. */
export function TryFile({ model, versions }: { model: Model; versions: ModelVersion[] }) {
    const { t, lang } = useText()
    const [version, setVersion] = useState(model.champion ?? versions[0]!.version)
    const [asked, setAsked] = useState<Asked | null>(null)
    const [share, setShare] = useState<number | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const stop = useRef<() => void>(() => {})
    useEffect(() => () => stop.current(), [])
    const look = async (file: File, which: number) => {
        setError(null)
        setShare(0)
        const sent = predict(model.id, file, { version: which, why: 1, lang, format: 'json' }, setShare)
        stop.current = sent.stop
        try {
            setAsked({ file, version: which, answers: JSON.parse(await sent.answer) as Answers })
        } catch (problem) {
            if (problem instanceof ApiError) setError(problem)
        } finally {
            setShare(null)
        }
    }
    const csv = async () => {
        if (!asked) return
        try {
            const text = await predict(model.id, asked.file, { version: asked.version, why: 1, lang, format: 'csv' }).answer
            save(new Blob(['\ufeff', text.replace(/^\ufeff/, '')], { type: 'text/csv' }), `${asked.file.name.replace(/\.\w+$/, '')}-${model.name.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.csv`)
        } catch (problem) {
            if (problem instanceof ApiError) setError(problem)
        }
    }
    const shown = versions.find((one) => one.version === (asked?.version ?? version)) ?? versions[0]!
    return (
        <>
            {versions.length > 1 && (
                <div className="filters">
                    <label>{t('models.try.version')}
                        <select value={version} onChange={(event) => { setVersion(Number(event.target.value)); if (asked) void look(asked.file, Number(event.target.value)) }}>
                            {versions.map((one) => <option key={one.version} value={one.version}>{t('models.version', { version: one.version })} · {t(`models.role.${one.role}`)}</option>)}
                        </select>
                    </label>
                </div>
            )}
            <ProblemNote error={error} />
            {!asked || share !== null ? (
                <DropFile title={t('models.try.drop')} text={t('models.try.text')} fine={t('models.try.kept')} choose={t('models.choose')} working={t('models.try.working')} accept={SHEETS} share={share} onFile={(file) => void look(file, version)} onStop={() => stop.current()} />
            ) : (
                <Said asked={asked} model={model} version={shown} onCsv={() => void csv()} onNew={() => setAsked(null)} />
            )}
        </>
    )
}

/** How many columns that were learned from stand in no row of the file. */
const lackingIn = (rows: readonly Answer[]): number => (rows.length === 0 ? 0 : Math.min(...rows.map(({ n_missing }) => n_missing ?? 0)))

function Said({ asked, model, version, onCsv, onNew }: { asked: Asked; model: Model; version: ModelVersion; onCsv: () => void; onNew: () => void }) {
    const { t, num } = useText()
    const { answers, file } = asked
    const rows = answers.predictions ?? []
    const alarms = rows.filter((one) => one.is_alarm).length
    const outside = answers.n_outside ?? 0
    const lives = livesOf(answers, version.goal, t)
    const maps = answers.maps
    const n = lives?.length ?? maps?.length ?? rows.length
    const lacking = lackingIn(rows)
    const loaded = useLoad(lives ? `version ${model.id} ${version.version}` : null, () => versionOf(model.id, version.version))
    const card = loaded.value?.card as ModelCard | undefined
    return (
        <Card title={file.name} actions={<><Button onClick={onCsv}>{t('models.try.csv')}</Button><Button look="quiet" onClick={onNew}>{t('models.try.other')}</Button></>}>
            <p className="sentence" role="status">
                {maps ? t('models.try.maps', { n: num(n) }) : lives ? t('models.try.units', { n: num(n) }) : rows.some((one) => one.is_alarm !== undefined) ? t('models.try.alarms', { n: num(n), alarms: num(alarms) }) : t('models.try.rows', { n: num(n) })}
            </p>
            {lacking > 0 && <p className="told warn">{t('models.try.lacking', { n: num(lacking) })}</p>}
            {outside > 0 && <p className="told">{t('models.try.outside', { n: num(outside) })}</p>}
            {maps ? <MapTable maps={maps} /> : lives ? <LifeBars units={lives} unit={answers.counted_in || card?.order || card?.age || ''} /> : <AnswerTable rows={rows} version={version} />}
        </Card>
    )
}

/** Patterns map by map; the maps themselves are drawn in the room of wafers. */
function MapTable({ maps }: { maps: MapAnswer[] }) {
    const { t, percent } = useText()
    const columns: Column<MapAnswer & { n: number }>[] = [
        { key: 'lot', title: t('models.live.lot'), value: (row) => row.lot, width: 8, grow: 1 },
        { key: 'wafer', title: t('models.try.wafer'), value: (row) => row.wafer, width: 6, grow: 1 },
        { key: 'class', title: t('wafers.pattern'), value: (row) => row.class, width: 9, grow: 2 },
        { key: 'probability', title: t('models.try.probability'), value: (row) => row.probability, show: (row) => percent(row.probability), number: true },
        { key: 'second', title: t('models.try.second'), value: (row) => row.second, show: (row) => `${row.second} ${percent(row.second_probability)}`, width: 11, grow: 2 },
    ]
    return (
        <>
            <DataTable label={t('models.try.answers')} rows={maps.map((one, n) => ({ ...one, n }))} columns={columns} rowKey={(row) => String(row.n)} />
            <div className="actions"><LinkButton href="/quality/wafers">{t('models.try.see_maps')}</LinkButton></div>
        </>
    )
}

/** Answers row by row, with what made each; what is most likely bad, or most odd, first. */
function AnswerTable({ rows, version }: { rows: Answer[]; version: ModelVersion }) {
    const { t, percent } = useText()
    const isShare = isProbability(version.goal)
    const say = (value: number | null | undefined) => (known(value) ? (isShare ? percent(value) : shortNumber(Number(value.toPrecision(4)))) : '–')
    const told = useWhy()
    const why = (row: Answer) => told(row.why).join(' · ')
    const has = (of: (row: Answer) => unknown) => rows.some((row) => of(row) !== undefined && of(row) !== null && of(row) !== '')
    const columns: Column<Answer>[] = [
        { key: 'line', title: t('models.try.line'), value: (row) => row.line, number: true, width: 4.5, grow: 0 },
        ...(has((row) => row.class) ? [{ key: 'class', title: t('models.try.class'), value: (row: Answer) => row.class, width: 9, grow: 1 }] : []),
        { key: 'value', title: version.goal === 'odd' ? t('models.try.as_odd') : version.goal === 'faults' ? t('models.try.over_limit') : isShare ? t('models.try.probability') : version.target || t('models.try.value'), value: (row) => row.value, show: (row) => say(row.value), number: true, width: version.goal === 'odd' ? 11 : 7 },
        ...(has((row) => row.low) ? [{ key: 'low', title: t('models.try.interval'), value: (row: Answer) => row.low, show: (row: Answer) => `${say(row.low)} – ${say(row.high)}`, number: true, width: 9 }] : []),
        ...(has((row) => row.is_alarm) ? [{ key: 'alarm', title: t('models.try.alarm'), value: (row: Answer) => (row.is_alarm ? 1 : 0), show: (row: Answer) => row.is_alarm && <Badge tone="bad">{t('models.try.alarm')}</Badge>, width: 6, grow: 0 }] : []),
        ...(has((row) => (row.n_outside ?? 0) > 0 || row.outside) ? [{ key: 'outside', title: t('models.try.outside_of'), value: (row: Answer) => row.outside ?? row.n_outside ?? 0, show: (row: Answer) => ((row.n_outside ?? 0) > 0 || row.outside ? <Badge tone="warn">{row.outside ?? t('models.outside')}</Badge> : ''), width: 8, grow: 1 }] : []),
        ...(has((row) => row.why) ? [{ key: 'why', title: t('models.try.why'), value: why, show: (row: Answer) => <span title={why(row)}>{why(row)}</span>, width: 20, grow: 8 }] : []),
    ]
    return <DataTable label={t('models.try.answers')} rows={rows} columns={columns} {...(version.goal === 'odd' ? { first: 'value' } : version.goal === 'yes-no' ? { first: '-value' } : {})} rowKey={(row) => String(row.line)} tone={(row) => (row.is_alarm ? 'bad' : undefined)} />
}
