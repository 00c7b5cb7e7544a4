import { describe, expect, it } from 'vitest'
import { BLOCK_LINES, BLOCKS_MAX, BOLD, classesOf, Terminal } from './terminal'

const told = (...pieces: string[]) => {
    const terminal = new Terminal()
    for (const piece of pieces) terminal.feed(piece)
    return terminal
}
const linesOf = (terminal: Terminal) => [...terminal.blocks.flatMap(({ lines }) => lines), ...terminal.live()]
const textOf = (terminal: Terminal) => linesOf(terminal).map((runs) => runs.map(({ text }) => text).join('')).join('\n')

const CASES: [string, string, string][] = [
    ['plain lines', 'one\ntwo\r\nthree', 'one\ntwo\nthree'],
    ['a bar of progress is one line', 'epoch 1\n 10%|#    |\r 50%|##   |\r100%|#####|\ndone\n', 'epoch 1\n100%|#####|\ndone\n'],
    ['what is shorter leaves the rest, unless it is erased', 'long line\rab\nlong line\r\x1b[Kab', 'abng line\nab'],
    ['bars below each other', 'a 1\nb 1\n\x1b[2Aa 2\r\n\x1b[1Bc', 'a 2\nb 1\nc'],
    ['backspace', 'abc\b\bX', 'aXc'],
    ['a tab', 'a\tb', 'a       b'],
    ['titles and questions to the terminal are left out', '\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b\x1b(Bc\x1b[?25ld\x1b[6n', 'abcd'],
    ['other control characters', 'a\0b\x07c\x7fd\x85e', 'abcde'],
    ['a broken command', 'a\x1b[3\x01b', 'a3b'],
    ['Korean', '정확도 \x1b[32m97.1\x1b[0m %\r정밀도', '정밀도 97.1 %'],
    ['an end without its end', 'a\x1b[', 'a'],
]

describe('the log as a terminal shows it', () => {
    it.each(CASES)('%s', (_, fed, wanted) => expect(textOf(told(fed))).toBe(wanted))

    it('shows the same in whatever pieces it comes', () => {
        for (const [name, fed] of CASES) {
            const whole = linesOf(told(fed))
            for (let cut = 0; cut <= fed.length; cut++) expect(linesOf(told(fed.slice(0, cut), fed.slice(cut))), `${name} at ${cut}`).toEqual(whole)
            expect(linesOf(told(...fed)), name).toEqual(whole)
        }
    })

    it('keeps colours, those of 256 and of all as the nearest of eight', () => {
        const runs = (fed: string) => told(fed).live()[0]!.map(({ text, style }) => [text, classesOf(style)])
        expect(runs('a\x1b[31mb\x1b[1mc\x1b[0md')).toEqual([['a', ''], ['b', 'ansi-1'], ['c', 'ansi-1 ansi-bold'], ['d', '']])
        expect(runs('\x1b[38;5;196mr\x1b[38;2;10;200;20mg\x1b[48;5;4mx\x1b[39my')).toEqual([['r', 'ansi-1'], ['gx', 'ansi-2'], ['y', '']])
        expect(told('\x1b[1m\x1b[22mx').live()[0]![0]!.style & BOLD).toBe(0)
    })

    it('is bounded, whatever comes', () => {
        const lines = told('x\n'.repeat(BLOCK_LINES * (BLOCKS_MAX + 30)))
        expect(linesOf(lines).length).toBeLessThanOrEqual(BLOCK_LINES * (BLOCKS_MAX + 2))
        expect(lines.isCut).toBe(true)
        const long = told('y'.repeat(200_000), '\x1b[9999999C', '\x1b[9999999Az')
        expect(Math.max(...linesOf(long).map((runs) => runs.reduce((sum, { text }) => sum + text.length, 0)))).toBeLessThanOrEqual(16_384)
        const title = new Terminal()
        for (let n = 0; n < 100; n++) title.feed(`\x1b]${'t'.repeat(500)}`)
        expect(textOf(title).length).toBeLessThan(100 * 500)
    })

    it('finished blocks stay the same objects, so that they are drawn once', () => {
        const terminal = told('a\n'.repeat(3 * BLOCK_LINES))
        const first = terminal.blocks[0]
        terminal.feed('\x1b[9999Ab\n'.repeat(5))
        terminal.feed('c\n'.repeat(2 * BLOCK_LINES))
        expect(terminal.blocks[0]).toBe(first)
        expect(first!.lines.every((runs) => runs[0]!.text === 'a')).toBe(true)
    })

    it('takes what a look brings within a frame or two', () => {
        const bar = Array.from({ length: 6000 }, (_, n) => `\r\x1b[32m${n}\x1b[0m/6000 |${'#'.repeat(40)}| ${n}it/s`).join('')
        const began = performance.now()
        told(bar)
        expect(performance.now() - began).toBeLessThan(1000) // tens of ms where nothing else runs
    })
})
