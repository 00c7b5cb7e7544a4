// What the tests start: a server, a broker, the gateway, each a process of its own on ports that nobody else uses, in a folder that
// goes when the test ends.
import assert from 'node:assert/strict'
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Made, Order } from './plant_server'

export async function freePort(): Promise<number> {
    return new Promise((done) => {
        const server = createServer().listen(0, '127.0.0.1', () => {
            const { port } = server.address() as { port: number }
            server.close(() => done(port))
        })
    })
}

export async function until(what: string, test: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
    const end = Date.now() + ms
    while (!(await test())) {
        assert.ok(Date.now() < end, `waited ${ms} ms: ${what}`)
        await new Promise((done) => setTimeout(done, 50))
    }
}

export class Floor {
    readonly folder = mkdtempSync(join(tmpdir(), 'maru-opcua-'))
    readonly children = new Set<ChildProcess>()
    serverPort = 0
    relayPort = 0 // where the gateway finds the server, if not at its own port
    brokerPort = 0
    server: ChildProcess | undefined
    broker: ChildProcess | undefined
    gateway: ChildProcess | undefined
    said = ''

    async ports(): Promise<void> {
        this.serverPort = await freePort()
        this.brokerPort = await freePort()
    }

    async startServer(env: Record<string, string> = {}): Promise<void> {
        const child = fork(join(__dirname, 'plant_server.js'), {
            env: { ...process.env, PORT: String(this.serverPort), PKI: join(this.folder, 'server-pki'), ...env },
            stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        })
        this.children.add(child)
        this.server = child
        await new Promise<void>((done, fail) => {
            child.once('message', () => done())
            child.once('exit', () => fail(new Error('the server did not start')))
        })
    }

    async order(order: Order): Promise<Made> {
        return new Promise((done) => {
            this.server!.once('message', (answer) => done(answer as Made))
            this.server!.send(order)
        })
    }

    async startBroker(lines = ''): Promise<void> {
        const path = join(this.folder, 'mosquitto.conf')
        writeFileSync(path, `listener ${this.brokerPort} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\npersistence false\n${lines}`)
        const child = spawn('mosquitto', ['-c', path], { stdio: 'ignore' })
        this.children.add(child)
        this.broker = child
        await until('the broker listens', async () => {
            return new Promise((done) => {
                const socket = connect(this.brokerPort, '127.0.0.1', () => done(true)).on('error', () => done(false))
                socket.on('connect', () => socket.destroy())
            })
        })
    }

    settings(tables: Record<string, Record<string, unknown>> = {}, language = 'en'): string {
        const base: Record<string, Record<string, unknown>> = {
            opcua: { endpoint: `opc.tcp://127.0.0.1:${this.relayPort || this.serverPort}`, security: 'None', timeout: '10 s' },
            browse: { roots: ['Plant'] },
            subscription: { publishing: '100 ms', sampling: '0 ms', queue: 1000, keep_alive: '1 s' },
            mqtt: { url: `mqtt://127.0.0.1:${this.brokerPort}` },
            sparkplug: { group: 'Test', node: 'Edge' },
            store: { overlap: '2 s' },
        }
        const merged: Record<string, unknown> = { language }
        for (const name of new Set([...Object.keys(base), ...Object.keys(tables)])) {
            merged[name] = { ...base[name], ...tables[name] }
        }
        const path = join(this.folder, 'settings.json')
        writeFileSync(path, JSON.stringify(merged))
        return path
    }

    startGateway(path: string, ...words: string[]): ChildProcess {
        const child = spawn(process.execPath, [join(__dirname, '..', 'src', 'main.js'), 'run', path, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
        this.children.add(child)
        this.gateway = child
        child.stderr.on('data', (piece: Buffer) => {
            this.said += piece.toString()
            if (process.env['VERBOSE']) {
                process.stderr.write(piece)
            }
        })
        return child
    }

    // The words of a gateway that runs to its end, and its status.
    async runGateway(...words: string[]): Promise<{ status: number | null; said: string }> {
        const child = spawn(process.execPath, [join(__dirname, '..', 'src', 'main.js'), ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
        this.children.add(child)
        let said = ''
        child.stdout.on('data', (piece: Buffer) => (said += piece.toString()))
        child.stderr.on('data', (piece: Buffer) => (said += piece.toString()))
        const status = await new Promise<number | null>((done) => child.once('close', (code) => done(code)))
        return { status, said }
    }

    async kill(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
        if (child && child.exitCode === null && child.signalCode === null) {
            const gone = new Promise<void>((done) => child.once('exit', () => done()))
            child.kill(signal)
            await gone
        }
    }

    // CPU seconds and resident MiB of the gateway so far.
    usage(): { cpu: number; mib: number } {
        const stat = readFileSync(`/proc/${this.gateway!.pid}/stat`, 'utf8')
        const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return { cpu: (Number(words[11]) + Number(words[12])) / 100, mib: (Number(words[21]) * 4096) / (1 << 20) }
    }

    folderOf(name: string): string {
        const path = join(this.folder, name)
        mkdirSync(path, { recursive: true })
        return path
    }

    async close(): Promise<void> {
        for (const child of this.children) {
            await this.kill(child, 'SIGKILL')
        }
        rmSync(this.folder, { recursive: true, force: true })
    }
}

export function pause(ms: number): Promise<void> {
    return new Promise((done) => setTimeout(done, ms))
}

// A wire between gateway and server that can be cut: with a bang, or mute, as a cable that is pulled.
export class Relay {
    target = 0
    private readonly sockets = new Set<Socket>()
    private down = false
    private mute = false

    private constructor(
        private readonly server: Server,
        readonly port: number,
    ) {}

    static async open(): Promise<Relay> {
        const port = await freePort()
        const server = createServer()
        const relay = new Relay(server, port)
        server.on('connection', (near) => relay.join(near))
        await new Promise<void>((done) => server.listen(port, '127.0.0.1', () => done()))
        return relay
    }

    cut(mute: boolean): void {
        this.down = true
        this.mute = mute
        this.sockets.forEach((socket) => (mute ? socket.pause() : socket.destroy()))
    }

    mend(): void {
        this.down = false
        if (this.mute) {
            this.sockets.forEach((socket) => socket.destroy())
        }
    }

    async close(): Promise<void> {
        this.sockets.forEach((socket) => socket.destroy())
        await new Promise<void>((done) => this.server.close(() => done()))
    }

    private join(near: Socket): void {
        if (this.down && !this.mute) {
            near.destroy()
            return
        }
        const far = connect(this.target, '127.0.0.1')
        for (const [one, other] of [[near, far], [far, near]] as const) {
            this.sockets.add(one)
            one.on('data', (piece: Buffer) => this.down || other.write(piece))
            one.on('error', () => undefined)
            one.on('close', () => {
                this.sockets.delete(one)
                other.destroy()
            })
        }
    }
}
