// GPUs by type, as they are written in one field: "h100=4, l40s=2".
export const countsOf = (counts: Record<string, number> | undefined): string => Object.entries(counts ?? {}).map(([type, count]) => `${type}=${count}`).join(', ')
const PARTS = /^[\w.*-]+\s*=\s*\d+(\.\d+)?$/
const partsOf = (text: string) => text.split(/[,;]|\s+(?=[\w.*-]+\s*=)/).map((part) => part.trim()).filter(Boolean)
export const isCounts = (text: string): boolean => partsOf(text).every((part) => PARTS.test(part))
export const toCounts = (text: string): Record<string, number> => Object.fromEntries(partsOf(text).map((part) => [part.split('=')[0]!.trim(), Number(part.split('=')[1])]))
