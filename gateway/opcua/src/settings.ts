// The settings file: TOML, or JSON with the same keys. Strict: every key is known, of its kind and in its range, or the file is
// refused with a sentence that names it; all faults are told at once. KEYS below is the only list of what can be set.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { Refusal, speaker, type Language, type Say, type Sentence } from './words'

export interface Deadband {
    path: string
    absolute?: number
    percent?: number
}

export interface Settings {
    language: Language
    opcua: {
        endpoint: string
        security: 'best' | 'SignAndEncrypt' | 'Sign' | 'None'
        policy: 'best' | 'Aes256_Sha256_RsaPss' | 'Aes128_Sha256_RsaOaep' | 'Basic256Sha256'
        user: string
        password: string
        user_certificate: string
        user_key: string
        pki: string
        application_uri: string
        timeout: number
        session_timeout: number
    }
    browse: { roots: string[]; include: string[]; exclude: string[]; every: number; max_variables: number; depth: number }
    subscription: {
        publishing: number
        sampling: number
        queue: number
        items: number
        keep_alive: number
        lifetime: number
        probe: number
        deadbands: Deadband[]
    }
    mqtt: { url: string; user: string; password: string; client_id: string; ca: string; certificate: string; key: string; keep_alive: number }
    sparkplug: {
        group: string
        node: string
        devices: 'parent' | 'top' | 'none'
        primary_host: string
        arrays: 'text' | 'native'
        qos: number
        batch: number
        batch_time: number
        catch_up: number
    }
    store: { folder: string; max_bytes: number; max_age: number; sync: number; overlap: number }
    writes: { allow: string[] }
}

type Kind = 'text' | 'name' | 'count' | 'time' | 'bytes' | 'list' | 'deadbands' | 'path'
interface Key {
    kind: Kind
    default?: unknown
    min?: number
    max?: number
    choices?: readonly string[]
}

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const MIB = 1 << 20
export const MAX_SETTINGS_BYTES = MIB
// No default: the key is required. Times are kept as milliseconds, sizes as bytes, paths from the folder of the file.
const KEYS: Record<string, Record<string, Key>> = {
    '': { language: { kind: 'text', default: '', choices: ['en', 'ko'] } },
    opcua: {
        endpoint: { kind: 'text' },
        security: { kind: 'text', default: 'best', choices: ['best', 'SignAndEncrypt', 'Sign', 'None'] },
        policy: { kind: 'text', default: 'best', choices: ['best', 'Aes256_Sha256_RsaPss', 'Aes128_Sha256_RsaOaep', 'Basic256Sha256'] },
        user: { kind: 'text', default: '' },
        password: { kind: 'text', default: '' },
        password_file: { kind: 'path', default: '' },
        user_certificate: { kind: 'path', default: '' },
        user_key: { kind: 'path', default: '' },
        pki: { kind: 'path', default: 'pki' },
        application_uri: { kind: 'text', default: '' },
        timeout: { kind: 'time', default: '15 s', min: 1000, max: 10 * MINUTE },
        session_timeout: { kind: 'time', default: '1 min', min: 5000, max: 60 * MINUTE },
    },
    browse: {
        roots: { kind: 'list', default: ['Objects'] },
        include: { kind: 'list', default: ['**'] },
        exclude: { kind: 'list', default: [] },
        every: { kind: 'time', default: '10 min', min: 1000, max: 7 * DAY },
        max_variables: { kind: 'count', default: 50_000, min: 1, max: 1_000_000 },
        depth: { kind: 'count', default: 32, min: 1, max: 100 },
    },
    subscription: {
        publishing: { kind: 'time', default: '500 ms', min: 10, max: 60 * MINUTE },
        sampling: { kind: 'time', default: '250 ms', min: 0, max: 60 * MINUTE },
        queue: { kind: 'count', default: 100, min: 2, max: 100_000 },
        items: { kind: 'count', default: 2000, min: 1, max: 100_000 },
        keep_alive: { kind: 'time', default: '5 s', min: 100, max: 60 * MINUTE },
        lifetime: { kind: 'time', default: '10 min', min: 1000, max: DAY },
        probe: { kind: 'time', default: '1 min', min: 1000, max: DAY },
        deadbands: { kind: 'deadbands', default: [] },
    },
    mqtt: {
        url: { kind: 'text' },
        user: { kind: 'text', default: '' },
        password: { kind: 'text', default: '' },
        password_file: { kind: 'path', default: '' },
        client_id: { kind: 'text', default: '' },
        ca: { kind: 'path', default: '' },
        certificate: { kind: 'path', default: '' },
        key: { kind: 'path', default: '' },
        keep_alive: { kind: 'time', default: '15 s', min: 1000, max: 60 * MINUTE },
    },
    sparkplug: {
        group: { kind: 'name' },
        node: { kind: 'name' },
        devices: { kind: 'text', default: 'parent', choices: ['parent', 'top', 'none'] },
        primary_host: { kind: 'text', default: '' },
        arrays: { kind: 'text', default: 'text', choices: ['text', 'native'] },
        qos: { kind: 'count', default: 1, min: 0, max: 1 },
        batch: { kind: 'count', default: 2000, min: 1, max: 100_000 },
        batch_time: { kind: 'time', default: '100 ms', min: 0, max: MINUTE },
        catch_up: { kind: 'count', default: 20_000, min: 1, max: 10_000_000 },
    },
    store: {
        folder: { kind: 'path', default: 'store' },
        max_bytes: { kind: 'bytes', default: '1 GiB', min: MIB, max: 2 ** 44 },
        max_age: { kind: 'time', default: '7 d', min: 1000, max: 3650 * DAY },
        sync: { kind: 'time', default: '20 ms', min: 0, max: MINUTE },
        overlap: { kind: 'time', default: '30 s', min: 0, max: 60 * MINUTE },
    },
    writes: { allow: { kind: 'list', default: [] } },
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, min: MINUTE, h: 60 * MINUTE, d: DAY }
const SIZES: Record<string, number> = { B: 1, KiB: 1024, MiB: MIB, GiB: 2 ** 30, TiB: 2 ** 40 }

