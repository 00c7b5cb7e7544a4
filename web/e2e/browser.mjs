// Starts what the tests need: `maru serve` on an empty folder (unless BASE_URL names a server) and Debian's chromium, listens for
// what must not happen, and waits for what should: on conditions, never for a span of time. MARU: the program; EMBEDDED=1: with the
// page that is in it, not that of web/dist.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { zipSync } from 'fflate'
import { chromium } from 'playwright-core'

export const WEB = join(dirname(fileURLToPath(import.meta.url)), '..')
export const ROOT = join(WEB, '..')
export const SHOTS = process.env.SHOTS ?? join(WEB, 'shots')
mkdirSync(SHOTS, { recursive: true })

/** How long a condition is waited for, on a machine that is busy with other things too. */
const WAIT_MS = 60_000
const STEP_MS = 240_000

// ---- a broker of one's own

export const hasBroker = spawnSync('mosquitto', ['-h']).error === undefined || spawnSync('/usr/sbin/mosquitto', ['-h']).error === undefined

export const freePort = () =>
    new Promise((resolve) => {
        const server = createServer().listen(0, '127.0.0.1', () => {
            const { port } = server.address()
            server.close(() => resolve(port))
        })
    })

/** A broker on a port of its own; resolves when it listens. */
export async function startBroker(port) {
    const child = spawn('mosquitto', ['-p', String(port)], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } })
    const ended = new Promise((resolve) => child.on('exit', resolve))
    await new Promise((resolve, reject) => {
        child.stderr.on('data', (text) => /running/.test(text) && resolve())
        void ended.then((code) => reject(new Error(`mosquitto ended with ${code}`)))
    })
    return async () => {
        child.kill('SIGTERM')
        await ended
    }
}

/** Starts the program on a folder; resolves when it listens. `env`: variables beside our own. */
async function startProgram(data, listen, env = {}) {
    const options = ['serve', '--data', data, '--listen', listen, '--lang', 'en']
    if (!process.env.EMBEDDED) options.push('--page', join(WEB, 'dist'))
    const child = spawn(process.env.MARU ?? join(ROOT, 'build/maru'), options, { env: { ...process.env, ...env } })
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
    const end = async () => {
        child.kill('SIGTERM')
        await ended
    }
    return { base, end }
}

/** A server of one's own; `token` is its first admin's. `down` ends the program, `up` starts it again at the same address, with other variables where some are given. */
export async function startServer() {
    const data = mkdtempSync(join(tmpdir(), 'maru-e2e-'))
    let program = await startProgram(data, '127.0.0.1:0')
    const { base } = program
    const down = async () => {
        await program?.end()
        program = null
    }
    const up = async (env) => {
        program = await startProgram(data, `127.0.0.1:${new URL(base).port}`, env)
    }
    const stop = async () => {
        await down()
        rmSync(data, { recursive: true })
    }
    try {
        return { base, token: readFileSync(join(data, 'first-admin-token'), 'utf8').trim(), down, up, stop }
    } catch (error) {
        await stop() // a server left behind would keep the test from ending
        throw error
    }
}

/** `hall`: it is drawn in WebGL, by a graphics card that is made of software; all else is drawn 2.6 times as fast without one. */
export const launch = ({ hall = false } = {}) =>
    chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: [...(hall ? ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'] : ['--disable-gpu']), '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })

