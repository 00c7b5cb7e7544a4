import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { firstLang } from '.'
import { allBooks, type Book } from './books'
import { fill } from './fill'
import { numbers, timeScale } from './numbers'

const root = join(__dirname, '..')
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !/\.(test|gen)\.ts$/.test(name) && !/text\/((ko|en)_\w+|books)\.ts$/.test(name))
const texts = new Map(files.map((name) => [name, readFileSync(join(root, name), 'utf8')]))
const sources = [...texts.values()].join('\n')

type Words = Record<string, string>
const read = async (lang: 'ko' | 'en', book: Book) => ((await import(`./${lang}_${book}.ts`)) as { words: Words }).words
const books = new Map(await Promise.all(allBooks.map(async (book) => [book, { ko: await read('ko', book), en: await read('en', book) }] as const)))
const all = (lang: 'ko' | 'en'): Words => Object.assign({}, ...[...books.values()].map((book) => book[lang]))
const ko = all('ko')
const en = all('en')

// A key is used as it is, or as `state.${state}`.
const patternsOf = (text: string) => [...text.matchAll(/`([a-z_]+(?:\.[a-z_]+)*\.)\$\{[^`]*?\}([a-z_.]*)`/g)].map(([, head, tail]) => ({ head: head!, tail: tail! }))
const says = (text: string, keys: string[]) => {
    const patterns = patternsOf(text)
    return keys.filter((key) => text.includes(`'${key}'`) || patterns.some(({ head, tail }) => key.startsWith(head) && key.endsWith(tail)))
}

const holes = (text: string) => [...text.matchAll(/\{(\w+)[|}]/g)].map((match) => match[1]).filter((name, n, all) => all.indexOf(name) === n).sort()

describe('the dictionaries', () => {
    it('have the same keys, none empty', () => {
        expect(Object.keys(en).sort()).toEqual(Object.keys(ko).sort())
        for (const [key, text] of [...Object.entries(ko), ...Object.entries(en)]) expect(text.trim(), key).not.toBe('')
    })
    it('fill in the same values', () => {
        for (const key of Object.keys(ko)) expect(holes(en[key]!), key).toEqual(holes(ko[key]!))
    })
    it('hold no key that is not used, and none twice', () => {
        const used = new Set(says(sources, Object.keys(ko)))
        expect(Object.keys(ko).filter((key) => !used.has(key))).toEqual([])
        expect(Object.keys(ko).length).toBe([...books.values()].reduce((count, book) => count + Object.keys(book.ko).length, 0))
    })
    it('are Korean and English', () => {
        for (const [key, text] of Object.entries(en)) expect(/[가-힣]/.test(text), key).toBe(false)
        const latin = Object.entries(ko).filter(([, text]) => !/[가-힣]/.test(text) && /[A-Za-z]{3}/.test(text.replace(/\{[^}]*\}/g, '')))
        expect(latin).toEqual([])
    })
})

// A file is entered with the books of the rooms that it lies in: what it imports is entered with the same, what roomOf() fetches with more.
const resolve = (from: string, path: string) => ['.tsx', '.ts', '/index.tsx', '/index.ts'].map((end) => normalize(join(dirname(from), path)) + end).find((name) => texts.has(name))
function enter(name: string, open: ReadonlySet<Book>, seen: Set<string>, missing: Set<string>) {
    const state = `${name} ${[...open].sort().join(' ')}`
    if (seen.has(state)) return
    seen.add(state)
    const text = texts.get(name)!
    for (const [book, { ko: words }] of books) if (!open.has(book)) for (const key of says(text, Object.keys(words))) missing.add(`${name} says ${key}, which stands in ${book}`)
    for (const [, path] of text.matchAll(/^(?:import|export) (?!type)[^;]*?from '(\.[^']+)'/gms)) {
        const next = resolve(name, path!)
        if (next) enter(next, open, seen, missing)
    }
    for (const [, path, more] of text.matchAll(/import\('(\.[^']+)'\)(?:, ('[^)]*'))?/g)) {
        const next = resolve(name, path!)
        if (next) enter(next, new Set([...open, ...((more?.match(/\w+/g) ?? []) as Book[])]), seen, missing)
    }
}

describe('the rooms', () => {
    it('are entered with the books of all words that are said there', () => {
        const missing = new Set<string>()
        const seen = new Set<string>()
        enter('main.tsx', new Set<Book>(['frame']), seen, missing)
        expect([...missing]).toEqual([])
        const entered = new Set([...seen].map((state) => state.split(' ')[0]!))
        expect(files.filter((name) => /^pages\//.test(name) && !entered.has(name))).toEqual([])
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
