import { useEffect, useMemo, useState } from 'react'
import { address, bytes, get, upload } from '../../api/client'
import type { ApiError } from '../../api/problem'
import type { Version } from '../../api/types'
import { Badge, Button, Card, ProblemNote, Waiting } from '../../parts/basics'
import { useLoad } from '../../parts/load'
import { go, Link, useGuard, usePlace } from '../../parts/route'
import { SheetEditor } from '../../table/editor'
import { delimiterOf, Sheet } from '../../table/sheet'
import { useText } from '../../text'

/** The tables of a version; the chosen one open in the editor, at the cell of a fault where the address says so. */
export function PlantTable({ plant, version, name, suffix, mayEdit, onSaved }: {
    plant: string
    version: Version
    name: string | undefined
    suffix: string
    mayEdit: boolean
    onSaved: () => void
}) {
    const { t, bytes: size } = useText()
    const tables = version.tables
    const chosen = name ?? (tables.find((table) => /^(routes|tools)\.csv$/i.test(table.name)) ?? tables[0])?.name
    const check = useLoad(`check ${plant} ${version.version}`, () => get('/v1/plants/{plant}/versions/{version}/check', { path: { plant, version: String(version.version) } }))
    const faults = check.value?.faults ?? []
    return (
        <div className="tables">
            <nav aria-label={t('tables.title')}>
                {tables.map((table) => {
                    const wrong = faults.filter((fault) => fault.file === table.name && fault.severity === 'fault').length
                    return (
                        <Link key={table.name} href={`/plants/${plant}/tables/${encodeURIComponent(table.name)}${suffix}`} aria-current={table.name === chosen ? 'page' : undefined}>
                            <span>{table.name}</span>
                            {wrong > 0 ? <Badge tone="bad">{wrong}</Badge> : <small>{size(table.bytes)}</small>}
                        </Link>
                    )
                })}
            </nav>
            {chosen && <OpenTable key={chosen} plant={plant} version={version} name={chosen} mayEdit={mayEdit} faults={faults.filter((fault) => fault.file === chosen)} onSaved={onSaved} />}
        </div>
    )
}

function OpenTable({ plant, version, name, faults, mayEdit, onSaved }: {
    plant: string
    version: Version
    name: string
    faults: Parameters<typeof SheetEditor>[0]['faults']
    mayEdit: boolean
    onSaved: () => void
}) {
    const { t, percent } = useText()
    const { query } = usePlace()
    const [sheet, setSheet] = useState<Sheet | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const [turn, setTurn] = useState(0)
    const [share, setShare] = useState<number | null>(null)
    useEffect(() => {
        const stop = new AbortController()
        bytes(address('/v1/plants/{plant}/versions/{version}/tables/{table}', { plant, version: version.version, table: name }), stop.signal).then(
            (content) => setSheet(new Sheet(content, delimiterOf(name))),
            (problem: unknown) => !stop.signal.aborted && setError(problem as ApiError),
        )
        return () => stop.abort()
    }, [plant, version.version, name])
    const changed = sheet?.changed ?? false
    useGuard(changed, t('editor.leave'))
    const [row, column] = [query.get('row'), query.get('column')]
    const start = useMemo(() => (row === null ? null : { row: Number(row) - 1, column: Number(column ?? 1) - 1 }), [row, column])

    const save = async () => {
        if (!sheet) return
        setShare(0)
        setError(null)
        try {
            const saved = await upload(address('/v1/plants/{plant}/versions', { plant }, { keep: true }), [{ name, file: new Blob([sheet.toBytes() as Uint8Array<ArrayBuffer>]) }], setShare, { 'If-Match': `"${version.version}"` })
            onSaved()
            // Where it leads next: to what is still wrong, or to the plant that is now sound.
            go(saved.sound ? `/plants/${plant}` : `/plants/${plant}/tables/${encodeURIComponent(name)}`, true)
        } catch (problem) {
            setError(problem as ApiError)
        } finally {
            setShare(null)
        }
    }
    return (
        <Card
            className="open-table"
            title={name}
            actions={
                mayEdit && (
                    <>
                        {changed && <span className="unsaved">{t('editor.unsaved')}</span>}
                        <Button look="main" disabled={!changed || share !== null} onClick={() => void save()}>
                            {share === null ? t('editor.save') : t('drop.sending', { share: percent(share, 0) })}
                        </Button>
                    </>
                )
            }
        >
            <ProblemNote error={error} />
            {sheet ? <SheetEditor sheet={sheet} faults={faults} start={start} readOnly={!mayEdit} label={name} onChange={() => setTurn(turn + 1)} /> : !error && <Waiting />}
        </Card>
    )
}
