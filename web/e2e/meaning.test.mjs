// What the data means, from the first table on: alarms that come, are acknowledged, shelved and tuned; what tools do; control charts;
// and a twin that follows the floor (where mosquitto is installed).
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { archive, ask, drawCharts, drawn, freePort, hasBroker, launch, open, post, ROOT, settled, shot, startBroker, startServer, stepsOf, tooWide } from './browser.mjs'

const now = () => Date.now() / 1000
const at = (seconds) => Math.round(seconds * 1e6)

const ALARMS = `alarm,condition,priority,text,operator,cause
HOT,oven/temp > 850 deadband 5,critical,Open the cooling water valve,line 1,POWER
POWER,oven/power = 0,high,Somebody has switched it off,line 1,
SLOW,oven/speed < 10,medium,Look at the belt,line 1,
NOISY,pump/flow > 100,low,,pumps,
`

// The day of docs/EQUIPMENT.md, two days ago: every figure of it is known there.
const STATES = { setup: 'setup', run: 'productive', wait: 'waiting for repair', repair: 'repair', alone: 'no operator', empty: 'no product', pm: 'maintenance', test: 'production test', lost: 'link lost', back: 'link back', full: 'blocked', off: 'off', try: 'process experiment' }
const STORY = '07:00 setup 07:30 run 10:00 wait 10:10 repair 10:40 run 12:00 alone 12:40 run 14:00 empty 14:03 run 15:00 pm 16:30 test 16:45 run 19:00 lost 19:15 back 19:20 run 21:00 repair 22:15 run 23:30 full 23:34 run 02:00 wait 03:00 off 06:00 repair 06:20 try'.match(/\S+ \S+/g).map((one) => one.split(' '))
const MADE = [['07:05', 'A', 0, 0, 0], ['07:40', 'A', 0, 4, 0], ['14:30', 'A', 320, 4, 2], ['15:30', 'B', 0, 0, 0], ['22:30', 'B', 340, 0, 12], ['23:01', 'A', 0, 0, 0], ['01:30', 'A', 150, 10, 0]]
const DAY = Math.floor((Date.now() / 1000 + 9 * 3600) / 86400) * 86400 - 9 * 3600 - 2 * 86400 + 7 * 3600
const clock = (text) => {
    const [hours, minutes] = text.split(':').map(Number)
    return DAY + ((hours + 17) % 24) * 3600 + minutes * 60
}
const EQUIPMENT = `equipment,signal,value,means,tool,reason
${Object.entries(STATES).map(([word, means]) => `press,state,${word},${means},Press/1,${word === 'wait' ? 'fan' : ''}`).join('\n')}
press,product,,product,Press/1,
press,lot,,lot,Press/1,
press,good,,good count,Press/1,
press,scrap,,scrap count,Press/1,
press,rework,,rework count,Press/1,
etch,state,run,productive,Etch/1,
etch,state,down,failed,Etch/1,
etch2,state,run,productive,Etch/2,
etch2,state,idle,idle,Etch/2,
`

// Two etchers: each cycle has three steps, told by a signal, with ramps at their begins. Power and current go together from window to window.
const WINDOWS = 'window,tool,signals,by,head\netching,etcher*,temp power current,step,25 %\n'
const ETCH = ['strike', 'main', 'over']
const ETCH_S = 20
let luck = 11
const chance = () => (luck = (luck * 48271) % 2147483647) / 2147483647
const gauss = () => Array.from({ length: 12 }, chance).reduce((sum, one) => sum + one, -6)
/** Lines of a window; `wrong`: what is unlike the others. */
const etched = (tool, step, from, wrong = {}) => {
    const load = gauss()
    const levels = { temp: 60 + 0.6 * gauss() + (wrong.temp ?? 0), power: 300 + load + 0.15 * gauss(), current: 9 + load + 0.15 * gauss() }
    const samples = Array.from({ length: ETCH_S }, (_, n) => `${tool} ${Object.entries(levels).map(([name, level]) => `${name}=${(level * Math.min(1, (n + 1) / 4) + 0.3 * gauss()).toFixed(4)}`).join(',')} ${at(from + n + 0.5)}`)
    return [`${tool} step="${step}" ${at(from)}`, ...samples]
}

// What a telephone is shown, and a text that each page has.
const SMALL = { '/alarms': '미확인', '/alarms/history': '가장 많이 울린', '/alarms/table': '알람 표', '/alarms/tuning': '예산', '/equipment': 'Press/1', '/equipment/tool/Press%2F1': '상태별 시간', '/equipment/tool/Press%2F1/oee': '시간이 간 곳', '/equipment/oee': '설비별', '/equipment/table': '설비 상태 표', '/equipment/shifts': '근무조 표가 없습니다', '/quality/charts': '관리 한계', '/quality/chart/thick': '규칙을 어긴 점', '/quality/table': '관리도 표', '/quality/faults': '판정합니다', '/quality/window/etching?tail=28800': '특징별', '/quality/windows': '측정 구간 표', '/data/assets': '자산 표' }

