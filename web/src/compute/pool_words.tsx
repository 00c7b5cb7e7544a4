import type { Both, Job, PoolNode } from '../api/compute'
import { Badge } from '../parts/basics'
import { isKey, useText } from '../text'

export function NodeBadge({ node }: { node: PoolNode }) {
    const { t } = useText()
    return <Badge tone={node.state === 'up' ? 'good' : node.state === 'down' ? 'bad' : 'warn'}>{t(`pool.state.${node.state}`)}</Badge>
}

/** A sentence in the language of the page. */
export function useBoth(): (both: Both | undefined) => string {
    const { lang } = useText()
    return (both) => both?.[lang] ?? ''
}

const TONES = { waiting: 'calm', running: 'busy', done: 'good', failed: 'bad', cancelled: 'calm' } as const
export function JobBadge({ job }: { job: Pick<Job, 'state' | 'phase' | 'cancelling' | 'waiting'> }) {
    const { t } = useText()
    const isOpen = job.state === 'waiting' || job.state === 'running'
    if (isOpen && job.cancelling) return <Badge tone="warn">{t('job.cancelling')}</Badge>
    if (isOpen && job.waiting?.reason === 'refused') return <Badge tone="warn">{t('job.refused')}</Badge>
    if (isOpen && (job.phase === 'blocked' || job.phase === 'starting' || job.phase === 'stopping')) return <Badge tone={job.phase === 'blocked' ? 'calm' : 'busy'}>{t(`job.phase.${job.phase}`)}</Badge>
    return <Badge tone={TONES[job.state]}>{t(`job.state.${job.state}`)}</Badge>
}

/** As many as a number that people write needs: 0.1, 2.25. */
export const decimals = (value: number) => (Number.isInteger(value) ? 0 : Number.isInteger(+(value * 10).toFixed(6)) ? 1 : 2)

/** What a job asked for, in one line. */
export function useAsked(): (job: Pick<Job, 'request'>) => string {
    const { t, num } = useText()
    return ({ request }) => {
        const parts: string[] = []
        const gpus = request.gpus ?? 0
        if (gpus > 0) parts.push(`${request.gpu_share !== undefined && request.gpu_share < 1 ? num(request.gpu_share * gpus, 2) : num(gpus)} × ${request.gpu_type || 'GPU'}`)
        if (request.cpus !== undefined) parts.push(t('job.n_cpus', { count: num(request.cpus, decimals(request.cpus)) }))
        if (request.memory_mib !== undefined) parts.push(request.memory_mib < 1024 ? `${num(request.memory_mib)} MiB` : `${num(request.memory_mib / 1024, request.memory_mib % 1024 ? 1 : 0)} GiB`)
        return parts.join(' · ') || t('job.usual')
    }
}

/** Seconds as people say them: 45 s, 12 min, 3 h 20 min, 2 d 4 h. */
export function useSpan(): (seconds: number) => string {
    const { t, num } = useText()
    return (seconds) => {
        const whole = Math.max(0, Math.round(seconds))
        if (whole < 60) return t('span.s', { s: num(whole) })
        const minutes = Math.round(whole / 60)
        if (minutes < 60) return t('span.min', { min: num(minutes) })
        const hours = Math.floor(minutes / 60)
        if (hours < 24) return minutes % 60 ? t('span.h_min', { h: num(hours), min: num(minutes % 60) }) : t('span.h', { h: num(hours) })
        return hours % 24 ? t('span.d_h', { d: num(Math.floor(hours / 24)), h: num(hours % 24) }) : t('span.d', { d: num(hours / 24) })
    }
}
export const secondsBetween = (from: string | undefined, to: string | undefined): number | null => (from ? (new Date(to ?? Date.now()).getTime() - new Date(from).getTime()) / 1000 : null)

/** Words that the server may name without our knowing them. */
/** Why a job has failed and what can be done, as a sentence; '' for one that has not. */
export function useFailure(): (job: Pick<Job, 'state' | 'reason' | 'what' | 'exit_code' | 'request'>) => string {
    const { t, num } = useText()
    const both = useBoth()
    const span = useSpan()
    return (job) => {
        if (job.state !== 'failed') return ''
        if (job.what) return both(job.what)
        const key = `job.failed.${job.reason ?? ''}`
        const memory = job.request.memory_mib
        return isKey(key) ? t(key, { code: job.exit_code ?? '–', time: span(job.request.time_s ?? 0), memory: memory === undefined ? '' : memory < 1024 ? `${num(memory)} MiB` : `${num(memory / 1024, decimals(memory / 1024))} GiB` }) : ''
    }
}

export function useNamed() {
    const { t } = useText()
    const say = (key: string, word: string) => (isKey(key) ? t(key) : word)
    return {
        end: (word: string) => say(`job.end.${word}`, word),
        stop: (word: string) => say(`job.stop.${word}`, word),
        entry: (word: string) => say(`credit.kind.${word}`, word),
        event: (word: string) => say(`round.event.${word}`, word),
        criterion: (word: string) => say(`criterion.${word}`, word),
    }
}
