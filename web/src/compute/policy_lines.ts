// A policy as its lines: which rule each sets, so that each can be explained; the text itself stays as it was written.
export const RULES = ['placement', 'backfill', 'backfill_depth', 'reclaim', 'guarantee', 'shed', 'half_life', 'memory_thousandths', 'longest_wait', 'grace', 'protect', 'can_borrow', 'cap_watts', 'seed'] as const
export type Rule = (typeof RULES)[number]
export interface PolicyLine { row: number; rule: Rule; value: string }
const isRule = (name: string): name is Rule => (RULES as readonly string[]).includes(name)

export function policyLines(text: string): PolicyLine[] {
    return text.split(/\r?\n/).flatMap((line, n) => {
        const [, name, value] = /^\s*([a-z_]+)\s*=\s*("[^"]*"|[^#]*)/.exec(line) ?? []
        return name !== undefined && isRule(name) ? [{ row: n + 1, rule: name, value: value!.trim().replace(/^"(.*)"$/, '$1') }] : []
    })
}

/** Rules by which two policies differ; one that is not there stands as its standard. */
export function differing(one: string, other: string, standard: string): { rule: Rule; values: [string, string] }[] {
    const [a, b, usual] = [one, other, standard].map((text) => new Map(policyLines(text).map(({ rule, value }) => [rule, value]))) as [Map<Rule, string>, Map<Rule, string>, Map<Rule, string>]
    return RULES.flatMap((rule) => {
        const values: [string, string] = [a.get(rule) ?? usual.get(rule) ?? '', b.get(rule) ?? usual.get(rule) ?? '']
        return values[0] === values[1] ? [] : [{ rule, values }]
    })
}

/** The same text with one rule set, at its line or behind all. */
export function withRule(text: string, rule: Rule, value: string): string {
    const written = /^(true|false|\d+)$/.test(value) ? value : `"${value}"`
    const at = policyLines(text).find((line) => line.rule === rule)
    if (!at) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${rule} = ${written}\n`
    const lines = text.split('\n')
    lines[at.row - 1] = lines[at.row - 1]!.replace(/=\s*("[^"]*"|[^#\r]*?)(\s*(#.*)?\r?)$/, (_, __, tail: string) => `= ${written}${tail}`)
    return lines.join('\n')
}
