import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, open, shot, startServer, tooWide } from './browser.mjs'

const ask = async (base, path, init = {}) => {
    const answer = await fetch(base + path, { ...init, headers: { ...(init.body ? { 'Content-Type': 'application/json' } : {}), ...init.headers } })
    assert.ok(answer.ok, `${path}: ${answer.status}`)
    return answer.status === 204 ? null : answer.json()
}
const post = (base, path, body, headers = {}) => ask(base, path, { method: 'POST', body: JSON.stringify(body), headers })

/** The hall has been drawn, and tells of itself. */
const drawn = (page) => page.waitForFunction(() => (document.querySelector('canvas.hall-canvas')?.maru?.meter.n ?? 0) > 1 && !document.querySelector('.hall-note'))

/** How many colours, and how far apart, in each cell of a grid laid over an element as it is on the screen. */
async function pixels(page, locator, columns, rows) {
    const png = (await locator.screenshot()).toString('base64')
    return page.evaluate(async ({ png, columns, rows }) => {
        const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))
        const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
        const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')
        pen.drawImage(image, 0, 0)
        const cells = []
        for (let row = 0; row < rows; row++)
            for (let column = 0; column < columns; column++) {
                const w = Math.floor(image.width / columns)
                const h = Math.floor(image.height / rows)
                const { data } = pen.getImageData(column * w, row * h, w, h)
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
                cells.push({ colours: seen.size, spread: Math.sqrt(Math.max(0, squares / all - (sum / all) ** 2)) })
            }
        return cells
    }, { png, columns, rows })
}

