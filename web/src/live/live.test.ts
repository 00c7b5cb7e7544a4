import { describe, expect, it } from 'vitest'
import type { Asset, Happening, Reading, Signal } from '../api/live'
import { FIELDS, freeName, KINDS, settingsOf, usualOf } from './connection_fields'
import { gapsOf, isOf, joined, shareOf } from './gaps'
import { idsOf, newsOf } from './hub'
import { badOf, bestOf, extended, ofColumns, ofSamples, pointBefore, shows, statsOf, valueAt, wanted, type Piece } from './pieces'
import { axesOf, axisUnder, isBroken, missingOf, reachOf, runsOf, type Line } from './scene'
import { clamped, IDS_MAX, lengthOf, LONGEST, moved, readView, SHORTEST, viewQuery, zoomed, type View } from './span'
import { niceStep, timeTicks, valueTicks } from './ticks'
import { grow, isFound, opensFirst, placesOf, rowsOf, saidName, wordsOf } from './tree'
import { gradeOf, shortNumber, shortValue } from './values'

const signal = (id: number, asset: string, name: string, more: Partial<Signal> = {}): Signal => ({ id, asset, name, source: `c/${asset}/${name}`, unit: '', type: 'double', last: null, ...more })
/** A sequence that is the same at each run. */
function* chances(seed: number): Generator<number, never> {
    for (let n = seed; ; n = (n * 48271) % 2147483647) yield n / 2147483647
}

describe('spans', () => {
    it('keep what is under the pointer where it is, from a year to a millisecond', () => {
        const luck = chances(7)
        let span = { from: 1.7e9, to: 1.7e9 + 366 * 86400 }
        for (let n = 0; n < 200; n++) {
            const at = span.from + luck.next().value * lengthOf(span)
            const share = (at - span.from) / lengthOf(span)
            const next = zoomed(span, 0.85, at)
            expect(Math.abs((at - next.from) / lengthOf(next) - share)).toBeLessThan(2e-6 / lengthOf(next) + 1e-9)
            span = next
        }
        expect(lengthOf(span)).toBeCloseTo(SHORTEST, 5)
        for (let n = 0; n < 400; n++) span = zoomed(span, 1.2, span.to)
        expect(lengthOf(span)).toBeCloseTo(LONGEST, 3)
    })
    it('move there and back', () => {
        const span = clamped({ from: 1.7e9, to: 1.7e9 + 60 })
        expect(moved(moved(span, 0.5), -0.5)).toEqual(span)
    })
    it('are told by the address and read from it', () => {
        const views: View[] = [
            { ids: [], span: null, tail: 3600, kinds: null, axes: new Map() },
            { ids: [3, 1], span: { from: 1763800000.123456, to: 1763800001.5 }, tail: 3600, kinds: [], axes: new Map([[3, 1], [1, 1]]) },
            { ids: [7], span: null, tail: 60, kinds: ['alarm', '설비 상태'], axes: new Map() },
        ]
        for (const view of views) expect(readView(new URLSearchParams(viewQuery(view)))).toEqual(view)
    })
    it('survive addresses that somebody made up', () => {
        const view = readView(new URLSearchParams(`s=${Array.from({ length: 50 }, (_, n) => n - 2).join()},x,1e999&from=9&to=3&tail=-1&ax=1-2,1-99,x,3,4-5-6`))
        expect([...view.axes]).toEqual([[1, 2]])
        expect(view.ids.length).toBe(IDS_MAX)
        expect(view).toMatchObject({ span: null, tail: 3600 })
        expect(lengthOf(readView(new URLSearchParams('from=-1e300&to=1e300')).span!)).toBeLessThanOrEqual(LONGEST + 1)
    })
})

