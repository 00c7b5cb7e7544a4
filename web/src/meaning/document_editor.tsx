import { useEffect, useRef, useState, type ReactNode } from 'react'
import { bytes } from '../api/client'
import { documentAddress, documentVersions, readDocument, writeDocument, type DocumentName } from '../api/meaning'
import { ApiError, saidOf } from '../api/problem'
import type { Fault } from '../api/types'
import { useMay } from '../me'
import { Button, Card, Empty, LinkButton, ProblemNote, Waiting } from '../parts/basics'
import { forget, useLoad } from '../parts/load'
import { useGuard } from '../parts/route'
import { charsetOf, decode } from '../table/charset'
import { SheetEditor } from '../table/editor'
import { Sheet } from '../table/sheet'
import { useText } from '../text'
import { apply, proposed, taken } from './drafts'
import { TEMPLATES } from './templates'

/** The first column of each table: what its rows are known by. */
const KEYS: Record<DocumentName, string> = { alarms: 'alarm', charts: 'chart', equipment: 'equipment', ideals: 'product', shifts: 'name', follow: 'name', windows: 'window', assets: 'asset' }
const inBytes = (text: string) => new TextEncoder().encode(text)
/** Korean spreadsheets write CP949; these tables are kept as UTF-8. */
const asUtf8 = (content: Uint8Array) => (charsetOf(content) === 'utf-8' ? content : inBytes(decode(content, charsetOf(content))))

/** A table that says what the data means: edited here or uploaded, its faults at their cells, its versions below. */
export function DocumentEditor({ name, onSaved, proposal }: {
    name: DocumentName
    onSaved?: () => void
    /** Another way to begin: what it makes is edited here, and nobody's until it is saved. */
    proposal?: (take: (content: Uint8Array, words: string) => void) => ReactNode
}) {
    const { t, lang } = useText()
    const may = useMay('engineer')
    const kept = useLoad(`document ${name}`, async () => readDocument(name).catch((problem: ApiError) => (problem.status === 404 ? null : Promise.reject(problem))))
    const [sheet, setSheet] = useState<{ sheet: Sheet; isNew: boolean } | null>(null)
    const [faults, setFaults] = useState<Fault[]>([])
    const [error, setError] = useState<ApiError | null>(null)
    const [start, setStart] = useState<{ row: number; column: number } | null>(null)
    const [busy, setBusy] = useState(false)
    const [said, setSaid] = useState('')
    const [, setTurn] = useState(0)
    const version = kept.value?.version ?? 0
    const known = useRef(-1)
    useEffect(() => {
        if (kept.value === undefined || known.current === version) return
        known.current = version
        const draft = proposed(name)
        if (!kept.value && !draft) return
        const next = new Sheet(inBytes(kept.value?.text ?? ''))
        if (draft) {
            setSaid(t('document.proposed', { count: apply(next, KEYS[name], draft) }))
            taken()
        }
        setSheet({ sheet: next, isNew: false })
    }, [kept.value, version, name, t])
    const changed = sheet !== null && (sheet.isNew || sheet.sheet.changed)
    useGuard(changed, t('editor.leave'))

    const take = (next: Sheet, words: string) => {
        setSheet({ sheet: next, isNew: true })
        setFaults([])
        setError(null)
        setSaid(words)
    }
    const save = async () => {
        if (!sheet) return
        setBusy(true)
        setError(null)
        try {
            const told = await writeDocument(name, sheet.sheet.toBytes(), version)
            setFaults([])
            setSaid(t('document.saved', { version: told.version }))
            setSheet({ sheet: new Sheet(sheet.sheet.toBytes()), isNew: false })
            known.current = told.version
            forget()
            kept.reload()
            onSaved?.()
        } catch (problem) {
            const found = problem instanceof ApiError ? problem : new ApiError({ type: 'about:blank', title: String(problem), status: 0 })
            const wrong = (found.problem.faults ?? []).filter(({ severity }) => severity !== 'note')
            setFaults(wrong)
            setSaid('')
            if (wrong.length === 0) setError(found)
            const first = wrong.find(({ row }) => row > 0)
            if (first) setStart({ row: first.row - 1, column: Math.max(0, first.column - 1) })
        } finally {
            setBusy(false)
        }
    }
    if (kept.error && !kept.value) return <ProblemNote error={kept.error} retry={kept.reload} />
    if (kept.value === undefined) return <Waiting />
    const other = may && proposal?.((content, words) => take(new Sheet(content), words))
    const upload = may && <Upload label={t(sheet ? 'document.upload' : 'document.upload.first')} onFile={(content, file) => take(new Sheet(content), t('document.read', { file }))} />
    if (!sheet)
        return (
            <Card>
                <Empty title={t(`document.none.${name}`)} text={t(may ? `document.none.${name}.text` : 'document.none.viewer')}>
                    {may && <Button look="main" onClick={() => take(new Sheet(inBytes(TEMPLATES[name][lang])), t('document.template'))}>{t('document.begin')}</Button>}
                    {other}
                    {upload}
                </Empty>
            </Card>
        )
    return (
        <>
            <Card
                className="open-table document-table"
                title={t(`document.${name}`)}
                note={t(`document.${name}.text`)}
                actions={
                    may && (
                        <>
                            {changed && <span className="unsaved">{t('editor.unsaved')}</span>}
                            {other}
                            {upload}
                            <Button look="main" disabled={!changed || busy} onClick={() => void save()}>{t('editor.save')}</Button>
                        </>
                    )
                }
            >
                <ProblemNote error={error} />
                {said && <p className="told" role="status">{said}</p>}
                {faults.length > 0 && <Faults faults={faults} onShow={(row, column) => setStart({ row, column })} />}
                <SheetEditor key={known.current} sheet={sheet.sheet} faults={faults} start={start} readOnly={!may} label={t(`document.${name}`)} onChange={() => setTurn((n) => n + 1)} />
            </Card>
            <Versions
                name={name}
                newest={version}
                mayTake={may}
                onTake={(content, number) => take(new Sheet(content), t('document.taken', { version: number }))}
            />
        </>
    )
}

