import { describe, expect, it } from 'vitest'
import { axisFor, DAY, HOUR, partsOf, pointAt, settle, ticksOf, timeAt, xOf } from './axis'

describe('the time bar', () => {
    it('takes a time to its place and back', () => {
        for (const [now, end, ahead, span] of [[0, 0, 0, 0], [5 * DAY, 9 * DAY, 24 * HOUR, 0], [100, 100, 0, 7 * DAY], [400 * DAY, 400 * DAY, 48 * HOUR, DAY]] as const) {
            const axis = axisFor(now, end, ahead, span, 1000)
            expect(axis.to).toBeGreaterThan(axis.from)
            for (let x = 0; x <= 1000; x += 37) expect(xOf(axis, timeAt(axis, x))).toBeCloseTo(x, 6)
            expect(xOf(axis, now)).toBeGreaterThanOrEqual(0)
            expect(xOf(axis, Math.max(now, end))).toBeLessThan(1000)
            expect(axis.to).toBeGreaterThanOrEqual(Math.max(now, end) + ahead)
        }
    })
    it('never leaves the bar', () => {
        const axis = axisFor(DAY, DAY, 0, 0, 500)
        expect(timeAt(axis, -50)).toBe(axis.from)
        expect(timeAt(axis, 5000)).toBe(axis.to)
    })
    it('shows the end of a long life when a span is asked for', () => {
        const axis = axisFor(30 * DAY, 30 * DAY, 0, DAY, 800)
        expect(axis.from).toBe(29 * DAY)
        // Far back: what is looked at stays on the bar.
        expect(axisFor(10 * DAY, 30 * DAY, 0, DAY, 800).from).toBeLessThanOrEqual(10 * DAY)
    })
    it('begins where the twin does', () => {
        expect(axisFor(7 * DAY, 7 * DAY, 0, 0, 800, 7 * DAY).from).toBe(7 * DAY)
        expect(axisFor(9 * DAY, 9 * DAY, 0, 7 * DAY, 800, 7 * DAY).from).toBe(7 * DAY)
        expect(axisFor(30 * DAY, 30 * DAY, 0, 7 * DAY, 800, 7 * DAY).from).toBe(23 * DAY)
    })
    it('puts marks at round times, never too near to each other', () => {
        for (const width of [300, 800, 2400])
            for (const life of [HOUR, 7 * HOUR, 3 * DAY, 90 * DAY, 3000 * DAY]) {
                const axis = axisFor(life, life, 0, 0, width)
                const { step, times } = ticksOf(axis, 90, 8 * HOUR)
                for (let n = 1; n < times.length; n++) expect(xOf(axis, times[n]!) - xOf(axis, times[n - 1]!)).toBeGreaterThanOrEqual(89.999)
                for (const time of times) expect((time + 8 * HOUR) % step).toBe(0)
                expect(times.length).toBeLessThan(40)
            }
    })
    it('settles on the present when let go beside it', () => {
        const axis = axisFor(DAY, DAY, 0, 0, 1000)
        expect(settle(axis, xOf(axis, DAY) + 4, DAY)).toBe(DAY)
        expect(settle(axis, xOf(axis, DAY) + 40, DAY)).not.toBe(DAY)
    })
    it('finds the point of a history', () => {
        expect(pointAt(0, 600, 3)).toBe(0)
        expect(pointAt(1799.9, 600, 3)).toBe(2)
        expect(pointAt(1800, 600, 3)).toBe(-1)
        expect(pointAt(-1, 600, 3)).toBe(-1)
        expect(pointAt(0, 600, 0)).toBe(-1)
    })
    it('splits a time into days and hours', () => {
        expect(partsOf(2 * DAY + 3 * HOUR + 4 * 60 + 5.9)).toEqual({ days: 2, hours: 3, minutes: 4, seconds: 5 })
        expect(partsOf(-5)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 0 })
    })
})
