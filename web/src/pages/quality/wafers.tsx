import { useEffect, useMemo, useRef, useState } from 'react'
import { dataset as datasetOf, datasetFile, datasets, models, predict, type Answers, type Dataset, type MapAnswer, type Model } from '../../api/models'
import { ApiError } from '../../api/problem'
import { shortNumber } from '../../live/values'
import { useMay } from '../../me'
import { FigureLines } from '../../models/figure_lines'
import { Button, Card, Choice, Dialog, Empty, LinkButton, ProblemNote } from '../../parts/basics'
import { DropFile, SHEETS } from '../../parts/drop_file'
import { useLoad } from '../../parts/load'
import { rem } from '../../parts/rem'
import { usePlace } from '../../parts/route'
import { useText } from '../../text'
import { together } from '../../text/together'
import { badShare, columnsOf, mapsOf, tableOf, type WaferMap, type Wafers } from '../../wafers/dies'
import { MapPicture } from '../../wafers/map_picture'
import '../../style/models.css'
import '../../style/sheet.css'

const MAP_REM = 7
const FIRST = 24
const MORE = 96
const USUAL = /^(none|normal|good|정상|없음|양호)$/i
const isUsual = (pattern: string) => USUAL.test(pattern)

const answering = (all: readonly Model[]) => all.filter(({ goal, champion }) => goal === 'wafer' && champion !== null)

interface Shown {
    file: string
    wafers: Wafers
    answers: Answers | null
    model: string
}
// What was looked at last stays while the reader goes through other rooms; a reload forgets it.
let kept: Shown | null = null

interface Named {
    map: WaferMap
    answer: MapAnswer | undefined
    pattern: string
}

