// Certificates: the gateway's own, made at the first start, and whom it trusts. A server is trusted when the very certificate that it shows
// lies in trusted/certs; no chain, no first-come-first-trusted. What is not trusted is put into rejected/, from where a person moves it.
//
//     pki/own/certs/gateway.pem  pki/own/private/private_key.pem  pki/trusted/certs/*  pki/rejected/*
import { OPCUACertificateManager } from 'node-opcua-certificate-manager'
import { X509Certificate, createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Refusal, type Say } from './words'

const VALID_DAYS = 3650

export interface Own {
    manager: OPCUACertificateManager
    certificate: string
    key: string
    uri: string
}

// The manager of the folder, with a key and a certificate; both are made where they are missing.
export async function ownCertificate(pki: string, uri: string, say: Say, log: (text: string) => void): Promise<Own> {
    const applicationUri = uri || `urn:${hostname()}:maru:opcua-gateway`
    const certificate = join(pki, 'own', 'certs', 'gateway.pem')
    try {
        mkdirSync(join(pki, 'own', 'certs'), { recursive: true })
        const manager = new OPCUACertificateManager({ rootFolder: pki, automaticallyAcceptUnknownCertificate: false, keySize: 2048 })
        await manager.initialize()
        chmodSync(manager.privateKey, 0o600)
        if (!existsSync(certificate)) {
            await manager.createSelfSignedCertificate({
                applicationUri,
                dns: [hostname()],
                outputFile: certificate,
                startDate: new Date(),
                subject: `/CN=maru OPC UA gateway/O=${hostname()}`,
                validity: VALID_DAYS,
            })
            log(say('certificate_made', certificate))
        }
        return { manager, certificate, key: manager.privateKey, uri: applicationUri }
    } catch (error) {
        throw new Refusal(say('certificate_in_use', pki, (error as Error).message), 'security')
    }
}

function derOf(path: string): Buffer | undefined {
    try {
        return new X509Certificate(readFileSync(path)).raw
    } catch {
        return undefined
    }
}

export function thumbprint(der: Buffer): string {
    return createHash('sha1').update(der).digest('hex').toUpperCase()
}

// The first certificate of a chain of DER, as OPC UA sends it (Part 6, 6.2.6).
function leafOf(chain: Buffer): X509Certificate {
    const length = chain[0] === 0x30 && chain[1] === 0x82 ? 4 + chain.readUInt16BE(2) : chain.length
    return new X509Certificate(chain.subarray(0, length))
}

// Returns when the certificate is trusted, else throws a Refusal that says what to do.
//   trust  put it into the trust list now, because the caller was told so
export function checkServer(pki: string, chain: Buffer, trust: boolean, say: Say, log: (text: string) => void): void {
    const shown = leafOf(chain)
    const print = thumbprint(shown.raw)
    const subject = shown.subject.split('\n').join(', ')
    const trusted = join(pki, 'trusted', 'certs')
    mkdirSync(trusted, { recursive: true })
    const known = readdirSync(trusted).some((name) => derOf(join(trusted, name))?.equals(shown.raw))
    if (!known && trust) {
        writeFileSync(join(trusted, `server[${print}].pem`), shown.toString())
        log(say('certificate_trusted', subject, print))
    } else if (!known) {
        const rejected = join(pki, 'rejected')
        const file = join(rejected, `server[${print}].pem`)
        mkdirSync(rejected, { recursive: true })
        writeFileSync(file, shown.toString())
        throw new Refusal(say('certificate_unknown', subject, print, file, trusted), 'security')
    }
    const now = Date.now()
    if (now < Date.parse(shown.validFrom) || now > Date.parse(shown.validTo)) {
        log(say('certificate_dates', shown.validFrom, shown.validTo))
    }
}
