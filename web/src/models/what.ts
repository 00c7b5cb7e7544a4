import type { Run } from '../api/types'
import type { Lang } from '../text'

interface Told { ko?: string; en?: string }

/** What a run is doing right now, where the server says it: in both languages, or as one text with its Korean beside it. */
export function whatOf(run: Pick<Run, 'state'> | null, lang: Lang): string {
    if (run?.state !== 'running') return ''
    const { what, what_ko: korean } = run as { what?: string | Told | null; what_ko?: string | null }
    if (what && typeof what === 'object') return what[lang] ?? ''
    return (lang === 'ko' ? korean : undefined) ?? what ?? ''
}
