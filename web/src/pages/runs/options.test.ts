import { describe, expect, it } from 'vitest'
import { choicesOf, optionsOf, plain, sortOptions, variantText } from './options'

describe('options of the model', () => {
    const meaning = { ko: '', en: '' }
    const load = { name: 'load', default: '100', kind: 'number' as const, lowest: 1, highest: 1000, meaning }
    const rule = { name: 'rule', default: 'plant', kind: 'rule' as const, choices: ['plant', 'fifo'], meaning }
    const reserve = { name: 'reserve', default: 'flag', kind: 'choice' as const, choices: ['flag', 'off'], meaning }
    it('are those of the server', () => {
        expect(sortOptions([rule, load, reserve])).toEqual({ rules: ['plant', 'fifo'], queueRules: [], others: [reserve] })
        expect([load, reserve].map(choicesOf)).toEqual(['1…1000', 'flag | off'])
    })
})

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