function measured(value: unknown, units: Record<string, number>): number | undefined {
    const found = typeof value === 'string' ? /^(\d{1,12}(?:\.\d{1,6})?) ?([A-Za-z]{1,3})$/.exec(value) : null
    const unit = found ? units[found[2]!] : undefined
    return found && unit !== undefined && Object.hasOwn(units, found[2]!) ? Math.round(Number(found[1]) * unit) : undefined
}

function isTable(value: unknown): value is Record<string, unknown> {
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function isDeadband(value: unknown): value is Deadband {
    if (!isTable(value) || typeof value['path'] !== 'string' || Object.keys(value).length !== 2) {
        return false
    }
    const { absolute, percent } = value
    return typeof absolute === 'number' ? absolute >= 0 && isFinite(absolute) : typeof percent === 'number' && percent >= 0 && percent <= 100
}

function toldAs(value: unknown): string {
    return JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))?.slice(0, 60) ?? String(value)
}

// Reads one value as its key wants it; what is wrong goes into `faults`.
function readValue(name: string, key: Key, value: unknown, folder: string, say: Say, faults: string[]): unknown {
    const wrong = (kind: Sentence): undefined => void faults.push(say('key_kind', name, say(kind), toldAs(value)))
    const inRange = (number: number | undefined, kind: Sentence): number | undefined => {
        if (number === undefined) {
            return wrong(kind)
        }
        if (number < (key.min ?? -Infinity) || number > (key.max ?? Infinity)) {
            faults.push(say('key_range', name, key.min ?? '', key.max ?? ''))
        }
        return number
    }
    switch (key.kind) {
        case 'count':
            return inRange(Number.isSafeInteger(value) ? (value as number) : undefined, 'kind_count')
        case 'time':
            return inRange(measured(value, UNITS), 'kind_time')
        case 'bytes':
            return inRange(measured(value, SIZES), 'kind_bytes')
        case 'list':
            return Array.isArray(value) && value.every((v) => typeof v === 'string') ? value : wrong('kind_list')
        case 'deadbands':
            return Array.isArray(value) && value.every(isDeadband) ? value : wrong('kind_deadbands')
        default:
    }
    if (typeof value !== 'string') {
        return wrong('kind_text')
    }
    if (key.choices && value !== key.default && !key.choices.includes(value)) {
        faults.push(say('key_choice', name, key.choices.join(', ')))
    }
    if (key.kind === 'name' && !/^[^+#/\u0000-\u001f]{1,200}$/.test(value)) {
        faults.push(say('key_name', name))
    }
    return key.kind === 'path' && value !== '' ? resolve(folder, value) : value
}

function readTables(raw: Record<string, unknown>, folder: string, say: Say, faults: string[]): Record<string, Record<string, unknown>> {
    const out: Record<string, Record<string, unknown>> = {}
    for (const [name, value] of Object.entries(raw)) {
        const known = Object.keys(KEYS).filter((k) => k !== '')
        if (!Object.hasOwn(KEYS, name) && !Object.hasOwn(KEYS['']!, name)) {
            faults.push(say('key_unknown', name, [...Object.keys(KEYS['']!), ...known].join(', ')))
        } else if (Object.hasOwn(KEYS, name) && !isTable(value)) {
            faults.push(say('key_unknown', name, known.map((k) => `[${k}]`).join(', ')))
        }
    }
    for (const [table, keys] of Object.entries(KEYS)) {
        const given = table === '' ? raw : isTable(raw[table]) ? raw[table] : {}
        const read: Record<string, unknown> = (out[table] = {})
        for (const name of Object.keys(given)) {
            if (table !== '' && !Object.hasOwn(keys, name)) {
                faults.push(say('key_unknown', `${table}.${name}`, Object.keys(keys).join(', ')))
            }
        }
        for (const [name, key] of Object.entries(keys)) {
            const full = table === '' ? name : `${table}.${name}`
            if (given[name] === undefined && key.default === undefined) {
                faults.push(say('key_missing', full, say('kind_text')))
            } else {
                read[name] = readValue(full, key, given[name] ?? key.default, folder, say, faults)
            }
        }
    }
    return out
}

function takePassword(table: Record<string, unknown>, name: string, say: Say, faults: string[]): void {
    const file = table['password_file']
    delete table['password_file']
    if (typeof file !== 'string' || file === '') {
        return
    }
    if (table['password'] !== '') {
        faults.push(say('key_both', `${name}.password`, `${name}.password_file`))
        return
    }
    try {
        table['password'] = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    } catch (error) {
        faults.push(say('password_unreadable', file, (error as Error).message))
    }
}

function checkTogether(settings: Settings, say: Say, faults: string[]): void {
    const { opcua, mqtt } = settings
    if (typeof opcua.endpoint === 'string' && !/^opc\.tcp:\/\/[^\s/]+(\/\S*)?$/.test(opcua.endpoint)) {
        faults.push(say('url_opcua', 'opcua.endpoint'))
    }
    if (typeof mqtt.url === 'string' && !/^mqtts?:\/\/[^\s/@]+\/?$/.test(mqtt.url)) {
        faults.push(say('url_mqtt', 'mqtt.url'))
    }
    if (opcua.user !== '' && opcua.user_certificate !== '') {
        faults.push(say('key_both', 'opcua.user', 'opcua.user_certificate'))
    }
    const pairs: [string, string, string, string][] = [
        ['opcua.password', opcua.password, 'opcua.user', opcua.user],
        ['opcua.user_certificate', opcua.user_certificate, 'opcua.user_key', opcua.user_key],
        ['opcua.user_key', opcua.user_key, 'opcua.user_certificate', opcua.user_certificate],
        ['mqtt.password', mqtt.password, 'mqtt.user', mqtt.user],
        ['mqtt.certificate', mqtt.certificate, 'mqtt.key', mqtt.key],
        ['mqtt.key', mqtt.key, 'mqtt.certificate', mqtt.certificate],
    ]
    for (const [name, value, other, needed] of pairs) {
        if (value && !needed) {
            faults.push(say('key_needs', name, other))
        }
    }
    if (!/^[^+#/]*$/.test(settings.sparkplug.primary_host)) {
        faults.push(say('key_name', 'sparkplug.primary_host'))
    }
}

// The settings in a text, or a Refusal that tells all its faults.
//   name    of the file: .json is JSON, anything else TOML; its folder is where relative paths begin
//   spoken  the language when the file asks for none
export function readSettings(text: string, name: string, spoken: Language): Settings {
    let say = speaker(spoken)
    let raw: unknown
    try {
        raw = name.endsWith('.json') ? JSON.parse(text) : parseToml(text)
    } catch (error) {
        throw new Refusal(say('settings_syntax', name, (error as Error).message), 'settings')
    }
    if (!isTable(raw)) {
        throw new Refusal(say('settings_syntax', name, toldAs(raw)), 'settings')
    }
    const language = raw['language'] === 'ko' || raw['language'] === 'en' ? raw['language'] : spoken
    say = speaker(language)
    const faults: string[] = []
    const tables = readTables(raw, dirname(resolve(name)), say, faults)
    for (const table of ['opcua', 'mqtt']) {
        takePassword(tables[table]!, table, say, faults)
    }
    const settings = { ...tables, language } as unknown as Settings
    delete (settings as unknown as Record<string, unknown>)['']
    if (faults.length === 0) {
        checkTogether(settings, say, faults)
    }
    if (faults.length > 0) {
        throw new Refusal(faults.map((fault) => say('settings_wrong', name, fault)).join('\n'), 'settings')
    }
    return settings
}

// The settings in a file.
export function loadSettings(path: string, spoken: Language): Settings {
    let text: string
    try {
        text = readFileSync(path, 'utf8')
    } catch (error) {
        throw new Refusal(speaker(spoken)('settings_unreadable', path, (error as Error).message), 'settings')
    }
    if (text.length > MAX_SETTINGS_BYTES) {
        throw new Refusal(speaker(spoken)('settings_unreadable', path, `> ${MAX_SETTINGS_BYTES}`), 'settings')
    }
    return readSettings(text, path, spoken)
}
