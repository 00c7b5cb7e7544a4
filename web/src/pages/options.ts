// Options of the model that the form offers by name; `maru help options` has them all, and docs/MODEL.md says why the defaults are so.

/** Releases in percent of the plant's own rate. */
export const LOAD = 'load'
export const RULE = 'rule'
export const QUEUE_RULE = 'queue_rule'

export const RULES = ['plant', 'fifo', 'cr', 'edd', 'odd', 'spt', 'lsu', 'winq', 'maxwork'] as const
export const QUEUE_RULES = ['none', 'qtcr', 'qts'] as const

/** First value: the default. */
export const CHOICES: Record<string, readonly string[]> = {
    batch_start: ['min', 'full'],
    failure_job: ['after', 'resume'],
    failure_in_pm: ['defer', 'skip', 'overlap'],
    min_run: ['hold', 'hot_breaks', 'soft', 'off'],
    pm_first: ['stagger', 'together'],
    tool_choice: ['longest_idle', 'first', 'last_used', 'random'],
    reserve: ['flag', 'off', 'priority'],
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
