import { memo, useEffect, useRef, useState } from 'react'
import { jobLog, problemOf } from '../api/compute'
import type { ApiError } from '../api/problem'
import { save } from '../live/export'
import { Button, Card, Choice, ProblemNote } from '../parts/basics'
import { useText } from '../text'
import { classesOf, Terminal, type Block, type Run } from './terminal'

const LOOK_MS = 1000
/** While nobody answers it is asked seldomer, up to this. */
const LOOK_MOST_MS = 8000
/** What is read of a long log: its end. The whole is a file to download. */
const TAIL_BYTES = 400_000
const LINE_BYTES = 4000
/** Behind the end of every log: nothing comes from there but its length. */
const BEYOND = Number.MAX_SAFE_INTEGER

/** Asking again changes nothing. */
const isFinal = ({ status }: ApiError) => [401, 403, 404].includes(status)

type Stream = 'out' | 'err'
interface Told { blocks: Block[]; live: Run[][]; isCut: boolean; isEmpty: boolean; bytes: number; error: ApiError | null }
const NOTHING: Told = { blocks: [], live: [], isCut: false, isEmpty: true, bytes: 0, error: null }

/** From the first line that is whole; a long line from its first whole letter. */
function fromLine(bytes: Uint8Array): Uint8Array {
    const end = bytes.indexOf(10)
    if (end >= 0 && end < LINE_BYTES && end < bytes.length - 1) return bytes.subarray(end + 1)
    const letter = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80)
    return letter > 0 ? bytes.subarray(letter) : bytes
}

/** What a job says, as it says it; once it is over, to its end. A server that is gone for a while is asked again, from where it was. */
function useLog(id: string, stream: Stream, isOpen: boolean): Told {
    const [told, setTold] = useState<Told>(NOTHING)
    const open = useRef(isOpen)
    open.current = isOpen
    const isRead = useRef(false) // to its end
    const [turn, setTurn] = useState(0)
    useEffect(() => {
        if (isOpen && isRead.current) setTurn((before) => before + 1) // it was started again
    }, [isOpen])
    useEffect(() => {
        isRead.current = false
        const stop = new AbortController()
        let terminal = new Terminal()
        let letters = new TextDecoder()
        let from = -1 // it is not known how much there is
        let timer = 0
        let failed = 0
        setTold(NOTHING)
        /** Passes over what would be pushed out of sight at once. */
        const skipTo = (whole: number) => {
            const isBack = from > whole // the log is another one now
            if (!isBack && from >= 0 && whole - from <= TAIL_BYTES) return false
            terminal = new Terminal()
            letters = new TextDecoder()
            from = Math.max(0, whole - TAIL_BYTES)
            terminal.isCut = from > 0
            return from > 0
        }
        const read = async (): Promise<number> => {
            const isFirst = from < 0
            const { bytes, whole } = await jobLog(id, stream, isFirst ? BEYOND : from, stop.signal)
            if (skipTo(whole) || isFirst) {
                const next = await jobLog(id, stream, from, stop.signal)
                from += next.bytes.length
                terminal.feed(letters.decode(terminal.isCut ? fromLine(next.bytes) : next.bytes, { stream: true }))
                return next.bytes.length
            }
            from += bytes.length
            // A letter may be cut between two pieces: the decoder keeps its first part.
            terminal.feed(letters.decode(bytes, { stream: true }))
            return bytes.length
        }
        const look = async () => {
            const wasOpen = open.current
            let n = 0
            let error: ApiError | null = null
            try {
                n = await read()
                failed = 0
            } catch (problem) {
                if (stop.signal.aborted) return
                error = problemOf(problem)
                failed++
            }
            if (stop.signal.aborted) return
            setTold((before) => (n === 0 && before.error === null && error === null ? before : error ? { ...before, error } : { blocks: terminal.blocks, live: terminal.live(), isCut: terminal.isCut, isEmpty: from <= 0, bytes: from, error: null }))
            if (error ? isFinal(error) : n === 0 && !wasOpen) {
                isRead.current = true
                return
            }
            timer = window.setTimeout(() => void look(), failed > 0 ? Math.min(LOOK_MOST_MS, LOOK_MS * 2 ** (failed - 1)) : n > 0 ? LOOK_MS / 4 : LOOK_MS)
        }
        void look()
        return () => {
            stop.abort()
            clearTimeout(timer)
        }
    }, [id, stream, turn])
    return told
}

