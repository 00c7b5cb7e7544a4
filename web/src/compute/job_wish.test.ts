import { describe, expect, it } from 'vitest'
import { faultsOf, requestOf, usualWish, wishOf, type JobWish } from './job_wish'

const wish = (change: Partial<JobWish> = {}): JobWish => ({ ...usualWish(undefined), command: 'python3 train.py --lr "0.1"', ...change })

describe('the form of a job', () => {
    it('sends a command line to the shell, as it was typed', () => {
        expect(requestOf(wish())).toEqual({ name: 'python3', project: 'default', command: ['sh', '-c', 'python3 train.py --lr "0.1"'], gpus: 0, time_s: 3600 })
    })
    it('comes back from what it sent', () => {
        const all = [
            wish({ name: 'a' }),
            wish({ name: 'b', gpus: '4', type: 'h100', cpus: '1.5', memoryGib: '0.5', hours: '0.25', array: '3', retries: '2', network: true }),
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
    it('writes words of a command so that a shell reads them back', () => {
        expect(wishOf({ command: ['echo', "it's", 'a b'] }).command).toBe("echo 'it'\\''s' 'a b'")
    })
})
