import { describe, expect, it } from 'vitest'
import type { Happening } from '../api/live'
import type { StateSpan } from '../api/meaning'
import { Sheet } from '../table/sheet'
import { apply, columnOf } from './drafts'
import { classOf, groupOf, piecesOf, saidOf, STATES, sumsOf } from './states'
import { tallyOf } from './tally'
import { TEMPLATES } from './templates'

const sheet = (text: string) => new Sheet(new TextEncoder().encode(text))
const textOf = (one: Sheet) => new TextDecoder().decode(one.toBytes())
let id = 0
const happening = (at: number, name: string, detail: Record<string, unknown>): Happening => ({ id: id++, at, kind: 'alarm', source: 'maru', name, lot: '', wafer: '', recipe: '', step: '', detail: detail as Happening['detail'] })
const came = (at: number, name: string) => happening(at, name, { news: 'moved', was: 'normal', state: 'unacknowledged', priority: 'low', operator: 'a' })
const span = (from: number, to: number, state: string): StateSpan => ({ from, to, state, state_ko: state, substate: state, substate_ko: state, reason: null })

describe('the tally of alarms', () => {
    it('counts what was announced, hour by hour, the most frequent first', () => {
        const events = [came(7300, 'A'), came(7200, 'B'), came(3700, 'A'), happening(3650, 'A', { news: 'moved', was: 'unacknowledged', state: 'acknowledged' }), happening(3651, 'B', { news: 'moved', was: 'normal', state: 'suppressed' }), happening(3652, 'flood/a', { news: 'flood begins', n: 11 })]
        const tally = tallyOf(events, 3600, 10800)
        expect(tally.hours).toEqual([{ at: 3600, count: 1 }, { at: 7200, count: 2 }])
        expect(tally.alarms.map(({ name, count }) => [name, count])).toEqual([['A', 2], ['B', 1]])
        expect([tally.all, tally.suppressed, tally.floods]).toEqual([3, 1, 1])
    })
    it('leaves out what lies outside, and has an hour for each that is touched', () => {
        const tally = tallyOf([came(3599, 'A'), came(9000, 'A'), came(9001, 'A')], 3600, 9001)
        expect(tally.all).toBe(1)
        expect(tally.hours.reduce((sum, { count }) => sum + count, 0)).toBe(tally.all)
        expect(tally.hours.length).toBe(2)
    })
})

describe('proposed rows', () => {
    it('change the cells of their row and nothing else', () => {
        const one = sheet('경보,조건,설명\nA,t > 5,"x, y"\nB,t > 6,\n')
        expect(apply(one, 'alarm', [{ name: 'B', cells: { condition: 't > 7 deadband 1', on_delay: '' } }])).toBe(1)
        expect(textOf(one)).toBe('경보,조건,설명\nA,t > 5,"x, y"\nB,t > 7 deadband 1,\n')
        one.undo()
        expect(textOf(one)).toBe('경보,조건,설명\nA,t > 5,"x, y"\nB,t > 6,\n')
    })
    it('make a column that is not there, and a row for a new name', () => {
        const one = sheet('alarm,condition\nA,t > 5\n')
        apply(one, 'alarm', [{ name: 'A', cells: { on_delay: '5 s' } }, { name: 'C', cells: { condition: 'x = 1' } }])
        expect(textOf(one).trimEnd().split('\n')).toEqual(['alarm,condition,on_delay', 'A,t > 5,5 s', 'C,x = 1,'])
    })
    it('find columns however they are written', () => {
        expect(columnOf(sheet('Alarm, On-Delay\n'), 'on_delay')).toBe(1)
        expect(columnOf(sheet('\ufeff경보,발생지연\n'), 'alarm')).toBe(0)
    })
    it('begin as tables of one width', () => {
        for (const each of Object.values(TEMPLATES)) for (const text of Object.values(each)) {
            const one = sheet(text)
            for (let row = 1; row < one.rowCount; row++) expect(one.row(row).length, text).toBe(one.row(0).length)
        }
    })
})

describe('states on a strip', () => {
    it('fill it without gaps, however short they are', () => {
        const spans = Array.from({ length: 5000 }, (_, n) => span(n, n + 1, STATES[n % 5]!))
        for (const pixels of [10, 333, 1200, 20000]) {
            const pieces = piecesOf(spans, 100.5, 4900.25, pixels)
            expect(pieces[0]!.from).toBe(100.5)
            expect(pieces.at(-1)!.to).toBe(4900.25)
            for (let n = 1; n < pieces.length; n++) expect(pieces[n]!.from).toBe(pieces[n - 1]!.to)
            expect(pieces.length).toBeLessThanOrEqual(Math.max(2 * pixels, 10))
        }
    })
    it('let a short stop be seen', () => {
        const pieces = piecesOf([span(0, 500, 'productive'), span(500, 500.1, 'unscheduled down'), span(500.1, 500.2, 'standby'), span(500.2, 1000, 'productive')], 0, 1000, 100)
        expect(pieces.some(({ state }) => state === 'unscheduled down')).toBe(true)
    })
    it('add up to the time', () => {
        const sums = sumsOf([span(0, 10, 'productive'), span(10, 15, 'standby'), span(15, 30, 'productive')], 5, 20)
        expect(sums.get('productive')).toEqual({ seconds: 10, times: 2 })
        expect([...sums.values()].reduce((sum, { seconds }) => sum + seconds, 0)).toBe(15)
    })
    it('say what is not known once', () => {
        expect(saidOf({ state: 'unknown', state_ko: '알수없음', substate: 'not known', substate_ko: '모름' }, 'en')).toEqual(['not known'])
        expect(saidOf({ state: 'unknown', state_ko: '알수없음', substate: 'not known', substate_ko: '모름' }, 'ko')).toEqual(['모름'])
        expect(saidOf({ state: 'standby', state_ko: '유휴', substate: 'idle', substate_ko: '대기' }, 'ko')).toEqual(['유휴', '대기'])
        expect(saidOf({ state: 'x', state_ko: 'x', substate: 'x', substate_ko: 'x' }, 'en')).toEqual(['x'])
    })
    it('have a look each, and groups by name', () => {
        expect(new Set(STATES.map(classOf)).size).toBe(STATES.length)
        expect(groupOf('Etch/1')).toBe('Etch')
        expect(groupOf('press')).toBe('')
    })
})
