import type { RoundState } from '../api/compute'
import { Badge } from '../parts/basics'
import { useText } from '../text'

const TONES = { open: 'good', closed: 'warn', awarded: 'busy', leased: 'busy' } as const
export function RoundBadge({ state }: { state: RoundState }) {
    const { t } = useText()
    return <Badge tone={TONES[state]}>{t(`round.state.${state}`)}</Badge>
}
/** Quarters from one to another, both with it: 2026Q3 to 2027Q2; none where they are not quarters, or out of order. */
export function quartersBetween(from: string, until: string): string[] {
    const at = (text: string) => {
        const [, year, quarter] = /^(\d{4})Q([1-4])$/.exec(text) ?? []
        return year ? Number(year) * 4 + Number(quarter) - 1 : NaN
    }
    const [first, last] = [at(from), at(until)]
    return first <= last && last - first < 400 ? Array.from({ length: last - first + 1 }, (_, n) => `${Math.floor((first + n) / 4)}Q${((first + n) % 4) + 1}`) : []
}

/** The cells of one line of CSV. */
export function cellsOf(line: string): string[] {
    const cells: string[] = []
    for (let at = 0; at <= line.length; ) {
        const quoted = line[at] === '"' ? /^"((?:[^"]|"")*)"/.exec(line.slice(at)) : null
        const end = quoted ? at + quoted[0].length : line.indexOf(',', at)
        cells.push(quoted ? quoted[1]!.replaceAll('""', '"') : line.slice(at, end < 0 ? line.length : end))
        at = (end < 0 ? line.length : end) + 1
    }
    return cells
}
