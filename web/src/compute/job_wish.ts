// The form of a job and what is sent of it.
import type { NewJob, Pool, Reservation } from '../api/compute'

export const SHARES = [1, 0.5, 0.25, 0.125] as const
export interface JobWish {
    how: 'command' | 'script'
    command: string
    script: string
    name: string
    project: string
    gpus: string
    type: string
    share: string
    cpus: string
    memoryGib: string
    hours: string
    reservation: string
    array: string
    retries: string
    checkpoints: boolean
    canStop: boolean
    network: boolean
}
export const EMPTY_SCRIPT = '#!/bin/sh\nset -e\n'
/** What most jobs want on this pool: a GPU where there is one. Empty CPUs and memory: the share that goes with the GPUs. */
export const usualWish = (pool: Pool | undefined): JobWish => ({
    how: 'command', command: '', script: EMPTY_SCRIPT, name: '', project: 'default', gpus: pool && pool.gpus > 0 ? '1' : '0', type: '', share: '1', cpus: '', memoryGib: '', hours: '1', reservation: '', array: '1', retries: '0',
    checkpoints: false, canStop: false, network: false,
})

/** A command line is handed to the shell, so that it means what it means at a prompt. */
export const wordsOf = (line: string): string[] => ['sh', '-c', line]
const lineOf = (command: readonly string[]): string => {
    if (command.length === 3 && command[0] === 'sh' && command[1] === '-c') return command[2]!
    return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}

const number = (text: string): number | null => {
    const value = Number(text.trim())
    return text.trim() === '' || !Number.isFinite(value) ? null : value
}
export type WishFault = 'command' | 'script' | 'project' | 'gpus' | 'cpus' | 'memory' | 'hours' | 'array' | 'retries'
export function faultsOf(wish: JobWish): WishFault[] {
    const whole = (text: string, low: number, high: number) => {
        const value = number(text)
        return value !== null && Number.isInteger(value) && value >= low && value <= high
    }
    const above = (text: string) => text.trim() === '' || (number(text) ?? -1) > 0
    const found: WishFault[] = []
    if (wish.how === 'command' && wish.command.trim() === '') found.push('command')
    if (wish.how === 'script' && !/^#!\S/.test(wish.script)) found.push('script')
    if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(wish.project)) found.push('project')
    if (!whole(wish.gpus, 0, 65536)) found.push('gpus')
    if (!above(wish.cpus)) found.push('cpus')
    if (!above(wish.memoryGib)) found.push('memory')
    if ((number(wish.hours) ?? 0) <= 0) found.push('hours')
    if (!whole(wish.array, 1, 10000)) found.push('array')
    if (!whole(wish.retries, 0, 100)) found.push('retries')
    return found
}

export function requestOf(wish: JobWish): NewJob {
    const gpus = number(wish.gpus) ?? 0
    const cpus = number(wish.cpus)
    const memory = number(wish.memoryGib)
    const first = (wish.command.trim().split(/\s+/)[0] ?? '').split('/').at(-1)
    const name = wish.name.trim() || (wish.how === 'command' ? first : '')
    return {
        ...(name ? { name: name.slice(0, 60) } : {}),
        project: wish.project,
        ...(wish.how === 'command' ? { command: wordsOf(wish.command.trim()) } : { script: wish.script }),
        gpus,
        ...(gpus > 0 && wish.type ? { gpu_type: wish.type } : {}),
        ...(gpus > 0 && Number(wish.share) < 1 ? { gpu_share: Number(wish.share) } : {}),
        ...(cpus !== null ? { cpus } : {}),
        ...(memory !== null ? { memory_mib: Math.max(1, Math.round(memory * 1024)) } : {}),
        time_s: Math.max(1, Math.round((number(wish.hours) ?? 1) * 3600)),
        ...(wish.reservation ? { reservation: wish.reservation } : {}),
        ...(wish.array.trim() !== '1' ? { array: number(wish.array) ?? 1 } : {}),
        ...(wish.retries.trim() !== '0' ? { retries: number(wish.retries) ?? 0 } : {}),
        ...(wish.checkpoints ? { checkpoints: true } : wish.canStop ? { can_stop: true } : {}),
        ...(wish.network ? { network: true } : {}),
    }
}

/** The form as it would have asked for this: to hand in the like of it again. */
export function wishOf(request: NewJob): JobWish {
    const text = (value: number | undefined, usual: string) => (value === undefined ? usual : String(value))
    return {
        ...usualWish(undefined),
        how: request.script !== undefined ? 'script' : 'command',
        command: lineOf(request.command ?? []),
        script: request.script ?? EMPTY_SCRIPT,
        name: request.name ?? '',
        project: request.project ?? 'default',
        gpus: text(request.gpus, '0'),
        type: request.gpu_type ?? '',
        share: text(request.gpu_share, '1'),
        cpus: text(request.cpus, ''),
        memoryGib: request.memory_mib === undefined ? '' : String(request.memory_mib / 1024),
        hours: request.time_s === undefined ? '1' : String(+(request.time_s / 3600).toFixed(4)),
        reservation: request.reservation ?? '',
        array: text(request.array, '1'),
        retries: text(request.retries, '0'),
        checkpoints: request.checkpoints ?? false,
        canStop: request.can_stop ?? false,
        network: request.network ?? false,
    }
}

/** Reservations that a job of this tenant may be handed in for: its own that are not over, the first to begin first. */
export const reservationsOf = (rows: readonly Reservation[], tenant: string, now: number): Reservation[] =>
    rows.filter(({ account, until }) => account.split('/')[0] === tenant && Date.parse(until) > now).sort((a, b) => a.from.localeCompare(b.from))
/** A reservation of one project is not for jobs of another. */
export const isForProject = ({ account }: Reservation, project: string): boolean => !account.includes('/') || account.slice(account.indexOf('/') + 1) === project

/** What hands in the same from a shell. */
export function commandOf(wish: JobWish, files: readonly { name: string }[]): string {
    const quote = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
    const words = ['maru job submit']
    const say = (option: string, value: string, usual = '') => value.trim() !== usual && words.push(`${option} ${quote(value.trim())}`)
    say('--gpus', wish.gpus, '0')
    if (wish.gpus !== '0') say('--gpu-type', wish.type)
    if (wish.gpus === '1') say('--gpu-share', wish.share, '1')
    say('--cpus', wish.cpus)
    if (wish.memoryGib) words.push(`--memory ${quote(wish.memoryGib)}G`)
    words.push(`--time ${Math.max(1, Math.round((Number(wish.hours) || 1) * 60))}min`)
    say('--name', wish.name)
    say('--project', wish.project, 'default')
    say('--reservation', wish.reservation)
    say('--array', wish.array, '1')
    say('--retries', wish.retries, '0')
    if (wish.checkpoints || wish.canStop) words.push(wish.checkpoints ? '--checkpoints' : '--can-stop')
    if (wish.network) words.push('--network')
    for (const { name } of files) words.push(`--file ${quote(name)}`)
    words.push(wish.how === 'script' ? '--script train.sh' : `-f -- sh -c ${quote(wish.command || 'hostname')}`)
    return words.join(' ')
}
