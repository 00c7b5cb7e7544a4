import type { Alarm } from '../api/meaning'
import { Badge } from '../parts/basics'
import { useText } from '../text'

export const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const
const LEVELS: Record<string, number> = { critical: 4, high: 3, medium: 2, low: 1 }

/** How urgent: a word, a colour, and as many bars as it is urgent, so that it is told without colour, too. */
export function Priority({ priority, word }: { priority: string; word: string }) {
    const level = LEVELS[priority] ?? 1
    return (
        <span className={`priority p-${priority}`}>
            <svg viewBox="0 0 16 14" aria-hidden="true">
                {[1, 2, 3, 4].map((n) => <rect key={n} x={(n - 1) * 4} y={11 - n * 2.5} width="3" height={n * 2.5 + 3} rx="0.6" className={n <= level ? '' : 'off'} />)}
            </svg>
            {word}
        </span>
    )
}

const TONES: Record<string, 'bad' | 'warn' | 'good' | 'busy' | 'calm'> = { unacknowledged: 'bad', acknowledged: 'warn', returned: 'busy', normal: 'good' }

export function AlarmState({ alarm }: { alarm: Alarm }) {
    const { lang } = useText()
    return <Badge tone={TONES[alarm.state] ?? 'calm'}>{lang === 'ko' ? alarm.state_ko : alarm.state}</Badge>
}
