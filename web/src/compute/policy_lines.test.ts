import { describe, expect, it } from 'vitest'
import { differing, policyLines, RULES, withRule } from './policy_lines'

const TEXT = '# ours\nplacement = "fgd" # tight\r\nbackfill_depth = 100\ncan_borrow=true\nunknown = 3\n'

describe('a policy as lines', () => {
    it('knows which line sets which rule', () => {
        expect(policyLines(TEXT)).toEqual([{ row: 2, rule: 'placement', value: 'fgd' }, { row: 3, rule: 'backfill_depth', value: '100' }, { row: 4, rule: 'can_borrow', value: 'true' }])
        expect(policyLines('')).toEqual([])
    })
    it('sets one rule and touches nothing else', () => {
        expect(withRule(TEXT, 'placement', 'random')).toBe(TEXT.replace('"fgd"', '"random"'))
        for (const rule of RULES)
            for (const value of ['7', 'true', '12h']) {
                const told = withRule(TEXT, rule, value)
                expect(policyLines(told).find((line) => line.rule === rule)?.value).toBe(value)
                expect(policyLines(told).filter((line) => line.rule !== rule).map(({ rule: name, value: kept }) => [name, kept])).toEqual(policyLines(TEXT).filter((line) => line.rule !== rule).map(({ rule: name, value: kept }) => [name, kept]))
            }
    })
    it('tells where two differ, standards included', () => {
        expect(differing('', 'placement = "best_fit"\n', 'placement = "fgd"\n')).toEqual([{ rule: 'placement', values: ['fgd', 'best_fit'] }])
        expect(differing(TEXT, TEXT, '')).toEqual([])
        expect(differing('placement = "fgd"', '', 'placement = "fgd"')).toEqual([])
    })
})
