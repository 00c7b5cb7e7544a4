// What a tenant should know before it hurts: credits, grants and budgets near their end, leases that will be taken back.
import type { Credits, WholeRound } from '../api/compute'

const DAY_MS = 86_400_000
/** A grant that ends so soon is told of, where something is left of it. */
export const EXPIRES_DAYS = 14
/** Credits that end so soon, as it goes now. */
export const EMPTY_DAYS = 7
const NEAR_PERCENT = 80
/** Of a grant with less left than this share nothing is lost that matters. */
const LEFT = 0.01

export type Warning =
    | { kind: 'held' }
    | { kind: 'empty'; balance: number; at: string }
    | { kind: 'spent'; percent: number; balance: number }
    | { kind: 'expires'; grant: string; left: number; at: string }
    | { kind: 'budget'; account: string; percent: number; until: string }
    | { kind: 'lease'; round: string; type: string; gpus: number; days: number; on: string }
    | { kind: 'leases'; round: string; count: number; on: string }

/** Of the account as a whole one, the most urgent; then grants and budgets, the sooner end first. */
export function creditWarnings(credits: Credits, now: number): Warning[] {
    const found: Warning[] = []
    const ends = credits.empty_at === null ? Infinity : Date.parse(credits.empty_at)
    const share = credits.granted > 0 ? credits.spent / credits.granted : 0
    if (credits.held) found.push({ kind: 'held' })
    else if (ends < now + EMPTY_DAYS * DAY_MS) found.push({ kind: 'empty', balance: credits.balance, at: credits.empty_at! })
    else if (credits.granted > 0 && credits.warning >= NEAR_PERCENT) found.push({ kind: 'spent', percent: Math.min(1, share), balance: credits.balance })
    const isSoon = (at: string | null) => at !== null && Date.parse(at) > now && Date.parse(at) < now + EXPIRES_DAYS * DAY_MS
    for (const one of [...credits.grants].sort((a, b) => (a.until ?? '').localeCompare(b.until ?? '')))
        if (isSoon(one.until) && one.left >= LEFT * one.credits && one.left > 0) found.push({ kind: 'expires', grant: one.note || one.id, left: one.left, at: one.until! })
    for (const one of [...credits.budgets].sort((a, b) => a.until.localeCompare(b.until)))
        if (Date.parse(one.from) <= now && now < Date.parse(one.until) && one.warning >= NEAR_PERCENT) found.push({ kind: 'budget', account: one.account, percent: one.credits > 0 ? one.spent / one.credits : 1, until: one.until })
    return found
}

/** Leases that will be taken back as the server saw it last, less what was taken back since. */
export function dueLeases({ watched, events = [] }: WholeRound): NonNullable<WholeRound['watched']>['leases'] {
    const seen = Date.parse(watched?.time ?? '') - 1000 // the record's times have no parts of a second
    const isTaken = (institution: string, type: string) => events.some((one) => one.what === 'reclaim' && one.kept === 0 && one.institution === institution && one.type === type && Date.parse(one.time) >= seen)
    return (watched?.leases ?? []).filter((one) => one.reclaim_on && !isTaken(one.institution, one.type))
}

/** Leases that stay idle: each of the own ones; for who sees all, how many and when the first goes. */
export function leaseWarnings(rounds: readonly WholeRound[], isOperator: boolean): Warning[] {
    return rounds.flatMap((round): Warning[] => {
        const due = dueLeases(round)
        if (due.length === 0) return []
        if (isOperator) return [{ kind: 'leases', round: round.round, count: due.length, on: due.map((one) => one.reclaim_on!).sort()[0]! }]
        return due.map((one) => ({ kind: 'lease', round: round.round, type: one.type, gpus: one.gpus, days: one.idle_days, on: one.reclaim_on! }))
    })
}
