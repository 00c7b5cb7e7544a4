import { describe, expect, it } from 'vitest'
import type { Day, GroupNow } from '../api/twin'
import { healthOf, linesOf, needsOf, needsOfFloor, sumOf, toneOf, type Line } from './health'

const group = (name: string, part: Partial<GroupNow> & { failed?: number } = {}): GroupNow => ({ name, queue: 0, in_process: 0, tools: [4, 0, 0, 0, 0, part.failed ?? 0, 0], utilization: null, wait: 0, risk: 0, ...part })
const line = (product: string, part: Partial<Line> = {}): Line => ({ product, released: 0, planned: 0, done: 0, due: 0, on_time: 0, late: 0, ...part })
const day = (...products: Line[]): Day => ({ time: 86_400, seconds: 86_400, has_due: true, products })
const kinds = (groups: GroupNow[], today: Day) => needsOf(groups, today).map((need) => `${need.kind} ${need.tone}`)

describe('the health of a factory', () => {
    it('is good where nothing needs anybody', () => {
        const needs = needsOf([group('a')], day(line('p', { due: 20, on_time: 20 })))
        expect(needs).toEqual([])
        expect(healthOf(needs, 0, 20)).toBe('good')
    })
    it('puts limits first, then a group that is half down with a queue, then output', () => {
        const groups = [group('a', { failed: 1 }), group('b', { failed: 4, queue: 3 }), group('c', { risk: 2 })]
        expect(kinds(groups, day(line('p', { due: 20, on_time: 10, late: 3 })))).toEqual(['risk bad', 'failed bad', 'behind bad', 'failed warn', 'late warn'])
    })
    it('does not cry over one lot of three', () => {
        expect(kinds([], day(line('p', { due: 3, on_time: 2 })))).toEqual(['behind warn'])
        expect(healthOf(needsOf([], day(line('p', { due: 3, on_time: 2 }))), 0, 9)).toBe('warn')
    })
    it('judges by what comes out', () => {
        const broken = needsOf([group('a', { failed: 4, queue: 3, risk: 5 })], day(line('p', { due: 20, on_time: 20 })))
        expect([healthOf(broken, 5, 100), healthOf(broken, 6, 100)]).toEqual(['warn', 'bad'])
        expect(healthOf(needsOf([], day(line('p', { due: 20, on_time: 10 }))), 0, 100)).toBe('bad')
    })
    it('names the product that lacks most', () => {
        expect(needsOf([], day(line('p', { due: 9, on_time: 8 }), line('q', { due: 20, on_time: 15 })))[0]).toMatchObject({ kind: 'behind', product: 'q', done: 23, due: 29 })
    })
    it('sees a queue that is long for its tools and waits long', () => {
        expect(kinds([group('a', { queue: 16, wait: 7200 }), group('b', { queue: 15, wait: 9000 })], day())).toEqual(['queue warn'])
    })
    it('tells what the floor asks for, the worst first, and not without end', () => {
        const alarm = (state: 'normal' | 'unacknowledged' | 'returned', priority: 'critical' | 'low') => ({ alarm: 'A', text: `${priority} ${state}`, state, priority })
        const last = { at: 1, tool: 'etch-1', recipe: 'R', step: '1', severity: 'violation' as const }
        const chart = (name: string) => ({ chart: name, severity: 'violation' as const })
        const needs = needsOfFloor([alarm('normal', 'critical'), alarm('returned', 'critical'), alarm('unacknowledged', 'low'), alarm('unacknowledged', 'critical')], [chart('c'), { chart: 'd', severity: 'none' }], [{ name: 'w', last }, { name: 'v', last: null }])
        expect(needs.map((need) => `${need.tone} ${need.kind}`)).toEqual(['bad alarm', 'warn alarm', 'warn alarm', 'warn chart', 'warn window'])
        expect(needs[0]).toMatchObject({ text: 'critical unacknowledged' })
        expect(needsOfFloor([], [...'abcdefghi'].map(chart), []).at(-1)).toMatchObject({ kind: 'more', count: 3 })
        expect(healthOf(needs, 0, 10)).toBe('warn')
    })
    it('tells well from behind', () => {
        expect([toneOf(38, 40), toneOf(37, 40), toneOf(33, 40), toneOf(0, 4), toneOf(0, 0), toneOf(null, 4)]).toEqual(['good', 'warn', 'bad', 'warn', null, null])
    })
    it('adds up the rest, and what is not known stays so', () => {
        const { top, rest } = linesOf([line('a', { due: 1 }), line('b', { due: 3 }), line('c', { due: 2, late: 4 })], 2, true)
        expect([top.map((one) => one.product), sumOf(rest).due, sumOf(rest).late]).toEqual([['b'], 3, 4])
        expect(linesOf([line('a'), line('b')], 2, true).rest).toEqual([])
        expect(sumOf([line('a', { due: null }), line('b', { due: 1 })]).due).toBeNull()
    })
})