describe('marks of axes', () => {
    it('stand at rising times within the axis, few enough to read, whatever is looked at', () => {
        for (let length = 0.001; length < LONGEST; length *= 1.7) {
            const from = 1763800000.1234 + length / 3
            const ticks = timeTicks(from, from + length, 8, 'en-GB')
            expect(ticks.length, String(length)).toBeGreaterThan(0)
            expect(ticks.length, String(length)).toBeLessThan(11)
            ticks.forEach(({ at, text }, n) => {
                expect(at).toBeGreaterThanOrEqual(from)
                expect(at).toBeLessThanOrEqual(from + length)
                if (n === 0) return
                expect(at).toBeGreaterThan(ticks[n - 1]!.at)
                expect(text, `${length}`).not.toBe(ticks[n - 1]!.text)
            })
        }
    })
    it('begin days at midnight where the reader is', () => {
        const noon = new Date(2025, 10, 20, 12).getTime() / 1000
        for (const { at } of timeTicks(noon, noon + 5 * 86400, 6, 'en-GB')) expect([new Date(at * 1000).getHours(), new Date(at * 1000).getMinutes()]).toEqual([0, 0])
        for (const { at } of timeTicks(noon, noon + 300 * 86400, 10, 'en-GB')) expect(new Date(at * 1000).getDate()).toBe(1)
    })
    it('are round for values', () => {
        expect(valueTicks(-0.13, 1.02, 5).values.map((value) => Number(value.toPrecision(6)))).toEqual([0, 0.5, 1])
        expect([niceStep(0.3), niceStep(20), niceStep(7e-7)].map((value) => Number(value.toPrecision(3)))).toEqual([0.5, 20, 1e-6])
    })
})

describe('the tree', () => {
    const signals = [signal(1, 'fab/etch/tool 10', 'temp'), signal(2, 'fab/etch/tool 2', 'temp', { unit: '°C' }), signal(3, 'fab', 'power'), signal(4, '', 'loose'), signal(5, '/fab//etch/', 'x')]
    it('has every signal once, tools in the order of their numbers', () => {
        const rows = rowsOf(grow(signals), () => true)
        expect(rows.filter((row) => row.kind === 'signal').map((row) => row.kind === 'signal' && row.signal.id)).toEqual([2, 1, 5, 3, 4])
        expect(rows[0]).toMatchObject({ kind: 'folder', folder: { path: 'fab', count: 4 } })
    })
    it('takes ten thousand signals and any path in its stride', () => {
        const many = Array.from({ length: 10_000 }, (_, n) => signal(n + 1, `fab/area ${n % 8}/line ${n % 40}/tool ${n % 400}`, `s${n}`))
        const begin = performance.now()
        const root = grow([...many, signal(20_000, 'x/'.repeat(5000), 'deep')])
        expect(rowsOf(root, () => true).filter((row) => row.kind === 'signal').length).toBe(10_001)
        expect(performance.now() - begin).toBeLessThan(5000)
        expect(rowsOf(root, opensFirst(root)).length).toBeLessThan(60)
    })
    it('says tags without their keys, and other names as they are', () => {
        expect(['machine=m2,site=ulsan', 'etch', 'a=b', 'x = 3, or so', 'a=,b=c'].map(saidName)).toEqual(['m2 · ulsan', 'etch', 'b', 'x = 3, or so', ' · c'])
    })
    it('is searched by all words, in any of its names', () => {
        expect(signals.filter((one) => isFound(one, wordsOf(' ETCH  temp'))).map(({ id }) => id)).toEqual([1, 2])
        expect(signals.filter((one) => isFound(one, wordsOf('°c'))).map(({ id }) => id)).toEqual([2])
    })
})

