import { describe, expect, it } from 'vitest'
import { encode } from './charset'
import { Sheet } from './sheet'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (raw: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw)
const sheet = (content: string) => new Sheet(bytes(content))

describe('a sheet', () => {
    it('reads quotes, commas and line ends within cells', () => {
        const s = sheet('a,b\r\n"x, ""y""","1\r\n2"\r\nlast,\r\n')
        expect(s.rowCount).toBe(3)
        expect(s.row(1)).toEqual(['x, "y"', '1\r\n2'])
        expect(s.row(2)).toEqual(['last', ''])
    })
    it('gives back untouched bytes whatever they are', () => {
        for (const content of ['', 'a', 'a\n', 'a,b\n\n,\n', '\ufeffa,"b"\r\nc', 'a\rb\rc', '"open, for ever\n', 'a,"b"c,d\n', '\n\n'])
            expect(text(sheet(content).toBytes())).toBe(content)
    })
    it('changes one cell and no other byte', () => {
        const s = sheet('\ufeffname,"quoted"\r\n"kept",old\r\nlast,1')
        expect(s.set(1, 1, 'new, "x"')).toBe(true)
        expect(text(s.toBytes())).toBe('\ufeffname,"quoted"\r\n"kept","new, ""x"""\r\nlast,1')
        s.undo()
        expect(text(s.toBytes())).toBe('\ufeffname,"quoted"\r\n"kept",old\r\nlast,1')
        s.redo()
        expect(s.get(1, 1)).toBe('new, "x"')
    })
    it('adds and removes rows with the line ends of the file', () => {
        const s = sheet('a,b\r\n1,2\r\n3,4')
        s.insert(3, ['5', '6'])
        expect(text(s.toBytes())).toBe('a,b\r\n1,2\r\n3,4\r\n5,6\r\n')
        s.remove(1)
        expect(text(s.toBytes())).toBe('a,b\r\n3,4\r\n5,6\r\n')
        s.undo()
        s.undo()
        expect(text(s.toBytes())).toBe('a,b\r\n1,2\r\n3,4')
        expect(s.changed).toBe(false)
    })
    it('does nothing when a cell is set to what it is', () => {
        const s = sheet('a,"b"\n')
        s.set(0, 1, 'b')
        expect(s.changed).toBe(false)
    })
    it('fills up a short row', () => {
        const s = sheet('a,b,c\n1\n')
        s.set(1, 2, 'z')
        expect(text(s.toBytes())).toBe('a,b,c\n1,,z\n')
    })
    // Node's own tables lack the letters that CP949 has beyond KS X 1001; the browser test has one of those.
    it('keeps CP949 and writes it', () => {
        const raw = encode('설비,대수\n인쇄기,2\n가공 찜틀,1\n', 'cp949')!
        expect(raw.length).toBeLessThan(bytes('설비,대수\n인쇄기,2\n가공 찜틀,1\n').length)
        const s = new Sheet(raw)
        expect(s.charset).toBe('cp949')
        expect(s.get(2, 0)).toBe('가공 찜틀')
        s.set(1, 0, '납땜기')
        const again = new Sheet(s.toBytes())
        expect(again.charset).toBe('cp949')
        expect(again.row(1)).toEqual(['납땜기', '2'])
        expect(s.set(1, 0, '😀')).toBe(false)
    })
    it('splits text with tabs, where quotes mean nothing', () => {
        const s = new Sheet(bytes('A\tB "x\n1\t2\n'), '\t')
        expect(s.row(0)).toEqual(['A', 'B "x'])
        s.set(1, 1, 'a\tb')
        expect(text(s.toBytes())).toBe('A\tB "x\n1\ta b\n')
    })
    it('survives any piece of a file', () => {
        const whole = 'a,"b\n""c"""\r\n,,\r\r\n"x'
        for (let end = 0; end <= whole.length; end++) {
            const s = sheet(whole.slice(0, end))
            for (let row = 0; row < s.rowCount; row++) s.row(row)
            expect(text(s.toBytes())).toBe(whole.slice(0, end))
        }
    })
})
