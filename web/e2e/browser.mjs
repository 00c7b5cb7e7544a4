// Starts what the tests need: `maru serve` on an empty folder (unless BASE_URL names a server) and Debian's chromium, and listens for
// what must not happen. MARU: the program; EMBEDDED=1: with the page that is in it, not that of web/dist.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const WEB = join(dirname(fileURLToPath(import.meta.url)), '..')
export const ROOT = join(WEB, '..')
export const SHOTS = process.env.SHOTS ?? join(WEB, 'shots')
mkdirSync(SHOTS, { recursive: true })

/** A server of one's own; `token` is its first admin's. */
export async function startServer() {
    const data = mkdtempSync(join(tmpdir(), 'maru-e2e-'))
    const options = ['serve', '--data', data, '--listen', '127.0.0.1:0', '--lang', 'en']
    if (!process.env.EMBEDDED) options.push('--page', join(WEB, 'dist'))
    const child = spawn(process.env.MARU ?? join(ROOT, 'build/maru'), options)
    let said = ''
    const ended = new Promise((resolve) => child.on('exit', resolve))
    const base = await new Promise((resolve, reject) => {
        child.stderr.on('data', (text) => {
            said += text
            const ready = /http:\/\/localhost:\d+/.exec(said)
            if (ready) resolve(ready[0])
        })
        child.on('error', reject)
        void ended.then((code) => reject(new Error(`the server ended with ${code}: ${said}`)))
    })
    const stop = async () => {
        child.kill('SIGTERM')
        await ended
        rmSync(data, { recursive: true })
    }
    try {
        return { base, token: readFileSync(join(data, 'first-admin-token'), 'utf8').trim(), stop }
    } catch (error) {
        await stop() // a server left behind would keep the test from ending
        throw error
    }
}

export const launch = () =>
    chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        // The hall is drawn in WebGL: by a graphics card that is made of software.
        args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })

/** A page that remembers errors, breaches of the security policy and requests that leave the server. */
export async function open(browser, base, { lang = 'en-GB', width = 1440, height = 900, dark = false, touch = false, motion = false } = {}) {
    const context = await browser.newContext({ locale: lang, viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', hasTouch: touch, reducedMotion: motion ? 'no-preference' : 'reduce' })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    const bad = []
    page.on('pageerror', (error) => bad.push(`error: ${error.message}`))
    page.on('console', (message) => message.type() === 'error' && !/Failed to load resource/.test(message.text()) && bad.push(`console: ${message.text()}`))
    page.on('request', (request) => !request.url().startsWith(base) && !/^(blob|data):/.test(request.url()) && bad.push(`leaves the server: ${request.url()}`))
    return { page, context, bad }
}

export async function shot(page, name) {
    await page.evaluate(() => scrollTo(0, 0))
    await page.waitForTimeout(250)
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true })
}

/** Nothing may stick out sideways. */
export const tooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** Charts come when they are near the screen: goes past all of them. */
export async function drawCharts(page) {
    await page.locator('.chart').first().waitFor()
    for (const chart of await page.locator('.chart').all()) {
        await chart.scrollIntoViewIfNeeded()
        await page.waitForTimeout(150)
    }
    await page.waitForFunction(() => !document.querySelector('.chart.waiting'))
}
