import { ask } from './client'
import { ApiError } from './problem'
import type { Run } from './types'

const PAUSE_FIRST_MS = 500
const PAUSE_MAX_MS = 10_000

export interface ServerEvent {
    event: string
    data: string
}

/** Cuts a stream of text into server-sent events; pieces may end anywhere. */
export class EventCutter {
    #rest = ''
    push(text: string): ServerEvent[] {
        // A lone CR at the end may be the first half of CR LF: it waits.
        const all = this.#rest + text
        const held = all.endsWith('\r') ? 1 : 0
        const blocks = all.slice(0, all.length - held).replace(/\r\n?/g, '\n').split('\n\n')
        this.#rest = blocks.pop()! + (held ? '\r' : '')
        return blocks.flatMap((block) => {
            let event = 'message'
            const data: string[] = []
            for (const line of block.split('\n')) {
                const colon = line.indexOf(':')
                if (colon <= 0) continue
                const value = line.slice(colon + 1).replace(/^ /, '')
                if (line.slice(0, colon) === 'event') event = value
                else if (line.slice(0, colon) === 'data') data.push(value)
            }
            return data.length > 0 ? [{ event, data: data.join('\n') }] : []
        })
    }
}

export const isOver = (run: Run): boolean => run.state === 'done' || run.state === 'failed' || run.state === 'cancelled'

/**
 * Tells each event of a stream until `tell` says that it was the last. EventSource cannot send a token, so the stream is read with
 * fetch(). A broken connection is taken up again, later each time; `lost` says so meanwhile, null when it is well.
 */
export function listenTo(path: string, tell: (event: ServerEvent) => boolean, lost: (error: ApiError | null) => void): () => void {
    const stop = new AbortController()
    const wait = (ms: number) => new Promise((done) => setTimeout(done, ms))
    const read = async () => {
        let pause = PAUSE_FIRST_MS
        while (!stop.signal.aborted) {
            try {
                const response = await ask(path, { signal: stop.signal, headers: { Accept: 'text/event-stream' } })
                const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
                const cutter = new EventCutter()
                for (;;) {
                    const { done, value } = await reader.read()
                    if (done || stop.signal.aborted) break
                    for (const event of cutter.push(value)) {
                        pause = PAUSE_FIRST_MS
                        lost(null)
                        if (tell(event)) return stop.abort()
                    }
                }
            } catch (error) {
                if (stop.signal.aborted) return
                if (error instanceof ApiError) {
                    lost(error)
                    if (error.status >= 400 && error.status < 500 && error.status !== 429) return
                } else {
                    lost(new ApiError({ type: 'maru:no-answer', title: 'no answer', status: 0 }))
                }
            }
            await wait(pause)
            pause = Math.min(pause * 2, PAUSE_MAX_MS)
        }
    }
    void read()
    return () => stop.abort()
}

/** Tells of a run until it is over. */
export const follow = (id: string, tell: (run: Run) => void, lost: (error: ApiError | null) => void): (() => void) =>
    listenTo(
        `/v1/runs/${encodeURIComponent(id)}/events`,
        ({ event, data }) => {
            if (event !== 'run') return false
            const run = JSON.parse(data) as Run
            tell(run)
            return isOver(run)
        },
        lost,
    )
