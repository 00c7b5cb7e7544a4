import type { Layout, Twin } from '../api/twin'
import type { Clock } from '../twin/use_twin'
export default function Flow(_: { twin: Twin; layout: Layout; clock: Clock }) {
    return null
}
