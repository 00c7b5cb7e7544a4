// Prints what a frame of the hall costs in script, measured in the browser around the work of each frame: a fab of 1,500 tools, 2,500
// lots, most of them under way. The canvas is small, so that a browser without a graphics card is not busy with pixels instead.
//
//   npm run build && MARU=../build/maru node scripts/frames.mjs [PLANT-FOLDER]
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, open, startMock, WEB } from '../e2e/browser.mjs'

const FRAMES = 60
const OWN_MAX_MS = 6
const maru = process.env.MARU ?? join(WEB, '../build/maru')
let folder = process.argv[2]
if (!folder) {
    folder = join(mkdtempSync(join(tmpdir(), 'maru-frames-')), 'fab')
    const made = spawnSync(maru, ['new', 'fab', folder, '--tools', '1500', '--products', '4', '--steps', '300', '--force'])
    if (made.status !== 0) throw new Error(String(made.stderr))
}
const mock = await startMock({ MARU: maru, MOCK_LOTS: '2500', MOCK_LOAD: '1.5', MOCK_STORM: '1' }, [folder])
const browser = await launch()
try {
    const { page, bad } = await open(browser, mock.base, { width: 900, height: 700, motion: true })
    const [plant] = (await (await fetch(`${mock.base}/v1/plants`)).json()).items
    const twin = await (await fetch(`${mock.base}/v1/twins`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ plant: plant.id, speed: 1 }) })).json()
    await page.goto(`${mock.base}/twins/${twin.id}`)
    await page.locator('.hall-view').waitFor()
    await page.evaluate(() => {
        const view = document.querySelector('.hall-view')
        if (view) Object.assign(view.style, { width: '64px', height: '48px', minHeight: '0' })
    })
    await page.waitForFunction(() => document.querySelector('canvas.hall-canvas')?.maru?.moving > 1500, null, { timeout: 120_000 })
    await page.waitForTimeout(1500)
    await page.evaluate(() => document.querySelector('canvas.hall-canvas').maru.meter.clear())
    await page.waitForFunction((n) => document.querySelector('canvas.hall-canvas').maru.meter.n >= n, FRAMES, { timeout: 180_000 })
    const told = await page.evaluate(() => {
        const { meter, moving, lots } = document.querySelector('canvas.hall-canvas').maru
        return { moving, lots, own: meter.told('own'), all: meter.told('all'), apart: meter.told('apart') }
    })
    const tools = plant.latest.size.tools
    for (const [kind, name] of [['own', 'boxes, labels, camera'], ['all', 'all script, with the calls that draw'], ['apart', 'from frame to frame']]) {
        const { mean, median, most } = told[kind]
        console.log(JSON.stringify({ case: `hall ${name}`, tools, lots: told.lots, moving: told.moving, frames: told[kind].n, mean_ms: round(mean), median_ms: round(median), p99_ms: round(most) }))
    }
    if (bad.length > 0) throw new Error(bad.join('\n'))
    if (told.all.median > OWN_MAX_MS) throw new Error(`a frame costs more than ${OWN_MAX_MS} ms of script`)
} finally {
    await browser.close()
    mock.stop()
}
function round(ms) {
    return Math.round(ms * 1000) / 1000
}
