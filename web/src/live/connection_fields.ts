// What a connection of each kind wants to know, with what is usual.
import type { Settings } from '../api/live'
import type { Key } from '../text'

export interface ConnectionField {
    name: string
    label: Key
    hint?: Key
    type: 'text' | 'number' | 'bool' | 'table' | 'list' | 'choice'
    usual: Settings[string]
    isNeeded?: boolean
    /** Rarely changed: shown on demand. */
    isFine?: boolean
    /** Of a number. */
    least?: number
    most?: number
    choices?: { value: string; text: Key }[]
    example?: string
}

export const KINDS = ['sparkplug', 'json', 'hsms', 'modbus', 'folder', 'mqtt_out', 'sparkplug_out'] as const
export type Kind = (typeof KINDS)[number]
/** Those that give away have nothing to wait for. */
export const isGiver = (kind: string): kind is 'mqtt_out' | 'sparkplug_out' => kind === 'mqtt_out' || kind === 'sparkplug_out'
export const isKind = (kind: string): kind is Kind => (KINDS as readonly string[]).includes(kind)

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
        { name: 'mode', label: 'field.mode', hint: 'field.mode.hint', type: 'choice', usual: 'passive', choices: [{ value: 'passive', text: 'field.mode.passive' }, { value: 'active', text: 'field.mode.active' }] },
        { name: 'host', label: 'field.hsms_host', hint: 'field.hsms_host.hint', type: 'text', usual: '' },
        { name: 'port', label: 'field.port', type: 'number', usual: 5000, least: 1, most: 65535, isNeeded: true },
        { name: 'profile', label: 'field.profile', hint: 'field.profile.hint', type: 'table', usual: '' },
        { name: 'tools', label: 'field.tools', hint: 'field.tools.hint', type: 'table', usual: '', isFine: true },
        { name: 'unknown', label: 'field.unknown', hint: 'field.unknown.hint', type: 'bool', usual: true, isFine: true },
    ],
    modbus: [
        { name: 'url', label: 'field.device', hint: 'field.device.hint', type: 'text', usual: 'modbus://', isNeeded: true },
        { name: 'table', label: 'field.registers', hint: 'field.registers.hint', type: 'table', usual: 'name,unit_id,kind,address,type,order,scale,unit,period_ms\nforce,1,holding,100,i32,CDAB,0.01,kN,500\n', isNeeded: true },
        { name: 'timeoutMs', label: 'field.timeout', type: 'number', usual: 1000, isFine: true },
        { name: 'mostRegisters', label: 'field.most_registers', hint: 'field.most_registers.hint', type: 'number', usual: 125, least: 1, most: 125, isFine: true },
    ],
    folder: [
        { name: 'path', label: 'field.path', hint: 'field.path.hint', type: 'text', usual: '', isNeeded: true, example: 'line1/aoi' },
        { name: 'settleSeconds', label: 'field.settle', hint: 'field.settle.hint', type: 'number', usual: 3, isFine: true },
        { name: 'perFile', label: 'field.per_file', hint: 'field.per_file.hint', type: 'bool', usual: false, isFine: true },
    ],
    mqtt_out: [
        BROKER,
        { name: 'signals', label: 'field.out_signals', hint: 'field.out_signals.hint', type: 'list', usual: [], isNeeded: true, example: 'line1/' },
        { name: 'topic', label: 'field.out_topic', hint: 'field.out_topic.hint', type: 'text', usual: 'maru/{source}', isFine: true },
        CA_FILE,
    ],
    sparkplug_out: [
        BROKER,
        { name: 'assets', label: 'field.out_assets', hint: 'field.out_assets.hint', type: 'list', usual: [], example: 'hanbit/ulsan' },
        { name: 'signals', label: 'field.out_signals', hint: 'field.out_signals.hint', type: 'list', usual: [], example: 'line1/', isFine: true },
        { name: 'group', label: 'field.out_group', hint: 'field.out_group.hint', type: 'text', usual: 'maru', isNeeded: true },
        { name: 'node', label: 'field.out_node', hint: 'field.out_node.hint', type: 'text', usual: '', isFine: true },
        { name: 'hostId', label: 'field.out_host', hint: 'field.out_host.hint', type: 'text', usual: '', isFine: true },
        CA_FILE,
    ],
}

export const usualOf = (kind: Kind): Settings => Object.fromEntries(FIELDS[kind].map(({ name, usual }) => [name, usual]))

/** What is sent: numbers as numbers, what was left empty not at all, and what the form does not show as it was. */
export function settingsOf(kind: Kind, told: Settings, old: Settings = {}): Settings {
    const fields = FIELDS[kind]
    const kept = Object.entries(old).filter(([name]) => !fields.some((field) => field.name === name))
    const shown = fields.flatMap(({ name, type }): [string, Settings[string]][] => {
        const value = told[name]
        if (value === undefined || value === '') return []
        if (type === 'list') return [[name, (value as string[]).map((one) => one.trim()).filter(Boolean)]]
        if (type === 'number') return [[name, Number(value)]]
        return [[name, typeof value === 'string' && type === 'text' ? value.trim() : value]]
    })
    return Object.fromEntries([...kept, ...shown])
}

/** A name that is still free. */
export function freeName(stem: string, taken: readonly string[]): string {
    for (let n = 1; ; n++) {
        const name = n === 1 ? stem : `${stem} ${n}`
        if (!taken.includes(name)) return name
    }
}
