import type { Credits } from '../api/compute'
import { round as askRound, rounds as askRounds } from '../api/compute'
import { Link } from '../parts/route'
import { useText } from '../text'
import { usePoll } from '../twin/use_twin'
import { useIsOperator } from './use_operator'
import { creditWarnings, leaseWarnings, type Warning } from './warnings'

const LOOK_MS = 60_000
/** So many rounds under lease are asked for what is idle, the newest first. */
const ROUNDS_MAX = 5

async function leased(signal: AbortSignal) {
    const { items } = await askRounds()
    if (signal.aborted) return []
    return Promise.all(items.filter(({ state }) => state === 'leased').slice(0, ROUNDS_MAX).map(({ round }) => askRound(round)))
}

/** What the reader should see to before it hurts, each with the way to where that is done. */
export function WarningList({ credits }: { credits: Credits | undefined }) {
    const { t, num, percent, when, ago } = useText()
    const isOperator = useIsOperator()
    const rounds = usePoll('rounds under lease', LOOK_MS, leased)
    const all = [...(credits ? creditWarnings(credits, Date.now()) : []), ...leaseWarnings(rounds.value ?? [], isOperator)]
    if (all.length === 0) return null
    const digits = (value: number) => (Math.abs(value) < 100 ? 2 : 0)
    const said = (one: Warning): string => {
        switch (one.kind) {
            case 'held': return t('credit.told.held')
            case 'empty': return t('credit.told.empty', { balance: num(one.balance, digits(one.balance)), ago: ago(one.at), when: when(one.at) })
            case 'spent': return t('warn.spent', { share: percent(one.percent, 0), balance: num(one.balance, digits(one.balance)) })
            case 'expires': return t('warn.expires', { grant: one.grant, left: num(one.left, digits(one.left)), ago: ago(one.at), when: when(one.at) })
            case 'budget': return t('warn.budget', { account: one.account || t('credit.all_projects'), share: percent(one.percent, 0), when: when(one.until) })
            case 'lease': return t('watched.warned', { gpus: num(one.gpus), type: one.type, days: num(one.days), day: one.on })
            case 'leases': return t('warn.leases', { round: one.round, count: num(one.count), day: one.on })
        }
    }
    const where = (one: Warning) => (one.kind === 'lease' || one.kind === 'leases' ? `/compute/rounds/${encodeURIComponent(one.round)}` : '/compute/usage')
    return (
        <ul className="attention" aria-label={t('warn.label')}>
            {all.map((one, n) => <li key={n} className={one.kind === 'held' ? '' : 'warn'}><Link href={where(one)}>{said(one)}</Link></li>)}
        </ul>
    )
}
