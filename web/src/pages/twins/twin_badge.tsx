import type { Twin } from '../../api/twin'
import { Badge } from '../../parts/basics'
import { useText } from '../../text'

const TONES = { playing: 'busy', paused: 'calm', seeking: 'busy', failed: 'bad', following: 'good' } as const

export function TwinBadge({ twin }: { twin: Pick<Twin, 'state'> }) {
    const { t } = useText()
    return <Badge tone={TONES[twin.state]}>{t(`twin.state.${twin.state}`)}</Badge>
}
