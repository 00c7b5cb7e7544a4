// What-if settings as a variant of a comparison: docs/TWIN.md. Only what differs from the plant is said.

export interface Change {
    what: 'tools' | 'downtime' | 'releases' | 'priority'
    /** A tool group or a product; `*` is all tool groups (downtime only). */
    of: string
    /** tools: so many more or less; downtime, releases: percent; priority: the number itself. */
    value: string
}

export interface WhatIfForm {
    changes: Change[]
    load: string
    rule: string
}

export const nothing = (): WhatIfForm => ({ changes: [], load: '100', rule: 'plant' })

/** A name as settings have it: what parts settings, and blanks at its ends, as in an address. */
const written = (name: string) => name.replace(/[%;=,]|^ | $/g, encodeURIComponent)

/** Null where it is sound, else the kind of what is wrong. */
export function wrongWith(change: Change): 'name' | 'tools' | 'percent' | 'number' | null {
    const number = change.value.trim() === '' ? NaN : Number(change.value)
    if (change.of === '') return 'name'
    if (change.what === 'tools') return Number.isInteger(number) && number !== 0 && Math.abs(number) <= 1000 ? null : 'tools'
    if (change.what === 'priority') return Number.isInteger(number) ? null : 'number'
    return number >= 0 && number <= 1000 ? null : 'percent'
}

export function whatIfText(form: WhatIfForm): string {
    const parts = form.changes.filter((change) => wrongWith(change) === null).map(({ what, of, value }) => {
        const number = Number(value)
        return `${what}:${written(of)}=${what === 'tools' && number > 0 ? '+' : ''}${number}`
    })
    if (form.load.trim() !== '' && Number(form.load) !== 100) parts.push(`load=${Number(form.load)}`)
    if (form.rule !== 'plant') parts.push(`rule=${form.rule}`)
    return parts.join('; ')
}
