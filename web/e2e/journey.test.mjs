import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { archive, drawCharts, launch, open, ROOT, shot, SHOTS, startServer, stepsOf, tables, tooWide, zip } from './browser.mjs'

const line = join(ROOT, 'examples/line')
const send = (url, body, headers = {}) => fetch(url, { method: 'POST', body, headers })
const asFiles = (list) => list.map(({ name, data }) => ({ name, mimeType: 'text/csv', buffer: data }))

describe('an engineer’s first ten minutes', () => {
    let server
    let browser
    let base
    let page
    let bad
    const it = stepsOf(() => page)
    before(async () => {
        server = process.env.BASE_URL ? null : await startServer()
        base = process.env.BASE_URL ?? server.base
        browser = await launch()
        ;({ page, bad } = await open(browser, base))
    })
    after(async () => {
        await browser?.close()
        await server?.stop()
    })

    it('an empty server says what to do', { skip: !!process.env.BASE_URL }, async () => {
        await page.goto(base)
        await page.getByRole('heading', { name: 'Run years of your factory in seconds' }).waitFor()
        await shot(page, '01-welcome')
        await page.getByRole('link', { name: 'Plants' }).click()
        await page.getByText('No plants yet').waitFor()
        await page.getByRole('heading', { name: 'Begin with an example plant' }).waitFor()
        await shot(page, '02-no-plants')
    })

    it('begins with an example', { skip: !!process.env.BASE_URL }, async () => {
        await page.getByRole('listitem').filter({ hasText: 'MiniFab' }).getByRole('button').click()
        await page.getByText('No faults.').waitFor()
        await page.getByRole('heading', { name: 'MiniFab', level: 1 }).waitFor()
        await page.getByRole('button', { name: 'Delete' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
        await page.waitForURL('**/plants')
    })

    it('calls a plant without a name what the archive is called', async () => {
        const nameless = tables(line).map((file) => (file.name === 'plant.csv' ? { ...file, data: Buffer.from('start\n2024-01-01 08:00:00\n') } : file))
        await page.goto(`${base}/plants`)
        await page.getByTestId('files').setInputFiles({ name: '둘째 라인.zip', mimeType: 'application/zip', buffer: zip(nameless) })
        await page.getByRole('heading', { name: '둘째 라인', level: 1 }).waitFor()
        await page.getByRole('button', { name: 'Delete' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
        await page.waitForURL('**/plants')
    })

    it('takes a zip and finds no faults', async () => {
        await page.goto(`${base}/plants`)
        await page.getByTestId('files').setInputFiles({ name: 'line.zip', mimeType: 'application/zip', buffer: archive(line) })
        await page.getByText('No faults.').waitFor()
        await page.getByText('Load of each tool group').waitFor()
        await shot(page, '03-plant-sound')
    })

    it('shows the faults of a broken plant, mends a cell and saves', async () => {
        const broken = tables(line).map(({ name, data }) => ({
            name,
            data: name === 'routes.csv' ? Buffer.from(data.toString().replace('SPI 검사기', 'SPI 검사')) : data,
        }))
        await page.goto(`${base}/plants`)
        await page.getByTestId('files').setInputFiles(asFiles(broken))
        await page.getByRole('heading', { name: 'What is wrong' }).waitFor()
        await page.getByText('1 fault', { exact: true }).first().waitFor()
        await shot(page, '04-faults')
        await page.getByRole('link', { name: 'routes.csv:3:4' }).click()
        const grid = page.getByRole('grid')
        const cell = grid.locator('.cell.fault')
        await cell.waitFor()
        assert.equal(await cell.textContent(), 'SPI 검사')
        await shot(page, '05-editor')
        await cell.dblclick()
        await page.keyboard.press('Control+A')
        await page.keyboard.type('SPI 검사기')
        await page.keyboard.press('Enter')
        await page.getByText('Unsaved changes').waitFor()
        const [request] = await Promise.all([
            page.waitForRequest((one) => one.method() === 'POST' && one.url().includes('/versions?keep=true')),
            page.getByRole('button', { name: 'Save as new version' }).click(),
        ])
        assert.match(request.headers()['content-type'], /^multipart\/form-data/)
        await page.getByText('No faults.').waitFor()
        // Not a byte but the mended cell is another one: the table is what it was before it was broken.
        const id = new URL(page.url()).pathname.split('/')[2]
        const saved = await (await fetch(`${base}/v1/plants/${id}/versions/2/tables/routes.csv`)).arrayBuffer()
        assert.ok(Buffer.from(saved).equals(readFileSync(join(line, 'routes.csv'))))
        await page.getByRole('link', { name: '2 versions' }).click()
        await page.getByRole('link', { name: 'What changed' }).click()
        await page.locator('.diff .in').first().waitFor()
        await shot(page, '06-diff')
    })

    it('does not overwrite what somebody else has saved meanwhile', async () => {
        const id = new URL(page.url()).pathname.split('/')[2]
        const table = (await (await fetch(`${base}/v1/plants/${id}/versions/latest/tables/moves.csv`)).text()).split('\n')
        await page.goto(`${base}/plants/${id}/tables/moves.csv`)
        await page.locator('.sheet .line .cell').first().waitFor()
        await page.getByRole('button', { name: 'Add row below' }).click()
        const form = new FormData()
        form.append('tables', new Blob([table.join('\n') + '\n']), 'moves.csv')
        assert.equal((await send(`${base}/v1/plants/${id}/versions?keep=true`, form)).status, 201)
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.getByText('Somebody else saved a new version first').waitFor()
        await shot(page, '06-somebody-else')
        page.once('dialog', (dialog) => dialog.accept())
        await page.goto(`${base}/plants`)
    })

    it('gives a plant another name', async () => {
        await page.locator('.tile').first().click()
        const before = await page.getByRole('heading', { level: 1 }).textContent()
        for (const name of ['Line 2', before]) {
            await page.getByRole('button', { name: 'Rename' }).click()
            await page.getByLabel('New name').fill(name)
            await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
            await page.getByRole('heading', { name, level: 1 }).waitFor()
        }
    })

    it('edits a table in CP949 and keeps it so', async () => {
        // tools,count,비고 / 똠,2,가
        const cp949 = Buffer.from([...'tools,count,'].map((letter) => letter.charCodeAt(0)).concat([0xba, 0xf1, 0xb0, 0xed, 13, 10, 0x8c, 0x63, 0x2c, 0x32, 0x2c, 0xb0, 0xa1, 13, 10]))
        await page.goto(`${base}/plants`)
        await page.getByTestId('files').setInputFiles([...asFiles(tables(line).filter(({ name }) => name !== 'tools.csv')), { name: 'tools.csv', mimeType: 'text/csv', buffer: cp949 }])
        await page.getByRole('link', { name: /tables$/ }).click()
        await page.getByRole('navigation', { name: 'Tables' }).getByRole('link', { name: /tools\.csv/ }).click()
        await page.getByText('CP949', { exact: true }).waitFor()
        await page.getByText('똠', { exact: true }).click()
        await page.keyboard.press('ArrowRight')
        await page.keyboard.type('7')
        await page.keyboard.press('Enter')
        await page.getByRole('button', { name: 'Save as new version' }).click()
        await page.waitForFunction(() => !document.querySelector('.unsaved'))
        const id = new URL(page.url()).pathname.split('/')[2]
        const saved = Buffer.from(await (await fetch(`${base}/v1/plants/${id}/versions/latest/tables/tools.csv`)).arrayBuffer())
        const wanted = Buffer.from(cp949)
        wanted[wanted.indexOf(0x32)] = 0x37
        assert.deepEqual(saved, wanted)
        await page.getByRole('button', { name: 'Delete' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
        await page.waitForURL('**/plants')
    })

    it('runs a simulation, shows progress, then the result', async () => {
        await page.goto(`${base}/plants`)
        await page.locator('.tile').first().click()
        await page.getByRole('link', { name: 'New run' }).click()
        await page.getByRole('heading', { name: 'New run' }).waitFor()
        await page.getByText('More options of the model').click()
        await page.getByText('min_run = hold | hot_breaks | soft | off').waitFor() // as the server says
        await shot(page, '07-new-run')
        await page.getByLabel('Days', { exact: true }).fill('4000') // long enough to be seen going on
        await page.getByLabel('Warm-up days', { exact: true }).fill('20')
        await page.getByLabel('Replications', { exact: true }).fill('5')
        await page.getByRole('button', { name: 'Start simulation' }).click()
        await page.getByRole('progressbar', { name: 'Progress' }).waitFor()
        await shot(page, '08-running')
        await page.getByText('Mean cycle time').first().waitFor()
        await page.getByText('is the bottleneck').first().waitFor()
        await page.locator('.chart.drawn').first().waitFor()
        await drawCharts(page)
        assert.equal(await page.locator('.chart.coming').count(), 0)
        await shot(page, '09-result')
    })

    it('opens the report for print, which asks for nothing that the server forbids', async () => {
        const report = await open(browser, base, { lang: 'ko-KR' })
        await report.page.goto(`${base}/v1/runs/${new URL(page.url()).pathname.split('/')[2]}/report?lang=ko`)
        await report.page.getByRole('heading', { name: '설비 그룹' }).waitFor()
        assert.ok((await report.page.locator('svg').count()) > 3)
        // Its own style holds: the body has the report's margins, not the browser's 8 px.
        assert.notEqual(await report.page.evaluate(() => getComputedStyle(document.body).marginTop), '8px')
        // It may run no script, so there is nothing to wait for.
        await report.page.screenshot({ path: join(SHOTS, '09-report-ko.png'), fullPage: true })
        bad.push(...report.bad)
        await report.context.close()
    })

    it('compares two rules', async () => {
        await page.goto(`${base}/runs/new?kind=compare`)
        await page.getByRole('heading', { name: 'Variant B' }).waitFor()
        await shot(page, '10-new-comparison')
        await page.getByLabel('Days', { exact: true }).fill('120')
        await page.getByLabel('Warm-up days', { exact: true }).fill('20')
        await page.getByRole('button', { name: 'Start comparison' }).click()
        await page.getByRole('heading', { name: 'B against A' }).waitFor()
        assert.ok((await page.locator('.forest').count()) > 5)
        await shot(page, '11-comparison')
    })

    it('says what is wrong with a rule', async () => {
        await page.goto(`${base}/runs/new`)
        await page.getByLabel('Dispatching rule').selectOption('own')
        await page.getByLabel('Rule expression').fill('priority desc, foo')
        await page.getByRole('button', { name: 'Start simulation' }).click()
        await page.getByText(/unknown name 'foo'/).first().waitFor()
        await shot(page, '12-failed')
    })

    it('stops a run', async () => {
        await page.goto(`${base}/runs/new`)
        await page.getByLabel('Days', { exact: true }).fill('36500')
        await page.getByLabel('Replications', { exact: true }).fill('100')
        await page.getByRole('button', { name: 'Start simulation' }).click()
        await page.getByRole('button', { name: 'Stop' }).click()
        await page.locator('.badge', { hasText: 'stopped' }).waitFor()
    })

    it('lists runs with their figures, by kind and state', async () => {
        await page.goto(`${base}/runs`)
        await page.locator('.list-figures').filter({ hasText: 'Mean cycle time' }).first().waitFor()
        await page.getByLabel('Kind').selectOption('compare')
        await page.waitForURL('**/runs?kind=compare')
        await page.getByLabel('State').selectOption('failed')
        await page.getByText('No run is like that').waitFor()
        await page.getByLabel('Kind').selectOption('')
        await page.getByLabel('State').selectOption('cancelled')
        await page.locator('.badge', { hasText: 'stopped' }).first().waitFor()
        assert.equal(await page.locator('.list .badge').count(), await page.locator('.list .badge', { hasText: 'stopped' }).count())
        await page.locator('.list a').first().click()
        await page.getByRole('button', { name: 'Rename' }).click()
        await page.getByLabel('New name').fill('the long one')
        await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
        await page.getByRole('heading', { name: 'the long one', level: 1 }).waitFor()
        await page.goto(`${base}/runs`)
        await page.getByText('the long one').waitFor()
        await shot(page, '12-runs')
    })

    it('makes a token, shows it once, takes it back', async () => {
        await page.goto(`${base}/admin`)
        await page.getByLabel('Name').fill('line 1 MES')
        await page.getByRole('button', { name: 'Make token' }).click()
        const secret = page.getByRole('dialog')
        await secret.waitFor()
        assert.ok((await secret.getByRole('textbox').inputValue()).length > 20)
        await shot(page, '13-token')
        await secret.getByRole('button', { name: 'I have kept it' }).click()
        await page.getByRole('row', { name: /line 1 MES/ }).waitFor()
        await shot(page, '14-admin')
        await page.getByRole('row', { name: /line 1 MES/ }).getByRole('button').click()
        await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
        await page.getByRole('row', { name: /line 1 MES/ }).waitFor({ state: 'detached' })
        await page.getByRole('link', { name: 'Audit log' }).click()
        await page.getByText('delete token').first().waitFor()
        await shot(page, '15-audit')
    })

    it('speaks Korean', async () => {
        await page.goto(base)
        await page.getByText('Needs attention').waitFor()
        await shot(page, '16-overview')
        await page.getByRole('radio', { name: '한국어' }).check({ force: true })
        await page.getByRole('heading', { name: '살펴볼 일' }).waitFor()
        assert.equal(await page.evaluate(() => document.documentElement.lang), 'ko')
        await page.reload()
        await page.getByRole('heading', { name: '살펴볼 일' }).waitFor()
        await shot(page, '17-overview-ko')
        const mended = (await (await fetch(`${base}/v1/plants`)).json()).items.find((plant) => plant.versions > 1)
        await page.goto(`${base}/plants/${mended.id}?version=1`)
        await page.getByText('그런 이름이 없습니다: 설비 그룹이 아닙니다').waitFor()
        await page.goto(base)
    })

    it('turns dark', async () => {
        await page.getByRole('radio', { name: '어둡게' }).check({ force: true })
        assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), 'rgb(16, 21, 23)')
        await shot(page, '18-overview-dark')
        await page.goto(`${base}/runs`)
        await page.locator('.list a', { hasText: '시뮬레이션' }).filter({ hasText: '완료' }).first().click()
        await drawCharts(page)
        await shot(page, '19-result-dark-ko')
    })

    it('can be reached by keyboard', async () => {
        await page.goto(`${base}/plants`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.keyboard.press('Tab')
        assert.match(await page.evaluate(() => document.activeElement.className), /skip/)
        await page.keyboard.press('Enter')
        await page.waitForFunction(() => location.hash === '#main')
    })

    it('fits a telephone and a wall', async () => {
        const runs = (await (await fetch(`${base}/v1/runs`)).json()).items
        const plants = (await (await fetch(`${base}/v1/plants`)).json()).items
        const simulated = runs.find((run) => run.kind === 'simulate' && run.state === 'done')
        const compared = runs.find((run) => run.kind === 'compare')
        const rooms = { overview: '/', plants: '/plants', plant: `/plants/${plants[0].id}`, tables: `/plants/${plants[0].id}/tables`, runs: '/runs', 'new-run': '/runs/new?kind=compare', result: `/runs/${simulated.id}`, comparison: `/runs/${compared.id}`, admin: '/admin' }
        for (const width of [360, 390, 2560]) {
            const phone = await open(browser, base, { lang: 'ko-KR', width, height: width < 500 ? 844 : 1440, touch: width < 500 })
            for (const [name, path] of Object.entries(rooms)) {
                await phone.page.goto(base + path)
                await phone.page.waitForLoadState('networkidle')
                if (name === 'result') await drawCharts(phone.page)
                assert.ok((await tooWide(phone.page)) <= 0, `${name} is too wide for ${width} px`)
                if (width !== 360 && (width === 390 || ['overview', 'result'].includes(name))) await shot(phone.page, `${width}-${name}`)
            }
            bad.push(...phone.bad)
            await phone.context.close()
        }
    })

    it('breaks no rule of the browser', () => assert.deepEqual(bad, []))
})

describe('a server that wants a token', { skip: !!process.env.BASE_URL }, () => {
    const it = stepsOf(() => null)
    it('asks for it, refuses a wrong one, opens with the right one', async () => {
        const { base, token, stop } = await startServer()
        const browser = await launch()
        try {
            await send(`${base}/v1/plants`, archive(line))
            await send(`${base}/v1/tenants`, JSON.stringify({ name: 'another' })) // from now on a token is wanted
            const { page, bad } = await open(browser, base, { lang: 'ko-KR' })
            await page.goto(`${base}/plants`)
            await page.getByLabel('토큰').fill('wrong')
            await page.getByRole('button', { name: '들어가기' }).click()
            await page.getByText('맞지 않거나 만료된 토큰입니다.').waitFor()
            await shot(page, '20-sign-in')
            await page.getByLabel('토큰').fill(token)
            await page.getByRole('button', { name: '들어가기' }).click()
            await page.getByText('한빛전자 기판 조립 라인').waitFor()
            await page.getByRole('button', { name: '로그아웃' }).click()
            await page.getByLabel('토큰').waitFor()
            assert.deepEqual(bad, [])
        } finally {
            await browser.close()
            await stop()
        }
    })
})

describe('a large plant', { skip: !process.env.LARGE_PLANT || !!process.env.BASE_URL }, () => {
    const it = stepsOf(() => null)
    it('stays fluid', async () => {
        const { base, stop } = await startServer()
        const browser = await launch()
        try {
            const { page, bad } = await open(browser, base)
            const { plant } = await (await send(`${base}/v1/plants`, archive(process.env.LARGE_PLANT))).json()
            await page.goto(`${base}/plants/${plant}/tables`)
            await page.getByRole('grid').waitFor()
            await shot(page, '30-large-table')
            assert.ok((await page.locator('.sheet .line').count()) < 80)
            const run = await (await send(`${base}/v1/runs`, JSON.stringify({ plant, days: 120, warmup_days: 20, replications: 2 }))).json()
            await page.goto(`${base}/runs/${run.id}`)
            await page.getByText('Mean cycle time').first().waitFor({ timeout: 60_000 })
            await drawCharts(page)
            await shot(page, '31-large-result')
            const groups = page.getByRole('table', { name: 'Tool groups' })
            await groups.scrollIntoViewIfNeeded()
            assert.ok((await groups.getByRole('row').count()) < 60)
            assert.deepEqual(bad, [])
        } finally {
            await browser.close()
            await stop()
        }
    })
})
