import { describe, expect, it } from 'vitest'
import type { GroupNow, Layout } from '../../api/twin'
import { heatOf } from './hall_heat'
import { nothing, whatIfText, wrongWith } from './what_if_text'

describe('what-if settings', () => {
    it('say only what differs', () => {
        expect(whatIfText(nothing())).toBe('')
        expect(whatIfText({ changes: [{ what: 'tools', of: 'Litho', value: '1' }, { what: 'tools', of: 'Etch', value: '-2' }, { what: 'downtime', of: '*', value: '50' }], load: '105', rule: 'cr' })).toBe('tools:Litho=+1; tools:Etch=-2; downtime:*=50; load=105; rule=cr')
        expect(whatIfText({ changes: [{ what: 'releases', of: 'A', value: '110' }, { what: 'priority', of: 'A', value: '20' }], load: '100', rule: 'plant' })).toBe('releases:A=110; priority:A=20')
    })
    it('keep a name together, whatever is in it', () => {
        const of = (name: string) => whatIfText({ ...nothing(), changes: [{ what: 'tools', of: name, value: '1' }] })
        expect(of('CVD/3;A')).toBe('tools:CVD/3%3BA=+1')
        expect(of('a;rule=cr, b')).toBe('tools:a%3Brule%3Dcr%2C b=+1')
        expect(of('노광#2')).toBe('tools:노광#2=+1')
        expect(of(' 50%3B ')).toBe('tools:%2050%253B%20=+1')
    })
    it('know what cannot be', () => {
        expect(wrongWith({ what: 'tools', of: 'Litho', value: '0' })).toBe('tools')
        expect(wrongWith({ what: 'tools', of: 'Litho', value: '1.5' })).toBe('tools')
        expect(wrongWith({ what: 'downtime', of: 'Litho', value: '-1' })).toBe('percent')
        expect(wrongWith({ what: 'priority', of: 'A', value: '' })).toBe('number')
        expect(wrongWith({ what: 'tools', of: '', value: '1' })).toBe('name')
        expect(wrongWith({ what: 'tools', of: 'Litho', value: '2' })).toBeNull()
        // What is wrong is not said.
        expect(whatIfText({ ...nothing(), changes: [{ what: 'tools', of: 'Litho', value: '0' }] })).toBe('')
    })
})

describe('heat of the hall', () => {
    const group = (name: string, area: number, n_tool: number) => ({ name, area, first_tool: 0, n_tool, body: 'bench' as const, is_delay: false })
    const layout = { groups: [group('a', 0, 3), group('b', 0, 1), group('c', 1, 2)], areas: [{ name: 'A', rects: [] }, { name: 'B', rects: [] }, { name: 'C', rects: [] }] } as unknown as Layout
    const now = (name: string, utilization: number | null, wait = 0, queue = 0, risk = 0): GroupNow => ({ name, utilization, wait, queue, risk, in_process: 0, tools: [0, 0, 0, 0, 0, 0, 0] })
    it('is the mean of tools for utilisation, of waiting lots for waits, the sum of lots at risk', () => {
        const groups = [now('a', 0.8, 7200, 1, 2), now('b', 0.4, 0, 0, 1), now('c', null, 3600, 3)]
        const tell = (_: string, value: number) => String(value)
        const busy = heatOf(layout, groups, 'utilization', tell)
        expect(busy.areas[0]).toBeCloseTo(0.7, 6)
        expect([busy.areas[1], busy.areas[2]]).toEqual([-1, -1])
        expect(busy.groups[2]).toBe(-1)
        const wait = heatOf(layout, groups, 'wait', tell)
        expect([wait.areas[0], wait.areas[1]]).toEqual([1, 0.5])
        expect(heatOf(layout, groups, 'risk', tell).told[0]).toBe('3')
    })
})