const Lines = memo(function Lines({ lines }: { lines: Run[][] }) {
    // What has no colour is one text, however many lines it is.
    const parts: (string | Run)[] = []
    let plain = ''
    for (const [n, runs] of lines.entries()) {
        if (n > 0) plain += '\n'
        for (const run of runs) {
            if (run.style === 0) plain += run.text
            else {
                if (plain) parts.push(plain)
                plain = ''
                parts.push(run)
            }
        }
    }
    if (plain) parts.push(plain)
    return <>{parts.map((part, n) => (typeof part === 'string' ? part : <span key={n} className={classesOf(part.style)}>{part.text}</span>))}</>
})

/** The whole of a log, piece by piece. */
async function whole(id: string, stream: Stream, progress: (bytes: number) => void): Promise<Blob> {
    const pieces: BlobPart[] = []
    for (let from = 0; ; ) {
        const { bytes, whole: all } = await jobLog(id, stream, from)
        pieces.push(bytes)
        from += bytes.length
        progress(from)
        if (bytes.length === 0 || from >= all) return new Blob(pieces, { type: 'text/plain' })
    }
}

/** What a job says. Of one that has failed its errors are what is looked for, where it has any. */
export function JobLog({ id, isOpen, hasBegun, hasFailed }: { id: string; isOpen: boolean; hasBegun: boolean; hasFailed: boolean }) {
    const { t, num, bytes } = useText()
    const [chosen, setChosen] = useState<Stream | null>(null)
    const [hasErrors, setHasErrors] = useState(false)
    const [follows, setFollows] = useState(true)
    const [going, setGoing] = useState<number | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    useEffect(() => {
        if (!hasFailed) return
        const stop = new AbortController()
        jobLog(id, 'err', BEYOND, stop.signal).then((told) => setHasErrors(told.whole > 0), () => {})
        return () => stop.abort()
    }, [id, hasFailed])
    const stream = chosen ?? (hasFailed && hasErrors ? 'err' : 'out')
    const told = useLog(id, stream, isOpen)
    const box = useRef<HTMLPreElement>(null)
    useEffect(() => {
        if (follows && box.current) box.current.scrollTop = box.current.scrollHeight
    }, [told, follows])
    const scrolled = () => {
        const at = box.current
        if (at) setFollows(at.scrollHeight - at.scrollTop - at.clientHeight < 30)
    }
    const download = () => {
        setGoing(0)
        setError(null)
        whole(id, stream, setGoing).then((blob) => save(blob, `${id}.${stream}.txt`), (problem: unknown) => setError(problemOf(problem))).finally(() => setGoing(null))
    }
    const isLost = told.error !== null && !isFinal(told.error)
    return (
        <Card
            className="job-log"
            title={t('log.title')}
            actions={
                <>
                    {!follows && <Button look="quiet" onClick={() => setFollows(true)}>{t('log.follow')}</Button>}
                    {!told.isEmpty && <Button onClick={download} disabled={going !== null}>{going === null ? t('log.save') : bytes(going)}</Button>}
                    <Choice label={t('log.stream')} value={stream} options={[{ value: 'out', text: t('log.out') }, { value: 'err', text: t('log.err') }]} onChange={setChosen} />
                </>
            }
        >
            <ProblemNote error={error ?? (told.error && !isLost && told.error.status !== 404 ? told.error : null)} />
            {isLost && <p className="note lost" role="status">{t('log.lost')}</p>}
            {told.isCut && <p className="note">{t('log.cut', { count: num(TAIL_BYTES / 1000, 0) })}</p>}
            <pre ref={box} className="log" tabIndex={0} aria-label={t('log.title')} onScroll={scrolled}>
                {told.isEmpty ? <span className="note">{t(!hasBegun && isOpen ? 'log.not_yet' : isOpen ? 'log.none' : 'log.nothing')}</span> : (
                    <>
                        {told.blocks.map(({ key, lines }) => <span key={key} className="log-block"><Lines lines={lines} />{'\n'}</span>)}
                        <Lines lines={told.live} />
                    </>
                )}
            </pre>
        </Card>
    )
}