describe('the tree of assets', () => {
    const asset = (path: string, more: Partial<Asset> = {}): Asset => {
        const cut = path.lastIndexOf('/')
        const name = path.slice(cut + 1)
        return { path, parent: cut < 0 ? null : path.slice(0, cut), level: null, level_ko: null, name, name_ko: name, tool: null, group: null, signals: 0, all: 0, state: null, ...more }
    }
    const list = [
        asset('ulsan', { level: 'site', level_ko: '사업장', name: 'Ulsan', name_ko: '울산공장' }),
        asset('ulsan/press', { level: 'tool', level_ko: '장비', tool: 'Press/1', group: 'Presses' }),
        asset('ulsan/oven', { tool: 'Oven/1' }),
    ]
    const signals = [signal(1, 'ulsan/press', 'force'), signal(2, 'ulsan/press/motor', 'temp'), signal(3, '', 'loose')]
    it('has assets with what is known of them, without signals only when it is whole', () => {
        const paths = (isWhole: boolean) => rowsOf(grow(signals, placesOf(list), isWhole), () => true).flatMap((row) => (row.kind === 'folder' ? [row.folder.path] : []))
        expect(paths(false)).toEqual(['ulsan', 'ulsan/press', 'ulsan/press/motor'])
        expect(paths(true)).toEqual(['ulsan', 'ulsan/oven', 'ulsan/press', 'ulsan/press/motor'])
        const root = grow(signals, placesOf(list))
        expect(root.folders[0]!.asset?.name_ko).toBe('울산공장')
        expect(root.folders[0]!.folders[0]!.folders[0]!.asset).toBe(null)
    })
    it('is searched by tool, group, level and the names above, in both languages', () => {
        const places = placesOf([...list, asset('ulsan/press/motor')])
        const found = (text: string) => signals.filter((one) => isFound(one, wordsOf(text), places)).map(({ id }) => id)
        expect(found('press/1')).toEqual([1, 2])
        expect(found('울산공장 force')).toEqual([1])
        expect(found('presses temp')).toEqual([2])
        expect(found('사업장')).toEqual([1, 2])
        expect(found('oven/1')).toEqual([])
    })
    it('takes ten thousand signals of a thousand tools in its stride', () => {
        const many = Array.from({ length: 1000 }, (_, n) => asset(`fab/area ${n % 20}/tool ${n}`, { tool: `T/${n}` }))
        const places = placesOf([asset('fab'), ...many])
        const told = Array.from({ length: 10_000 }, (_, n) => signal(n + 1, `fab/area ${(n % 1000) % 20}/tool ${n % 1000}`, `s${n}`))
        const begin = performance.now()
        expect(rowsOf(grow(told, places, true), () => true).length).toBe(11_021)
        expect(told.filter((one) => isFound(one, wordsOf('t/999'), places)).length).toBe(10)
        expect(performance.now() - begin).toBeLessThan(5000)
    })
})

const line = (piece: Piece | undefined, more: Partial<Line> = {}): Line => ({ signal: signal(1, 'a', 'b'), colour: '', piece, axis: 0, isStep: false, gaps: [], isFaint: false, ...more })
const samples: Reading[] = [[10, 1, 192], [20, 5, 192], [30, 9, 0], [40, 2, 192], [50, true, 64], [60, 'x', 192]]

describe('pieces', () => {
    it('hold samples, broken where quality is bad', () => {
        const piece = ofSamples({ from: 0, to: 100 }, samples.slice(0, 5), 0)
        expect(piece.mid).toEqual([1, 5, NaN, 2, 1])
        expect(badOf(piece)).toEqual([{ from: 30, to: 40 }])
        expect(runsOf(piece, [], { from: 0, to: 100 })).toEqual([{ from: 0, to: 2 }, { from: 3, to: 5 }])
    })
    it('hold columns with their extremes', () => {
        const piece = ofColumns({ from: 0, to: 100, columns: [[5, 1, 2, -1, 8, 3], null, [2, null, null, null, null, null], [1, 4, 4, 4, 4, 4]] }, 0)
        expect([piece.at, piece.low, piece.high, piece.mid, piece.n, piece.step]).toEqual([[12.5, 62.5, 87.5], [-1, NaN, 4], [8, NaN, 4], [3, NaN, 4], 8, 25])
        expect(statsOf(piece, { from: 0, to: 100 })).toEqual({ low: -1, high: 8, mean: 3.5, n: 2 })
        expect(valueAt(piece, 20)).toMatchObject({ low: -1, high: 8 })
    })
    it('join over columns without samples, not over gaps', () => {
        const piece = ofColumns({ from: 0, to: 40, columns: [[1, 1, 1, 1, 1, 1], null, null, [1, 2, 2, 2, 2, 2]] }, 0)
        expect(runsOf(piece, [], piece)).toEqual([{ from: 0, to: 2 }])
        expect(runsOf(piece, [{ from: 15, to: 20 }], piece)).toEqual([{ from: 0, to: 1 }, { from: 1, to: 2 }])
        expect(isBroken([{ from: 1, to: 2 }, { from: 5, to: 6 }], 2, 5)).toBe(false)
        expect(isBroken([{ from: 1, to: 2 }, { from: 5, to: 6 }], 3, 5.5)).toBe(true)
    })
    it('find the point before a time', () => {
        const piece = ofSamples({ from: 0, to: 100 }, samples, 0)
        expect([5, 10, 19.9, 20, 99].map((time) => pointBefore(piece, time))).toEqual([-1, 0, 0, 1, 5])
    })
    it('are asked for with room on both sides, and then show what they were asked for', () => {
        const span = { from: 1000, to: 1100 }
        const { from, to, columns } = wanted(span, 800)
        const piece = { ...ofColumns({ from, to, columns: Array.from({ length: columns }, () => null) }, 1) }
        expect(shows(piece, span, 800)).toBe(true)
        expect(shows(piece, moved(span, 0.4), 800)).toBe(true)
        expect(shows(piece, moved(span, 0.6), 800)).toBe(false)
        expect(shows(piece, zoomed(span, 0.3, 1050), 800)).toBe(false)
        expect(wanted({ from: 0, to: 0.00001 }, 800).columns).toBeLessThanOrEqual(20)
    })
    it('are chosen: what shows the span, else what covers most of it', () => {
        const of = (from: number, to: number, step: number, asked: number): Piece => ({ ...ofSamples({ from, to }, [], asked), step })
        const coarse = of(0, 1000, 10, 1)
        const fine = of(90, 210, 0.1, 2)
        expect(bestOf([coarse, fine], { from: 100, to: 200 }, 500)).toBe(fine)
        expect(bestOf([coarse, fine], { from: 0, to: 900 }, 50)).toBe(coarse)
        expect(bestOf([fine], { from: 300, to: 400 }, 500)).toBeUndefined()
    })
    it('grow by what the stream tells, each reading once', () => {
        const piece = ofSamples({ from: 0, to: 45 }, samples.slice(0, 4), 0)
        const next = extended(piece, [[40, 2, 192], [50, 7, 192]], 55)
        expect([next.at, next.mid, next.to]).toEqual([[10, 20, 30, 40, 50], [1, 5, NaN, 2, 7], 55])
        expect(extended(next, [[50, 7, 192]], 55)).toBe(next)
    })
})

