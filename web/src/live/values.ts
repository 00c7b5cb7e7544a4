// Values of signals as people read them: short, of a width that does not jump, with what their quality says.
import type { Quality, SignalType, Value } from '../api/live'
import { BAD_BELOW, UNCERTAIN_BELOW } from './pieces'
import { NOTHING } from '../text/numbers'

export const gradeOf = (quality: Quality): 'good' | 'uncertain' | 'bad' => (quality < BAD_BELOW ? 'bad' : quality < UNCERTAIN_BELOW ? 'uncertain' : 'good')

/** Six digits that count; very large and very small ones with a power of ten. */
export function shortNumber(value: number, type: SignalType = 'double'): string {
    if (!Number.isFinite(value)) return NOTHING
    if (type === 'integer' || type === 'bool') return grouped(String(Math.round(value * 1e6) / 1e6))
    const size = Math.abs(value)
    if (size !== 0 && (size >= 1e9 || size < 1e-4)) return value.toExponential(3).replace('e', ' e').replaceAll('-', '−')
    const decimals = size >= 1e6 ? 0 : size === 0 ? 0 : Math.max(0, Math.min(6, 5 - Math.floor(Math.log10(size))))
    return grouped(String(Number(value.toFixed(decimals))))
}

/** Three digits that count, noughts at their end too, so that a value and its interval have the same decimals. */
export function threeDigits(value: number): string {
    const size = Math.abs(value)
    const text = value.toPrecision(3)
    return !Number.isFinite(value) || size === 0 || size < 1e-4 || text.includes('e') ? shortNumber(Number(text)) : grouped(text)
}

function grouped(text: string): string {
    const [whole, part] = text.replace('-', '').split('.')
    return `${text.startsWith('-') ? '−' : ''}${whole!.replace(/\B(?=(\d{3})+$)/g, ',')}${part ? `.${part}` : ''}`
}

export function shortValue(value: Value, type: SignalType, on: string, off: string): string {
    if (value === null) return NOTHING
    if (typeof value === 'boolean' || type === 'bool') return value ? on : off
    return typeof value === 'number' ? shortNumber(value, type) : value
}
