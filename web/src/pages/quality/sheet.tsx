import { useEffect, useRef, useState, type ReactNode } from 'react'
import { askQuality, type QualityAnswer, type QualityTold, type Told } from '../../api/quality'
import { ApiError } from '../../api/problem'
import { save } from '../../live/export'
import { useMay } from '../../me'
import { hand } from '../../models/handed'
import { Button, Card, Empty, ProblemNote } from '../../parts/basics'
import { go } from '../../parts/route'
import { CapabilityChart, BinsChart, LevelChart, RateChart } from '../../sheet/sheet_charts'
import { headline, hintsOf, NO_CORRECTIONS, type Corrections } from '../../sheet/corrections'
import { DropSheet } from '../../sheet/drop_sheet'
import { CauseDumbbells, CommonDumbbells } from '../../sheet/dumbbells'
import { KindBars } from '../../sheet/kinds'
import { showReport } from '../../sheet/report'
import { ColumnsTable, ReadingFields } from '../../sheet/understood'
import { useText } from '../../text'
import { together } from '../../text/together'
import '../../style/sheet.css'

const BYTES_MAX = 127 * 2 ** 20 // of a file: the server takes 128 MiB with all that is said of it

interface Looked {
    file: File
    text: string // of the answer, as it came
    answer: QualityAnswer
    asked: Corrections // what the answer knows
    corrections: Corrections
}

// What was looked at last stays while the reader goes through other rooms; a reload forgets it.
let kept: Looked | null = null

/** A spreadsheet is dropped: what was understood, what it says of its defects, and what can be put right. */
export default function Sheet() {
    const { t, lang } = useText()
    const may = useMay('engineer')
    const [looked, setLooked] = useState<Looked | null>(kept)
    const [share, setShare] = useState<number | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const stop = useRef<() => void>(() => {})
    const top = useRef<HTMLDivElement>(null)
    useEffect(() => () => stop.current(), [])
    const keep = (next: Looked | null) => {
        kept = next
        setLooked(next)
    }
    const look = async (file: File, corrections: Corrections) => {
        if (file.size > BYTES_MAX) return setError(new ApiError({ type: 'maru:too-large', title: t('sheet.too_large'), status: 0 }))
        setError(null)
        setShare(0)
        const asked = askQuality(file, hintsOf(corrections), { format: 'json', lang, progress: setShare })
        stop.current = asked.stop
        try {
            const text = await asked.answer
            keep({ file, text, answer: JSON.parse(text) as QualityAnswer, asked: corrections, corrections })
            requestAnimationFrame(() => top.current?.scrollIntoView({ block: 'start' }))
        } catch (problem) {
            if (problem instanceof ApiError) setError(problem)
        } finally {
            setShare(null)
        }
    }
    if (!may) return <Card><Empty title={t('sheet.viewer')} text={t('sheet.viewer.text')} /></Card>
    if (!looked)
        return (
            <>
                <DropSheet share={share} onFile={(file) => void look(file, NO_CORRECTIONS)} onStop={() => stop.current()} />
                <ProblemNote error={error} />
            </>
        )
    return (
        <div className="sheet-answer" ref={top}>
            <Answer looked={looked} onNew={() => { setError(null); keep(null) }} onProblem={setError} />
            <Card title={t('sheet.understood')} note={t('sheet.understood.text')} className="sheet-understood">
                <Said told={looked.answer.told.filter(({ part }) => part === 'read')} />
                <ReadingFields reading={looked.answer.reading} columns={looked.answer.columns} corrections={looked.corrections} onChange={(corrections) => keep({ ...looked, corrections })} />
                <ColumnsTable answer={looked.answer} corrections={looked.corrections} onChange={(corrections) => keep({ ...looked, corrections })} />
                <Again looked={looked} share={share} error={error} onAgain={() => void look(looked.file, looked.corrections)} onBack={() => keep({ ...looked, corrections: looked.asked })} />
            </Card>
        </div>
    )
}

/** Stays in sight while something was put right and not yet looked at. */
function Again({ looked, share, error, onAgain, onBack }: { looked: Looked; share: number | null; error: ApiError | null; onAgain: () => void; onBack: () => void }) {
    const { t } = useText()
    const isChanged = JSON.stringify(hintsOf(looked.corrections)) !== JSON.stringify(hintsOf(looked.asked))
    return (
        <div className={isChanged || error ? 'sheet-again changed' : 'sheet-again'}>
            <ProblemNote error={error} />
            <div className="actions">
                <Button look="main" disabled={!isChanged || share !== null} onClick={onAgain}>{share !== null ? t('sheet.working') : t('sheet.again')}</Button>
                {isChanged && share === null && <Button look="quiet" onClick={onBack}>{t('sheet.undo')}</Button>}
                <span className="note">{t(isChanged ? 'sheet.changed' : 'sheet.unchanged')}</span>
            </div>
        </div>
    )
}

