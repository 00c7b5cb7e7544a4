// Somebody who may look and change nothing: a viewer with a token walks all of the page, and the same token asks the server itself.
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { ask, drawn, launch, notBlank, open, post, rested, shot, startServer, stepsOf } from './browser.mjs'

/** What those who may change something are offered, by the page that offers it. */
const CHANGES = [/^Delete$/, /^Rename$/, /^Make a twin$/, /^New run$/, /^Stop$/, /^Start /, /^Save /, /^Forecast$/, /^Fork/, /^Go on from here$/, /^Run on to here$/, /^Put in an event$/, /^Break it/, /^Repair it$/, /^Play$/, /^Pause$/, /^Make token$/, /^Make tenant$/, /^Take back$/, /^Add a connection$/, /^Settings$/, /^(On|Off)$/, /^Add row/, /^Upload/]

describe('a viewer', { skip: !!process.env.BASE_URL }, () => {
    let server
    let base
    let browser
    let plain // draws pages without a hall in half the time
    let page
    let bad
    let flat // the viewer on pages without a hall
    let engineer // headers
    let viewer
    let plant
    let run
    let twin
    let connection
    const it = stepsOf(() => page)
    before(async () => {
        server = await startServer()
        base = server.base
        const admin = { Authorization: `Bearer ${server.token}` }
        await post(base, '/v1/tenants', { name: 'another' }, admin) // from now on a token is wanted
        const token = async (role) => (await post(base, '/v1/tokens', { role, name: role }, admin)).token
        engineer = { Authorization: `Bearer ${await token('engineer')}` }
        const secret = await token('viewer')
        viewer = { Authorization: `Bearer ${secret}` }
        // Made by somebody else of the tenant.
        plant = (await post(base, '/v1/plants', { example: 'line' }, engineer)).plant
        run = await post(base, '/v1/runs', { plant, days: 30, warmup_days: 5, replications: 2 }, engineer)
        twin = await post(base, '/v1/twins', { plant, name: 'night shift', speed: 60, playing: false }, engineer)
        await post(base, `/v1/twins/${twin.id}/seek`, { time: 36 * 3600 }, engineer)
        connection = (await post(base, '/v1/connections', { name: 'shop', kind: 'sparkplug', on: false, settings: { url: 'mqtt://127.0.0.1:1' } }, engineer)).id
        browser = await launch({ hall: true })
        plain = await launch()
        ;({ page, bad } = await enter(browser, secret))
        flat = await enter(plain, secret)
    })
    after(async () => {
        await browser?.close()
        await plain?.close()
        await server?.stop()
    })

    const enter = async (whose, secret) => {
        const opened = await open(whose, base)
        await opened.page.goto(base)
        await opened.page.getByLabel('Token').fill(secret)
        await opened.page.getByRole('button', { name: 'Sign in' }).click()
        await opened.page.getByRole('navigation').first().waitFor() // it is known who asks
        return opened
    }
    const offers = async (whose) => {
        const names = await whose.locator('main button, main a.button, main [role=button]').evaluateAll((all) => all.map((one) => (one.getAttribute('aria-label') ?? one.textContent).trim()))
        const files = await whose.locator('main input[type=file]').count()
        return [...names.filter((name) => CHANGES.some((change) => change.test(name))), ...(files > 0 ? ['files'] : [])]
    }
    const offersNothing = async (where, whose = page) => assert.deepEqual(await offers(whose), [], `a viewer is offered something ${where}`)

    it('finds no button that changes anything, on any page', async () => {
        const secret = engineer.Authorization.slice('Bearer '.length)
        const other = await enter(plain, secret) // the same pages offer an engineer something: so this test can fail
        const rooms = { '/': 'Needs attention', '/plants': 'Plants', [`/plants/${plant}`]: 'Load of each tool group', '/runs': 'Runs', '/twins': 'Twins', '/data': 'shop', [`/runs/${run.id}`]: 'Mean cycle time' }
        for (const [path, text] of Object.entries(rooms)) {
            for (const whose of [flat.page, other.page]) {
                await whose.goto(base + path)
                await whose.locator('main').getByText(text).first().waitFor()
            }
            await offersNothing(`at ${path}`, flat.page)
            assert.ok((await offers(other.page)).length > 0, `an engineer is offered nothing at ${path}`)
        }
        await other.context.close()
        const inHall = await enter(browser, secret)
        await inHall.page.goto(`${base}/twins/${twin.id}`)
        await drawn(inHall.page)
        assert.ok((await offers(inHall.page)).length >= 5)
        await inHall.context.close()
    })

    it('sees a table and cannot write in it', async () => {
        const { page } = flat
        await page.goto(`${base}/plants/${plant}/tables/routes.csv`)
        const cell = page.locator('.sheet .line .cell').first()
        await cell.dblclick()
        await page.keyboard.type('7')
        assert.equal(await page.locator('.sheet input, .sheet textarea').count(), 0)
        assert.equal(await page.locator('.unsaved').count(), 0)
        await offersNothing('beside a table', page)
    })

    it('finds the twin of somebody else and sees its hall', async () => {
        await page.goto(`${base}/twins`)
        await page.getByRole('link', { name: /night shift/ }).first().click()
        await drawn(page)
        await rested(page)
        await notBlank(page, 4, 3, 6)
        await offersNothing('in the hall')
        assert.equal(await page.locator('.deck').getByRole('radio', { name: /×$/ }).count(), 0)
        await shot(page, '51-viewer-hall')
    })

    it('picks a tool and reads of it', async () => {
        const at = await page.evaluate(() => document.querySelector('canvas.hall-canvas').maru.screenOf(7))
        const box = await page.locator('canvas.hall-canvas').boundingBox()
        await page.mouse.click(box.x + at.x, box.y + at.y)
        const panel = page.locator('.hall-panel')
        await panel.getByText('Busy (24 h)').waitFor()
        assert.match(await panel.getByRole('heading', { level: 2 }).textContent(), /#\d+$/)
        await offersNothing('in the panel of a tool')
        await panel.getByRole('button', { name: 'Close' }).click()
        await page.getByRole('combobox').fill('포장대 #1')
        await page.getByRole('option').first().click()
        await panel.getByText('Busy (24 h)').waitFor()
        await shot(page, '52-viewer-tool')
        await panel.getByRole('button', { name: 'Close' }).click()
    })

    it('looks into the past, which moves nobody else’s present', async () => {
        const before = await ask(base, `/v1/twins/${twin.id}`, { headers: viewer })
        const bar = await page.locator('.time-bar canvas').boundingBox()
        const looked = page.waitForResponse((one) => one.url().includes('/floor?time=') && one.ok())
        await page.mouse.move(bar.x + bar.width * 0.6, bar.y + 30)
        await page.mouse.down()
        await page.mouse.move(bar.x + bar.width * 0.4, bar.y + 30, { steps: 4 })
        await page.mouse.up()
        await looked
        await page.getByText('You are looking at the past').waitFor()
        await notBlank(page, 4, 3, 6)
        await offersNothing('in the past')
        await shot(page, '53-viewer-past')
        await page.getByRole('button', { name: 'Back to now' }).click()
        await page.getByText('You are looking at the past').waitFor({ state: 'detached' })
        const { time, end, state } = await ask(base, `/v1/twins/${twin.id}`, { headers: viewer })
        assert.deepEqual({ time, end, state }, { time: before.time, end: before.end, state: before.state })
    })

    it('reads the flow, the forecast and what if, and starts nothing there', async () => {
        await page.getByRole('link', { name: 'Flow' }).click()
        await page.getByRole('heading', { name: 'Where and when lots have waited' }).waitFor()
        await offersNothing('at the flow')
        for (const [tab, text] of [['Forecast', 'forecast'], ['What if', 'An engineer may try things out here']]) {
            await page.locator('main').getByRole('link', { name: tab, exact: true }).click()
            await page.locator('main').getByText(text).first().waitFor()
            await offersNothing(`at ${tab}`)
        }
    })

    it('is refused by the server itself, whatever it asks to change', async () => {
        const { paths } = await ask(base, '/v1/openapi.json')
        const known = { plant, twin: twin.id, run: run.id, tenant: 'another', token: '1', connection, document: 'alarms', alarm: '1', chart: '1', window: '1', dataset: '1', model: '1', version: '1', job: '1', file: '1', node: '1', replay: '1', round: '1' }
        const before = await ask(base, `/v1/twins/${twin.id}`, { headers: viewer })
        let n = 0
        for (const [path, operations] of Object.entries(paths))
            for (const method of Object.keys(operations).filter((one) => ['post', 'put', 'patch', 'delete'].includes(one))) {
                const address = path.replace(/\{(\w+)\}/g, (_, name) => known[name] ?? assert.fail(`what is ${name}?`))
                const headers = { ...viewer, ...(method === 'delete' ? {} : { 'Content-Type': 'application/json' }) }
                const answer = await fetch(base + address, { method: method.toUpperCase(), headers, ...(method === 'delete' ? {} : { body: '{}' }) })
                assert.equal(answer.status, 403, `${method} ${path}`)
                n++
            }
        assert.ok(n >= 20, `only ${n} requests change anything`)
        for (const path of ['/v1/tokens', '/v1/tenants', '/v1/audit', '/metrics']) assert.equal((await fetch(base + path, { headers: viewer })).status, 403, path)
        assert.equal((await fetch(`${base}/v1/twins/${twin.id}`)).status, 401)
        const after = await ask(base, `/v1/twins/${twin.id}`, { headers: viewer })
        assert.deepEqual(after, before)
    })

    it('did nothing that it must not', () => assert.deepEqual([...bad, ...flat.bad], []))
})
