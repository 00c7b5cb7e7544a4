// Live data from its first byte: nothing there yet, values that come by themselves, the tree, the explorer, and a connection whose
// broker is there, goes away and comes back (where mosquitto is installed).
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, describe } from 'node:test'
import { ask, freePort, hasBroker, launch, open, settled, shot, startBroker, startServer, stepsOf, tooWide } from './browser.mjs'

const HOURS = 2
const SPIKE = 187.25

describe('live data', { skip: !!process.env.BASE_URL }, () => {
    let server
    let base
    let browser
    let page
    let bad
    let stopBroker = async () => {}
    const begin = Math.floor(Date.now() / 1000) - HOURS * 3600
    const it = stepsOf(() => page)
    before(async () => {
        server = await startServer()
        base = server.base
        browser = await launch()
        ;({ page, bad } = await open(browser, base, { width: 1600, height: 1000 }))
    })
    after(async () => {
        await browser?.close()
        await stopBroker()
        await server?.stop()
    })

    const write = async (lines) => {
        const answer = await fetch(`${base}/api/v2/write?bucket=line1&precision=us`, { method: 'POST', body: lines.join('\n') })
        assert.equal(answer.status, 204, await answer.text())
    }
    const at = (seconds) => Math.round(seconds * 1e6)
    const plot = () => page.getByRole('application', { name: /^Chart of/ })
    const shown = async () => {
        const [from, to] = await Promise.all(['data-from', 'data-to'].map((name) => plot().getAttribute(name)))
        return { from: Number(from), to: Number(to), length: Number(to) - Number(from) }
    }
    const row = (name) => page.locator('.value-table tbody tr').filter({ has: page.locator('th', { hasText: name }) })
    const quiet = () => page.waitForFunction(() => !/Loading/.test(document.querySelector('.plot-note')?.textContent ?? 'Loading'))
    /** How many points of the canvas have a colour in which lines are drawn, not the grays of grid and letters. */
    const coloured = () =>
        page.evaluate(() => {
            const canvas = document.querySelector('.plot canvas')
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
            let n = 0
            for (let k = 0; k < data.length; k += 4) if (data[k + 3] > 120 && Math.max(data[k], data[k + 1], data[k + 2]) - Math.min(data[k], data[k + 1], data[k + 2]) > 60) n++
            return n
        })

    it('says what to do where there is none yet', async () => {
        await page.goto(base)
        await page.getByRole('link', { name: 'Data', exact: true }).click()
        await page.getByText('No connections yet').waitFor()
        const said = await page.locator('.snippet pre').allTextContents()
        assert.ok(said.some((text) => text.includes('maru fake')))
        assert.equal(said.filter((text) => text.includes(base)).length, 3, 'Telegraf, a line and a file, each with this address')
        await shot(page, '60-no-connections')
        for (const [tab, text] of Object.entries({ Signals: 'No signals yet', Explorer: 'No signals yet', Events: 'No events in this period' })) {
            await page.getByRole('navigation', { name: 'Data' }).getByRole('link', { name: tab }).click()
            await page.getByText(text).waitFor()
            assert.ok((await page.locator('.empty .button').count()) > 0, `${tab} names no next step`)
        }
        // What the page tells people to type works as it stands there.
        const command = said.find((text) => text.startsWith('curl') && text.includes('/api/v2/write'))
        const ran = spawnSync('bash', ['-c', command.replace('curl', 'curl -sS --fail')], { encoding: 'utf8' })
        assert.equal(ran.status, 0, ran.stderr)
    })

    it('shows signals as they come', async () => {
        await page.getByRole('navigation', { name: 'Data' }).getByRole('link', { name: 'Signals' }).click()
        await page.getByRole('treeitem', { name: /temperature/ }).waitFor() // of the command above
        const lines = []
        for (let s = 0; s < HOURS * 3600; s++) {
            const temperature = s === 4321 ? SPIKE : 70 + 8 * Math.sin(s / 300)
            lines.push(`plc,line=1,machine=press1 temperature=${temperature.toFixed(3)},strokes=${s}i ${at(begin + s)}`)
            if (s % 900 === 0) lines.push(`plc,line=1,machine=press1 state="${['RUN', 'IDLE', 'SETUP'][(s / 900) % 3]}",door=${s % 1800 === 0} ${at(begin + s)}`)
        }
        await write(lines)
        await page.getByRole('treeitem', { name: /strokes/ }).waitFor()
        await page.getByRole('searchbox').fill('press1 temp')
        await page.getByText('1 of 6').waitFor()
        await write([`plc,line=1,machine=press1 temperature=66.625 ${at(begin + HOURS * 3600)}`])
        await page.getByRole('treeitem', { name: /66\.625/ }).waitFor() // by the stream
        await page.getByRole('searchbox').fill('')
        await shot(page, '61-signals')
    })

    const document = async (name, text) => {
        const answer = await fetch(`${base}/v1/documents/${name}`, { method: 'PUT', body: text })
        assert.ok(answer.ok, await answer.text())
    }

    it('shows assets as people say them, with levels and tools, and finds by tool', async () => {
        await document('equipment', 'equipment,signal,value,means,tool\n"plc/line=1,machine=press1",state,IDLE,standby,Press/1\n"plc/line=1,machine=press1",state,RUN,productive,Press/1\n')
        await document(
            'assets',
            'asset,level,name,korean,tool,signals\nhanbit,enterprise,Hanbit,한빛정밀,,\nhanbit/ulsan,site,Ulsan works,울산공장,,\n' +
                'hanbit/ulsan/press-1,tool,Press one,1호 프레스,Press/1,"line1/plc/line=1,machine=press1/**"\nhanbit/ulsan/oven,tool,Oven,오븐,Oven/1,\n',
        )
        // by itself, on the page that is open
        await page.getByRole('treeitem', { name: /Ulsan works\s*site/ }).waitFor()
        const press = page.getByRole('treeitem', { name: /Press one\s*tool\s*Press\/1\s*standby/ })
        await press.waitFor()
        await page.getByRole('treeitem', { name: /Oven.*0 signals/ }).waitFor()
        await page.getByRole('treeitem', { name: /temperature.*66\.625/ }).waitFor()
        await page.getByRole('searchbox').fill('press/1 temp')
        await page.getByText('1 of 6').waitFor()
        await page.getByRole('searchbox').fill('')
        await shot(page, '61-assets')
        const korean = await open(browser, base, { lang: 'ko-KR', width: 1600, height: 1000 })
        await korean.page.goto(`${base}/data/signals`)
        await korean.page.getByRole('treeitem', { name: /울산공장\s*사업장/ }).waitFor()
        await korean.page.getByRole('treeitem', { name: /1호 프레스\s*장비.*유휴/ }).waitFor()
        await korean.page.close()
        assert.deepEqual(korean.bad, [])
        await document('assets', 'asset\n')
        await page.getByRole('treeitem', { name: /Ulsan works/ }).waitFor({ state: 'detached' })
    })

    it('takes signals to the explorer by keyboard', async () => {
        const tree = page.getByRole('tree')
        await page.getByRole('searchbox').fill('press1')
        await page.getByText('4 of 6').waitFor()
        await tree.focus()
        for (let n = 0; n < 12; n++) {
            await tree.press('ArrowDown')
            const name = await page.locator('.tree-row.active .tree-name').textContent()
            if (name === 'temperature' || name === 'state') await tree.press('Enter')
            if (name === 'temperature') break
        }
        assert.equal(await page.getByRole('treeitem', { selected: true }).count(), 2)
        await page.getByRole('button', { name: 'Explore 2 signals' }).click()
        await page.waitForURL(/explorer\?s=\d+(,|%2C)\d+/)
    })

    it('draws what was written, with its exact extremes', async () => {
        await page.getByRole('button', { name: '8 h' }).click()
        await quiet()
        await page.waitForFunction(() => Number(document.querySelector('.plot canvas').dataset.points) > 100)
        assert.ok((await coloured()) > 1000, 'nothing is drawn')
        // One sample of thousands: a chart that draws means alone would not show it.
        await row('temperature').getByText(String(SPIKE)).first().waitFor()
        await page.waitForFunction(() => /tail=28800/.test(location.search))
        await shot(page, '62-explorer')
    })

    it('zooms by wheel to a millisecond and back to years, from columns to single samples', async () => {
        const box = await plot().boundingBox()
        const x = box.x + box.width * 0.6
        await page.mouse.move(x, box.y + 150)
        let { length } = await shown()
        assert.ok(length > 28000)
        for (let n = 0; n < 60 && length > 0.0011; n++) {
            await page.mouse.wheel(0, -500)
            length = (await shown()).length
        }
        assert.ok(length < 0.0011, `${length}`)
        await quiet()
        for (let n = 0; n < 40 && length < 120; n++) {
            await page.mouse.wheel(0, 300)
            length = (await shown()).length
        }
        await page.waitForFunction(() => document.querySelector('.plot canvas').dataset.columns === '0') // samples, one by one
        for (let n = 0; n < 60 && length < 3 * 366 * 86400; n++) {
            await page.mouse.wheel(0, 500)
            length = (await shown()).length
        }
        await page.waitForFunction(() => document.querySelector('.plot canvas').dataset.columns === '1')
        await row('temperature').getByText(String(SPIKE)).first().waitFor()
        await page.waitForFunction(() => /from=/.test(location.search))
    })

    it('zooms to what is marked by dragging, undoes it, and moves by keys', async () => {
        await page.getByRole('button', { name: '8 h' }).click()
        const whole = await shown()
        const box = await plot().boundingBox()
        await page.mouse.move(box.x + box.width * 0.5, box.y + 150)
        await page.mouse.down()
        await page.mouse.move(box.x + box.width * 0.7, box.y + 160, { steps: 5 })
        await page.mouse.up()
        const part = await shown()
        assert.ok(part.length < whole.length * 0.3 && part.length > whole.length * 0.1, `${part.length} of ${whole.length}`)
        await plot().focus()
        await plot().press('ArrowLeft')
        const left = await shown()
        assert.ok(Math.abs(part.from - left.from - part.length * 0.1) < 0.01 * part.length)
        await plot().press('Shift+ArrowRight')
        await page.locator('.value-table thead .at').getByText(/202\d/).waitFor() // the cursor's time
        await page.getByRole('button', { name: 'Undo' }).click()
        await page.getByRole('button', { name: 'Undo' }).click()
        assert.ok((await shown()).length > 28000)
    })

    it('can be shared: the address shows the same', async () => {
        await page.getByRole('button', { name: 'Live' }).click()
        await page.waitForFunction(() => new URLSearchParams(location.search).get('from') === document.querySelector('.plot canvas').dataset.from)
        const mine = await shown()
        const other = await open(browser, base, { width: 1600, height: 1000 })
        await other.page.goto(page.url())
        await other.page.locator('.value-table').getByText(String(SPIKE)).first().waitFor()
        const [from, to] = await Promise.all(['data-from', 'data-to'].map((name) => other.page.locator('.plot canvas').getAttribute(name)))
        assert.deepEqual([Number(from), Number(to)], [mine.from, mine.to])
        assert.deepEqual(other.bad, [])
        await other.context.close()
    })

    it('takes a signal that is dragged onto the chart', async () => {
        await page.getByRole('searchbox').fill('strokes')
        await page.getByRole('treeitem', { name: /strokes/ }).dragTo(plot())
        await row('strokes').waitFor()
        assert.equal(await page.locator('.value-table tbody tr').count(), 3)
        await row('strokes').getByText('7,199').first().waitFor()
        // Onto an axis of another unit, and by keys onto one of its own again.
        const axis = page.getByLabel('Axis: strokes')
        assert.equal(await axis.locator('option:checked').innerText(), 'its own')
        await page.getByRole('treeitem', { name: /strokes/ }).dragTo(plot(), { targetPosition: { x: 14, y: 120 } })
        await page.waitForFunction(() => /ax=\d+-\d+/.test(decodeURIComponent(location.search)))
        assert.equal(await axis.locator('option:checked').innerText(), 'with temperature')
        await shot(page, '63-axes')
        await axis.focus()
        await axis.press('Home')
        assert.equal(await axis.locator('option:checked').innerText(), 'its own')
        await page.getByRole('button', { name: 'Remove: strokes' }).click()
        await page.getByRole('searchbox').fill('')
    })

    it('saves what is seen as CSV, every sample', async () => {
        await page.getByRole('button', { name: 'CSV' }).click()
        const asked = page.waitForEvent('download')
        await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
        const text = readFileSync(await (await asked).path(), 'utf8')
        const rows = text.trim().split('\r\n')
        assert.ok(text.startsWith('\ufeff'), 'a spreadsheet would not know that it is UTF-8')
        assert.equal(rows[0], 'time,asset,signal,unit,value,quality')
        assert.equal(rows.filter((one) => one.includes(',temperature,')).length, HOURS * 3600 + 1)
        assert.equal(rows.filter((one) => one.includes(',state,')).length, (HOURS * 3600) / 900)
        assert.ok(rows.some((one) => one.endsWith(`,${SPIKE},good`)))
    })

    it('goes on by itself while it is live', async () => {
        await page.getByRole('button', { name: '1 min' }).click()
        const first = await shown()
        const now = Date.now() / 1000
        await write([`plc,line=1,machine=press1 temperature=91.5 ${at(now - 1)}`])
        await row('temperature').getByText('91.5').first().waitFor()
        await page.waitForFunction((to) => Number(document.querySelector('.plot canvas').dataset.to) > to + 1, first.to)
        assert.ok((await coloured()) > 300)
    })

    it('stays quick with ten thousand signals, and streams only what is seen', async () => {
        const now = at(Date.now() / 1000)
        for (let part = 0; part < 5; part++) await write(Array.from({ length: 2000 }, (_, n) => `hall${part},tool=t${String(n % 200)} s${Math.floor(n / 200)}=${n} ${now}`))
        const asked = []
        page.on('request', (request) => request.url().includes('/signals/stream') && asked.push(new URL(request.url()).searchParams.get('ids').split(',').length))
        await page.goto(`${base}/data/signals`)
        await page.getByText('10,006 signals').waitFor()
        await page.getByRole('searchbox').fill('hall3 t7')
        await page.getByText(/^\d+ of 10,006$/).waitFor()
        const tree = page.getByRole('tree')
        await tree.focus()
        await tree.press('End')
        await page.locator('.tree-row.signal.active').waitFor()
        assert.ok((await page.locator('.tree-row').count()) < 100)
        await page.getByRole('treeitem', { name: /t7|s9/ }).first().waitFor()
        if (asked.length === 0) await page.waitForRequest(/signals\/stream/)
        assert.ok(Math.max(...asked) <= 200, `${asked}`)
        await page.getByRole('searchbox').fill('')
    })

    it('offers what the server takes: the usual settings of each kind are good ones', async () => {
        await page.goto(`${base}/data`)
        const dialog = page.getByRole('dialog')
        for (const [kind, fill] of Object.entries({ 'JSON over MQTT': {}, 'SECS/GEM (HSMS)': { Port: String(await freePort()) }, 'Modbus TCP': { 'Address of the device': 'modbus://127.0.0.1:1' }, 'Give away over MQTT': { 'Signals to give away': 'line1/' }, 'Give away as Sparkplug': { 'Assets to give away': 'hanbit/ulsan' } })) {
            await page.getByRole('button', { name: 'Add a connection' }).first().click()
            await dialog.getByRole('radio', { name: kind }).check({ force: true })
            for (const [label, text] of Object.entries(fill)) await dialog.getByLabel(label, { exact: true }).fill(text)
            await dialog.getByRole('button', { name: 'Connect' }).click()
            await dialog.locator('.badge').waitFor() // kept, and trying
            await dialog.getByRole('button', { name: /Keep|Done/ }).click()
        }
        const { items } = await ask(base, '/v1/connections')
        assert.deepEqual(items.map((one) => one.kind).sort(), ['hsms', 'json', 'modbus', 'mqtt_out', 'sparkplug_out'])
        // What the form does not show is kept when something else is changed.
        const hsms = items.find((one) => one.kind === 'hsms')
        await ask(base, `/v1/connections/${hsms.id}`, { method: 'PATCH', body: JSON.stringify({ settings: { ...hsms.settings, t3: 20 } }) })
        await page.reload()
        await page.locator('.connection').filter({ hasText: 'SECS/GEM' }).getByRole('button', { name: 'Settings' }).click()
        await dialog.getByRole('button', { name: 'Connect' }).waitFor()
        await dialog.getByLabel('Name', { exact: true }).fill('tools')
        await dialog.getByRole('button', { name: 'Connect' }).click()
        await dialog.locator('.badge').waitFor()
        const after = await ask(base, `/v1/connections/${hsms.id}`)
        assert.deepEqual([after.name, after.settings.port, after.settings.t3], ['tools', hsms.settings.port, 20])
        for (const { id } of items) await ask(base, `/v1/connections/${id}`, { method: 'DELETE' })
    })

    it('tells why a connection does not come up, and that it does', { skip: !hasBroker && 'mosquitto is missing' }, async () => {
        const port = await freePort()
        await page.goto(`${base}/data`)
        await page.getByRole('button', { name: 'Add a connection' }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByRole('radio', { name: 'Sparkplug B (MQTT)' }).check({ force: true })
        await dialog.getByLabel('Name').fill('press shop')
        await dialog.getByLabel('Address of the broker').fill(`mqtt://127.0.0.1:${port}`)
        await dialog.getByRole('button', { name: 'Connect' }).click()
        await dialog.locator('.badge').getByText(/Down|Connecting/).waitFor()
        await dialog.getByText('It is tried again').waitFor()
        await settled(page)
        await shot(page, '63-down')
        stopBroker = await startBroker(port)
        await dialog.getByText('Connected. Waiting for the first data.').waitFor()
        await dialog.getByRole('button', { name: 'Done' }).click()
        const card = page.locator('.connection')
        await card.locator('.badge').getByText('Up').waitFor()
        // Gone and back: a gap that is kept.
        await stopBroker()
        await card.locator('.badge').getByText(/Down|Connecting/).waitFor()
        await card.getByText('It is tried again').waitFor()
        stopBroker = await startBroker(port)
        await card.locator('.badge').getByText('Up').waitFor()
        await page.reload()
        await card.getByText(/1 gap|2 gaps/).waitFor()
        await shot(page, '64-connection')
    })

    it('lists events and leads to their time', { skip: !hasBroker && 'mosquitto is missing' }, async () => {
        await page.goto(`${base}/data/events?kind=gap`)
        const first = page.locator('.data-table .body .row').first()
        await first.getByText('press shop').waitFor()
        await shot(page, '65-events')
        await page.goto(`${base}/data/events?lot=nothing`)
        await page.getByText('No events match').waitFor()
        await page.getByRole('link', { name: 'Show all events' }).click()
        await first.getByRole('link').click()
        await page.waitForURL(/explorer\?from=/)
        await page.getByRole('button', { name: /^Gap \d/ }).click()
        await page.waitForFunction(() => /ev=gap/.test(location.search))
        await shot(page, '66-gap')
    })

    it('switches a connection off and deletes it only when asked twice', { skip: !hasBroker && 'mosquitto is missing' }, async () => {
        await page.goto(`${base}/data`)
        const card = page.locator('.connection')
        await card.getByRole('switch').click()
        await card.locator('.badge').getByText('Off').waitFor()
        assert.equal((await ask(base, '/v1/connections')).items[0].on, false)
        await card.getByRole('button', { name: 'Delete' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
        assert.equal((await ask(base, '/v1/connections')).items.length, 1)
        await card.getByRole('button', { name: 'Delete' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
        await page.getByText('No connections yet').waitFor()
    })

    it('fits a telephone, in Korean and in the dark', async () => {
        const { items } = await ask(base, '/v1/signals?q=temperature')
        const small = await open(browser, base, { lang: 'ko-KR', width: 390, height: 844, dark: true, touch: true })
        for (const [path, text] of Object.entries({ '': '아직 연결이 없습니다', '/signals': '위치별', [`/explorer?s=${items.map(({ id }) => id).join()}&tail=28800`]: '최근 구간', '/events?span=all': '기간' })) {
            await small.page.goto(`${base}/data${path}`)
            await small.page.locator(`:text("${text}"), [aria-label*="${text}"]`).first().waitFor()
            await settled(small.page)
            assert.equal(await tooWide(small.page), 0, path)
            await shot(small.page, `67-small${path.replace(/\?.*/, '').replace('/', '-')}`)
        }
        await small.page.goto(`${base}/data/explorer`)
        await small.page.getByRole('button', { name: '신호 추가' }).click()
        await small.page.getByRole('dialog').getByRole('searchbox').fill('press1 temp')
        await small.page.getByRole('treeitem', { name: /temperature/ }).click()
        await small.page.getByRole('dialog').getByRole('button', { name: '완료' }).click()
        await small.page.locator('.value-table').getByText('temperature').waitFor()
        assert.deepEqual(small.bad, [])
        await small.context.close()
    })

    it('did nothing that it must not', () => assert.deepEqual(bad, []))
})