/** /quality/wafers: maps of wafers from a table of dies, by the pattern that a model sees in them, and lots that share one. */
export default function WafersPage() {
    const { t, lang } = useText()
    const may = useMay('engineer')
    const told = useLoad('wafer models', models)
    const items = answering(told.value ?? [])
    const [wanted, setWanted] = useState('')
    const model = items.find(({ id }) => id === wanted) ?? items[0]
    const [shown, setShown] = useState<Shown | null>(kept)
    const [share, setShare] = useState<number | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const stop = useRef<() => void>(() => {})
    useEffect(() => () => stop.current(), [])
    const look = async (file: File | Promise<File>) => {
        setError(null)
        setShare(0)
        try {
            await show(await file)
        } catch (problem) {
            if (problem instanceof ApiError) setError(problem)
        } finally {
            setShare(null)
        }
    }
    const show = async (file: File) => {
        const table = tableOf(new Uint8Array(await file.arrayBuffer()))
        const wafers = mapsOf(table, columnsOf(table))
        if (typeof wafers === 'string') throw new ApiError({ type: 'maru:no-maps', title: t(`wafers.refused.${wafers}`), status: 0 })
        let answers: Answers | null = null
        // A file may be here before the list of models is.
        const asked = model ?? answering(told.value ?? (await models()))[0]
        if (asked) {
            const sent = predict(asked.id, file, { why: 1, lang, format: 'json' }, setShare)
            stop.current = sent.stop
            answers = JSON.parse(await sent.answer) as Answers
        }
        kept = { file: file.name, wafers, answers, model: asked?.name ?? '' }
        setShown(kept)
    }
    // A kept dataset may be named in the address; which model answers has to be known first.
    const named = usePlace().query.get('dataset')
    const isReady = told.value !== undefined && may
    useEffect(() => {
        if (named && isReady) void look(datasetOf(named).then(datasetFile))
        // Asked once for each address.
        // eslint-disable-next-line
    }, [named, isReady])
    return (
        <>
            <ProblemNote error={error} />
            {items.length > 1 && <div className="filters"><label>{t('wafers.model')}<select value={model?.id} onChange={(event) => setWanted(event.target.value)}>{items.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label></div>}
            {shown && share === null ? (
                <Gallery shown={shown} onNew={() => { kept = null; setShown(null) }} />
            ) : (
                <>
                    <DropFile title={t('wafers.drop')} text={t('wafers.drop.text')} fine={t(model ? 'models.try.kept' : 'wafers.no_model')} choose={t('models.choose')} working={t('models.try.working')} accept={model ? SHEETS : '.csv,.tsv,.txt'} share={share} onFile={(file) => void look(file)} onStop={() => stop.current()} />
                    {share === null && may && <FromKept onChosen={(one) => void look(datasetFile(one))} />}
                    {told.value && !model && may && <Card><Empty title={t('wafers.none')} text={t('wafers.none.text')}><LinkButton href="/quality/models/new">{t('models.train')}</LinkButton></Empty></Card>}
                </>
            )}
        </>
    )
}

/** A table of dies may be among what is kept: whether it is one shows when it is read. */
function FromKept({ onChosen }: { onChosen: (dataset: Dataset) => void }) {
    const { t, bytes } = useText()
    const told = useLoad('datasets', datasets)
    const items = (told.value ?? []).filter(({ name }) => /\.(csv|tsv|txt)$/i.test(name))
    const [wanted, setWanted] = useState('')
    const chosen = items.find(({ id }) => id === wanted) ?? items[0]
    if (!chosen) return null
    return (
        <Card title={t('wafers.kept')} note={t('wafers.kept.text')}>
            <div className="filters wafer-filters">
                <label>{t('models.source.kept')}<select value={chosen.id} onChange={(event) => setWanted(event.target.value)}>{items.map((one) => <option key={one.id} value={one.id}>{one.name} · {bytes(one.bytes)}</option>)}</select></label>
                <Button onClick={() => onChosen(chosen)}>{t('wafers.kept.draw')}</Button>
            </div>
        </Card>
    )
}

function Gallery({ shown, onNew }: { shown: Shown; onNew: () => void }) {
    const { t, num, percent } = useText()
    const [pattern, setPattern] = useState('')
    const [lot, setLot] = useState('')
    const [by, setBy] = useState<'pattern' | 'lot'>(shown.answers ? 'pattern' : 'lot')
    const [open, setOpen] = useState<Named | null>(null)
    const { wafers, answers } = shown
    const all = useMemo(() => named(wafers, answers), [wafers, answers])
    const patterns = useMemo(() => countsOf(all.map((one) => one.pattern)), [all])
    const found = all.filter((one) => (!pattern || one.pattern === pattern) && one.map.lot.toLowerCase().includes(lot.trim().toLowerCase()))
    const groups = countsOf(found.map((one) => (by === 'pattern' ? one.pattern : one.map.lot)))
    const bad = all.reduce((sum, { map }) => sum + map.bad, 0) / Math.max(1, all.reduce((sum, { map }) => sum + map.dies.length / 3, 0))
    return (
        <>
            <Card title={shown.file} actions={<Button look="quiet" onClick={onNew}>{t('models.try.other')}</Button>}>
                <p className="sentence">{t(answers ? 'wafers.said' : 'wafers.said.plain', { n: num(all.length), bad: percent(bad), shown: num(all.filter((one) => !isUsual(one.pattern)).length) })}</p>
                {wafers.skipped > 0 && <p className="note">{t('wafers.skipped', { n: num(wafers.skipped) })}</p>}
                <div className="filters wafer-filters">
                    {answers && <Choice label={t('wafers.by')} value={by} onChange={setBy} options={[{ value: 'pattern', text: t('wafers.by.pattern') }, { value: 'lot', text: t('wafers.by.lot') }]} />}
                    {answers && <label>{t('wafers.pattern')}<select value={pattern} onChange={(event) => setPattern(event.target.value)}><option value="">{t('models.live.all')}</option>{patterns.map(({ name, n }) => <option key={name} value={name}>{name} ({num(n)})</option>)}</select></label>}
                    <label>{t('models.live.lot')}<input type="search" value={lot} placeholder={t('models.live.all')} onChange={(event) => setLot(event.target.value)} /></label>
                </div>
            </Card>
            {answers && <Shared answers={answers} />}
            {groups.map(({ name, n }) => <Group key={`${by} ${name}`} title={name || t('wafers.unnamed')} note={t('wafers.count', { n: num(n) })} maps={found.filter((one) => (by === 'pattern' ? one.pattern : one.map.lot) === name)} wafers={wafers} onOpen={setOpen} />)}
            {found.length === 0 && <Card><Empty title={t('wafers.nothing')} /></Card>}
            {open && <One one={open} wafers={wafers} onClose={() => setOpen(null)} />}
        </>
    )
}

/** Answers belong to maps in their order. */
const named = (wafers: Wafers, answers: Answers | null): Named[] => wafers.maps.map((map, n) => ({ map, answer: answers?.maps?.[n], pattern: answers?.maps?.[n]?.class ?? '' }))

function countsOf(names: string[]): { name: string; n: number }[] {
    const counts = new Map<string, number>()
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
    // Patterns first, what shows none last.
    return [...counts].map(([name, n]) => ({ name, n })).sort((a, b) => Number(isUsual(a.name)) - Number(isUsual(b.name)) || b.n - a.n || a.name.localeCompare(b.name))
}

function useMapName(): (map: WaferMap) => string {
    const { t } = useText()
    return ({ lot, wafer }) => [lot, wafer && t('models.wafer', { wafer })].filter(Boolean).join(' · ')
}

function Group({ title, note, maps, wafers, onOpen }: { title: string; note: string; maps: Named[]; wafers: Wafers; onOpen: (one: Named) => void }) {
    const { t, percent } = useText()
    const [most, setMost] = useState(FIRST)
    const name = useMapName()
    return (
        <Card title={title} note={note}>
            <ul className="wafers">
                {maps.slice(0, most).map((one, n) => {
                    const doubt = one.answer ? ` ${percent(one.answer.probability, 0)}` : ''
                    return (
                        <li key={n}>
                            <button type="button" onClick={() => onOpen(one)}>
                                <MapPicture map={one.map} wafers={wafers} size={Math.round(rem() * MAP_REM)} label={`${name(one.map)}: ${one.pattern}${doubt}, ${t('wafers.bad', { share: percent(badShare(one.map)) })}`} />
                                <span>{name(one.map)}</span>
                                {one.pattern && <small>{together(`${one.pattern}${doubt}`)}</small>}
                                <small>{together(t('wafers.bad', { share: percent(badShare(one.map)) }))}</small>
                            </button>
                        </li>
                    )
                })}
            </ul>
            {maps.length > most && <Button look="quiet" onClick={() => setMost(most + MORE)}>{t('more', { count: maps.length - most })}</Button>}
        </Card>
    )
}

function One({ one, wafers, onClose }: { one: Named; wafers: Wafers; onClose: () => void }) {
    const { t, num, percent, lang } = useText()
    const title = useMapName()(one.map)
    const digits = (value: number) => shortNumber(Number(value.toPrecision(3)))
    const why = (one.answer?.why ?? []).map(({ feature, feature_ko: korean, value, usual }) => t('wafers.why', { feature: lang === 'ko' ? korean : feature, value: digits(value), usual: digits(usual) }))
    return (
        <Dialog title={title} onClose={onClose}>
            <div className="wafer-one">
                <MapPicture map={one.map} wafers={wafers} size={320} label={title} />
                {one.answer && <p className="sentence">{one.pattern} {percent(one.answer.probability)} <small>{t('wafers.second', { pattern: one.answer.second, share: percent(one.answer.second_probability) })}</small></p>}
                <p className="note">{t('wafers.dies', { n: num(one.map.dies.length / 3), bad: num(one.map.bad), share: percent(badShare(one.map)) })}</p>
                {why.length > 0 && <ul className="sheet-said">{why.map((each) => <li key={each}>{each}</li>)}</ul>}
            </div>
            <div className="actions end"><Button onClick={onClose}>{t('close')}</Button></div>
        </Dialog>
    )
}

const SHARED = 12

/** Lots whose wafers show a pattern more often than those of all others do. */
function Shared({ answers }: { answers: Answers }) {
    const { t, num } = useText()
    const told = answers.shared ?? []
    return (
        <Card title={t('wafers.shared')} note={t('wafers.shared.text')}>
            {told.length === 0 ? (
                <p className="note">{t('wafers.shared.none')}</p>
            ) : (
                <FigureLines
                    label={t('wafers.shared')}
                    first={t('wafers.this_lot')}
                    constantName={t('wafers.others')}
                    isOneScale
                    lines={told.slice(0, SHARED).map((one) => ({ key: `${one.lot} ${one.class}`, name: `${one.lot} · ${one.class} (${num(one.n)} / ${num(one.of)})`, isShare: true, constant: one.others.value, first: one.share }))}
                />
            )}
        </Card>
    )
}
