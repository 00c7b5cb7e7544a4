import { whyOf } from '../../api/problem'
import type { Run } from '../../api/types'
import { Badge, Progress } from '../../parts/basics'
import { Link } from '../../parts/route'
import { useText } from '../../text'
import { timeScale } from '../../text/numbers'

const TONES = { waiting: 'calm', running: 'busy', done: 'good', cancelled: 'calm', failed: 'bad' } as const

export function StateBadge({ run }: { run: Run }) {
    const { t } = useText()
    return <Badge tone={TONES[run.state]}>{t(`run.state.${run.state}`)}</Badge>
}

export function useRunTitle(): (run: Run) => string {
    const { t, num } = useText()
    return (run) => {
        if (run.name) return run.name
        const { days = 365, replications = 1, variants } = run.request
        if ((run.kind as string) === 'forecast') return t('run.title.forecast', { hours: num(((run.request as { span_us?: number }).span_us ?? 0) / 3.6e9), reps: replications })
        return variants
            ? t('run.title.compare', { count: variants.length, days: num(days), reps: replications })
            : t('run.title.simulate', { days: num(days), reps: replications })
    }
}

/** The figures of a simulation in a line. */
function Figures({ of: { wip, throughput, bottleneck, ...of } }: { of: NonNullable<Run['figures']> }) {
    const { t, num, percent } = useText()
    const time = timeScale([of['cycle-time'].mean])
    const told = [
        `${t('figure.cycle-time')} ${num(of['cycle-time'].mean === null ? null : of['cycle-time'].mean * time.factor)} ${t(time.unit)}`,
        `${t('figure.wip')} ${num(wip.mean)}`,
        `${t('figure.throughput')} ${num(throughput.mean)} ${t('unit.lots_per_day')}`,
        of['on-time'].mean === null ? '' : `${t('figure.on-time')} ${percent(of['on-time'].mean)}`,
        bottleneck === null ? '' : `${t('bottleneck')} ${bottleneck}`,
    ]
    return <span className="list-text list-figures">{told.filter(Boolean).map((one) => <span key={one}>{one}</span>)}</span>
}

export function RunList({ runs }: { runs: Run[] }) {
    const { lang, ago } = useText()
    const title = useRunTitle()
    return (
        <ul className="list">
            {runs.map((run) => (
                <li key={run.id}>
                    <Link href={`/runs/${run.id}`}>
                        <span className="list-head">
                            <strong>{title(run)}</strong>
                            <StateBadge run={run} />
                        </span>
                        <span className="list-note">
                            {run.plant_name} · v{run.version} · {ago(run.created)}
                        </span>
                        {run.figures ? <Figures of={run.figures} /> : run.sentence?.[lang] && <span className="list-text">{run.sentence[lang]}</span>}
                        {run.problem && <span className="list-text bad">{whyOf(run.problem, lang)}</span>}
                        {run.state === 'running' && <Progress share={run.progress} label={title(run)} />}
                    </Link>
                </li>
            ))}
        </ul>
    )
}