describe('axes', () => {
    it('are shared by signals of one unit, and by no others', () => {
        expect(axesOf([signal(1, '', 'a', { unit: 'V' }), signal(2, '', 'b', { unit: 'A' }), signal(3, '', 'c', { unit: 'V' }), signal(4, '', 'd'), signal(5, '', 'e'), signal(6, '', 'f', { type: 'text' }), signal(7, '', 'g', { type: 'bool' }), signal(8, '', 'h', { type: 'bool' })])).toEqual([0, 1, 0, 2, 3, -1, 4, 4])
    })
    it('are those that signals were put on, or their own', () => {
        const some = [signal(1, '', 'a', { unit: 'V' }), signal(2, '', 'b', { unit: 'A' }), signal(3, '', 'c', { unit: 'V' }), signal(4, '', 'd', { type: 'text' })]
        const of = (...pairs: [number, number][]) => axesOf(some, new Map(pairs))
        expect(of([2, 1])).toEqual([0, 0, 0, -1])
        expect(of([3, 3])).toEqual([0, 1, 2, -1])
        expect(of([3, 2], [2, 2])).toEqual([0, 1, 1, -1])
        expect(of([1, 4], [2, 9])).toEqual([0, 1, 0, -1]) // neither a text nor what is not drawn has an axis
        expect(of([1, 2], [2, 1])).toEqual([0, 0, 1, -1])
        expect(of([1, 2], [2, 3], [3, 1])).toHaveLength(4)
    })
    it('are found where they stand, left and right by turns', () => {
        const places = [40, 50, 90]
        expect([0, 40, 41, 90, 91, 500, 555, 600].map((x) => axisUnder(x, 600, places))).toEqual([0, 0, 2, 2, null, null, 1, 1])
        expect(axisUnder(5, 600, [])).toBeNull()
    })
    it('reach over all that can be seen, and no flat line is blown up', () => {
        const piece = ofSamples({ from: 0, to: 100 }, samples.slice(0, 4), 0)
        const [low, high] = reachOf([line(piece)], { from: 0, to: 25 })!
        expect(low).toBeLessThan(1)
        expect(high).toBeGreaterThan(5)
        expect(high).toBeLessThan(7)
        const flat = reachOf([line(ofSamples({ from: 0, to: 9 }, [[1, 5, 192], [2, 5, 192]], 0))], { from: 0, to: 9 })!
        expect(flat[1] - flat[0]).toBeGreaterThan(0.1)
        expect(reachOf([line(undefined)], { from: 0, to: 1 })).toBeNull()
    })
})

