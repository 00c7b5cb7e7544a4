// Tables come as UTF-8 (with or without byte order mark) or as CP949, which Korean Excel writes. A browser reads CP949 but does not
// write it; the way back is made from the reader, once, when it is first needed.
export type Charset = 'utf-8' | 'cp949'

export function charsetOf(bytes: Uint8Array): Charset {
    try {
        new TextDecoder('utf-8', { fatal: true }).decode(bytes)
        return 'utf-8'
    } catch {
        return 'cp949'
    }
}

// The web's name of CP949 is euc-kr.
const decoders = { 'utf-8': new TextDecoder('utf-8', { ignoreBOM: true }), cp949: new TextDecoder('euc-kr') }
export const decode = (bytes: Uint8Array, charset: Charset): string => decoders[charset].decode(bytes)

let toCp949: Map<string, number> | null = null
function cp949Table(): Map<string, number> {
    if (toCp949) return toCp949
    toCp949 = new Map()
    const reader = new TextDecoder('euc-kr', { fatal: true })
    for (let lead = 0x81; lead <= 0xfe; lead++) {
        for (let trail = 0x41; trail <= 0xfe; trail++) {
            try {
                const text = reader.decode(Uint8Array.of(lead, trail))
                if ([...text].length === 1 && !toCp949.has(text)) toCp949.set(text, (lead << 8) | trail)
            } catch {
                // No letter has this pair.
            }
        }
    }
    return toCp949
}

/** null: the text holds a letter that the character set lacks. */
export function encode(text: string, charset: Charset): Uint8Array | null {
    if (charset === 'utf-8') return new TextEncoder().encode(text)
    const out: number[] = []
    for (const letter of text) {
        const code = letter.codePointAt(0)!
        if (code < 0x80) {
            out.push(code)
            continue
        }
        const pair = cp949Table().get(letter)
        if (pair === undefined) return null
        out.push(pair >> 8, pair & 0xff)
    }
    return Uint8Array.from(out)
}
