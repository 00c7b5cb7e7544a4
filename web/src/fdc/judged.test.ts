import { afterEach, describe, expect, it, vi } from 'vitest'
import { freezeWindows, windowKinds, windowsOf, type Measured, type WindowContext } from '../api/windows'
import type { Happening } from '../api/live'
import { addressOf, faultsBy, partsOfFault, partsOfMeasurement } from './event'
import { againstLimits, beyond, contextCount, contextsOf, dotsOf, fileOf, focusOf, keyOf, partsOf, peersOf, reachOf, rowsOf, statisticOf, suspectsOf } from './judged'
import { secondsOf } from './words'

const window = (from: number, more: Partial<Measured> = {}): Measured => ({
    at: from + 30, from, until: from + 30, tool: 'Etch/1', lot: 'L1', wafer: '3', recipe: 'R1', step: 'main', values: { 'temp.mean': 50, 'temp.sd': 1 },
    severity: 'none', outside: [], t2: 3, spe: 1, t2Limit: 20, speLimit: 5, blame: [], ...more,
})
const context = (tool: string, upper: number): WindowContext => ({ recipe: 'R1', step: 'main', tool, windows: 60, source: 'own', limits: { 'temp.mean': { lower: 40, center: 50, upper } }, t2: 20, spe: 5 })

describe('features', () => {
    it('have names after the last dot', () => {
        expect(partsOf('temp.mean')).toEqual({ signal: 'temp', feature: 'mean' })
        expect(partsOf('chamber.1/temp.time_mean')).toEqual({ signal: 'chamber.1/temp', feature: 'time_mean' })
    })
    it('stand under their signals as the table has them, also those that only were measured', () => {
        const rows = rowsOf({ signals: ['p', 'temp'], features: ['mean'], windows: [window(0), window(60, { values: { 'old.max': 1 } })] })
        expect(rows).toEqual([{ signal: 'p', names: ['p.mean'] }, { signal: 'temp', names: ['temp.mean', 'temp.sd'] }, { signal: 'old', names: ['old.max'] }])
    })
    it('are judged by the limits of their own context and no other', () => {
        const of = contextsOf([context('Etch/1', 60), context('Etch/2', 70)])
        expect(of(window(0, { tool: 'Etch/2' }))!.limits['temp.mean']!.upper).toBe(70)
        expect(of(window(0, { step: 'other' }))).toBeNull()
        const dots = dotsOf([window(0), window(60, { tool: 'Etch/2', outside: ['temp.mean'], values: { 'temp.mean': null } })], [context('Etch/1', 60), context('Etch/2', 70)], 'temp.mean')
        expect(dots.map(({ value, band, isOutside }) => [value, band.upper, isOutside])).toEqual([[50, 60, false], [null, 70, true]])
        expect(dots[0]!.context).not.toBe(dots[1]!.context)
    })
    it('are violations of T2 and SPE only above a limit that is there', () => {
        const strip = [5, 10, 15, 20, null].map((value, n) => ({ at: n, value, band: n === 3 ? { lower: null, center: null, upper: 40 } : { lower: 5, center: 10, upper: 15 }, isOutside: false, isUnjudged: false, context: n === 3 ? 'b' : 'a' }))
        expect(againstLimits(strip).map(({ value }) => value)).toEqual([-1, 0, 1, 0.5, null])
        expect(againstLimits(strip)[3]!.band).toEqual({ lower: null, center: null, upper: 1 })
        expect(againstLimits([{ ...strip[0]!, band: { lower: null, center: null, upper: null } }, { ...strip[0]!, band: { lower: 7, center: 7, upper: 7 } }]).map(({ value }) => value)).toEqual([null, -4])
        expect(contextCount([window(0), window(60), window(120, { tool: 'Etch/2' })])).toBe(2)
        const of = (t2: number | null, t2Limit: number | null) => statisticOf([window(0, { t2, t2Limit })], 't2')[0]!
        expect(of(21, 20).isOutside).toBe(true)
        expect(of(20, 20).isOutside).toBe(false)
        expect(of(21, null)).toMatchObject({ isOutside: false, isUnjudged: true })
        expect(of(null, 20).isOutside).toBe(false)
    })
})

