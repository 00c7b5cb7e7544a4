import { describe, expect, it } from 'vitest'
import { faultsOf, inTheWay, localTime, nodesOf, reservationOf, type ReservationWish } from './reservation_rows'

const wish = (change: Partial<ReservationWish> = {}): ReservationWish => ({ name: 'lecture', account: 'uni-a/course', nodes: 'n01', from: '2026-12-01T09:00', until: '2026-12-01T18:00', ...change })
const known = new Set(['n01', 'n02', 'n03', 'n10'])
const row = (name: string, nodes: string[], from: string, until: string) => ({ name, account: 'a', nodes, from: new Date(from).toISOString(), until: new Date(until).toISOString() })

describe('reservations', () => {
    it.each([
        ['n01, n02', ['n01', 'n02']],
        ['n01 n01;n02', ['n01', 'n02']],
        ['n[01-03] n10', ['n01', 'n02', 'n03', 'n10']],
        ['rack[9-11]-a', ['rack9-a', 'rack10-a', 'rack11-a']],
        ['n[3-1]', ['n[3-1]']],
        ['n[0-99999999]', ['n[0-99999999]']],
        ['', []],
    ])('nodes: %s', (text, names) => expect(nodesOf(text)).toEqual(names))

    it('tells each field that is not right', () => {
        expect(faultsOf(wish(), known, [])).toEqual([])
        expect(faultsOf(wish({ name: '', account: 'a b', nodes: 'n01 n77', until: '2026-12-01T09:00' }), known, [])).toEqual(['name', 'account', 'nodes', 'times'])
        expect(faultsOf(wish({ from: '' }), known, [])).toEqual(['times'])
        expect(faultsOf(wish({ name: '가'.repeat(11) }), known, [])).toEqual(['name']) // 33 bytes
        expect(faultsOf(wish(), known, [row('lecture', ['n10'], '2026-01-01', '2026-01-02')])).toEqual(['name'])
    })

    it('finds who has a node in that time; one may begin where another ends', () => {
        const rows = [row('a', ['n01'], '2026-12-01T17:00', '2026-12-01T20:00'), row('b', ['n02'], '2026-12-01T10:00', '2026-12-01T11:00'), row('c', ['n01'], '2026-12-01T18:00', '2026-12-02T18:00')]
        expect(inTheWay(wish(), rows).map(({ name }) => name)).toEqual(['a'])
        expect(inTheWay(wish({ until: '2026-12-01T17:00' }), rows)).toEqual([])
    })

    it('reads its own times back', () => {
        const at = new Date(2026, 10, 3, 4, 5)
        expect(new Date(localTime(at)).getTime()).toBe(at.getTime())
        expect(reservationOf(wish({ from: localTime(at) })).from).toBe(at.toISOString())
    })
})