describe('what data means', { skip: !!process.env.BASE_URL }, () => {
    let server
    let base
    let browser
    let page
    let bad
    const it = stepsOf(() => page)
    before(async () => {
        server = await startServer()
        base = server.base
        browser = await launch()
        ;({ page, bad } = await open(browser, base, { width: 1600, height: 1000 }))
    })
    after(async () => {
        await browser?.close()
        await server?.stop()
    })

    const write = async (...lines) => {
        const answer = await fetch(`${base}/api/v2/write?bucket=line1&precision=us`, { method: 'POST', body: lines.join('\n') })
        assert.equal(answer.status, 204, await answer.text())
    }
    const put = (name, text) => ask(base, `/v1/documents/${name}`, { method: 'PUT', body: text, headers: { 'Content-Type': 'text/csv' } })
    const alarm = (name) => page.locator('.alarm').filter({ has: page.locator('.alarm-name strong', { hasText: new RegExp(`^${name}$`) }) })
    const state = (name, text) => alarm(name).locator('.badge').getByText(text, { exact: true }).waitFor()

    it('says what to do where nothing is there yet', async () => {
        await page.goto(`${base}/alarms`)
        await page.getByText('No table of alarms yet').waitFor()
        await page.getByRole('link', { name: 'Make a table of alarms' }).click()
        await page.waitForURL(/alarms\/table/)
        await page.getByRole('button', { name: 'Begin with a sample' }).click()
        await page.getByRole('grid').getByText('furnace/temp > 850').waitFor()
        await page.getByText('This is a sample').waitFor()
    })

    it('takes a table as a file, and shows what is wrong with it where it is', async () => {
        const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Replace by a CSV' }).click()])
        await chooser.setFiles({ name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from(ALARMS.replace('> 850', 'above').replace('high', 'urgent')) })
        await page.getByText('Read mine.csv').waitFor()
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.getByText('Not saved: 2 things are wrong').waitFor()
        assert.equal(await page.locator('.cell.fault').count(), 2)
        await page.getByRole('button', { name: /row 3, column 3/i }).click()
        await page.locator('.editor-foot').getByText(/^3:3/).waitFor()
        await shot(page, '70-alarm-faults')
        // Set right in the cells: the one that is chosen, and the other.
        await page.getByRole('grid').press('Enter')
        await page.getByRole('grid').locator('input').fill('high')
        await page.getByRole('grid').locator('input').press('Enter')
        await page.getByRole('button', { name: /row 2, column 2/i }).click()
        await page.getByRole('grid').press('Enter')
        await page.getByRole('grid').locator('input').fill('oven/temp > 850 deadband 5')
        await page.getByRole('grid').locator('input').press('Enter')
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.getByText('Saved as version 1').waitFor()
        assert.equal((await ask(base, '/v1/documents/alarms')).text, ALARMS)
    })

    it('shows an alarm within a second of its sample, and counts it in the navigation', async () => {
        await page.getByRole('link', { name: 'Now', exact: true }).click()
        await page.getByText('No alarm is active').waitFor()
        await write(`oven temp=800,power=1,speed=50 ${at(now())}`)
        const took = []
        for (let n = 0; n < 3; n++) {
            const began = now()
            await write(`oven temp=${871.5 + n} ${at(now())}`)
            await state('HOT', 'unacknowledged')
            took.push(now() - began)
            await write(`oven temp=700 ${at(now())}`)
            await state('HOT', 'returned')
            await alarm('HOT').getByRole('button', { name: /^Acknowledge/ }).click()
            await alarm('HOT').waitFor({ state: 'detached' })
        }
        assert.ok(Math.min(...took) < 1, `${took}`)
        await write(`oven temp=871.5 ${at(now())}`)
        await state('HOT', 'unacknowledged')
        await alarm('HOT').getByText('871.5').waitFor()
        await alarm('HOT').getByText('critical').waitFor()
        await page.locator('.nav .waits').getByText('1', { exact: true }).waitFor()
        // The value goes on by itself.
        await write(`oven temp=902.25 ${at(now())}`)
        await alarm('HOT').getByText('902.25').waitFor()
    })

    it('acknowledges, shelves for a reason, and brings back', async () => {
        await alarm('HOT').getByRole('button', { name: /^Acknowledge/ }).click()
        await state('HOT', 'acknowledged')
        await page.locator('.nav .waits').waitFor({ state: 'detached' })
        await write(`oven speed=1 ${at(now())}`)
        await state('SLOW', 'unacknowledged')
        await alarm('SLOW').getByRole('button', { name: /^Shelve/ }).click()
        const dialog = page.getByRole('dialog')
        assert.ok(await dialog.getByRole('button', { name: 'Shelve' }).isDisabled(), 'a reason is wanted')
        await dialog.getByRole('radio', { name: '4 h' }).check({ force: true })
        await dialog.getByLabel('Reason').fill('belt is being changed')
        await shot(page, '71-shelve')
        await dialog.getByRole('button', { name: 'Shelve' }).click()
        await state('SLOW', 'shelved')
        const kept = (await ask(base, '/v1/alarms?state=shelved')).items[0]
        assert.equal(kept.note, 'belt is being changed')
        assert.ok(Math.abs(kept.shelvedUntil - now() - 4 * 3600) < 60)
        await write(`oven power=0 ${at(now())}`)
        await state('HOT', 'suppressed')
        await alarm('HOT').getByText('caused by POWER').waitFor()
        await alarm('SLOW').locator('.alarm-name').click()
        await alarm('SLOW').getByText('belt is being changed').waitFor()
        await shot(page, '72-alarms')
        await alarm('SLOW').getByRole('button', { name: /^Unshelve/ }).click()
        await state('SLOW', 'unacknowledged')
        // Only some states.
        await page.getByRole('button', { name: /^suppressed/ }).click()
        await alarm('SLOW').waitFor({ state: 'detached' })
        assert.equal(await page.locator('.alarm').count(), 1)
        await page.getByRole('button', { name: /^suppressed/ }).click()
    })

    it('works by keys alone', async () => {
        await alarm('SLOW').getByRole('button', { name: /^Acknowledge/ }).focus()
        await page.keyboard.press('Enter')
        await state('SLOW', 'acknowledged')
        await alarm('POWER').locator('.alarm-name').focus()
        await page.keyboard.press('Enter')
        await alarm('POWER').getByRole('button', { name: 'Take out of service' }).focus()
        await page.keyboard.press('Enter')
        await state('POWER', 'out of service')
        await alarm('POWER').getByRole('button', { name: /^Put back/ }).click()
        await state('POWER', 'unacknowledged')
    })

    it('counts alarms an hour and the ones that came most', async () => {
        await page.goto(`${base}/alarms/history`)
        await page.locator('.worst li').first().getByText('HOT').waitFor()
        await drawCharts(page)
        const { items } = await ask(base, '/v1/events?kind=alarm&source=maru&limit=1000')
        const announced = items.filter(({ detail }) => detail.news === 'moved' && detail.state === 'unacknowledged')
        await page.getByText(`${announced.length} in all`).waitFor()
        assert.equal(await page.locator('.worst li').first().locator('b').innerText(), String(announced.filter(({ name }) => name === 'HOT').length))
        await shot(page, '73-alarm-history')
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
        assert.equal(readFileSync(await download.path(), 'utf8').trim().split('\r\n').length, items.length + 1)
    })

    it('proposes settings, and leaves it to people to save them', async () => {
        // A signal that trembles about its limit.
        const begin = now() - 6 * 3600
        await write(...Array.from({ length: 720 }, (_, n) => `pump flow=${100 + (n % 2 ? 1 : -1) + 0.1 * (n % 7)} ${at(begin + 30 * n)}`))
        await page.goto(`${base}/alarms/tuning`)
        await page.getByRole('radio', { name: '1 d' }).check({ force: true })
        await page.getByRole('button', { name: 'Work out proposals' }).click()
        const proposal = page.locator('.proposal').filter({ hasText: 'NOISY' })
        await proposal.getByText('> 100').first().waitFor()
        await page.getByText('No stop is labelled').waitFor()
        await shot(page, '74-tuning')
        await page.getByRole('button', { name: /^Put \d into the table/ }).click()
        await page.waitForURL(/alarms\/table/)
        await page.getByText(/Nothing changes before you save/).waitFor()
        const before = await ask(base, '/v1/documents/alarms')
        assert.deepEqual([before.version, before.text], [1, ALARMS], 'nothing is applied by itself')
        await shot(page, '75-proposed')
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.getByText('Saved as version 2').waitFor()
        const after = await ask(base, '/v1/documents/alarms')
        assert.match(after.text, /NOISY,pump\/flow > [\d.]+( deadband [\d.]+)?,low/)
        assert.notEqual(after.text, ALARMS)
        assert.deepEqual(after.text.split('\n').slice(1, 4).map((row) => row.replace(/,$/, '')), ALARMS.split('\n').slice(1, 4).map((row) => row.replace(/,$/, '')), 'other rows are as they were')
        // The first version is still there, and may be taken again.
        await page.getByRole('button', { name: 'Take into the editor' }).click()
        await page.getByText('This is version 1').waitFor()
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.getByText('Saved as version 3').waitFor()
        assert.equal((await ask(base, '/v1/documents/alarms')).text, ALARMS)
    })

    it('tells that somebody else has saved in between', async () => {
        await put('alarms', ALARMS.replace('Look at the belt', 'Stop the belt'))
        await page.getByRole('grid').focus()
        await page.getByRole('grid').press('End')
        await page.getByRole('grid').press('x')
        await page.getByRole('grid').locator('input').press('Enter')
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.locator('.problem').waitFor()
        assert.match((await ask(base, '/v1/documents/alarms')).text, /Stop the belt/)
        page.once('dialog', (dialog) => dialog.accept()) // leaves the changes
        await page.getByRole('link', { name: 'Now', exact: true }).click()
        await page.locator('.alarms-bar').waitFor()
    })

    it('asks for what it needs before it can say what tools do', async () => {
        await page.goto(`${base}/equipment`)
        await page.getByText('No table of equipment yet').waitFor()
        await page.getByRole('link', { name: 'Make the table of states' }).click()
        await page.getByRole('button', { name: 'Begin with a sample' }).waitFor()
        const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload a CSV' }).click()])
        await chooser.setFiles({ name: 'equipment.csv', mimeType: 'text/csv', buffer: Buffer.from(EQUIPMENT) })
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.getByText('Saved as version 1').waitFor()
        await put('ideals', 'product,ideal\nA,60 s\nB,45 s\n')
    })

    it('shows tools by group as they are, and how that changes', async () => {
        const lines = STORY.map(([time, word]) => `press state="${word}" ${at(clock(time))}`)
        for (const [time, product, good, scrap, rework] of MADE) {
            lines.push(`press product="${product}" ${at(clock(time))}`)
            for (const [name, n] of Object.entries({ good, scrap, rework })) if (n) lines.push(`press ${name}=${n}i ${at(clock(time)) + 1}`)
        }
        const hour = now() - 7 * 3600
        for (let n = 0; n < 14; n++) lines.push(`etch state="${n % 2 ? 'down' : 'run'}" ${at(hour + n * 1700)}`, `etch2 state="${n % 3 ? 'run' : 'idle'}" ${at(hour + n * 1400)}`)
        await write(...lines)
        await page.goto(`${base}/equipment`)
        const tile = (tool) => page.locator('.tool-tile').filter({ hasText: tool })
        await tile('Press/1').getByText('process experiment').waitFor()
        await tile('Etch/1').getByText('unscheduled down').waitFor()
        await page.getByRole('heading', { name: /^Etch 1 of 2 productive/ }).waitFor()
        await write(`etch state="run" ${at(now())}`, `press lot="L-77" ${at(now())}`)
        await tile('Etch/1').locator('.tool-state').getByText('productive').waitFor()
        await tile('Press/1').getByText('lot L-77').waitFor()
        await page.locator('.strip-small').nth(2).waitFor()
        await page.getByRole('button', { name: /^productive 2/ }).click()
        assert.equal(await page.locator('.tool-tile').count(), 2)
        await page.getByRole('button', { name: /^productive 2/ }).click()
        await shot(page, '80-equipment')
    })

    it('shows what a tool did, zoomed by wheel, hand and keys, and as a table', async () => {
        await page.goto(`${base}/equipment/tool/Press%2F1?from=${DAY}&to=${DAY + 86400}`)
        const strip = page.locator('.gantt-strip')
        await strip.locator('i').nth(10).waitFor()
        const rows = page.getByRole('table', { name: 'All states' }).locator('.body .row')
        assert.equal(await rows.count(), STORY.length - 1) // back begins nothing
        await shot(page, '81-tool')
        const shown = async () => ({ from: Number(await strip.getAttribute('data-from')), to: Number(await strip.getAttribute('data-to')) })
        const box = await strip.boundingBox()
        await page.mouse.move(box.x + (box.width * 3.1) / 24, box.y + 20)
        await page.locator('.gantt-said').getByText('unscheduled down: waiting for repair').waitFor()
        await page.locator('.gantt-said').getByText(/10 min · fan/).waitFor()
        await page.mouse.down()
        await page.mouse.move(box.x + (box.width * 6) / 24, box.y + 20, { steps: 4 })
        await page.mouse.up()
        await page.waitForURL(/from=/)
        const part = await shown()
        assert.ok(Math.abs(part.to - part.from - 2.9 * 3600) < 600, JSON.stringify(part))
        await page.waitForFunction((count) => document.querySelectorAll('.data-table .body .row').length < count, STORY.length - 1)
        await strip.focus()
        await strip.press('ArrowLeft')
        assert.ok((await shown()).from < part.from)
        await strip.press('-')
        await strip.press('-')
        assert.ok((await shown()).to - (await shown()).from > 3 * (part.to - part.from))
        await page.mouse.move(box.x + box.width / 2, box.y + 20)
        const before = await shown()
        await page.mouse.wheel(0, -300)
        assert.ok((await shown()).to - (await shown()).from < before.to - before.from)
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
        assert.match(readFileSync(await download.path(), 'utf8'), /unscheduled down,repair/)
    })

    it('works OEE out by both standards as docs/EQUIPMENT.md does by hand', async () => {
        await page.goto(`${base}/equipment/tool/Press%2F1/oee`)
        await drawCharts(page)
        await page.locator('.losses').getByText('breakdowns').waitFor()
        await page.locator('details').first().locator('summary').click()
        const table = page.getByRole('table', { name: 'OEE and what it is made of' })
        const row = (text) => table.locator('.body .row').filter({ hasText: text })
        const day = new Date((DAY + 9 * 3600) * 1000).toISOString().slice(5, 10).replace('-', '/')
        await row(`${day} day`).getByText('66.7 %').first().waitFor()
        await row(`${day} evening`).getByText('55.4 %').waitFor()
        await row(`${day} night`).getByText('31.3 %').waitFor()
        await shot(page, '82-oee')
        await page.getByRole('radio', { name: /ISO 22400/ }).check({ force: true })
        await row(`${day} evening`).getByText('71.8 %').waitFor()
        await row(`${day} night`).getByText('57.7 %').waitFor()
        await page.locator('.figure').filter({ hasText: 'MTBF' }).getByText(/90 % interval/).waitFor()
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
        assert.match(readFileSync(await download.path(), 'utf8'), /Press\/1,evening/)
        await page.goto(`${base}/equipment/oee`)
        await drawCharts(page)
        await page.getByRole('table').last().getByText('Etch/2').waitFor()
        await shot(page, '83-oee-all')
    })

    it('makes a control chart of a signal, from the explorer on', async () => {
        const begin = now() - 3000
        // Montgomery's way by hand: values that jump by 2 have a mean moving range of 2, so sigma is 2 / d2.
        await write(...Array.from({ length: 100 }, (_, n) => `lab thick=${9 + 2 * (n % 2)} ${at(begin + 20 * n)}`))
        await page.goto(`${base}/quality/charts`)
        await page.getByText('No control charts yet').waitFor()
        const { items } = await ask(base, '/v1/signals?q=thick')
        await page.goto(`${base}/data/explorer?s=${items[0].id}`)
        await page.locator('.plot-note').getByRole('link', { name: 'thick' }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByText('line1/lab/thick').waitFor()
        await dialog.getByLabel('Lower limit of the specification').fill('4')
        await dialog.getByLabel('Upper limit').fill('3')
        await dialog.getByText('An upper limit above the lower one').waitFor()
        await dialog.getByLabel('Upper limit').fill('16')
        await shot(page, '90-new-chart')
        await dialog.getByRole('button', { name: 'Add' }).click()
        await page.waitForURL(/quality\/chart\/thick/)
        await page.getByText('There are no limits yet').waitFor()
    })

    it('freezes limits from a time that is marked by hand, and judges by them', async () => {
        await page.getByRole('button', { name: '60 min' }).click()
        const plot = page.locator('.control-plot svg').first()
        await page.waitForFunction(() => document.querySelectorAll('.control-plot circle').length > 50)
        const box = await plot.boundingBox()
        const drag = async (from, to) => {
            await page.mouse.move(box.x + box.width * from, box.y + 100)
            await page.mouse.down()
            await page.mouse.move(box.x + box.width * to, box.y + 120, { steps: 5 })
            await page.mouse.up()
        }
        await drag(0.2, 0.35)
        await drag(0.25, 0.6)
        await shot(page, '91-marked')
        await page.getByRole('button', { name: 'Freeze limits from this time' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Freeze', exact: true }).click()
        await page.locator('.figure').filter({ hasText: 'UCL' }).waitFor()
        const chart = (await ask(base, '/v1/charts')).items[0]
        const sigma = Math.sqrt(Math.PI)
        assert.ok(Math.abs(chart.limits.sigma - sigma) < 1e-9, `${chart.limits.sigma}`)
        assert.ok(chart.limits.points > 40 && chart.limits.points < 100, `${chart.limits.points}`)
        await page.locator('.figure').filter({ hasText: 'UCL' }).getByText((chart.limits.center + 3 * sigma).toFixed(4)).waitFor()
        await write(...[10, 11, 30, 10].map((value, n) => `lab thick=${value} ${at(now()) + n}`))
        await page.locator('.control-plot .violation').first().waitFor()
        await page.getByRole('table', { name: 'Points that broke a rule' }).getByText(/beyond a control limit/).waitFor()
        await page.locator('.badge.bad').first().waitFor()
        // The reference is shaded, and the points before it are judged, too.
        assert.equal(await page.locator('.control-plot rect.reference').count(), 2)
        await page.locator('.capability').getByText('Cpk', { exact: false }).first().waitFor()
        await drawCharts(page)
        await shot(page, '92-control-chart')
        const told = await ask(base, `/v1/charts/thick/capability?from=${now() - 3600}`)
        await page.locator('.capability tr').filter({ hasText: 'Ppk' }).getByText(told.overall.cpk.value.toFixed(2), { exact: true }).waitFor()
    })

    it('leads from violation to violation by keys, and keeps every version of the limits', async () => {
        const plot = page.locator('.control-plot svg').first()
        await plot.focus()
        await plot.press('Control+ArrowRight')
        await page.locator('.gantt-said').getByText(/violation/).waitFor()
        await page.getByRole('button', { name: 'Freeze limits anew' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Freeze', exact: true }).click()
        await page.getByText('Frozen 2 ×').waitFor()
        assert.equal((await ask(base, '/v1/charts')).items[0].limits.version, 2)
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
        assert.ok(readFileSync(await download.path(), 'utf8').trim().split('\r\n').length > 100)
        await page.goto(`${base}/quality/charts`)
        await page.getByRole('table').getByText('version 2').waitFor()
        await shot(page, '93-charts')
    })

    const REFERENCE_S = 2.5 * 3600
    const etchBegin = Math.floor(now()) - 3 * 3600
    it('measures windows of what is stored, as soon as a table says which', async () => {
        const lines = ['etcher1', 'etcher2'].flatMap((tool) => Array.from({ length: Math.floor((3 * 3600 - 300) / (3 * ETCH_S)) }, (_, n) => ETCH.flatMap((step, k) => etched(tool, step, etchBegin + (3 * n + k) * ETCH_S))).flat())
        for (let n = 0; n < lines.length; n += 5000) await write(...lines.slice(n, n + 5000))
        await page.goto(`${base}/quality/faults`)
        await page.getByText('Nothing is measured yet').waitFor()
        await page.getByRole('link', { name: 'Make the table of windows' }).click()
        const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload a CSV' }).click()])
        await chooser.setFiles({ name: 'windows.csv', mimeType: 'text/csv', buffer: Buffer.from(WINDOWS) })
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.getByText('Saved as version 1').waitFor()
        await page.getByRole('link', { name: 'Fault detection' }).click()
        const row = page.getByRole('table', { name: 'Windows' }).locator('.body .row')
        await row.getByText('each value of step').waitFor()
        await row.getByText('Limits are needed').waitFor()
        await page.waitForFunction(() => Number(document.querySelector('.data-table .body .row [role=cell]:nth-child(5)')?.textContent.replace(',', '')) > 1000)
        await shot(page, '100-windows')
    })

    it('freezes limits from a time that was good, and is silent about good windows', async () => {
        await page.getByRole('button', { name: 'Freeze limits' }).click()
        const local = (seconds) => page.evaluate((ms) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19), seconds * 1000)
        const dialog = page.getByRole('dialog')
        await dialog.getByLabel('From', { exact: true }).fill(await local(etchBegin - 60))
        await dialog.getByLabel('To', { exact: true }).fill(await local(etchBegin + REFERENCE_S))
        await shot(page, '101-freeze')
        await dialog.getByRole('button', { name: 'Freeze', exact: true }).click()
        await page.getByRole('table', { name: 'Windows' }).getByText(/^version 1/).waitFor()
        const { frozen } = (await ask(base, '/v1/windows')).items[0]
        assert.ok(Math.abs(frozen.to - etchBegin - REFERENCE_S) < 2, `${frozen.to}`)
        await page.getByRole('link', { name: 'etching' }).click()
        await page.getByRole('button', { name: '8 h' }).click()
        await page.locator('.dot-plot.large').first().waitFor()
        const told = await ask(base, `/v1/windows/etching?from=${etchBegin - 60}&limit=1000`)
        const faults = told.windows.filter(({ severity }) => severity === 'violation').length
        assert.ok(faults < 0.05 * told.windows.length, `${faults} of ${told.windows.length}`)
        assert.equal(Number(await page.locator('.dot-plot.large').first().getAttribute('data-dots')), told.windows.filter(({ t2 }) => t2 !== null).length)
        assert.equal(await page.locator('.feature-row').count(), 3)
        assert.equal(await page.locator('.feature-charts .dot-plot').count(), 15)
    })

    it('finds a sensor that went astray as it comes, and shows it over the good ones', async () => {
        const from = now() - 2 * ETCH_S
        await write(...etched('etcher1', 'main', from, { temp: 6 }), `etcher1 step="over" ${at(from + ETCH_S)}`)
        await page.getByLabel('Tool').selectOption('etcher1')
        await page.getByLabel('Step').selectOption('main')
        await page.waitForFunction(() => /tool=etcher1/.test(location.search) && /step=main/.test(location.search))
        const faults = page.getByRole('table', { name: 'Faults' })
        await faults.locator('.body .row').filter({ hasText: 'temp mean' }).first().waitFor()
        await shot(page, '102-window')
        await faults.locator('.body .row').filter({ hasText: 'temp mean' }).first().getByRole('button').click()
        const dialog = page.getByRole('dialog')
        await dialog.getByText(/features are outside the limits: temp mean/).waitFor()
        await dialog.locator('.trace').first().getByText('temp', { exact: true }).waitFor()
        await page.waitForFunction(() => document.querySelector('.trace-plot')?.dataset.peers === '10' && document.querySelector('.trace-plot').dataset.own === '20')
        await dialog.getByText('What made up T²').waitFor()
        const [blamed] = await dialog.locator('.blame').filter({ hasText: 'T²' }).locator('.worst-name').allInnerTexts()
        assert.match(blamed, /^temp/)
        await shot(page, '103-fault')
        assert.match(await dialog.getByRole('link', { name: 'Show in the explorer' }).getAttribute('href'), /s=\d+,\d+,\d+&from=\d+/)
        await page.keyboard.press('Escape')
        await dialog.waitFor({ state: 'detached' })
        await page.waitForFunction(() => !/open=/.test(location.search))
    })

    it('walks from fault to fault by keys, and saves what is seen', async () => {
        const plot = page.locator('.dot-plot.large').first()
        await plot.focus()
        await plot.press('Control+ArrowLeft')
        await page.locator('.gantt-said').getByText('fault', { exact: true }).waitFor()
        await plot.press('Enter')
        await page.getByRole('dialog').getByText(/temp mean/).first().waitFor()
        await page.keyboard.press('Escape')
        await page.getByRole('button', { name: 'Only what was outside' }).click()
        assert.ok((await page.locator('.feature-charts .dot-plot').count()) < 15)
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
        const rows = readFileSync(await download.path(), 'utf8').trim().split('\r\n')
        assert.equal(rows.length - 1, Number(await plot.getAttribute('data-dots')))
        assert.match(rows[0], /verdict,outside,t2,t2_limit,spe,spe_limit,temp.mean/)
        assert.ok(rows.at(-1).includes('violation,temp.mean'), rows.at(-1))
    })

    it('tells a fault among events in words, with the way to its window', async () => {
        await page.goto(`${base}/data/events?kind=fault`)
        const row = page.getByRole('table').locator('.body .row').filter({ hasText: 'etcher1' }).first()
        await row.getByText(/temp mean 6\d/).waitFor()
        await row.getByRole('link', { name: 'etching' }).click()
        await page.getByRole('dialog').getByText(/outside the limits: temp mean/).waitFor()
        // And how many there were, in the list of windows.
        const { items } = await ask(base, `/v1/events?kind=fault&from=${now() - 86400}&limit=1000`)
        await page.goto(`${base}/quality/faults`)
        await page.getByRole('table', { name: 'Windows' }).locator('.badge.bad').getByText(String(items.length), { exact: true }).waitFor()
    })

    it('proposes a table of assets from a plant, and keeps nothing of it before somebody saves it', async () => {
        const sent = await fetch(`${base}/v1/plants?name=minifab`, { method: 'POST', body: archive(join(ROOT, 'examples/minifab')), headers: { 'Content-Type': 'application/zip' } })
        assert.equal(sent.status, 201)
        await page.goto(`${base}/data/assets`)
        await page.getByText('No table of assets yet').waitFor()
        await page.getByRole('button', { name: 'Make one from a plant' }).click()
        await page.getByRole('dialog').getByLabel('Plant').waitFor()
        await page.getByRole('dialog').getByRole('button', { name: 'Show the proposal' }).click()
        await page.getByText('A proposal from the plant').waitFor()
        await page.getByRole('grid').getByText('Diffusion/1', { exact: true }).waitFor()
        assert.equal((await fetch(`${base}/v1/documents/assets`)).status, 404)
        await shot(page, '94-assets')
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.getByText('Saved as version 1').waitFor()
        assert.ok((await ask(base, '/v1/assets')).items.some(({ tool }) => tool === 'Diffusion/1'))
    })

    it('fits a telephone, in Korean and in the dark', async () => {
        const small = await open(browser, base, { lang: 'ko-KR', width: 390, height: 844, dark: true, touch: true })
        for (const [path, text] of Object.entries(SMALL)) {
            await small.page.goto(`${base}${path}`)
            await small.page.locator('main').getByText(text).first().waitFor()
            await settled(small.page)
            assert.equal(await tooWide(small.page), 0, path)
            await shot(small.page, `79-small${path.replaceAll(/[/?=&%]+/g, '-')}`)
        }
        assert.deepEqual(small.bad, [])
        await small.context.close()
    })

    it('did nothing that it must not', () => assert.deepEqual(bad, []))
})

describe('the samples of tables', { skip: !!process.env.BASE_URL }, () => {
    let page = null
    const it = stepsOf(() => page)
    for (const [lang, begin, save, saved] of [['ko-KR', '견본에서 시작', '새 버전으로 저장', '저장했습니다'], ['en-GB', 'Begin with a sample', 'Save as new version', 'Saved as version 1']])
        it(`are good ones: ${lang}`, async () => {
            const server = await startServer()
            const browser = await launch()
            try {
                const opened = await open(browser, server.base, { lang, width: 1600, height: 1000 })
                page = opened.page
                for (const room of ['alarms/table', 'equipment/table', 'equipment/ideals', 'equipment/shifts', 'quality/table', 'quality/windows', 'data/assets']) {
                    await page.goto(`${server.base}/${room}`)
                    await page.getByRole('button', { name: begin }).click()
                    await page.getByRole('button', { name: save }).click()
                    await page.locator('.told, .faults, .problem').filter({ hasText: new RegExp(`${saved}|wrong|잘못`) }).first().waitFor()
                    assert.equal(await page.locator('.faults, .problem').count(), 0, `${room}: ${await page.locator('.faults, .problem').allInnerTexts()}`)
                    await page.getByText(saved).waitFor()
                }
                assert.deepEqual(opened.bad, [])
            } finally {
                await browser.close()
                await server.stop()
            }
        })
})

describe('a twin that follows the floor', { skip: !!process.env.BASE_URL || (!hasBroker && 'mosquitto is missing') }, () => {
    let server
    let base
    let browser
    let page
    let bad
    let stopBroker = async () => {}
    let fake = null
    const it = stepsOf(() => page)
    before(async () => {
        server = await startServer()
        base = server.base
        browser = await launch({ hall: true })
        ;({ page, bad } = await open(browser, base, { width: 1600, height: 1000 }))
        const port = await freePort()
        stopBroker = await startBroker(port)
        const sent = await fetch(`${base}/v1/plants?name=minifab`, { method: 'POST', body: archive(join(ROOT, 'examples/minifab')), headers: { 'Content-Type': 'application/zip' } })
        assert.equal(sent.status, 201)
        await post(base, '/v1/connections', { name: 'floor', kind: 'sparkplug', on: true, settings: { url: `mqtt://127.0.0.1:${port}`, hostId: 'maru' } })
        // An hour of the floor a second.
        fake = () => spawn(process.env.MARU ?? join(ROOT, 'build/maru'), ['fake', join(ROOT, 'examples/minifab'), '--quiet', '--seed', '77', '--sparkplug', `mqtt://127.0.0.1:${port}`, '--host', 'maru', '--speed', '3600', '--begin', '10', '--period', '1 s'], { stdio: 'ignore' })
    })
    after(async () => {
        if (fake?.pid) fake.kill('SIGTERM')
        await browser?.close()
        await stopBroker()
        await server?.stop()
    })

    it('is made by choosing to follow', async () => {
        await page.goto(`${base}/twins`)
        await page.getByRole('radio', { name: 'Follow the floor' }).check({ force: true })
        await page.getByText('It keeps lots and tools as the events').waitFor()
        await shot(page, '95-new-follower')
        await page.getByRole('button', { name: 'Make a twin' }).click()
        await page.waitForURL(/following/)
        await page.getByText('nothing was heard yet').waitFor()
        fake = fake()
    })

    it('tells what it hears of the floor, and how well that fits', async () => {
        const id = /twins\/([^/]+)/.exec(page.url())[1]
        await page.getByText(/^the floor’s time/).waitFor()
        await page.waitForFunction(async (path) => (await (await fetch(path)).json()).counts.told > 100, `/v1/twins/${id}/following`)
        const is = await ask(base, `/v1/twins/${id}/following`)
        assert.equal(is.untied.n, 0)
        await page.getByText('All events could be tied to the plant.').waitFor()
        await page.locator('.badge.good').getByText('following', { exact: true }).waitFor()
        await page.locator('.figure').filter({ hasText: 'Lots on the floor' }).getByText(/^[1-9]\d*$/).waitFor()
        await shot(page, '96-following')
        await page.locator('summary').filter({ hasText: 'Table of names' }).click()
        await page.getByRole('button', { name: 'Begin with a sample' }).click()
        await page.getByRole('grid').getByText('LOT_DISPATCH').waitFor()
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.getByText('Saved as version 1').waitFor()
        await page.locator('.badge.good').getByText('following', { exact: true }).waitFor()
    })

    it('colours the hall by what the floor does, and leaves its time alone', async () => {
        await page.getByRole('link', { name: 'Hall', exact: true }).click()
        await drawn(page)
        await page.locator('.deck-time').getByText(/following the floor/).waitFor()
        assert.equal(await page.getByRole('button', { name: 'Play' }).count() + (await page.getByRole('button', { name: 'Pause' }).count()), 0)
        const first = await page.locator('.deck-time b').innerText()
        await page.waitForFunction((before) => document.querySelector('.deck-time b').textContent !== before, first)
        await shot(page, '97-live-hall')
    })

    it('fits a telephone, in Korean', async () => {
        const small = await open(browser, base, { lang: 'ko-KR', width: 390, height: 844, touch: true })
        await small.page.goto(page.url() + '/following')
        await small.page.getByText('현장을 얼마나 잘 따라가나').waitFor()
        await settled(small.page)
        assert.equal(await tooWide(small.page), 0)
        await shot(small.page, '98-small-following')
        assert.deepEqual(small.bad, [])
        await small.context.close()
        assert.deepEqual(bad, [])
    })
})
