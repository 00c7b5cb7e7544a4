// One connection to one OPC UA server: choose how it is secured, look who it is, log in. Either a session comes out, or a Refusal that says
// what is wrong. Nothing here tries again by itself: node-opcua's own reconnecting is switched off, the collector begins anew instead.
import {
    MessageSecurityMode,
    OPCUAClient,
    SecurityPolicy,
    UserTokenType,
    coerceSecurityPolicy,
    type ClientSession,
    type EndpointDescription,
    type OPCUAClientOptions,
    type UserIdentityInfo,
} from 'node-opcua-client'
import { readFileSync } from 'node:fs'
import { checkServer, ownCertificate, type Own } from './certificates'
import type { Settings } from './settings'
import { Refusal, type Say } from './words'

export interface Connection {
    client: OPCUAClient
    session: ClientSession
    close: (keepSubscriptions: boolean) => Promise<void>
}

interface Choice {
    mode: MessageSecurityMode
    policy: SecurityPolicy
    certificate: Buffer | undefined
}

// Weakest first; what is older than these is refused.
const POLICIES = [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss]
const MODES = [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt]

function strength(endpoint: EndpointDescription): number {
    const policy = POLICIES.indexOf(coerceSecurityPolicy(endpoint.securityPolicyUri))
    const mode = MODES.indexOf(endpoint.securityMode)
    return policy < 0 || mode < 0 ? -1 : mode * POLICIES.length + policy
}

function nameOf(endpoint: EndpointDescription): string {
    return `${MessageSecurityMode[endpoint.securityMode]}/${(endpoint.securityPolicyUri ?? '').split('#').at(-1)}`
}

// The strongest endpoint that the settings allow.
export function choose(endpoints: EndpointDescription[], opcua: Settings['opcua'], say: Say): EndpointDescription {
    const wanted = endpoints.filter(
        (endpoint) =>
            (opcua.security === 'best' ? endpoint.securityMode !== MessageSecurityMode.None : MessageSecurityMode[endpoint.securityMode] === opcua.security) &&
            (opcua.policy === 'best' || opcua.security === 'None' || coerceSecurityPolicy(endpoint.securityPolicyUri) === SecurityPolicy[opcua.policy]) &&
            (opcua.security === 'None' || strength(endpoint) >= 0),
    )
    const best = wanted.sort((a, b) => strength(b) - strength(a))[0]
    if (best) {
        return best
    }
    if (opcua.security === 'best' && endpoints.every((endpoint) => endpoint.securityMode === MessageSecurityMode.None)) {
        throw new Refusal(say('security_only_none'), 'security')
    }
    const asked = [opcua.security, opcua.policy].filter((word) => word !== 'best').join('/') || 'Sign, SignAndEncrypt'
    throw new Refusal(say('security_not_offered', asked, [...new Set(endpoints.map(nameOf))].join(', ')), 'security')
}

function clientFor(opcua: Settings['opcua'], own: Own, choice: Choice | undefined): OPCUAClient {
    const options: OPCUAClientOptions = {
        applicationName: 'maru OPC UA gateway',
        applicationUri: own.uri,
        clientCertificateManager: own.manager,
        certificateFile: own.certificate,
        privateKeyFile: own.key,
        connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
        transportTimeout: opcua.timeout,
        defaultTransactionTimeout: opcua.timeout,
        requestedSessionTimeout: opcua.session_timeout,
        endpointMustExist: false,
        keepSessionAlive: false,
        keepPendingSessionsOnDisconnect: true,
        securityMode: choice?.mode ?? MessageSecurityMode.None,
        securityPolicy: choice?.policy ?? SecurityPolicy.None,
        ...(choice?.certificate ? { serverCertificate: choice.certificate } : {}),
    }
    const client = OPCUAClient.create(options)
    client.on('error' as never, () => undefined)
    return client
}

async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, fail) => {
        timer = setTimeout(() => fail(new Error(`${what}: ${ms} ms`)), ms)
    })
    try {
        return await Promise.race([work, late])
    } finally {
        clearTimeout(timer)
    }
}

// Lets go of a client, however it is; never throws, never waits longer than a moment.
async function release(client: OPCUAClient): Promise<void> {
    try {
        await within(client.disconnect(), 3000, 'disconnect')
    } catch {
        // what cannot be closed is left to its timeouts
    }
}

