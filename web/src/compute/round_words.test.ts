import { expect, it } from 'vitest'
import { cellsOf, quartersBetween } from './round_words'

it('reads back every line of CSV that was written of cells', () => {
    const odd = ['', 'a', 'a,b', '"', 'say "x"', ',', ' b ', '한글', '""']
    const written = (cell: string) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
    for (const one of odd) for (const two of odd) for (const three of odd) expect(cellsOf([one, two, three].map(written).join(','))).toEqual([one, two, three])
})

it('counts quarters over the turn of a year', () => {
    expect(quartersBetween('2026Q3', '2027Q2')).toEqual(['2026Q3', '2026Q4', '2027Q1', '2027Q2'])
    expect(quartersBetween('2026Q3', '2026Q2')).toEqual([])
    expect(quartersBetween('2026Q5', '2027Q1')).toEqual([])
})
