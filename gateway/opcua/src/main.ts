#!/usr/bin/env node
// maru-opcua: the command. Exit status 0 good, 1 the answer is no, 2 usage, 3 settings that are wrong.
import { browse } from './browse'
import { Collector } from './collector'
import { EdgeNode } from './edge_node'
import { Keeper } from './keeper'
import { readLimits } from './limits'
import { openSession } from './session'
import { loadSettings, type Settings } from './settings'
import { Refusal, languageOf, speaker, type Say } from './words'

const VERBS = ['run', 'check', 'list'] as const
type Verb = (typeof VERBS)[number]

function log(text: string): void {
    process.stderr.write(`${new Date().toISOString()} ${text}\n`)
}

async function run(settings: Settings, trust: boolean, say: Say): Promise<number> {
    const stop = new AbortController()
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
        process.once(name, () => {
            log(say('stopping', name))
            stop.abort()
        })
    }
    const keeper = await Keeper.open(settings, say, log)
    const collector = new Collector(settings, keeper, say, log)
    const node = new EdgeNode(settings, keeper, collector, say, log)
    await Promise.all([collector.run(stop.signal, trust), node.run(stop.signal)])
    await keeper.close()
    log(say('stopped'))
    return 0
}

async function look(settings: Settings, trust: boolean, say: Say, list: boolean): Promise<number> {
    const connection = await openSession(settings, trust, say, log)
    try {
        const began = Date.now()
        const found = await browse(connection.session, await readLimits(connection.session), settings)
        if (list) {
            for (const { path, device, name, type, unit } of found.variables) {
                process.stdout.write(`${[path, device, name, type, unit ?? ''].join('\t')}\n`)
            }
        }
        log(say('browsed', found.variables.length, found.objects, found.seen, ((Date.now() - began) / 1000).toFixed(1)))
        found.missing.forEach((root) => log(say('browse_root', root)))
        if (found.variables.length === 0) {
            log(say('browse_nothing'))
            return 1
        }
        return 0
    } finally {
        await connection.close(false)
    }
}

async function main(words: string[]): Promise<number> {
    const spoken = languageOf(process.env)
    const trust = words.includes('--trust')
    const [verb, path, ...rest] = words.filter((word) => word !== '--trust')
    if (!VERBS.includes(verb as Verb) || path === undefined || path.startsWith('-') || rest.length > 0) {
        process.stderr.write(`${speaker(spoken)('usage')}\n`)
        return 2
    }
    try {
        const settings = loadSettings(path, spoken)
        const say = speaker(settings.language)
        return verb === 'run' ? await run(settings, trust, say) : await look(settings, trust, say, verb === 'list')
    } catch (error) {
        if (!(error instanceof Refusal)) {
            throw error
        }
        process.stderr.write(`${error.message}\n`)
        return error.kind === 'settings' ? 3 : 1
    }
}

main(process.argv.slice(2)).then(
    (status) => process.exit(status),
    (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
        process.exit(1)
    },
)
