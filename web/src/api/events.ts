import { ask } from './client'
import { ApiError } from './problem'
import type { Run } from './types'

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
 * Tells of a run until it is over. EventSource cannot send a token, so the stream is read with fetch(). A broken connection is taken up
 * again; `lost` says so meanwhile.
 */
export function follow(id: string, tell: (run: Run) => void, lost: (error: ApiError | null) => void): () => void {
    const stop = new AbortController()
    const wait = (ms: number) => new Promise((done) => setTimeout(done, ms))
    const read = async () => {
        let pause = 500
        while (!stop.signal.aborted) {
            try {
                const response = await ask(`/v1/runs/${encodeURIComponent(id)}/events`, { signal: stop.signal, headers: { Accept: 'text/event-stream' } })
                const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
                const cutter = new EventCutter()
                for (;;) {
                    const { done, value } = await reader.read()
                    if (done) break
                    for (const { event, data } of cutter.push(value)) {
                        if (event !== 'run') continue
                        const run = JSON.parse(data) as Run
                        pause = 500
                        lost(null)
                        tell(run)
                        if (isOver(run)) return
                    }
                }
            } catch (error) {
                if (stop.signal.aborted) return
                if (error instanceof ApiError) {
                    lost(error)
                    if (error.status >= 400 && error.status < 500) return
                } else {
                    lost(new ApiError({ type: 'maru:no-answer', title: 'no answer', status: 0 }))
                }
            }
            await wait(pause)
            pause = Math.min(pause * 2, 10_000)
        }
    }
    void read()
    return () => stop.abort()
}