describe('an axis', () => {
    const dots = (values: (number | null)[], lower: number | null, upper: number | null) => values.map((value, n) => ({ at: n, value, band: { lower, center: null, upper }, isOutside: false, isUnjudged: false, context: '' }))
    it('reaches over limits and values', () => {
        for (const values of [[1, 2, 3], [-5], [9.5, 12]]) {
            const { low, high } = reachOf(dots(values, 0, 10))
            expect(low).toBeLessThan(Math.min(0, ...values))
            expect(high).toBeGreaterThan(Math.max(10, ...values))
        }
    })
    it('does not let one wild value flatten the limits', () => {
        const { low, high } = reachOf(dots([5, 1e9, -1e9], 0, 10))
        expect(high).toBeLessThan(50)
        expect(low).toBeGreaterThan(-50)
    })
    it('shows good values below the upper limits of several contexts', () => {
        const { low, high } = reachOf([...dots([2, 5], null, 29.5), ...dots([3, 40], null, 34.4)])
        expect(low).toBeLessThan(2)
        expect(high).toBeGreaterThan(40)
    })
    it('is there for nothing, for one value, and for a sensor that is stuck', () => {
        for (const all of [[], dots([null], null, null), dots([7], null, null), dots([0], 0, 0), dots([7, 9], 7, 7)]) {
            const { low, high } = reachOf(all)
            expect(Number.isFinite(low) && Number.isFinite(high) && high > low, JSON.stringify(all)).toBe(true)
        }
    })
    it('says how far a value is outside, in halves of the limits’ width', () => {
        expect(beyond(70, { lower: 40, center: 50, upper: 60 })).toBe(1)
        expect(beyond(35, { lower: 40, center: 50, upper: 60 })).toBe(0.5)
        expect(beyond(50, { lower: 40, center: 50, upper: 60 })).toBe(0)
        expect(beyond(8, { lower: 7, center: 7, upper: 7 })).toBe(Infinity)
        expect(beyond(8, { lower: null, center: 2, upper: 6 })).toBe(0.5)
    })
})

describe('good windows to compare with', () => {
    it('are the last ten of the same context before it, without faults and without itself', () => {
        const all = Array.from({ length: 30 }, (_, n) => window(n * 60, n % 5 === 0 ? { severity: 'violation' } : n % 7 === 0 ? { step: 'other' } : {}))
        const one = all[25]!
        const peers = peersOf(one, all, 10)
        expect(peers.length).toBe(10)
        expect(peers.every((peer) => peer.severity === 'none' && peer.step === 'main' && peer.from < one.from)).toBe(true)
        const left = all.filter((other) => other.severity === 'none' && other.step === 'main' && other.from < one.from)
        expect(peers).toEqual(left.slice(-10))
    })
    it('come from the other tools where a tool is new', () => {
        const all = [...Array.from({ length: 5 }, (_, n) => window(n * 60, { tool: 'Etch/2' })), window(400)]
        expect(peersOf(window(500), all, 10).length).toBe(6)
        expect(peersOf(window(500), [window(0), window(60), window(120), ...all.slice(0, 5)], 10).every(({ tool }) => tool === 'Etch/1')).toBe(true)
    })
    it('may be unjudged where nothing is judged yet', () => {
        expect(peersOf(window(500), [window(0, { severity: 'unjudged' }), window(60, { severity: 'unjudged' }), window(120, { severity: 'unjudged' })], 10).length).toBe(3)
        expect(peersOf(window(500), [window(0, { severity: 'unjudged' }), window(60), window(120)], 10).map(({ from }) => from)).toEqual([60, 120])
    })
})

describe('the axis of traces', () => {
    it('is where levels are judged, not where ramps go', () => {
        const of = { ...context('Etch/1', 60), limits: { 'temp.mean': { lower: 40, center: 50, upper: 60 }, 'temp.slope': { lower: -900, center: 0, upper: 900 } } }
        expect(focusOf({ values: { 'temp.mean': 52, 'temp.min': 38 } }, of, 'temp')).toEqual({ low: 32.5, high: 65.5 })
        expect(focusOf({ values: { 'temp.mean': 52, 'temp.min': null } }, null, 'temp')).toBeNull()
        expect(focusOf({ values: { 'flow.mean': 52 } }, of, 'flow')).toBeNull()
    })
    it('cuts by times as the server writes them', () => {
        expect(['60 s', '10 min', '1.5 h', '250 ms', '1 d', 'step', '3rd step', ''].map(secondsOf)).toEqual([60, 600, 5400, 0.25, 86400, null, null, null])
    })
})

describe('suspects', () => {
    it('are what was outside, then what the statistic that broke its limit blames', () => {
        const one = window(0, { outside: ['p.sd'], spe: 9, blame: [{ feature: 'temp.mean', t2: 9, spe: 0 }, { feature: 'flow.max', t2: 0, spe: 7 }] })
        expect(suspectsOf(one, ['temp', 'flow', 'p', 'gas'], 3)).toEqual(['p', 'flow', 'temp'])
        expect(suspectsOf({ ...one, spe: 1, t2: 30 }, ['temp', 'flow', 'p', 'gas'], 3)).toEqual(['p', 'temp', 'flow'])
        expect(suspectsOf(window(0), ['temp', 'flow'], 3)).toEqual(['temp', 'flow'])
    })
})

describe('the file', () => {
    it('has a column each feature, also where a window has none, and no formula', () => {
        const lines = fileOf([window(0, { lot: '=1+1' }), window(60, { values: { 'p.mean': 0 }, outside: ['a,b.mean', 'p.mean'], severity: 'violation', t2: null })]).join('').split('\r\n')
        expect(lines[0]!.endsWith(',temp.mean,temp.sd,p.mean')).toBe(true)
        expect(lines[1]).toContain(",'=1+1,3,R1,main,none,,3,20,1,5,50,1,")
        expect(lines[2]).toContain('violation,"a,b.mean p.mean",,20,1,5,,,0')
        expect(lines.length).toBe(4)
    })
    it('tells windows apart by tool and begin', () => {
        expect(new Set([window(0), window(1), window(0, { tool: 'Etch/2' })].map(keyOf)).size).toBe(3)
    })
})

