import { useRef, useState, type DragEvent } from 'react'
import { address, archiveType, upload, type NamedFile } from '../../api/client'
import { ApiError } from '../../api/problem'
import type { Version } from '../../api/types'
import { Button, ProblemNote, Progress } from '../../parts/basics'
import { useText } from '../../text'

/** Tables of a plant: CSV, and the text tables of AutoSched (tool.txt.1l among them). */
const isTable = (name: string) => /\.(csv|tsv|txt)(\.\w+)?$/i.test(name) && !name.startsWith('.')

/** The first folder of a path such as `/line/routes.csv`. */
const folderOf = (path: string) => /^\/?([^/]+)\//.exec(path)?.[1]

function entries(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
    const reader = folder.createReader()
    const all: FileSystemEntry[] = []
    // A reader gives a part at a time, and an empty one at the end.
    return new Promise((resolve, reject) => {
        const next = () => reader.readEntries((part) => (part.length === 0 ? resolve(all) : (all.push(...part), next())), reject)
        next()
    })
}

async function filesOf(entry: FileSystemEntry): Promise<NamedFile[]> {
    if (entry.isFile) {
        const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
        return [{ name: file.name, file, folder: folderOf(entry.fullPath) }]
    }
    const found = await Promise.all((await entries(entry as FileSystemDirectoryEntry)).map(filesOf))
    return found.flat()
}

/** Takes a folder, an archive or tables, dropped or chosen, and uploads them. */
export function DropTables({ to, onDone, small = false }: { to: string; onDone: (version: Version) => void; small?: boolean }) {
    const { t, percent, num } = useText()
    const [over, setOver] = useState(false)
    const [share, setShare] = useState<number | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const files = useRef<HTMLInputElement>(null)
    const folder = useRef<HTMLInputElement>(null)

    const send = async (found: NamedFile[]) => {
        setError(null)
        const archive = found.find(({ name }) => archiveType(name))
        const chosen = archive ? [archive] : found.filter(({ name }) => isTable(name))
        if (chosen.length === 0) {
            setError(new ApiError({ type: 'maru:no-tables', title: t('drop.no_tables'), status: 0 }))
            return
        }
        setShare(0)
        try {
            const chosenName = archive?.name ?? chosen.find((one) => one.folder)?.folder // what a plant without a name is called
            onDone(await upload(to === '/v1/plants' ? address(to, {}, { file: chosenName }) : to, chosen, setShare))
        } catch (problem) {
            setError(problem as ApiError)
        } finally {
            setShare(null)
        }
    }
    const dropped = async (event: DragEvent) => {
        event.preventDefault()
        setOver(false)
        // Entries are only there during the event; they are taken before anything is waited for.
        const taken = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null && entry !== undefined)
        const plain = [...event.dataTransfer.files].map((file) => ({ name: file.name, file }))
        await send(taken.length > 0 ? (await Promise.all(taken.map(filesOf))).flat() : plain)
    }
    const picked = (input: HTMLInputElement) => {
        const found = [...(input.files ?? [])].map((file) => ({ name: file.name, file, folder: folderOf(file.webkitRelativePath) }))
        input.value = ''
        if (found.length > 0) void send(found)
    }
    return (
        <div
            className={`drop ${over ? 'over' : ''} ${small ? 'small' : ''}`}
            onDragOver={(event) => { event.preventDefault(); setOver(true) }}
            onDragLeave={(event) => event.currentTarget === event.target && setOver(false)}
            onDrop={(event) => void dropped(event)}
        >
            {!small && (
                <svg viewBox="0 0 48 40" aria-hidden="true"><path d="M24 27V8m0 0l-8 8m8-8l8 8M6 27v7h36v-7" /></svg>
            )}
            <p className="drop-title">{t('drop.title')}</p>
            <p className="note">{t('drop.text')}</p>
            <div className="actions">
                <Button look="main" disabled={share !== null} onClick={() => files.current?.click()}>{t('drop.files')}</Button>
                <Button disabled={share !== null} onClick={() => folder.current?.click()}>{t('drop.folder')}</Button>
            </div>
            <input ref={files} type="file" multiple hidden data-testid="files" accept=".csv,.tsv,.txt,.1l,.zip,.tar,.gz,.tgz,.zst" onChange={(event) => picked(event.target)} />
            <input ref={(at) => { folder.current = at; at?.setAttribute('webkitdirectory', '') }} type="file" hidden onChange={(event) => picked(event.target)} />
            <div aria-live="polite">
                {share !== null && (
                    <>
                        <p>{share < 1 ? t('drop.sending', { share: percent(share, 0) }) : t('drop.checking')}</p>
                        <Progress share={share} label={t('drop.sending', { share: num(share * 100, 0) })} />
                    </>
                )}
            </div>
            <ProblemNote error={error} />
        </div>
    )
}
