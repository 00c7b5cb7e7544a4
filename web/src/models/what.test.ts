import { describe, expect, it } from 'vitest'
import { whatOf } from './what'

describe('what a run is doing', () => {
    const run = (more: object) => ({ state: 'running' as const, ...more })
    it('is said in the language that is spoken', () => {
        expect(whatOf(run({ what: { ko: '조각 2 / 5', en: 'fold 2 of 5' } }), 'ko')).toBe('조각 2 / 5')
        expect([whatOf(run({ what: 'fold 2', what_ko: '조각 2' }), 'ko'), whatOf(run({ what: 'fold 2', what_ko: '조각 2' }), 'en'), whatOf(run({ what: 'fold 2' }), 'ko')]).toEqual(['조각 2', 'fold 2', 'fold 2'])
    })
    it('is nothing where nothing is said, and of a run that does nothing', () => {
        expect([whatOf(null, 'ko'), whatOf(run({}), 'ko'), whatOf(run({ what: null }), 'en'), whatOf({ state: 'waiting', ...{ what: 'fold 2' } }, 'en')]).toEqual(['', '', '', ''])
    })
})
