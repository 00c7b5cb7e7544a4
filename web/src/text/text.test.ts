import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { firstLang } from '.'
import { en } from './en'
import { fill } from './fill'
import { ko } from './ko'
import { numbers, timeScale } from './numbers'

const root = join(__dirname, '..')
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|gen)\.ts$/.test(name) && !/text\/(ko|en)(_live|_meaning|_fdc|_sheet)?\.ts$/.test(name))
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n')

const holes = (text: string) => [...text.matchAll(/\{(\w+)[|}]/g)].map((match) => match[1]).filter((name, n, all) => all.indexOf(name) === n).sort()

describe('the dictionaries', () => {
    it('have the same keys, none empty', () => {
        expect(Object.keys(en).sort()).toEqual(Object.keys(ko).sort())
        for (const [key, text] of [...Object.entries(ko), ...Object.entries(en)]) expect(text.trim(), key).not.toBe('')
    })
    it('fill in the same values', () => {
        for (const key of Object.keys(ko) as (keyof typeof ko)[]) expect(holes(en[key]), key).toEqual(holes(ko[key]))
    })
    it('hold no key that is not used', () => {
        // A key is used as it is, or as `state.${state}`.
        const patterns = [...sources.matchAll(/`([a-z_]+(?:\.[a-z_]+)*\.)\$\{[^`]*?\}([a-z_.]*)`/g)].map(([, head, tail]) => ({ head: head!, tail: tail! }))
        const unused = Object.keys(ko).filter((key) => !sources.includes(`'${key}'`) && !patterns.some(({ head, tail }) => key.startsWith(head) && key.endsWith(tail)))
        expect(unused).toEqual([])
    })
    it('are Korean and English', () => {
        for (const [key, text] of Object.entries(en)) expect(/[가-힣]/.test(text), key).toBe(false)
        const latin = Object.entries(ko).filter(([, text]) => !/[가-힣]/.test(text) && /[A-Za-z]{3}/.test(text.replace(/\{[^}]*\}/g, '')))
        expect(latin).toEqual([])
    })
})

describe('words and numbers', () => {
    it('fill in values and choose the word for one', () => {
        expect(fill('{count|fault|faults} in {plant}', { count: 1, plant: 'X' })).toBe('1 fault in X')
        expect(fill('{count|fault|faults} in {plant}', { count: '1,200', plant: 'X' })).toBe('1,200 faults in X')
    })
    it('choose the language', () => {
        expect(firstLang('en', ['ko-KR'])).toBe('en')
        expect(firstLang(null, ['fr', 'ko-KR', 'en'])).toBe('ko')
        expect(firstLang(null, ['de'])).toBe('en')
    })
    it('write numbers', () => {
        const { num, percent, bytes } = numbers('ko')
        expect(num(1234.5)).toBe('1,235')
        expect(num(-0.0001, 2)).toBe('0.00')
        expect(num(-3.456)).toBe('−3.46')
        expect(num(null)).toBe('–')
        expect(percent(0.1234)).toBe('12.3 %')
        expect(bytes(1500)).toBe('1.5 kB')
    })
    it('tell short times in hours', () => {
        expect(timeScale([1.5, null]).unit).toBe('time.hours')
        expect(timeScale([40]).unit).toBe('time.days')
        expect(timeScale([]).unit).toBe('time.days')
    })
})
