import { describe, expect, it } from 'vitest'
import type { Credits, WholeRound } from '../api/compute'
import { creditWarnings, EMPTY_DAYS, EXPIRES_DAYS, leaseWarnings } from './warnings'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const inDays = (days: number) => new Date(NOW + days * 86_400_000).toISOString()
const credits = (change: Partial<Credits> = {}): Credits => ({ balance: 100, granted: 100, spent: 0, expired: 0, debt: 0, empty_at: null, warning: 0, held: false, has_prices: true, grants: [], budgets: [], ...change })
const kinds = (change: Partial<Credits>) => creditWarnings(credits(change), NOW).map(({ kind }) => kind)

describe('warnings of credits', () => {
    it('says nothing where all is well', () => {
        expect(kinds({})).toEqual([])
        expect(kinds({ granted: 0, balance: 0, warning: 100 })).toEqual([]) // not on credits
        expect(kinds({ empty_at: inDays(EMPTY_DAYS + 1), warning: 50 })).toEqual([])
    })
    it('says the most urgent of the account alone', () => {
        expect(kinds({ held: true, empty_at: inDays(0), warning: 100 })).toEqual(['held'])
        expect(kinds({ empty_at: inDays(EMPTY_DAYS - 1), warning: 95 })).toEqual(['empty'])
        expect(kinds({ spent: 81, balance: 19, warning: 80 })).toEqual(['spent'])
    })
    it('names grants that expire with something left, the first to go first', () => {
        const grant = (id: string, until: string | null, left: number) => ({ id, credits: 10, left, from: inDays(-9), until, note: '' })
        const grants = [grant('late', inDays(EXPIRES_DAYS - 1), 1), grant('soon', inDays(1), 1), grant('gone', inDays(-1), 1), grant('spent', inDays(1), 0), grant('crumbs', inDays(1), 0.05), grant('far', inDays(EXPIRES_DAYS + 1), 1), grant('ever', null, 1)]
        expect(creditWarnings(credits({ grants }), NOW).map((one) => one.kind === 'expires' && one.grant)).toEqual(['soon', 'late'])
    })
    it('names budgets that hold now and are near their end', () => {
        const budget = (account: string, from: number, until: number, warning: number) => ({ account, from: inDays(from), until: inDays(until), credits: 10, spent: warning / 10, warning })
        const budgets = [budget('near', -1, 1, 80), budget('half', -1, 1, 50), budget('past', -2, -1, 100), budget('coming', 1, 2, 100)]
        expect(creditWarnings(credits({ budgets }), NOW)).toEqual([{ kind: 'budget', account: 'near', percent: 0.8, until: inDays(1) }])
    })
})

describe('warnings of leases', () => {
    const lease = (institution: string, reclaim_on?: string) => ({ institution, type: 'h100', gpus: 8, used: 0, idle_days: 9, ...(reclaim_on ? { reclaim_on } : {}) })
    const round = { round: '2026-1', watched: { time: '', last_day: '', leases: [lease('a', '2026-12-03'), lease('b'), lease('c', '2026-12-01')] } } as unknown as WholeRound
    it('tells a tenant each, and the operator how many', () => {
        expect(leaseWarnings([round], false).map((one) => one.kind === 'lease' && one.on)).toEqual(['2026-12-03', '2026-12-01'])
        expect(leaseWarnings([round], true)).toEqual([{ kind: 'leases', round: '2026-1', count: 2, on: '2026-12-01' }])
        const taken = (kept: number, time: string) => ({ ...round, watched: { ...round.watched, time: '2026-12-01T00:00:10.5Z' }, events: [{ time, what: 'reclaim', institution: 'c', type: 'h100', day: '', idle_days: 9, gpus: 8, kept }] }) as unknown as WholeRound
        const left = (one: WholeRound) => leaseWarnings([one], true).map((told) => told.kind === 'leases' && told.count)
        expect([left(taken(0, '2026-12-01T09:00:10+09:00')), left(taken(2, '2026-12-01T00:01:00Z')), left(taken(0, '2026-11-01T00:00:00Z'))]).toEqual([[1], [2], [2]])
        expect(leaseWarnings([{ ...round, watched: undefined } as unknown as WholeRound], true)).toEqual([])
    })
})