describe('the API of windows', () => {
    afterEach(() => vi.unstubAllGlobals())
    it('asks as the contract says', async () => {
        const asked: [string, RequestInit][] = []
        vi.stubGlobal('document', { documentElement: { lang: 'ko' } })
        vi.stubGlobal('localStorage', { getItem: () => null })
        vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
            asked.push([url, init])
            return new Response(JSON.stringify({ items: [], name: 'w', windows: [{ at: 30, from: null, until: null }, { at: 60, from: 45, until: 60 }] }), { status: 200, headers: { 'Content-Type': 'application/json' } })
        })
        expect((await windowKinds()).items).toEqual([])
        const answer = await windowsOf('식각 창', { from: 1.5, to: 2, tool: 'Etch/1', recipe: '' })
        expect(answer.windows.map(({ from, until }) => [from, until])).toEqual([[30, 30], [45, 60]])
        await freezeWindows('a/b', 1, 2)
        expect(asked.map(([url]) => url)).toEqual(['/v1/windows', '/v1/windows/%EC%8B%9D%EA%B0%81%20%EC%B0%BD?from=1.5&to=2&tool=Etch%2F1', '/v1/windows/a%2Fb/freeze'])
        expect(asked[2]![1]).toMatchObject({ method: 'POST', body: '{"from":1,"to":2}' })
        expect(new Headers(asked[2]![1].headers).get('Idempotency-Key')).toMatch(/^[0-9a-f]{32}$/)
    })
})

describe('events of windows', () => {
    const event = (kind: string, detail: Record<string, unknown>) => ({ kind, name: 'etch main', source: 'Etch/1', detail: detail as Happening['detail'] })
    const say = (name: string) => name.toUpperCase()
    it('lead to the window that they tell of', () => {
        const [path, query] = addressOf(event('fault', { from: 7200.5, until: 7260 }))!.split('?')
        expect(path).toBe('/quality/window/etch%20main')
        const asked = new URLSearchParams(query)
        expect(asked.get('open')).toBe(keyOf({ tool: 'Etch/1', from: 7200.5 }))
        expect([Number(asked.get('from')) < 7200, Number(asked.get('to')) > 7260]).toEqual([true, true])
    })
    it('are no windows where a tool only says what it measured, or what it likes', () => {
        for (const detail of [{}, { from: 'a', until: 2 }, { from: 3, until: 2 }, { from: null, until: null }, { value: 4 }]) expect(addressOf(event('measurement', detail))).toBeNull()
        expect(addressOf(event('state', { from: 1, until: 2 }))).toBeNull()
    })
    it('say what was outside and what was broken', () => {
        expect(partsOfFault({ outside: { 'temp.mean': { value: 74.157, lower: 64.4, upper: null } }, t2: 120, t2Limit: 22.4, spe: 1, speLimit: 6, blame: [{ feature: 'temp.mean', t2: 9, spe: 0 }] }, say, 'none after all')).toEqual(['TEMP.MEAN 74.16 (≥ 64.4)', 'T² 120 > 22.4'])
        expect(partsOfFault({ outside: {}, t2: 3, t2Limit: 22.4, spe: 28, speLimit: 6, blame: [{ feature: 'p.sd', t2: 1, spe: 9 }, { feature: 'f.max', t2: 0, spe: 3 }, { feature: 'x.min', t2: 0, spe: 1 }] }, say, 'none after all')).toEqual(['SPE 28 > 6', 'P.SD, F.MAX'])
        expect(partsOfMeasurement({ values: { 'a.mean': 1.5, 'a.sd': null } }, say)).toEqual(['A.MEAN 1.5'])
    })
    it('are counted by name, without those that were none after all', () => {
        const of = (name: string, detail: Record<string, unknown>, kind = 'fault') => ({ id: 1, at: 5, lot: '', wafer: '', recipe: '', step: '', ...event(kind, detail), name })
        const window = { from: 1, until: 2 }
        expect([...faultsBy([of('a', window), of('a', window), of('b', { ...window, withdrawn: true }), of('c', {}), of('a', window, 'measurement')])]).toEqual([['a', 2]])
    })
    it('say when late samples made a window good again', () => {
        expect(partsOfFault({ outside: { 'a.mean': { value: 3, lower: 1, upper: 2 } }, withdrawn: true }, say, 'none after all')).toEqual(['none after all'])
    })
    it('survive whatever a detail has', () => {
        for (const outside of [null, 3, 'x', [], { a: null }, { a: 3 }, { a: { value: 'x' } }]) for (const blame of [null, {}, [null, 3, {}]]) expect(() => partsOfFault({ outside, blame, t2: 'x', spe: {} }, say, 'none after all')).not.toThrow()
        for (const values of [null, 3, [], 'x']) expect(partsOfMeasurement({ values }, say)).toEqual([])
    })
})
