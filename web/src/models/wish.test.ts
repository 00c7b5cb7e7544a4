import { describe, expect, it } from 'vitest'
import type { QualityAnswer } from '../api/quality'
import { failedWord, isUsed, lacking, NO_WISH, trainingOf, withGoal, withUsed } from './wish'

describe('what is asked of a training', () => {
    it('is left to the server where nothing was chosen', () => {
        expect(trainingOf('d', NO_WISH)).toEqual({ dataset: 'd' })
    })
    it('says what was chosen, in the numbers of the API', () => {
        const wish = { ...NO_WISH, target: '두께', goal: 'number', time: '시각', level: '90', seed: '7', costMiss: 'x', limits: { lower: '4.5', upper: '' }, causes: ['재작업'], leftOut: ['호기'] }
        expect(trainingOf('d', wish)).toEqual({ dataset: 'd', target: '두께', goal: 'number', time: '시각', level: 0.9, seed: 7, limits: ['두께=4.5..'], cause: ['재작업'], leave_out: ['호기'] })
    })
    it('tells units, order and settings of lives, and no verdict; of how lives spread, what a failure is', () => {
        const wish = { ...NO_WISH, target: 'failed', bad: '1', unit: 'pump', order: 'hours', settings: ['load'], cap: '120' }
        expect(trainingOf('d', { ...wish, goal: 'life', bad: '' })).toEqual({ dataset: 'd', goal: 'life', unit: 'pump', order: 'hours', setting: ['load'], cap: 120 })
        expect(trainingOf('d', { ...wish, goal: 'survival' })).toEqual({ dataset: 'd', goal: 'survival', target: 'failed', bad: '1', unit: 'pump', order: 'hours', cap: 120 })
        expect(trainingOf('d', { ...wish, goal: 'yes-no' })).toEqual({ dataset: 'd', goal: 'yes-no', target: 'failed', bad: '1', unit: 'pump' })
    })
    it('finds the columns of lives and maps by their names, and keeps what was chosen', () => {
        const column = (name: string, kind: string, role = 'possible cause') => ({ name, kind, role })
        const columns = [column('베어링', 'text', 'identifier'), column('제조사', 'word'), column('하중', 'number'), column('가동시간', 'number'), column('고장', 'word'), column('engine', 'number')] as unknown as QualityAnswer['columns']
        expect(withGoal(NO_WISH, 'survival', { columns })).toEqual({ ...NO_WISH, goal: 'survival', order: '가동시간', target: '고장' })
        expect(withGoal({ ...NO_WISH, order: '하중' }, 'life', { columns })).toEqual({ ...NO_WISH, goal: 'life', order: '하중', unit: 'engine' })
        expect(withGoal(NO_WISH, 'number', { columns })).toEqual({ ...NO_WISH, goal: 'number' })
        expect([failedWord(['아니오', '예']), failedWord(['running', 'failed']), failedWord(['A', 'B'])]).toEqual(['예', 'failed', ''])
    })
    it('says what is still to be chosen', () => {
        const of = (wish: object) => lacking({ ...NO_WISH, ...wish })
        expect([of({}), of({ target: 'x' }), of({ goal: 'odd' }), of({ goal: 'life', unit: 'u' }), of({ goal: 'life', unit: 'u', order: 'o' }), of({ goal: 'survival', target: 'x' })]).toEqual(['target', null, null, 'life', null, 'age'])
    })
    it('learns from tools and places unless they are left out, as the server does', () => {
        expect(isUsed(NO_WISH, '호기', 'tool or place')).toBe(true)
        expect(trainingOf('d', withUsed(NO_WISH, '호기', 'tool or place', false))).toEqual({ dataset: 'd', leave_out: ['호기'] })
    })
    it('says what is normal, of process faults alone', () => {
        const wish = { ...NO_WISH, target: 'fault', unit: 'run', normal: 'none' }
        expect(trainingOf('d', { ...wish, goal: 'faults' })).toEqual({ dataset: 'd', goal: 'faults', target: 'fault', unit: 'run', normal: 'none' })
        expect(trainingOf('d', { ...wish, goal: 'class' })).toEqual({ dataset: 'd', goal: 'class', target: 'fault', unit: 'run' })
    })
    it('uses a column or not, and forgets a choice that is taken back', () => {
        const without = withUsed(NO_WISH, 'a', 'possible cause', false)
        expect([isUsed(NO_WISH, 'a', 'possible cause'), isUsed(without, 'a', 'possible cause')]).toEqual([true, false])
        expect(withUsed(without, 'a', 'possible cause', true)).toEqual(NO_WISH)
        const along = withUsed(NO_WISH, 'b', 'consequence of the verdict', true)
        expect([isUsed(NO_WISH, 'b', 'consequence of the verdict'), isUsed(along, 'b', 'consequence of the verdict'), along.leftOut]).toEqual([false, true, []])
    })
})
