// A server with a pool for the walks through the room Compute: a tenant with credits, and whoever signs in there.
import { spawnSync } from 'node:child_process'
import { launch, open, post, startServer } from './browser.mjs'

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined
export const skip = process.env.BASE_URL ? 'needs a server of its own' : !hasSandbox && 'bubblewrap is not here'
/** What a walk by keyboard finds where all is well. */
export const WELL = { missed: [], dim: [], nameless: [] }

/** `admin`, `own`: headers of the operator of the server, and of its tenant's admin; `developer`, `viewer`: secrets of tokens. */
export async function startPool() {
    const server = await startServer()
    const { base } = server
    const admin = { Authorization: `Bearer ${server.token}` }
    const { token } = await post(base, '/v1/tenants', { name: 'hanbit-ai' }, admin)
    const own = { Authorization: `Bearer ${token}` }
    const developer = (await post(base, '/v1/tokens', { role: 'engineer', name: '김하나' }, own)).token
    const viewer = (await post(base, '/v1/tokens', { role: 'viewer', name: 'guest' }, own)).token
    // A price holds from its moment on, which lies ahead of the clock.
    await post(base, '/v1/pool/prices', { rows: [{ from: new Date(Date.now() + 300).toISOString(), resource: 'cpu', credits: 3600, krw: 0 }] }, admin)
    await post(base, '/v1/pool/grants', { tenant: 'hanbit-ai', id: 'first', credits: 1000, from: new Date(Date.now() - 60_000).toISOString(), until: null, note: '창업 지원' }, admin)
    const browser = await launch()
    const signIn = async (secret, options) => {
        const opened = await open(browser, base, options)
        const { page } = opened
        await page.goto(base)
        await page.getByLabel(options.lang.startsWith('ko') ? '토큰' : 'Token').fill(secret)
        await page.getByRole('button', { name: options.lang.startsWith('ko') ? '들어가기' : 'Sign in' }).click()
        await page.getByRole('navigation').first().waitFor()
        return opened
    }
    const stop = async () => {
        await browser.close()
        await server.stop()
    }
    return { server, base, admin, own, developer, viewer, signIn, stop }
}