/** A page that remembers errors, breaches of the security policy and requests that leave the server. */
export async function open(browser, base, { lang = 'en-GB', width = 1440, height = 900, dark = false, touch = false, motion = false } = {}) {
    const context = await browser.newContext({ locale: lang, viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', hasTouch: touch, reducedMotion: motion ? 'no-preference' : 'reduce' })
    const page = await context.newPage()
    page.setDefaultTimeout(WAIT_MS)
    const bad = []
    page.on('pageerror', (error) => bad.push(`error: ${error.message}`))
    page.on('console', (message) => message.type() === 'error' && !/Failed to load resource/.test(message.text()) && bad.push(`console: ${message.text()}`))
    page.on('request', (request) => !request.url().startsWith(base) && !/^(blob|data):/.test(request.url()) && bad.push(`leaves the server: ${request.url()}`))
    return { page, context, bad }
}

/**
 * A suite's own `it`: each step has a time limit, the page of one that fails is kept as a picture, and those behind it are skipped,
 * because they stand on it. `pageOf` tells the page that the steps walk.
 */
export function stepsOf(pageOf) {
    let failed = null
    return (name, options, fn) =>
        it(name, fn ? options : {}, async (test) => {
            if (failed !== null) return test.skip(`after: ${failed}`)
            let timer
            const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`not done after ${STEP_MS / 1000} s`)), STEP_MS)))
            try {
                await Promise.race([(fn ?? options)(test), late])
            } catch (error) {
                failed = name
                await pageOf()?.screenshot({ path: join(SHOTS, `failed-${name.replace(/[^a-z0-9]+/gi, '-')}.png`), timeout: 10_000 }).catch(() => {})
                throw error
            } finally {
                clearTimeout(timer)
            }
        })
}

// ---- what is sent

/** The tables of a plant's folder. */
export const tables = (folder) => readdirSync(folder).filter((name) => name.endsWith('.csv')).map((name) => ({ name, data: readFileSync(join(folder, name)) }))
export const zip = (files) => Buffer.from(zipSync(Object.fromEntries(files.map(({ name, data }) => [name, new Uint8Array(data)]))))
export const archive = (folder) => zip(tables(folder).map((file) => ({ ...file, name: `plant/${file.name}` })))

/** A request beside the page; what is not an answer of 2xx is an error. */
export async function ask(base, path, init = {}) {
    const answer = await fetch(base + path, { ...init, headers: { ...(typeof init.body === 'string' ? { 'Content-Type': 'application/json' } : {}), ...init.headers } })
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.status === 204 ? null : answer.json()
}
export const post = (base, path, body, headers = {}) => ask(base, path, { method: 'POST', body: Buffer.isBuffer(body) ? body : JSON.stringify(body), headers })

// ---- what is waited for

/** Letters are there, what moves by style has come to its end, nothing loads, and the browser has drawn it. */
export async function settled(page) {
    await page.waitForFunction(() => document.fonts.status === 'loaded' && !document.querySelector('.waiting:not(.chart)') && document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getComputedTiming().endTime === Infinity))
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
}

export async function shot(page, name) {
    await page.evaluate(() => scrollTo(0, 0))
    await settled(page)
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true, timeout: WAIT_MS })
}

/** Nothing may stick out sideways. */
export const tooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/**
 * Walks with the Tab key over all that can be used: what it does not reach, what shows no focus, and what a screen reader has no name for.
 * Of a group of radio buttons one is reached.
 */
export async function tabWalk(page) {
    const told = await tabWalkOnce(page)
    return told.missed.length > 0 ? tabWalkOnce(page) : told // a living page may draw a part anew under the walk
}
async function tabWalkOnce(page) {
    const wanted = await page.evaluate(() => {
        const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0
        const groups = new Set()
        const all = [...document.querySelectorAll('a[href], button:not(:disabled), input:not(:disabled):not([type=hidden]), select:not(:disabled), textarea, summary, [tabindex="0"]')].filter(seen).filter((one) => {
            if (one.type !== 'radio') return true
            if (groups.has(one.name)) return false
            groups.add(one.name)
            return true
        })
        window.tabWanted = new Set(all)
        document.activeElement?.blur()
        getSelection()?.removeAllRanges()
        document.body.focus()
        return all.length
    })
    const dim = []
    for (let n = 0; n < wanted + 10; n++) {
        await page.keyboard.press('Tab')
        const told = await page.evaluate(() => {
            const one = document.activeElement
            if (!one || one === document.body) return null
            for (const each of [...window.tabWanted]) if (each === one || (one.type === 'radio' && each.type === 'radio' && each.name === one.name)) window.tabWanted.delete(each)
            const shows = (at) => at && ((getComputedStyle(at).outlineStyle !== 'none' && parseFloat(getComputedStyle(at).outlineWidth) >= 1) || getComputedStyle(at).boxShadow !== 'none')
            return shows(one) || shows(one.closest('label')) ? '' : one.outerHTML.slice(0, 120)
        })
        if (told) dim.push(told)
    }
    const missed = await page.evaluate(() => [...window.tabWanted].map((one) => one.outerHTML.slice(0, 120)))
    const cdp = await page.context().newCDPSession(page)
    const { nodes } = await cdp.send('Accessibility.getFullAXTree')
    await cdp.detach()
    const isUsed = ({ ignored, role, properties }) => !ignored && /^(button|link|textbox|searchbox|combobox|checkbox|radio|spinbutton|image|img|progressbar|dialog|table|application)$/.test(role?.value ?? '') && !(properties ?? []).some(({ name, value }) => name === 'hidden' && value.value)
    const nameless = nodes.filter(isUsed).filter(({ name }) => !(name?.value ?? '').trim()).map(({ role }) => role.value)
    return { missed, dim: [...new Set(dim)], nameless }
}

