// What a connection of each kind wants to know, with what is usual.
import type { Settings } from '../api/live'
import type { Key } from '../text'

export interface ConnectionField {
    name: string
    label: Key
    hint?: Key
    type: 'text' | 'number' | 'bool' | 'table' | 'choice'
    usual: string | number | boolean
    isNeeded?: boolean
    /** Rarely changed: shown on demand. */
    isFine?: boolean
    /** Of a number. */
    least?: number
    most?: number
    choices?: { value: string; text: Key }[]
    example?: string
}

export const KINDS = ['sparkplug', 'json', 'hsms', 'modbus', 'folder'] as const
export type Kind = (typeof KINDS)[number]
export const isKind = (kind: string): kind is Kind => (KINDS as readonly string[]).includes(kind)

const PORT = { least: 1, most: 65535, isNeeded: true }
const BROKER: ConnectionField = { name: 'url', label: 'field.broker', hint: 'field.broker.hint', type: 'text', usual: 'mqtt://localhost:1883', isNeeded: true }
const CA_FILE: ConnectionField = { name: 'caFile', label: 'field.ca_file', hint: 'field.ca_file.hint', type: 'text', usual: '', isFine: true }
export const FIELDS: Record<Kind, ConnectionField[]> = {
    sparkplug: [
        BROKER,
        { name: 'group', label: 'field.group', hint: 'field.group.hint', type: 'text', usual: '' },
        { name: 'hostId', label: 'field.host_id', hint: 'field.host_id.hint', type: 'text', usual: 'maru', isNeeded: true, isFine: true },
        { name: 'primary', label: 'field.primary', hint: 'field.primary.hint', type: 'bool', usual: true, isFine: true },
        CA_FILE,
    ],
    json: [
        BROKER,
        { name: 'table', label: 'field.topics', hint: 'field.topics.hint', type: 'table', usual: 'topic,value,time,name,type,time_format\nline/+/temperature,/value,/time,{2}/temperature,double,ms\n', isNeeded: true },
        { name: 'clientId', label: 'field.client_id', hint: 'field.client_id.hint', type: 'text', usual: '', isFine: true },
        { name: 'offsetMinutes', label: 'field.offset', hint: 'field.offset.hint', type: 'number', usual: 540, least: -1080, most: 1080, isFine: true },
        CA_FILE,
    ],
    hsms: [
        { name: 'mode', label: 'field.mode', hint: 'field.mode.hint', type: 'choice', usual: 'active', choices: [{ value: 'active', text: 'field.mode.active' }, { value: 'passive', text: 'field.mode.passive' }] },
        { name: 'host', label: 'field.host', type: 'text', usual: '', isNeeded: true, example: '192.168.0.10' },
        { name: 'port', label: 'field.port', type: 'number', usual: 5000, ...PORT },
        { name: 'profile', label: 'field.profile', hint: 'field.profile.hint', type: 'table', usual: '' },
    ],
    modbus: [
        { name: 'host', label: 'field.host', type: 'text', usual: '', isNeeded: true, example: '192.168.0.10' },
        { name: 'port', label: 'field.port', type: 'number', usual: 502, ...PORT },
        { name: 'table', label: 'field.registers', hint: 'field.registers.hint', type: 'table', usual: '', isNeeded: true },
    ],
    folder: [{ name: 'path', label: 'field.path', hint: 'field.path.hint', type: 'text', usual: '', isNeeded: true, example: '/var/lib/maru/inbox' }],
}

export const usualOf = (kind: Kind): Settings => Object.fromEntries(FIELDS[kind].map(({ name, usual }) => [name, usual]))

/** What is sent: numbers as numbers, and what was left empty not at all. */
export function settingsOf(kind: Kind, told: Settings): Settings {
    return Object.fromEntries(
        FIELDS[kind].flatMap(({ name, type }) => {
            const value = told[name]
            if (value === undefined || value === '') return []
            return [[name, type === 'number' ? Number(value) : typeof value === 'string' && type === 'text' ? value.trim() : value]]
        }),
    )
}

/** A name that is still free. */
export function freeName(stem: string, taken: readonly string[]): string {
    for (let n = 1; ; n++) {
        const name = n === 1 ? stem : `${stem} ${n}`
        if (!taken.includes(name)) return name
    }
}
