import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

// Contrast after WCAG 2.2, 1.4.3: letters at least 4.5 to 1 against what they stand on; 1.4.11: what is drawn at least 3 to 1.
const text = readFileSync(new URL('./colours.css', import.meta.url), 'utf8')
const colours = new Map([...text.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [name!, [light!, dark!]] as const))
for (const [, name, both] of text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)) colours.set(name!, [both!, both!])

function luminance(colour: string): number {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)) as [number, number, number]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
export function contrast(one: string, other: string): number {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
    return (light + 0.05) / (dark + 0.05)
}
const worst = (pairs: [string, string][]) => pairs.flatMap(([ink, ground]) => [0, 1].map((scheme) => ({ ink, ground, scheme: ['light', 'dark'][scheme], ratio: contrast(colours.get(ink)![scheme]!, colours.get(ground)![scheme]!) })))
const cross = (inks: string[], grounds: string[]): [string, string][] => inks.flatMap((ink) => grounds.map((ground): [string, string] => [ink, ground]))
const below = (pairs: [string, string][], least: number) => worst(pairs).filter(({ ratio }) => ratio < least).map(({ ink, ground, scheme, ratio }) => `${ink} on ${ground}, ${scheme}: ${ratio.toFixed(2)}`)

describe('the colours of the page', () => {
    it('have the contrast that the formula of WCAG gives', () => {
        expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
        expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.478, 3)
    })
    it('let letters be read: 4.5 to 1 in both schemes', () => {
        const grounds = ['ground', 'surface', 'sunk', 'hover', 'field']
        expect(below([...cross(['ink', 'muted', 'accent', 'accent-strong'], grounds), ...cross(['good', 'bad', 'warn'], ['ground', 'surface', 'field'])], 4.5)).toEqual([])
        expect(below([['good', 'good-soft'], ['bad', 'bad-soft'], ['warn', 'warn-soft'], ['accent-strong', 'accent-soft'], ['ink', 'accent-soft'], ['ink', 'warn-soft'], ['ink', 'bad-soft'], ['ink', 'mark'], ['muted', 'mark'], ['muted', 'accent-soft'], ['ink', 'raised']], 4.5)).toEqual([])
        expect(below([['on-accent', 'accent-fill'], ['on-accent', 'accent-fill-2']], 4.5)).toEqual([])
    })
    it('let marks be told from what they stand on: 3 to 1', () => {
        expect(below(cross(['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6', 'accent', 'bad', 'warn', 'good'], ['surface']), 3)).toEqual([])
    })
})
