import { describe, expect, it } from 'vitest'
import { address, archiveType } from './client'
import { EventCutter } from './events'
import { placeOf, problemFrom, saidOf, whyOf } from './problem'

describe('addresses', () => {
    it('fill in and escape', () => {
        expect(address('/v1/plants/{plant}/versions/{version}/tables/{table}', { plant: 'a1', version: 2, table: '설비/a b.csv' })).toBe(
            '/v1/plants/a1/versions/2/tables/%EC%84%A4%EB%B9%84%2Fa%20b.csv',
        )
        expect(address('/v1/runs', {}, { plant: 'a&b', after: undefined })).toBe('/v1/runs?plant=a%26b')
    })
    it('know archives by their names', () => {
        expect(archiveType('x.ZIP')).toBe('application/zip')
        expect(archiveType('x.tar.zst')).toBe('application/x-tar')
        expect(archiveType('x.csv')).toBeNull()
    })
})

describe('what went wrong', () => {
    it('is said in the language of the page, where the server knows it', () => {
        const fault = { severity: 'fault' as const, file: 'a.csv', row: 2, column: 1, header: '', value: '', wrong: 'w', right: 'r' }
        expect(saidOf(fault, 'ko')).toEqual({ wrong: 'w', right: 'r' })
        expect(saidOf({ ...fault, wrong_ko: '틀림', right_ko: '맞음' }, 'ko')).toEqual({ wrong: '틀림', right: '맞음' })
        const problem = { type: 'about:blank', title: 'Bad', status: 400 }
        expect([whyOf(problem, 'ko'), whyOf({ ...problem, detail: 'd', detail_ko: '한' }, 'ko'), whyOf({ ...problem, detail: 'd', detail_ko: '한' }, 'en')]).toEqual(['Bad', '한', 'd'])
    })
})

describe('server-sent events', () => {
    const stream = 'event: run\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: a comment\n\nevent: run\ndata:2\n\nevent: cut\ndata: 3'
    it('are the same however the stream is cut', () => {
        for (let cut = 0; cut <= stream.length; cut++) {
            const cutter = new EventCutter()
            const seen = [...cutter.push(stream.slice(0, cut)), ...cutter.push(stream.slice(cut))]
            expect(seen).toEqual([
                { event: 'run', data: '{"a":\n1}' },
                { event: 'run', data: '2' },
            ])
        }
    })
})

describe('problems', () => {
    it('carry their place', () => {
        const problem = problemFrom(422, 'application/problem+json', '{"type":"about:blank","title":"no","status":422,"file":"routes.csv","row":3,"column":4}')
        expect(placeOf(problem)).toBe('routes.csv:3:4')
    })
    it('are made from anything', () => {
        expect(problemFrom(502, 'text/html', '<html>').title).toBe('HTTP 502')
        expect(problemFrom(500, 'application/json', '{"titel').status).toBe(500)
        expect(problemFrom(413, 'text/plain', 'too large').detail).toBe('too large')
    })
})
