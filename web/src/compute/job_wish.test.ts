import { describe, expect, it } from 'vitest'
import type { Reservation } from '../api/compute'
import { commandOf, faultsOf, isForProject, requestOf, reservationsOf, usualWish, wishOf, type JobWish } from './job_wish'

const wish = (change: Partial<JobWish> = {}): JobWish => ({ ...usualWish(undefined), command: 'python3 train.py --lr "0.1"', ...change })

describe('the form of a job', () => {
    it('sends a command line to the shell, as it was typed', () => {
        expect(requestOf(wish())).toEqual({ name: 'python3', project: 'default', command: ['sh', '-c', 'python3 train.py --lr "0.1"'], gpus: 0, time_s: 3600 })
    })
    it('comes back from what it sent', () => {
        const all = [
            wish({ name: 'a' }),
            wish({ name: 'b', gpus: '4', type: 'h100', cpus: '1.5', memoryGib: '0.5', hours: '0.25', reservation: 'lecture', array: '3', retries: '2', network: true }),
            wish({ name: 'c', gpus: '1', share: '0.25', checkpoints: true }),
            wish({ name: 'd', canStop: true }),
            wish({ name: 'e', how: 'script', command: '', script: '#!/bin/bash\necho 1\n' }),
        ]
        for (const one of all) expect(wishOf(requestOf(one))).toEqual(one)
    })
    it('says each fault where it is', () => {
        expect(faultsOf(wish())).toEqual([])
        const wrong: [Partial<JobWish>, string][] = [[{ command: '  ' }, 'command'], [{ how: 'script', script: 'echo' }, 'script'], [{ project: 'Vision' }, 'project'], [{ gpus: '1.5' }, 'gpus'], [{ gpus: '' }, 'gpus'], [{ cpus: '0' }, 'cpus'], [{ memoryGib: 'x' }, 'memory'], [{ hours: '0' }, 'hours'], [{ array: '0' }, 'array'], [{ retries: '-1' }, 'retries']]
        for (const [change, fault] of wrong) expect(faultsOf(wish(change)), fault).toEqual([fault])
    })
    it('offers reservations of the own tenant that are not over', () => {
        const row = (name: string, account: string, from: string, until: string): Reservation => ({ name, account, nodes: ['n1'], from, until })
        const rows = [row('next', 'a', '2026-12-02T00:00:00Z', '2026-12-03T00:00:00Z'), row('now', 'a/vision', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'), row('over', 'a', '2026-10-01T00:00:00Z', '2026-11-01T00:00:00Z'), row('theirs', 'ab', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z')]
        const own = reservationsOf(rows, 'a', Date.parse('2026-11-23T00:00:00Z'))
        expect(own.map(({ name }) => name)).toEqual(['now', 'next'])
        expect(own.map((one) => [isForProject(one, 'vision'), isForProject(one, 'default')])).toEqual([[true, false], [true, true]])
    })
    it('says the whole wish as a command', () => {
        expect(commandOf(wish(), [])).toBe(`maru job submit --time 60min -f -- sh -c 'python3 train.py --lr "0.1"'`)
        const all = wish({ name: 'a b', project: 'vision', gpus: '1', type: 'h100', share: '0.5', cpus: '2', memoryGib: '8', hours: '0.5', reservation: 'lecture', array: '4', retries: '2', checkpoints: true, network: true })
        expect(commandOf(all, [{ name: 'data.csv' }])).toBe(`maru job submit --gpus 1 --gpu-type h100 --gpu-share 0.5 --cpus 2 --memory 8G --time 30min --name 'a b' --project vision --reservation lecture --array 4 --retries 2 --checkpoints --network --file data.csv -f -- sh -c 'python3 train.py --lr "0.1"'`)
    })
    it('writes words of a command so that a shell reads them back', () => {
        expect(wishOf({ command: ['echo', "it's", 'a b'] }).command).toBe("echo 'it'\\''s' 'a b'")
    })
})
