// States of a tool on a strip of so many pixels, and how names of tools part into groups.
import type { StateSpan } from '../api/meaning'
import type { Lang } from '../text'

/** The class that gives a state its colour and hatching. */
export const classOf = (state: string): string => {
    const known: Record<string, string> = { productive: 'productive', standby: 'standby', engineering: 'engineering', 'scheduled down': 'scheduled_down', 'unscheduled down': 'unscheduled_down', 'non-scheduled': 'nonscheduled' }
    return `s-${known[state] ?? 'unknown'}`
}
/** The order in which states are listed: what wants somebody first. */
export const STATES = ['unscheduled down', 'scheduled down', 'engineering', 'standby', 'productive', 'non-scheduled', 'unknown'] as const

/** `Etch/1` stands in `Etch`; a name without a slash in no group. */
export const groupOf = (tool: string): string => (tool.includes('/') ? tool.slice(0, tool.lastIndexOf('/')) : '')

export interface Piece {
    from: number
    to: number
    state: string
    /** What it stands for: one state, or the first of those that share a pixel. */
    span: StateSpan
}

/** Setup is a scheduled down of its own colour. */
export const lookOf = (span: { state: string; substate: string }): string => (span.substate === 'setup' ? 's-setup' : classOf(span.state))

/** A state in words: itself, and its substate where that says more. Of what is not known there is only one thing to say. */
export function saidOf(of: Pick<StateSpan, 'state' | 'state_ko' | 'substate' | 'substate_ko'>, lang: Lang): string[] {
    const said = lang === 'ko' ? [of.state_ko, of.substate_ko] : [of.state, of.substate]
    return of.state === 'unknown' ? said.slice(1) : [...new Set(said)]
}

/** What of [from, to) is drawn on `pixels`: states shorter than a pixel are told by the gravest of those that share it. */
export function piecesOf(spans: readonly StateSpan[], from: number, to: number, pixels: number): Piece[] {
    const least = (to - from) / Math.max(1, pixels)
    const pieces: Piece[] = []
    for (const span of spans) {
        const [a, b] = [Math.max(from, span.from), Math.min(to, span.to)]
        if (b <= a) continue
        const last = pieces.at(-1)
        if (last && last.to - last.from < least && b - last.from < 2 * least) {
            // Two in one pixel: the one that is asked about.
            const isGraver = STATES.indexOf(span.state as (typeof STATES)[number]) < STATES.indexOf(last.state as (typeof STATES)[number])
            pieces[pieces.length - 1] = { from: last.from, to: b, state: isGraver ? span.state : last.state, span: isGraver ? span : last.span }
        } else pieces.push({ from: a, to: b, state: span.state, span })
    }
    return pieces
}

/** Seconds in each state, and how often it began, of [from, to). */
export function sumsOf(spans: readonly StateSpan[], from: number, to: number): Map<string, { seconds: number; times: number }> {
    const sums = new Map<string, { seconds: number; times: number }>()
    for (const span of spans) {
        const seconds = Math.min(to, span.to) - Math.max(from, span.from)
        if (seconds <= 0) continue
        const sum = sums.get(span.state) ?? { seconds: 0, times: 0 }
        sums.set(span.state, { seconds: sum.seconds + seconds, times: sum.times + 1 })
    }
    return sums
}
