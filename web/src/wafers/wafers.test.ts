import { describe, expect, it } from 'vitest'
import { badShare, columnsOf, isGood, mapsOf, tableOf, type Wafers } from './dies'

const bytes = (text: string) => new TextEncoder().encode(text)
const read = (text: string) => {
    const table = tableOf(bytes(text))
    return mapsOf(table, columnsOf(table))
}

describe('a table of dies', () => {
    it('becomes maps in the order in which they begin', () => {
        const maps = read('lot,wafer,x,y,bin\nB,1,0,0,1\nA,1,0,0,1\nB,1,1,0,7\nA,1,1,2,1\n') as Wafers
        expect(maps.maps.map(({ lot }) => lot)).toEqual(['B', 'A'])
        expect([maps.width, maps.height, maps.skipped]).toEqual([2, 3, 0])
        expect(maps.maps.map(badShare)).toEqual([0.5, 0])
    })
    it('has a frame for each lot, whose dies are counted from places of their own', () => {
        const { frames } = read('lot,wafer,x,y,bin\nA,1,0,0,1\nA,2,3,1,1\nB,1,10,-2,1\nB,1,11,-1,7\n') as Wafers
        expect([...frames]).toEqual([['A', { left: 0, top: 0, width: 4, height: 2 }], ['B', { left: 10, top: -2, width: 2, height: 2 }]])
    })
    it('is read with other names, separators, quotes and marks', () => {
        for (const text of ['\ufeff로트;웨이퍼;X좌표;Y좌표;판정\r\nL1;2;-3;4;양품\r\nL1;2;-2;4;불량\r\n', 'Lot ID\tSlot\tdie_x\tdie_y\tHard bin\nL1\t2\t-3\t4\t1\nL1\t2\t-2\t4\t3\n', '"lot","wafer","x","y","result"\n"L1","2","-3","4","PASS"\n"L1","2","-2","4","a ""b"", c"\n']) {
            const maps = read(text) as Wafers
            expect(maps.maps, text).toEqual([{ lot: 'L1', wafer: '2', dies: [-3, 4, 0, -2, 4, 1], bad: 1 }])
            expect([maps.left, maps.top, maps.width, maps.height]).toEqual([-3, 4, 2, 1])
        }
    })
    it('is refused where it is none, and rows without a place are left out', () => {
        expect(read('')).toBe('empty')
        expect(read('a,b\n1,2\n')).toBe('columns')
        expect(read('lot,wafer,x,y,bin\nL,1,?,0,1\n')).toBe('places')
        expect(read('lot,wafer,x,y,bin\nL,1,0,0,1\nL,1,100000,0,1\n')).toBe('places')
        expect((read('lot,wafer,x,y,bin\nL,1,0,0,1\nL,1,0.5,0,1\nL,,1,0,1\nL,1,1,0,\n') as Wafers).skipped).toBe(3)
    })
    it('knows what is good', () => {
        expect(['1', ' 1.0 ', 'PASS', '양품'].map(isGood)).toEqual([true, true, true, true])
        expect(['0', '2', 'fail', '', '불량'].map(isGood)).toEqual([false, false, false, false, false])
    })
})
