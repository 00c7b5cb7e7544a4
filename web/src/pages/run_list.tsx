import type { Plant, Run } from '../api/types'
import { Badge, Progress } from '../parts/basics'
import { Link } from '../parts/route'
import { useText } from '../text'

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

export function RunList({ runs, plants }: { runs: Run[]; plants: Plant[] }) {
    const { lang, ago, t } = useText()
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
                            {plants.find((plant) => plant.id === run.plant)?.name ?? t('run.plant_gone')} · v{run.version} · {ago(run.created)}
                        </span>
                        {run.sentence?.[lang] && <span className="list-text">{run.sentence[lang]}</span>}
                        {run.problem && <span className="list-text bad">{run.problem.detail ?? run.problem.title}</span>}
                        {run.state === 'running' && <Progress share={run.progress} label={title(run)} />}
                    </Link>
                </li>
            ))}
        </ul>
    )
}