function Upload({ label, onFile }: { label: string; onFile: (content: Uint8Array, name: string) => void }) {
    const field = useRef<HTMLInputElement>(null)
    return (
        <>
            <input
                ref={field}
                type="file"
                accept=".csv,text/csv"
                hidden
                aria-label={label}
                onChange={(event) => {
                    const file = event.target.files?.[0]
                    event.target.value = '' // the same file again is a change, too
                    if (file) void file.arrayBuffer().then((content) => onFile(asUtf8(new Uint8Array(content)), file.name))
                }}
            />
            <Button onClick={() => field.current?.click()}>{label}</Button>
        </>
    )
}

const FAULTS_FIRST = 8
/** All that is wrong; each leads to its cell. */
function Faults({ faults, onShow }: { faults: Fault[]; onShow: (row: number, column: number) => void }) {
    const { t, lang } = useText()
    const [isAll, setIsAll] = useState(false)
    const shown = isAll ? faults : faults.slice(0, FAULTS_FIRST)
    return (
        <div className="problem faults" role="alert">
            <strong>{t('document.faults', { count: faults.length })}</strong>
            <ul>
                {shown.map((fault, n) => {
                    const { wrong, right } = saidOf(fault, lang)
                    return (
                        <li key={n}>
                            {fault.row > 0 ? (
                                <Button look="quiet" onClick={() => onShow(fault.row - 1, Math.max(0, fault.column - 1))}>
                                    {fault.column > 0 ? t('editor.cell', { row: fault.row, column: fault.column }) : t('document.row', { row: fault.row })}
                                </Button>
                            ) : null}
                            <span>
                                {fault.header && <b>{fault.header}: </b>}
                                {fault.value && <code>{fault.value}</code>} {wrong}
                                {right && ` → ${right}`}
                            </span>
                        </li>
                    )
                })}
            </ul>
            {faults.length > shown.length && <Button look="quiet" onClick={() => setIsAll(true)}>{t('more', { count: faults.length - shown.length })}</Button>}
        </div>
    )
}

/** Each version may be looked at as a file, and taken as what is edited next. */
function Versions({ name, newest, mayTake, onTake }: { name: DocumentName; newest: number; mayTake: boolean; onTake: (content: Uint8Array, version: number) => void }) {
    const { t, ago, when, bytes: size } = useText()
    const [error, setError] = useState<ApiError | null>(null)
    const all = useLoad(newest > 0 ? `document versions ${name} ${newest}` : null, () => documentVersions(name))
    if (newest === 0) return null
    return (
        <Card title={t('document.versions')}>
            <ProblemNote error={error ?? all.error} />
            <ul className="list versions">
                {(all.value ?? []).map((row) => (
                    <li key={row.version}>
                        <span className="list-head">
                            <strong>{t('document.version', { version: row.version })}{row.version === newest && ` · ${t('document.holds')}`}</strong>
                            <span className="actions">
                                <LinkButton look="quiet" href={documentAddress(name, row.version)} download>CSV</LinkButton>
                                {mayTake && row.version !== newest && (
                                    <Button look="quiet" onClick={() => bytes(documentAddress(name, row.version)).then((content) => onTake(content, row.version), setError)}>{t('document.take')}</Button>
                                )}
                            </span>
                        </span>
                        <span className="list-note" title={when(row.created)}>{ago(row.created)} · {row.by} · {size(row.bytes)}</span>
                    </li>
                ))}
            </ul>
        </Card>
    )
}
