// Settings of a run as the form holds them. Which options there are, and what may be chosen, the server says (GET /v1/options).
import { get } from '../../api/client'
import type { Option } from '../../api/types'
import { useLoad } from '../../parts/load'

/** Releases in percent of the plant's own rate. */
export const LOAD = 'load'
export const RULE = 'rule'
export const QUEUE_RULE = 'queue_rule'

export interface Options {
    rules: string[]
    queueRules: string[]
    /** Those without a field of their own. */
    others: Option[]
}

export function sortOptions(all: Option[]): Options {
    const choices = (name: string) => all.find((option) => option.name === name)?.choices ?? []
    return { rules: choices(RULE), queueRules: choices(QUEUE_RULE), others: all.filter(({ name }) => ![RULE, QUEUE_RULE, LOAD].includes(name)) }
}

/** Until the server has answered: the plant as it is. */
const NONE: Options = { rules: ['plant'], queueRules: ['none'], others: [] }
export function useOptions(): Options {
    const { value } = useLoad('options', () => get('/v1/options'))
    return value ? sortOptions(value.items) : NONE
}

/** What may be written behind its name. */
export function choicesOf(option: Option): string {
    if (option.kind === 'number') return `${option.lowest}…${option.highest}`
    return (option.choices ?? []).join(' | ')
}

export interface Setting {
    rule: string
    /** A rule of one's own takes the place of a named one. */
    own: string
    queue_rule: string
    load: string
    more: string
}

export const plain = (rule = 'plant'): Setting => ({ rule, own: '', queue_rule: 'none', load: '100', more: '' })

/** Only what differs from the plant as it is. */
export function optionsOf(setting: Setting): Record<string, string> {
    const options: Record<string, string> = {}
    const rule = setting.rule === 'own' ? setting.own.trim() : setting.rule
    if (rule && rule !== 'plant') options[RULE] = rule
    if (setting.queue_rule !== 'none') options[QUEUE_RULE] = setting.queue_rule
    if (setting.load.trim() && Number(setting.load) !== 100) options[LOAD] = setting.load.trim()
    for (const part of setting.more.split(/[;\n]/)) {
        const equals = part.indexOf('=')
        if (equals > 0) options[part.slice(0, equals).trim()] = part.slice(equals + 1).trim()
    }
    return options
}

/** `rule=cr; load=95`: settings of a variant as `maru compare` reads them. An empty text is the plant as it is. */
export function variantText(setting: Setting): string {
    return Object.entries(optionsOf(setting)).map(([name, value]) => `${name}=${value}`).join('; ')
}
