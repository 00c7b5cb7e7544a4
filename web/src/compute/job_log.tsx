import { useEffect, useRef, useState } from 'react'
import { jobLog, problemOf } from '../api/compute'
import type { ApiError } from '../api/problem'
import { Button, Card, Choice, ProblemNote } from '../parts/basics'
import { useText } from '../text'

const LOOK_MS = 1000
/** What is kept on the page of a long log: its end. The whole is a file to download. */
const KEPT_MAX = 400_000

interface Told { text: string; isCut: boolean; error: ApiError | null }

/** What a job says, as it says it; once it is over, to its end. */
function useLog(id: string, stream: 'out' | 'err', isOpen: boolean): Told {
    const [told, setTold] = useState<Told>({ text: '', isCut: false, error: null })
    const open = useRef(isOpen)
    open.current = isOpen
    useEffect(() => {
        const stop = new AbortController()
        const letters = new TextDecoder()
        let from = 0
        let timer = 0
        setTold({ text: '', isCut: false, error: null })
        const look = async () => {
            const wasOpen = open.current
            let n = 0
            try {
                const piece = await jobLog(id, stream, from, stop.signal)
                n = piece.length
                from += n
                // A letter may be cut between two pieces: the decoder keeps its first part.
                const more = letters.decode(piece, { stream: true })
                if (n > 0) setTold((before) => {
                    const text = before.text + more
                    return { text: text.slice(-KEPT_MAX), isCut: before.isCut || text.length > KEPT_MAX, error: null }
                })
            } catch (problem) {
                if (stop.signal.aborted) return
                setTold((before) => ({ ...before, error: problemOf(problem) }))
            }
            if (stop.signal.aborted || (n === 0 && !wasOpen)) return
            timer = window.setTimeout(() => void look(), n > 0 ? LOOK_MS / 4 : LOOK_MS)
        }
        void look()
        return () => {
            stop.abort()
            clearTimeout(timer)
        }
    }, [id, stream, isOpen])
    return told
}

export function JobLog({ id, isOpen, hasBegun }: { id: string; isOpen: boolean; hasBegun: boolean }) {
    const { t, num } = useText()
    const [stream, setStream] = useState<'out' | 'err'>('out')
    const [follows, setFollows] = useState(true)
    const told = useLog(id, stream, isOpen)
    const box = useRef<HTMLPreElement>(null)
    useEffect(() => {
        if (follows && box.current) box.current.scrollTop = box.current.scrollHeight
    }, [told.text, follows])
    const scrolled = () => {
        const at = box.current
        if (at) setFollows(at.scrollHeight - at.scrollTop - at.clientHeight < 30)
    }
    return (
        <Card
            className="job-log"
            title={t('log.title')}
            actions={
                <>
                    {!follows && <Button look="quiet" onClick={() => setFollows(true)}>{t('log.follow')}</Button>}
                    <Choice label={t('log.stream')} value={stream} options={[{ value: 'out', text: t('log.out') }, { value: 'err', text: t('log.err') }]} onChange={setStream} />
                </>
            }
        >
            {told.error && told.error.status !== 404 && <ProblemNote error={told.error} />}
            {told.isCut && <p className="note">{t('log.cut', { count: num(KEPT_MAX / 1000, 0) })}</p>}
            <pre ref={box} className="log" tabIndex={0} aria-label={t('log.title')} onScroll={scrolled}>
                {told.text || <span className="note">{t(hasBegun ? 'log.none' : 'log.not_yet')}</span>}
            </pre>
        </Card>
    )
}
