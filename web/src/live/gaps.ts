// Stretches of time in which data is missing, as events tell of them.
import type { Happening } from '../api/live'
import type { Lang } from '../text'
import type { Span } from './span'

export interface Gap extends Span {
    source: string
    missing: number
    cause: string
}

export function gapsOf(events: readonly Happening[], lang: Lang = 'en'): Gap[] {
    return events
        .flatMap(({ kind, source, detail, at, name, cause_ko }): Gap[] => {
            if (kind !== 'gap') return []
            const time = (key: string, other: number) => (typeof detail[key] === 'number' ? (detail[key] as number) / 1e6 : other)
            const gap = { source, from: time('from_us', at), to: time('until_us', at), missing: typeof detail.missing === 'number' ? detail.missing : 0, cause: (lang === 'ko' && cause_ko) || (typeof detail.cause === 'string' ? detail.cause : name) }
            return gap.to >= gap.from ? [gap] : []
        })
        .sort((a, b) => a.from - b.from)
}

/** A gap of a connection is one of all that comes by it. */
export const isOf = (gap: Gap, source: string): boolean => source === gap.source || source.startsWith(`${gap.source}/`)

/** Overlapping ones become one. */
export function joined(spans: readonly Span[]): Span[] {
    const out: Span[] = []
    for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
        const last = out.at(-1)
        if (last && from <= last.to) last.to = Math.max(last.to, to)
        else out.push({ from, to })
    }
    return out
}

export const shareOf = (spans: readonly Span[], whole: Span): number =>
    joined(spans).reduce((sum, one) => sum + Math.max(0, Math.min(one.to, whole.to) - Math.max(one.from, whole.from)), 0) / (whole.to - whole.from)
