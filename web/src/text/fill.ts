export type Values = Record<string, string | number>

/** `{name}` is the value; `{count|tool|tools}` is the value and the word that goes with it. */
export function fill(text: string, values: Values = {}): string {
    return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
        const value = values[name]
        if (value === undefined) return ''
        if (one === undefined) return String(value)
        return `${value} ${String(value) === '1' ? one : many}`
    })
}