/**
 * Letters that are hard to read after WCAG 2.2, 1.4.3, in both schemes: below 4.5 to 1 (large ones 3 to 1) against what is painted behind
 * them. As computed styles tell it: grounds that let through are laid over each other, and what is disabled or behind a picture is left out.
 */
export async function faintLetters(page) {
    const found = []
    for (const scheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: scheme })
        await settled(page)
        found.push(...(await page.evaluate(faintHere)).map((one) => `${scheme}: ${one}`))
    }
    await page.emulateMedia({ colorScheme: null })
    return found
}

/** In the page. */
function faintHere() {
    const OPAQUE = 0.999
    /** Red, green, blue from 0 to 1, and how much covers. */
    const read = (text) => {
        const numbers = (text.match(/-?[\d.]+(e-?\d+)?/g) ?? []).map(Number)
        const [red, green, blue, covers = 1] = text.startsWith('color(') ? numbers : [...numbers.slice(0, 3).map((one) => one / 255), ...numbers.slice(3)]
        return [red ?? 0, green ?? 0, blue ?? 0, covers]
    }
    const over = ([r, g, b, covers], [red, green, blue]) => [r * covers + red * (1 - covers), g * covers + green * (1 - covers), b * covers + blue * (1 - covers), 1]
    const luminance = (colour) => colour.slice(0, 3).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)).reduce((sum, one, n) => sum + one * [0.2126, 0.7152, 0.0722][n], 0)
    const contrast = (one, other) => (Math.max(luminance(one), luminance(other)) + 0.05) / (Math.min(luminance(one), luminance(other)) + 0.05)
    /** What is behind an element, and how much of it is left by the opacity of what holds it; null where a picture is. */
    const groundOf = (element) => {
        const layers = []
        let opacity = 1
        for (let one = element; one; one = one.parentElement) {
            const style = getComputedStyle(one)
            opacity *= Number(style.opacity)
            if (layers.some(([, , , covers]) => covers > OPAQUE)) continue
            if (style.backgroundImage !== 'none') return null
            const layer = read(style.backgroundColor)
            if (layer[3] > 0) layers.push(layer)
        }
        const paper = matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0, 1] : [1, 1, 1, 1]
        return { ground: layers.reduceRight((below, layer) => over(layer, below), paper), opacity }
    }
    const faint = new Set()
    const look = (element, ink, words) => {
        const behind = groundOf(element)
        if (!behind) return
        const [red, green, blue, covers] = read(ink)
        const ratio = contrast(over([red, green, blue, covers * behind.opacity], behind.ground), behind.ground)
        const { fontSize, fontWeight } = getComputedStyle(element)
        const isLarge = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700)
        if (ratio < (isLarge ? 3 : 4.5)) faint.add(`${ratio.toFixed(2)} ${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} '${words.trim().slice(0, 30)}'`)
    }
    const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const element = node.parentElement
        if (!node.data.trim() || !element || /^(SCRIPT|STYLE|NOSCRIPT|OPTION|TEXTAREA)$/.test(element.tagName) || !isSeen(element)) continue
        const control = element.closest('button, input, select, fieldset, label')
        if (control?.matches(':disabled') || control?.querySelector?.('input:disabled') || element.closest('.hidden')) continue
        const style = getComputedStyle(element)
        look(element, element instanceof SVGElement ? style.fill : style.color, node.data)
    }
    for (const field of document.querySelectorAll('input:not([type=checkbox], [type=radio], [type=hidden], [type=file]), textarea, select')) {
        if (!isSeen(field) || field.disabled) continue
        if (field.value) look(field, getComputedStyle(field).color, field.value)
        else if (field.placeholder) look(field, getComputedStyle(field, '::placeholder').color, field.placeholder)
    }
    return [...faint]
}