async function endpointsOf(opcua: Settings['opcua'], own: Own, say: Say): Promise<EndpointDescription[]> {
    const client = clientFor(opcua, own, undefined)
    try {
        await within(client.connect(opcua.endpoint), opcua.timeout, 'connect')
        return await within(client.getEndpoints({ endpointUrl: opcua.endpoint }), opcua.timeout, 'GetEndpoints')
    } catch (error) {
        throw new Refusal(say('server_unreachable', opcua.endpoint, briefly(error)), 'network')
    } finally {
        await release(client)
    }
}

// The first line of an error, without node-opcua's decoration.
export function briefly(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error)
    const system = /\b(E[A-Z]{4,}|Bad[A-Z]\w+)\b/.exec(text)
    return system?.[1] ?? text.split('\n').map((line) => line.trim()).find((line) => line !== '') ?? 'Error'
}

function identity(opcua: Settings['opcua'], say: Say): UserIdentityInfo {
    if (opcua.user !== '') {
        return { type: UserTokenType.UserName, userName: opcua.user, password: opcua.password }
    }
    if (opcua.user_certificate !== '') {
        try {
            const pem = readFileSync(opcua.user_certificate, 'utf8').replace(/-----[^-]+-----|\s/g, '')
            return { type: UserTokenType.Certificate, certificateData: Buffer.from(pem, 'base64'), privateKey: readFileSync(opcua.user_key, 'utf8') }
        } catch (error) {
            throw new Refusal(say('settings_unreadable', opcua.user_certificate, (error as Error).message), 'login')
        }
    }
    return { type: UserTokenType.Anonymous }
}

function loginRefusal(error: unknown, opcua: Settings['opcua'], own: Own, say: Say): Refusal {
    const reason = briefly(error)
    if (/BadUserAccessDenied|BadIdentityToken|BadUserSignatureInvalid|BadNoMatch/.test(reason) || /identity token|user token policy/i.test(String(error))) {
        const user = opcua.user || opcua.user_certificate
        return new Refusal(user ? say('password_wrong', user, reason) : say('anonymous_refused', reason), 'login')
    }
    if (/BadCertificate|BadSecurityChecksFailed|BadApplicationSignature/.test(reason)) {
        return new Refusal(say('server_refuses_certificate', own.certificate, reason), 'security')
    }
    return new Refusal(say('server_unreachable', opcua.endpoint, reason), 'network')
}

// Over the secured channel the endpoints cannot have been changed on the way: nothing stronger may show up there.
async function checkDowngrade(client: OPCUAClient, settings: Settings['opcua'], chosen: EndpointDescription, say: Say): Promise<void> {
    if (chosen.securityMode === MessageSecurityMode.None) {
        return
    }
    const again = choose(await client.getEndpoints({ endpointUrl: settings.endpoint }), settings, say)
    if (strength(again) > strength(chosen)) {
        throw new Refusal(say('security_downgraded', nameOf(again)), 'security')
    }
}

// A session, or a Refusal.
//   trust  put the certificate that the server shows into the trust list
export async function openSession(settings: Settings, trust: boolean, say: Say, log: (text: string) => void): Promise<Connection> {
    const { opcua } = settings
    const own = await ownCertificate(opcua.pki, opcua.application_uri, say, log)
    const chosen = choose(await endpointsOf(opcua, own, say), opcua, say)
    const secured = chosen.securityMode !== MessageSecurityMode.None
    const shown = chosen.serverCertificate
    if (secured && (!shown || shown.length === 0)) {
        throw new Refusal(say('certificate_none', nameOf(chosen)), 'security')
    }
    if (secured) {
        checkServer(opcua.pki, shown, trust, say, log)
    } else if (opcua.user !== '') {
        log(say('security_plain_password'))
    }
    const choice: Choice = { mode: chosen.securityMode, policy: coerceSecurityPolicy(chosen.securityPolicyUri), certificate: secured ? shown : undefined }
    const client = clientFor(opcua, own, choice)
    try {
        await within(client.connect(opcua.endpoint), opcua.timeout, 'connect')
        await checkDowngrade(client, opcua, chosen, say)
        const session = await within(client.createSession(identity(opcua, say)), opcua.timeout, 'CreateSession')
        log(say('connected', opcua.endpoint, nameOf(chosen)))
        const close = async (keepSubscriptions: boolean): Promise<void> => {
            try {
                await within(session.close(!keepSubscriptions), 3000, 'CloseSession')
            } catch {
                // the server's own timeout ends it
            }
            await release(client)
        }
        return { client, session, close }
    } catch (error) {
        await release(client)
        throw error instanceof Refusal ? error : loginRefusal(error, opcua, own, say)
    }
}