describe('settings of a connection', () => {
    it('are sent as the server wants them, and keep what the form does not show', () => {
        const told = { ...usualOf('hsms'), port: '5001', host: '  10.0.0.1 ' }
        expect(settingsOf('hsms', told, { t3: 45, profiles: ['x'], profile: 'old', host: 'old' })).toEqual({ t3: 45, profiles: ['x'], mode: 'passive', host: '10.0.0.1', port: 5001, unknown: true })
        expect(settingsOf('mqtt_out', { ...usualOf('mqtt_out'), signals: [' line1/ ', ''] })).toMatchObject({ signals: ['line1/'] })
    })
    it('have something usual for each field, and each field its own name', () => {
        for (const kind of KINDS) expect(Object.keys(usualOf(kind)).length).toBe(FIELDS[kind].length)
        expect(freeName('line', ['line', 'line 2'])).toBe('line 3')
    })
})

describe('what is missing', () => {
    it('is hatched once, in the colour of the line that it belongs to', () => {
        const gap = { from: 5, to: 9 }
        const bad = ofSamples({ from: 0, to: 50 }, [[10, 1, 192], [20, 0, 0], [30, 2, 192]], 0)
        const lines = [line(bad, { colour: 'red', gaps: [gap] }), line(undefined, { colour: 'blue', gaps: [gap, { from: 90, to: 95 }] })]
        expect(missingOf(lines, { from: 0, to: 50 })).toEqual([{ ...gap, colour: null }, { from: 20, to: 30, colour: 'red' }])
    })
})

describe('gaps', () => {
    const event = (detail: Record<string, never> | object, source = 'press'): Happening => ({ id: 1, at: 50, kind: 'gap', source, name: 'no data', lot: '', wafer: '', recipe: '', step: '', detail: detail as Record<string, never> })
    it('are read from events, and belong to all that comes by their source', () => {
        const [gap] = gapsOf([event({ from_us: 10e6, until_us: 50e6, missing: 3, cause: 'cable' })])
        expect(gap).toEqual({ source: 'press', from: 10, to: 50, missing: 3, cause: 'cable' })
        expect(['press', 'press/t', 'press2/t', 'pres'].map((source) => isOf(gap!, source))).toEqual([true, true, false, false])
        expect(gapsOf([{ ...event({ cause: 'the node died' }), cause_ko: '노드가 종료되었습니다' }, event({ cause: 'cable' })], 'ko').map(({ cause }) => cause)).toEqual(['노드가 종료되었습니다', 'cable'])
        expect(gapsOf([event({ from_us: 'x' }), event({ from_us: 60e6, until_us: 20e6 })])).toEqual([{ source: 'press', from: 50, to: 50, missing: 0, cause: 'no data' }])
    })
    it('that overlap count once', () => {
        const spans = [{ from: 5, to: 10 }, { from: 0, to: 6 }, { from: 20, to: 30 }]
        expect(joined(spans)).toEqual([{ from: 0, to: 10 }, { from: 20, to: 30 }])
        expect(shareOf(spans, { from: 0, to: 40 })).toBe(0.5)
        expect(spans[0]).toEqual({ from: 5, to: 10 })
    })
})

describe('values', () => {
    it('are short and lose no whole number', () => {
        expect([23.456789, 1234567.8, 0, -0.5, 1.5e12, 0.00001234, 120000].map((value) => shortNumber(value))).toEqual(['23.4568', '1,234,568', '0', '−0.5', '1.500 e+12', '1.234 e−5', '120,000'])
        expect(shortNumber(123456789, 'integer')).toBe('123,456,789')
        expect([shortValue(null, 'double', 'on', 'off'), shortValue(true, 'bool', 'on', 'off'), shortValue('RUN', 'text', 'on', 'off')]).toEqual(['–', 'on', 'RUN'])
        expect([0, 63, 64, 191, 192, 255].map(gradeOf)).toEqual(['bad', 'bad', 'uncertain', 'uncertain', 'good', 'good'])
    })
    it('come as the stream tells them, for all who watch', () => {
        expect(newsOf('{"7":[1.5,true,192],"12":[2,"a",0]}')).toEqual(new Map([[7, [1.5, true, 192]], [12, [2, 'a', 0]]]))
        expect(idsOf([{ ids: [3, 1] }, { ids: [1, 2] }])).toEqual([1, 2, 3])
    })
})
