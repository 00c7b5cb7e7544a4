import { describe, expect, it } from 'vitest'
import { optionsOf, plain, variantText } from './options'

describe('settings of a run', () => {
    it('say only what differs from the plant', () => {
        expect(variantText(plain())).toBe('')
        expect(variantText({ ...plain('cr'), load: '95' })).toBe('rule=cr; load=95')
    })
    it('take a rule of one’s own with its commas, and further options', () => {
        const setting = { ...plain('own'), own: ' priority desc, due - now ', more: 'min_run=off;\nrule:Litho=plain:fifo; nothing' }
        expect(optionsOf(setting)).toEqual({ rule: 'priority desc, due - now', min_run: 'off', 'rule:Litho': 'plain:fifo' })
    })
})