/** Charts come when they are near the screen: goes past all of them. */
export async function drawCharts(page) {
    await page.locator('.chart').first().waitFor()
    for (const chart of await page.locator('.chart').all()) {
        await chart.scrollIntoViewIfNeeded()
        await page.waitForFunction((one) => one.matches('.drawn') || !one.isConnected, await chart.elementHandle())
    }
    await page.waitForFunction(() => !document.querySelector('.chart.coming'))
}

// ---- the hall

/** The hall has been drawn, and tells of itself. */
export const drawn = (page) => page.waitForFunction(() => (document.querySelector('canvas.hall-canvas')?.maru?.meter.n ?? 0) > 1 && !document.querySelector('.hall-note'))

/** The eye has come to rest, and the hall was drawn from there. */
export const rested = (page) =>
    page.waitForFunction(
        () => {
            const { maru } = document.querySelector('canvas.hall-canvas')
            const { x, y } = maru.screenOf(0)
            const here = `${x.toFixed(2)} ${y.toFixed(2)}`
            const seen = (window.restedAt ??= { here: '', times: 0 })
            seen.times = seen.here === here ? seen.times + 1 : 0
            seen.here = here
            if (seen.times < 3) return false
            delete window.restedAt
            return true
        },
        null,
        { polling: 120 },
    )

/** How many parts of an element, cut into columns and rows as it is on the screen, show more than a plain area. */
export async function busyParts(page, locator, columns, rows, { colours = 40, spread = 6 } = {}) {
    const png = (await locator.screenshot()).toString('base64')
    return page.evaluate(
        async ({ png, columns, rows, colours, spread }) => {
            const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))
            const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
            const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')
            pen.drawImage(image, 0, 0)
            let busy = 0
            const w = Math.floor(image.width / columns)
            const h = Math.floor(image.height / rows)
            for (let part = 0; part < columns * rows; part++) {
                const { data } = pen.getImageData((part % columns) * w, Math.floor(part / columns) * h, w, h)
                const seen = new Set()
                let sum = 0
                let squares = 0
                for (let n = 0; n < data.length; n += 4) {
                    const light = (data[n] * 3 + data[n + 1] * 6 + data[n + 2]) / 10
                    sum += light
                    squares += light * light
                    seen.add(((data[n] >> 3) << 10) | ((data[n + 1] >> 3) << 5) | (data[n + 2] >> 3))
                }
                const all = data.length / 4
                if (seen.size > colours && Math.sqrt(Math.max(0, squares / all - (sum / all) ** 2)) > spread) busy++
            }
            return busy
        },
        { png, columns, rows, colours, spread },
    )
}

/** The hall is not blank: at least so many of its parts show something, now or soon. */
export async function notBlank(page, columns, rows, wanted, how) {
    const until = Date.now() + WAIT_MS
    for (;;) {
        const busy = await busyParts(page, page.locator('.hall-view'), columns, rows, how)
        if (busy >= wanted) return
        if (Date.now() > until) throw new Error(`the hall is blank: only ${busy} of ${columns * rows} parts show anything`)
        await page.waitForTimeout(200) // between two looks
    }
}
