import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { ask, drawn, launch, notBlank, open, post, rested, settled, shot, startServer, stepsOf, tooWide } from './browser.mjs'

describe('a twin', () => {
    let server
    let browser
    let plain // draws pages without a hall in half the time
    let base
    let page
    let bad
    let id
    const it = stepsOf(() => page)
    before(async () => {
        server = process.env.BASE_URL ? null : await startServer()
        base = process.env.BASE_URL ?? server.base
        if (server) await post(base, '/v1/plants', { example: 'line' })
        browser = await launch({ hall: true })
        plain = await launch()
        ;({ page, bad } = await open(browser, base))
    })
    after(async () => {
        await browser?.close()
        await plain?.close()
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
        await rested(page)
        await notBlank(page, 4, 3, 6)
        await shot(page, '41-hall')
        await page.getByRole('button', { name: 'From above' }).click()
        await rested(page)
        await notBlank(page, 4, 3, 6)
        await page.getByRole('button', { name: 'See all' }).click()
    })

    it('tells of a tool that is clicked, breaks it and mends it', async () => {
        await post(base, `/v1/twins/${id}/pause`, {})
        await rested(page)
        const at = await page.evaluate(() => document.querySelector('canvas.hall-canvas').maru.screenOf(7))
        const box = await page.locator('canvas.hall-canvas').boundingBox()
        await page.mouse.click(box.x + at.x, box.y + at.y)
        const panel = page.locator('.hall-panel')
        await panel.getByRole('button', { name: 'Break it for 4 h' }).waitFor()
        const name = await panel.getByRole('heading', { level: 2 }).textContent()
        assert.match(name, /#\d+$/)
        await panel.getByRole('button', { name: 'Break it for 4 h' }).click()
        await panel.getByText('Failed').waitFor()
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
        await rested(page)
        await shot(page, '43-found')
        await page.locator('.hall-panel').getByRole('button', { name: 'Close' }).click()
        await page.getByRole('button', { name: 'See all' }).click()
    })

    it('looks into the past without moving, and forks there', async () => {
        await post(base, `/v1/twins/${id}/seek`, { time: 12 * 3600 })
        await page.waitForFunction(async (path) => (await (await fetch(path)).json()).time >= 12 * 3600, `/v1/twins/${id}`, { polling: 300 })
        await drawn(page)
        await settled(page)
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
        await shot(page, '47-waits')
    })

    it('tells on the overview whether the factory is well, and its day against plan', async () => {
        // The newest twin is the one that the overview tells of, as long as none plays.
        const { items } = await ask(base, '/v1/twins')
        for (const one of items) await post(base, `/v1/twins/${one.id}/pause`, {})
        const path = `/v1/twins/${items[0].id}`
        await post(base, `${path}/seek`, { time: 48 * 3600 })
        await page.waitForFunction(async (path) => (await (await fetch(path)).json()).state === 'paused', path, { polling: 300 })
        const { products } = await ask(base, `${path}/day`)
        const [done, due] = ['on_time', 'due'].map((what) => products.reduce((sum, one) => sum + one[what], 0))
        assert.ok(due > 0)
        await page.goto(base)
        await page.getByText(/^The factory (is well|is not well|runs)/).waitFor()
        await page.getByText(`done ${done} of ${due} due`, { exact: true }).waitFor()
        assert.equal(await page.locator('.day-plan li').count(), products.length + 1)
        await shot(page, '47-overview')
        const phone = await open(plain, base, { lang: 'ko-KR', width: 390, height: 844, touch: true })
        await phone.page.goto(base)
        await phone.page.getByText(`납기 ${due}개 중 ${done}개 완료`, { exact: true }).waitFor()
        const sentence = await phone.page.locator('.health .sentence').boundingBox()
        assert.ok(sentence.y + sentence.height < 844, 'the answer is on the first screen')
        assert.ok((await tooWide(phone.page)) <= 0)
        await shot(phone.page, '47-overview-390-ko')
        bad.push(...phone.bad)
        await phone.context.close()
        await page.goto(`${base}/twins/${id}`)
        await drawn(page)
    })

    it('shows the flow and the way of a lot', async () => {
        await page.getByRole('link', { name: 'Flow' }).click()
        await page.getByRole('heading', { name: 'Where and when lots have waited' }).waitFor()
        const lots = page.getByRole('table', { name: 'Lots on the floor' })
        await lots.getByRole('link').nth(3).click()
        await page.locator('.gantt-row').first().waitFor()
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
            const how = { lang: 'ko-KR', width, height, dark, touch: width < 500 }
            for (const [whose, rooms] of [[browser, [['hall', `/twins/${id}`]]], [plain, [['twins', '/twins'], ['flow', `/twins/${id}/flow`], ['forecast', `/twins/${id}/forecast`], ['what-if', `/twins/${id}/what-if`]]]]) {
                const other = await open(whose, base, how)
                for (const [name, path] of rooms) {
                    await other.page.goto(base + path)
                    if (name === 'hall') {
                        await drawn(other.page)
                        await other.page.getByRole('button', { name: '예측하기' }).waitFor()
                        await rested(other.page)
                        await notBlank(other.page, 3, 3, 5, { colours: 25, spread: 0 })
                    } else await other.page.getByRole('heading', { level: 1 }).waitFor()
                    await settled(other.page)
                    assert.ok((await tooWide(other.page)) <= 0, `${name} is too wide for ${width} px`)
                    await shot(other.page, `50-${name}-${width}-ko`)
                }
                assert.deepEqual(other.bad, [])
                await other.context.close()
            }
        }
    })

    it('did nothing that it must not', () => assert.deepEqual(bad, []))
})
