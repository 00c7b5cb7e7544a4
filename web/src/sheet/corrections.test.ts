import { describe, expect, it } from 'vitest'
import type { QualityAnswer } from '../api/quality'
import { headline, hintsOf, NO_CORRECTIONS, withKind, withLimit, withRole } from './corrections'

describe('corrections', () => {
    it('say nothing at first', () => expect(hintsOf(NO_CORRECTIONS)).toEqual([]))
    it('are hints in one order, whatever order they were made in', () => {
        const one = withKind(withRole(withRole(NO_CORRECTIONS, 'b', 'cause'), 'a', 'lot'), 'c', 'word')
        const other = withRole(withRole(withKind(NO_CORRECTIONS, 'c', 'word'), 'a', 'lot'), 'b', 'cause')
        expect(hintsOf(one)).toEqual(hintsOf(other))
        expect(hintsOf(one)).toEqual([['kind', 'c=word'], ['lot', 'a'], ['cause', 'b']])
    })
    it('know one verdict, and forget its bad value with it', () => {
        const first = { ...withRole(NO_CORRECTIONS, 'a', 'target'), bad: 'NG' }
        const second = withRole(first, 'b', 'target')
        expect(hintsOf(first)).toEqual([['target', 'a'], ['bad', 'NG']])
        expect(hintsOf(second)).toEqual([['target', 'b']])
        expect(hintsOf(withRole(second, 'c', 'cause'))).toEqual([['target', 'b'], ['cause', 'c']])
    })
    it('are taken back by nothing', () => {
        const all = withLimit(withKind(withRole(NO_CORRECTIONS, 'a', 'time'), 'a', 'word'), 'a', 'lower', '1')
        expect(hintsOf(withLimit(withKind(withRole(all, 'a', ''), 'a', ''), 'a', 'lower', ' '))).toEqual([])
    })
    it('have limits with an open side', () => {
        const low = withLimit(NO_CORRECTIONS, 'x=y', 'lower', ' 1.5 ')
        expect(hintsOf(low)).toEqual([['limits', 'x=y=1.5..']])
        expect(hintsOf(withLimit(low, 'x=y', 'upper', '2'))).toEqual([['limits', 'x=y=1.5..2']])
    })
    it('are spoken of in the words of the server', () => {
        const reading = { sheet: '표 2', separator: 'tab', decimal: ',', dates: 'dmy', firstLine: '3', keepTotals: true }
        expect(hintsOf({ ...NO_CORRECTIONS, reading })).toEqual([['sheet', '표 2'], ['separator', 'tab'], ['decimal', ','], ['dates', 'dmy'], ['first-line', '3'], ['keep-totals', 'true']])
    })
})

describe('the headline', () => {
    const told = (part: string, text: string) => ({ part, text }) as QualityAnswer['told'][number]
    it('is the count and the first cause', () => {
        const answer = { target: { form: 'word' }, told: [told('read', 'a'), told('count', 'b'), told('count', 'c'), told('causes', 'd'), told('causes', 'e')] } as QualityAnswer
        expect(headline(answer).map(({ text }) => text)).toEqual(['b', 'd'])
    })
    it('says what is missing where there is no verdict', () => {
        const answer = { target: { form: 'none' }, told: [told('read', 'a'), told('read', 'no column'), told('next', 'c')] } as QualityAnswer
        expect(headline(answer).map(({ text }) => text)).toEqual(['no column'])
    })
})