describe('a twin', () => {
    let server
    let browser
    let base
    let page
    let bad
    let id
    before(async () => {
        server = process.env.BASE_URL ? null : await startServer()
        base = process.env.BASE_URL ?? server.base
        if (server) await post(base, '/v1/plants', { example: 'line' })
        browser = await launch()
        ;({ page, bad } = await open(browser, base))
        page.setDefaultTimeout(30_000)
    })
    after(async () => {
        await browser?.close()
        await server?.stop()
    })

    it('is made from its plant', async () => {
        await page.goto(`${base}/twins`)
        await page.getByRole('heading', { name: 'Make a twin' }).waitFor()
        await shot(page, '40-no-twins')
        await page.goto(`${base}/plants`)
        await page.locator('.tile').first().click()
        await page.getByRole('button', { name: 'Make a twin' }).click()
        await page.waitForURL('**/twins/*')
        id = new URL(page.url()).pathname.split('/')[2]
        await drawn(page)
    })

    it('shows a hall that is not blank', async () => {
        await page.waitForTimeout(500)
        const cells = await pixels(page, page.locator('.hall-view'), 4, 3)
        const busy = cells.filter((cell) => cell.colours > 40 && cell.spread > 6)
        assert.ok(busy.length >= 6, `only ${busy.length} of 12 parts show anything: ${JSON.stringify(cells)}`)
        await shot(page, '41-hall')
        await page.getByRole('button', { name: 'From above' }).click()
        await page.waitForTimeout(800)
        assert.ok((await pixels(page, page.locator('.hall-view'), 4, 3)).filter((cell) => cell.colours > 40).length >= 6)
        await page.getByRole('button', { name: 'See all' }).click()
    })

    it('tells of a tool that is clicked, breaks it and mends it', async () => {
        await post(base, `/v1/twins/${id}/pause`, {})
        await page.waitForTimeout(600)
        const at = await page.evaluate(() => document.querySelector('canvas.hall-canvas').maru.screenOf(7))
        const box = await page.locator('canvas.hall-canvas').boundingBox()
        await page.mouse.click(box.x + at.x, box.y + at.y)
        const panel = page.locator('.hall-panel')
        await panel.getByRole('button', { name: 'Break it for 4 h' }).waitFor()
        const name = await panel.getByRole('heading', { level: 2 }).textContent()
        assert.match(name, /#\d+$/)
        await panel.getByRole('button', { name: 'Break it for 4 h' }).click()
        await panel.getByText('Failed').waitFor()
        await page.waitForTimeout(500)
        await shot(page, '42-broken')
        const { events } = await ask(base, `/v1/twins/${id}`)
        assert.equal(events.length, 1)
        assert.equal(events[0].tool, name.replace(' #', '/'))
        await panel.getByRole('button', { name: 'Repair it' }).click()
        await panel.getByText('Failed').waitFor({ state: 'detached' })
        await panel.getByRole('button', { name: 'Close' }).click()
        await panel.waitFor({ state: 'detached' })
    })

    it('flies to what is searched, by keyboard', async () => {
        const search = page.getByRole('combobox', { name: 'Find a tool, group or lot' })
        await search.fill('포장')
        await page.getByRole('option').first().waitFor()
        await search.press('ArrowDown')
        await search.press('Enter')
        await page.locator('.hall-panel').getByRole('heading', { level: 2 }).waitFor()
        await shot(page, '43-found')
        await page.locator('.hall-panel').getByRole('button', { name: 'Close' }).click()
        await page.getByRole('button', { name: 'See all' }).click()
    })

    it('looks into the past without moving, and forks there', async () => {
        await post(base, `/v1/twins/${id}/seek`, { time: 12 * 3600 })
        await page.waitForFunction(async (path) => (await (await fetch(path)).json()).time >= 12 * 3600, `/v1/twins/${id}`, { polling: 300 })
        await page.waitForTimeout(500)
        const bar = page.locator('.time-bar canvas')
        const box = await bar.boundingBox()
        const asked = page.waitForRequest((one) => one.url().includes('/floor?time='))
        await page.mouse.move(box.x + box.width * 0.6, box.y + 30)
        await page.mouse.down()
        await page.mouse.move(box.x + box.width * 0.5, box.y + 30, { steps: 4 })
        await page.mouse.move(box.x + box.width * 0.4, box.y + 30, { steps: 4 })
        await page.mouse.up()
        await asked
        await page.getByText('You are looking at the past').waitFor()
        await shot(page, '44-past')
        assert.ok((await ask(base, `/v1/twins/${id}`)).time >= 12 * 3600)
        await page.getByRole('slider', { name: 'Time bar' }).press('ArrowRight')
        await page.getByRole('button', { name: 'Fork here' }).click()
        await page.getByRole('dialog').getByRole('textbox').fill('other luck')
        await page.getByRole('dialog').getByRole('button', { name: 'Fork' }).click()
        await page.getByText('forked at').waitFor()
        await drawn(page)
        await page.goto(`${base}/twins/${id}`)
        await drawn(page)
        await page.getByRole('slider', { name: 'Time bar' }).press('Home')
        await page.getByRole('button', { name: 'Back to now' }).click()
        await page.getByText('You are looking at the past').waitFor({ state: 'detached' })
    })

    it('forecasts', async () => {
        await page.getByRole('button', { name: 'Forecast' }).click()
        await page.getByLabel('Hours ahead').fill('12')
        await page.getByRole('button', { name: 'Start the forecast' }).click()
        await page.locator('.forecast-line').waitFor()
        await page.waitForTimeout(500)
        await shot(page, '45-forecast-bar')
        await page.getByRole('link', { name: 'See all of it' }).click()
        await page.getByRole('heading', { name: 'When each lot will be done' }).waitFor()
        await page.locator('.chart.drawn').first().waitFor()
        await shot(page, '46-forecast')
    })

    it('colours the hall by waits', async () => {
        await page.goto(`${base}/twins/${id}`)
        await drawn(page)
        await page.getByRole('radio', { name: 'Wait', exact: true }).check({ force: true })
        await page.getByText('Mean wait of the lots that wait now').waitFor()
        await page.waitForTimeout(1000)
        await shot(page, '47-waits')
    })

    it('shows the flow and the way of a lot', async () => {
        await page.getByRole('link', { name: 'Flow' }).click()
        await page.getByRole('heading', { name: 'Where and when lots have waited' }).waitFor()
        const lots = page.getByRole('table', { name: 'Lots on the floor' })
        await lots.getByRole('link').nth(3).click()
        await page.locator('.gantt-row').first().waitFor()
        await page.waitForTimeout(600)
        await shot(page, '48-flow')
    })

    it('answers what if', async () => {
        await page.getByRole('link', { name: 'What if' }).click()
        await page.getByRole('button', { name: '+ Tools' }).click()
        await page.getByRole('button', { name: 'One more' }).click()
        await page.getByText(/^tools:.*=\+2$/).waitFor()
        await page.getByLabel('Days', { exact: true }).fill('30')
        await page.getByLabel('Warm-up days').fill('5')
        await page.getByRole('button', { name: 'Compare', exact: true }).click()
        await page.getByRole('heading', { name: 'B against A' }).waitFor()
        await shot(page, '49-what-if')
    })

    it('speaks Korean, light and dark, and fits a telephone and a wall', async () => {
        for (const [width, height, dark] of [[360, 740, true], [390, 844, false], [2560, 1440, true]]) {
            const other = await open(browser, base, { lang: 'ko-KR', width, height, dark, touch: width < 500 })
            other.page.setDefaultTimeout(40_000)
            for (const [name, path] of [['twins', '/twins'], ['hall', `/twins/${id}`], ['flow', `/twins/${id}/flow`], ['forecast', `/twins/${id}/forecast`], ['what-if', `/twins/${id}/what-if`]]) {
                await other.page.goto(base + path)
                if (name === 'hall') {
                    await drawn(other.page)
                    await other.page.getByRole('button', { name: '예측하기' }).waitFor()
                    assert.ok((await pixels(other.page, other.page.locator('.hall-view'), 3, 3)).filter((cell) => cell.colours > 25).length >= 5)
                } else await other.page.getByRole('heading', { level: 1 }).waitFor()
                await other.page.waitForTimeout(400)
                assert.ok((await tooWide(other.page)) <= 0, `${name} is too wide for ${width} px`)
                await shot(other.page, `50-${name}-${width}-ko`)
            }
            assert.deepEqual(other.bad, [])
            await other.context.close()
        }
    })

    it('did nothing that it must not', () => assert.deepEqual(bad, []))
})

describe('a viewer of a twin', { skip: !!process.env.BASE_URL }, () => {
    it('sees everything and changes nothing', async () => {
        const { base, token: first, stop } = await startServer()
        const browser = await launch()
        const admin = { Authorization: `Bearer ${first}` }
        try {
            await post(base, '/v1/plants', { example: 'line' }, admin)
            await post(base, '/v1/tenants', { name: 'another' }, admin) // from now on a token is wanted
            const { token } = await post(base, '/v1/tokens', { role: 'viewer', name: 'guest' }, admin)
            const [plant] = (await ask(base, '/v1/plants', { headers: admin })).items
            const twin = await post(base, '/v1/twins', { plant: plant.id, speed: 0 }, admin)
            const { page, bad } = await open(browser, base)
            page.setDefaultTimeout(30_000)
            await page.goto(`${base}/twins/${twin.id}`)
            await page.getByLabel('Token').fill(token)
            await page.getByRole('button', { name: 'Sign in' }).click()
            await drawn(page)
            await page.getByRole('slider', { name: 'Time bar' }).press('Home')
            await page.getByText('You are looking at the past').waitFor()
            const buttons = await page.getByRole('button').allTextContents()
            for (const name of ['Forecast', 'Fork', 'Fork here', 'Go on from here', 'Put in an event', 'Delete']) assert.ok(!buttons.includes(name), `a viewer has the button ${name}`)
            assert.equal(await page.getByRole('button', { name: 'Pause' }).count(), 0)
            const search = page.getByRole('combobox')
            await search.fill('포장대 #1')
            await page.getByRole('option').first().click()
            await page.locator('.hall-panel').getByText('Busy (24 h)').waitFor()
            assert.equal(await page.getByRole('button', { name: 'Break it for 4 h' }).count(), 0)
            await page.getByRole('link', { name: 'What if' }).click()
            await page.getByText('An engineer may try things out here').waitFor()
            assert.deepEqual(bad, [])
        } finally {
            await browser.close()
            await stop()
        }
    })
})
