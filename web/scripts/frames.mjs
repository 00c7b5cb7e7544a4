// Prints what a frame of the hall costs in script, measured in the browser around the work of each frame: a fab of 1,500 tools and
// 2,500 lots on a real server, which plays an hour a second, so that most boxes are under way. The canvas is small, so
// that a browser without a graphics card is not busy with pixels instead.
//
//   npm run build && MARU=../build/maru node scripts/frames.mjs [SPEED...]      times real time; 3600 unless told
//   PLANT=FOLDER [MOVING=N] ...                                        of another plant, when N boxes are under way
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { archive, ask, launch, open, post, startServer, WEB } from '../e2e/browser.mjs'

const FRAMES = 60
const MOST_MS = 6
const MOVING = Number(process.env.MOVING ?? 1500)
const speeds = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [3600]

const made = process.env.PLANT ? null : mkdtempSync(join(tmpdir(), 'maru-frames-'))
const server = await startServer()
let browser
try {
    if (made) {
        const told = spawnSync(process.env.MARU ?? join(WEB, '../build/maru'), ['new', 'fab', made, '--tools', '1500', '--products', '4', '--steps', '300', '--force'])
        if (told.status !== 0) throw new Error(String(told.stderr))
    }
    const { plant } = await post(server.base, '/v1/plants', archive(made ?? process.env.PLANT), { 'Content-Type': 'application/zip' })
    const { tools } = (await ask(server.base, `/v1/plants/${plant}`)).latest.size
    const twin = await post(server.base, '/v1/twins', { plant, speed: 60, playing: false })
    await post(server.base, `/v1/twins/${twin.id}/seek`, { time: 86_400 })
    browser = await launch({ hall: true })
    const { page, bad } = await open(browser, server.base, { width: 900, height: 700, motion: true })
    await page.goto(`${server.base}/twins/${twin.id}`)
    await page.locator('.hall-view').waitFor()
    await page.evaluate(() => Object.assign(document.querySelector('.hall-view').style, { width: '64px', height: '48px', minHeight: '0' }))
    for (const speed of speeds) {
        await post(server.base, `/v1/twins/${twin.id}/play`, { speed })
        await page.waitForFunction((least) => (document.querySelector('canvas.hall-canvas')?.maru?.moving ?? 0) > least, MOVING)
        await page.evaluate(() => document.querySelector('canvas.hall-canvas').maru.meter.clear())
        await page.waitForFunction((n) => document.querySelector('canvas.hall-canvas').maru.meter.n >= n, FRAMES, { timeout: 180_000 })
        const told = await page.evaluate(() => {
            const { meter, moving, lots } = document.querySelector('canvas.hall-canvas').maru
            return { moving, lots, own: meter.told('own'), all: meter.told('all'), apart: meter.told('apart') }
        })
        for (const [kind, name] of [['own', 'boxes, labels, camera'], ['all', 'all script, with the calls that draw'], ['apart', 'from frame to frame']]) {
            const { n, mean, median, most } = told[kind]
            console.log(JSON.stringify({ case: `hall ${name}`, speed, tools, lots: told.lots, moving: told.moving, frames: n, mean_ms: round(mean), median_ms: round(median), p99_ms: round(most) }))
        }
        if (told.moving <= MOVING) throw new Error(`only ${told.moving} boxes move`)
        if (told.all.median > MOST_MS) throw new Error(`a frame costs more than ${MOST_MS} ms of script`)
    }
    if (bad.length > 0) throw new Error(bad.join('\n'))
} finally {
    await browser?.close()
    await server.stop()
    if (made) rmSync(made, { recursive: true })
}

function round(ms) {
    return Math.round(ms * 1000) / 1000
}