function Answer({ looked, onNew, onProblem }: { looked: Looked; onNew: () => void; onProblem: (error: ApiError | null) => void }) {
    const { t, lang, num } = useText()
    const { answer, file } = looked
    const isShare = answer.target.form !== 'number'
    const stem = file.name.replace(/\.\w+$/, '') || 'maru'
    const say = (one: QualityTold) => (lang === 'ko' ? one.text_ko : one.text)
    const report = () => askQuality(file, hintsOf(looked.asked), { format: 'html', lang }).answer
    const print = () => {
        const target = open('', '_blank') // at the click itself, else a browser takes it for an advertisement
        report().then((html) => {
            if (!target) return
            showReport(target, html)
            target.focus()
            target.print()
        }, (error: ApiError) => { target?.close(); onProblem(error) })
    }
    const part = (name: Told, picture?: ReactNode, wide = false) => <Part key={name} told={answer.told.filter((one) => one.part === name)} wide={wide}>{picture}</Part>
    // In the order of the sentences.
    const measured = (name: Told) => answer.told.flatMap((one) => (one.part === name ? answer.measured.filter(({ column, means }) => means && column === one.column) : []))
    const changed = measured('changes')
    const charted = measured('charts')
    const capable = answer.measured.filter(({ capability }) => capability?.histogram)
    const numbered = answer.causes.filter(({ bins }) => bins.length > 1)
    return (
        <>
            <Card className="hero sheet-hero">
                <p className="over">{file.name} · {t('sheet.size', { rows: num(answer.rows), columns: num(answer.columns.length) })}</p>
                {headline(answer).map((one, n) => <p key={n} className="sentence">{together(say(one))}</p>)}
                <div className="actions">
                    <Button look="main" onClick={print}>{t('sheet.print')}</Button>
                    <Button onClick={() => report().then((html) => save(new Blob([html], { type: 'text/html' }), `${stem}-maru.html`), onProblem)}>{t('sheet.save_report')}</Button>
                    <Button onClick={() => save(new Blob([looked.text], { type: 'application/json' }), `${stem}-maru.json`)}>{t('sheet.save_json')}</Button>
                    <Button onClick={() => { hand(file); go('/quality/models/new') }}>{t('sheet.learn')}</Button>
                    <Button look="quiet" onClick={onNew}>{t('sheet.another')}</Button>
                </div>
            </Card>
            <div className="sheet-parts">
                {part('count', (
                    <>
                        {answer.periods.length > 1 && answer.target.form !== 'none' && <RateChart answer={answer} />}
                        {answer.kinds.length > 1 && <KindBars kinds={answer.kinds} />}
                    </>
                ), true)}
                {part('changes', changed.length > 0 && <Panels>{changed.slice(0, 4).map((one) => <Panel key={one.column} title={one.column}><LevelChart answer={answer} measured={one} /></Panel>)}</Panels>, true)}
                {part('charts', charted.length > 0 && <Panels>{charted.slice(0, 4).map((one) => <Panel key={one.column} title={t('sheet.control', { column: one.column })}><LevelChart answer={answer} measured={one} isLevel={false} /></Panel>)}</Panels>, true)}
                {part('capability', capable.length > 0 && <Panels>{capable.slice(0, 6).map((one) => <Panel key={one.column} title={one.column}><CapabilityChart measured={one} /></Panel>)}</Panels>, true)}
                {part('causes', answer.causes.length > 0 && (
                    <>
                        <CauseDumbbells causes={answer.causes} isShare={isShare} />
                        {numbered.length > 0 && <Panels>{numbered.slice(0, 2).map((one) => <Panel key={one.column} title={t('sheet.bins', { column: one.column })}><BinsChart cause={one} /></Panel>)}</Panels>}
                    </>
                ), true)}
                {part('common', answer.common.length > 0 && <Panels>{answer.common.slice(0, 4).map((one) => <CommonDumbbells key={one.column} common={one} isShare={isShare} />)}</Panels>, true)}
                {part('next')}
                {part('doubt')}
            </div>
        </>
    )
}

function Part({ told, wide, children }: { told: QualityTold[]; wide: boolean; children?: ReactNode }) {
    const { lang } = useText()
    if (told.length === 0) return null
    return (
        <Card title={lang === 'ko' ? told[0]!.section_ko : told[0]!.section} className={wide ? 'wide' : ''}>
            <Said told={told} />
            {children}
        </Card>
    )
}

function Said({ told }: { told: QualityTold[] }) {
    const { lang } = useText()
    return <ul className="sheet-said">{told.map((one, n) => <li key={n} className={one.mood}>{together(lang === 'ko' ? one.text_ko : one.text)}</li>)}</ul>
}

const Panels = ({ children }: { children: ReactNode }) => <div className="sheet-panels">{children}</div>

function Panel({ title, children }: { title: string; children: ReactNode }) {
    return <figure className="sheet-figure"><figcaption>{title}</figcaption>{children}</figure>
}
