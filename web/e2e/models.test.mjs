// A model's life, in Korean: a file is dropped, a model learns from it and is used, answers a file with why, learns anew, the new version is made
// champion and taken back; it is switched off and on.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe } from 'node:test'
import { launch, open, settled, shot, startServer, stepsOf, tabWalk, tooWide } from './browser.mjs'

let luck = 11
const chance = () => (luck = (luck * 48271) % 2147483647) / 2147483647
const gauss = () => Array.from({ length: 12 }, chance).reduce((sum, one) => sum + one, -6)
const two = (value) => String(value).padStart(2, '0')

// Above 250 degrees of the oven four of ten units are bad, else one of fifty.
const CUT = 250
const tableOf = (n) =>
    ['검사일시,로트,오븐온도(℃),도막두께(um),판정', ...Array.from({ length: n }, (_, row) => {
        const oven = 247 + 3 * gauss()
        const isBad = chance() < (oven > CUT ? 0.4 : 0.02)
        return `2025-04-${two(1 + Math.floor(row / 60))} ${two(8 + Math.floor((row % 60) / 6))}:${two((row % 6) * 10)},L${100 + Math.floor(row / 10)},${oven.toFixed(1)},${(5 + 0.2 * gauss()).toFixed(2)},${isBad ? '불량' : '양품'}`
    }), ''].join('\r\n')
const FIRST = tableOf(1200)
const NEXT = tableOf(1500)
const ASKED = ['오븐온도(℃),도막두께(um)', '243.0,5.01', '252.5,5.02', '299.0,5.00', ''].join('\r\n')
const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

describe('a model in Korean', () => {
    let server
    let browser
    let base
    let page
    let context
    let bad
    let address
    const it = stepsOf(() => page)
    before(async () => {
        server = process.env.BASE_URL ? null : await startServer()
        base = process.env.BASE_URL ?? server.base
        browser = await launch()
        ;({ page, context, bad } = await open(browser, base, { lang: 'ko-KR', width: 1280 }))
    })
    after(async () => {
        await browser?.close()
        await server?.stop()
    })
    const row = (version) => page.locator('.list.versions > li').filter({ hasText: `버전 ${version}` })
    const drop = (name, text) => page.getByTestId('sheet').setInputFiles(file(name, text))
    const yes = (name) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click()

    it('is asked for where there is none', async () => {
        await page.goto(`${base}/quality`)
        await page.getByRole('link', { name: '모델', exact: true }).click()
        await page.getByText('아직 모델이 없습니다').waitFor()
        await page.getByRole('link', { name: '모델 만들기' }).click()
        await page.getByText('배울 자료를 여기에 놓으세요').waitFor()
        await shot(page, '70-model-new')
    })
    it('is told plainly when a file is none', async () => {
        await drop('사진.csv', '\u0000\u0001\u0002')
        await page.getByRole('alert').waitFor()
    })
    it('has its columns understood before it learns', async () => {
        await drop('도장.csv', FIRST)
        await page.getByRole('heading', { name: '이렇게 읽었습니다' }).waitFor()
        assert.equal(await page.getByLabel('맞힐 열').inputValue(), '판정')
        assert.equal(await page.getByLabel('시각 열').inputValue(), '검사일시')
        assert.equal(await page.getByLabel('로트 열').inputValue(), '로트')
        assert.match(await page.locator('.wish').innerText(), /배울 열 2 \/ 2/)
        await page.getByLabel('모델 이름').fill('도장 불량')
        await shot(page, '71-model-understood')
    })
    it('learns, and is used because it is better than always the same answer', async () => {
        await page.getByRole('button', { name: '학습 시작' }).click()
        await page.getByRole('heading', { name: '본 적 없는 행에서 얼마나 맞나' }).waitFor()
        address = page.url()
        assert.match(await page.locator('.page-head').innerText(), /도장 불량[^]*사용 중[^]*버전 1/)
        const card = await page.locator('main').innerText()
        assert.match(card, /900행.*300행.*한 번 시험/)
        assert.match(card, /말한 확률과 실제/)
        assert.match(card, /오븐온도/)
        await shot(page, '72-model-card')
    })
    it('answers a file, says why, and what it has not seen', async () => {
        await page.getByRole('link', { name: '파일로 물어보기' }).click()
        await drop('오늘.csv', ASKED)
        const told = page.locator('.card').filter({ hasText: '오늘.csv' })
        await told.getByText('3행 가운데').waitFor()
        const text = await told.innerText()
        assert.match(text, /1행은 배울 때 본 범위를 벗어난 값/)
        assert.match(text, /오븐온도[^\n]*▲/)
        const [saved] = await Promise.all([page.waitForEvent('download'), told.getByRole('button', { name: 'CSV로 저장' }).click()])
        const lines = readFileSync(await saved.path(), 'utf8').trim().split(/\r?\n/)
        assert.equal(lines.length, 4)
        assert.match(saved.suggestedFilename(), /^오늘-도장-불량\.csv$/)
        await shot(page, '73-model-answers')
    })
    it('says when columns that it learned from are not in a file', async () => {
        await page.getByRole('button', { name: '다른 파일' }).click()
        await drop('빠진 열.csv', '도막두께(um),온도\r\n5.01,251\r\n5.02,243\r\n')
        await page.getByText('배운 열 가운데 1개가 이 파일에 없어').waitFor()
    })
    it('learns anew as a candidate', async () => {
        await page.getByRole('link', { name: '새 버전 만들기' }).click()
        await drop('도장-5월.csv', NEXT)
        await page.getByRole('heading', { name: '이렇게 읽었습니다' }).waitFor()
        assert.equal(await page.getByLabel('맞힐 열').inputValue(), '판정')
        await page.getByRole('button', { name: '학습 시작' }).click()
        await page.getByRole('link', { name: '버전 2', exact: true }).click()
        await row(2).getByText('후보', { exact: true }).waitFor()
        await row(1).getByText('챔피언', { exact: true }).waitFor()
    })
    it('answers in shadow, then as champion, and is rolled back', async () => {
        await row(2).getByRole('button', { name: '도전 모델로' }).click()
        await yes('도전 모델로')
        await page.getByRole('heading', { name: '챔피언과 도전 모델' }).waitFor()
        await shot(page, '74-model-versions')
        await row(2).getByRole('button', { name: '챔피언으로' }).click()
        assert.match(await page.getByRole('dialog').innerText(), /버전 2이? ?답하고[^]*버전 1은 물러나며/)
        await yes('챔피언으로')
        await row(1).getByText('물러난 버전').waitFor()
        await page.getByText('버전 2 ·').first().waitFor()
        await page.getByRole('button', { name: '이전 챔피언으로 되돌리기' }).click()
        await yes('이전 챔피언으로 되돌리기')
        await row(1).getByText('챔피언', { exact: true }).waitFor()
        await row(2).getByText('물러난 버전').waitFor()
    })
    it('is switched off and on again by a person', async () => {
        await page.getByRole('button', { name: '사용 중지' }).click()
        await yes('사용 중지')
        await page.locator('.page-head').getByText('예측은 계속 기록합니다').waitFor()
        await page.getByRole('button', { name: '다시 사용' }).click()
        await yes('다시 사용')
        await page.locator('.page-head').getByText('사용 중', { exact: true }).waitFor()
    })
    it('leaves as a file and comes back as another model', async () => {
        const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '.maru', exact: true }).click()])
        const bytes = readFileSync(await saved.path())
        const [onnx] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'ONNX' }).click()])
        assert.ok(readFileSync(await onnx.path()).length > 100)
        await page.goto(`${base}/quality/models`)
        await page.getByTestId('model-file').setInputFiles({ name: '옆 공장.maru', mimeType: 'application/octet-stream', buffer: bytes })
        await page.locator('.list.models').getByText('옆 공장').waitFor()
        await shot(page, '75-models')
    })
    it('shows what it said of the floor, with what came true', async () => {
        // The floor's part is tests/living.py's: here the answers are set, and the page is looked at.
        const now = Date.now() / 1000
        const items = Array.from({ length: 60 }, (_, n) => ({ at: now - 60 * n, tool: `식각-${1 + (n % 2)}`, lot: `L${n}`, wafer: '', recipe: 'R', step: 's', version: 1, value: 0.1 + 0.002 * n, is_alarm: n === 7, is_used: n > 3, ...(n === 9 ? { outside: 'temp.mean' } : {}), ...(n > 30 ? { truth: n === 40 ? 1 : 0 } : {}), challenger: { version: 2, value: 0.1 } }))
        const live = { predicted: 60, last_at: now, inputs: { verdict: 'much', rows: 60, worst: [{ feature: 'temp.mean', index: 0.4, verdict: 'much' }] }, errors: { verdict: 'usual', n: 29, sum: 0.1, bound: 5, mean: 0.1, usual: 0.1 }, coverage: null, challenger: { n: 29, better: 0.6, champion_error: 0.1, challenger_error: 0.09 }, truths: 29 }
        const id = address.split('/').pop()
        await page.route(`**/v1/models/${id}`, async (route) => {
            const answer = await route.fetch()
            await route.fulfill({ response: answer, json: { ...(await answer.json()), feed: { window: '식각' }, live } })
        })
        await page.route(`**/v1/models/${id}/predictions?*`, (route) => route.fulfill({ json: { items: items.filter(({ tool }) => [null, tool].includes(new URL(route.request().url()).searchParams.get('tool'))) } }))
        await page.goto(`${address}/live?tail=7200`)
        const plot = page.locator('.prediction-plot svg')
        await plot.locator('.said').first().waitFor()
        const count = (name) => plot.locator(name).count()
        assert.deepEqual([await count('.said'), await count('.violation'), await count('.unused'), await count('.outside'), await count('.truth'), await count('.challenger')], [59, 1, 4, 1, 29, 60])
        assert.match(await page.locator('main').innerText(), /크게 달라짐[^]*평소와 같음/)
        await plot.focus()
        await page.keyboard.press('ArrowLeft')
        assert.match(await page.locator('.gantt-said').innerText(), /10\.0 %[^]*식각-1 L0[^]*쓰지 않음/)
        await page.locator('.model-filters select').selectOption('식각-2')
        await page.waitForFunction(() => document.querySelectorAll('.prediction-plot .said, .prediction-plot .violation').length === 30)
        await page.getByRole('button', { name: '예측이 있는 때만' }).click()
        await page.waitForURL(/from=.*to=/)
        await shot(page, '78-model-live')
        await page.unrouteAll({ behavior: 'wait' })
    })
    it('says what a training is doing, where the server does', async () => {
        const id = address.split('/').pop()
        await page.route(`**/v1/models/${id}`, async (route) => {
            const answer = await route.fetch()
            await route.fulfill({ response: answer, json: { ...(await answer.json()), training: 'r1' } })
        })
        const run = { id: 'r1', kind: 'train', state: 'running', progress: 0.4, what: '조각 2 / 5를 시험합니다', what_ko: '조각 2 / 5를 시험합니다', model: id }
        await page.route('**/v1/runs/r1/events', (route) => route.fulfill({ contentType: 'text/event-stream', body: `event: run\ndata: ${JSON.stringify(run)}\n\n` }))
        await page.goto(address)
        const going = page.locator('.going')
        await going.getByText('조각 2 / 5를 시험합니다').waitFor()
        assert.equal(await going.getByRole('progressbar').getAttribute('aria-valuenow'), '40')
        await page.unrouteAll({ behavior: 'wait' })
    })
    it('is fed with windows of the floor, other ones, and none', async () => {
        const put = await fetch(`${base}/v1/documents/windows`, { method: 'PUT', headers: { 'Content-Type': 'text/csv' }, body: 'window,tool,signals,by,features\n식각,dep-*,temp,events,mean\n증착,dep-*,flow,events,mean\n' })
        assert.ok(put.ok, await put.text())
        const feed = async () => (await (await fetch(`${base}/v1/models/${address.split('/').pop()}`)).json()).feed
        await page.goto(`${address}/live`)
        await page.getByText('입력 구간이 없습니다').waitFor()
        await page.locator('.empty').getByRole('button', { name: '입력 구간 정하기' }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByLabel('구간', { exact: true }).selectOption('증착')
        await dialog.getByLabel('실제 값의 이벤트 이름').fill('thickness')
        await dialog.getByText('모두 있어야 찾습니다').waitFor()
        assert.ok(await dialog.getByRole('button', { name: '이 구간으로' }).isDisabled())
        await dialog.getByLabel('그 안의 값 이름').fill('nm')
        await shot(page, '82-model-feed')
        await yes('이 구간으로')
        await page.locator('.page-head').getByText('입력 구간: 증착').waitFor()
        assert.deepEqual(await feed(), { window: '증착', truth: { event: 'thickness', value: 'nm', within_h: 168 } })
        await page.getByRole('button', { name: '입력 구간 바꾸기' }).click()
        assert.equal(await dialog.getByLabel('실제 값의 이벤트 이름').inputValue(), 'thickness')
        await dialog.getByLabel('구간', { exact: true }).selectOption('식각')
        await yes('이 구간으로')
        await page.locator('.page-head').getByText('입력 구간: 식각').waitFor()
        assert.equal((await feed()).window, '식각')
        await page.getByRole('button', { name: '입력 구간 바꾸기' }).click()
        await yes('입력 끊기')
        await page.locator('.page-head').getByText('입력 구간 없음').waitFor()
        assert.equal(await feed(), null)
    })
    it('tells what lives need, finds their columns by name, and leaves out what is not wanted', async () => {
        const lives = ['베어링,호기,제조사,가동시간(h),고장', ...Array.from({ length: 90 }, (_, n) => `B${n},${1 + (n % 3)}호기,${n % 2 ? '한일' : '동방'},${(500 + 3000 * chance() * (n % 2 ? 1 : 0.5)).toFixed(0)},${n % 4 ? '예' : '아니오'}`), ''].join('\r\n')
        await page.goto(`${base}/quality/models/new`)
        await drop('베어링.csv', lives)
        await page.getByLabel('무엇을 물을까').selectOption('survival')
        await page.getByText('수명 하나에 한 줄').waitFor()
        await page.getByLabel('고장인 값').waitFor()
        const value = (label) => page.getByLabel(label, { exact: true }).inputValue()
        assert.deepEqual([await value('고장 여부 열'), await value('고장인 값'), await value('나이 열'), await value('개체 열')], ['고장', '예', '가동시간', ''])
        await page.getByLabel('호기 열로 배우기').uncheck()
        const [asked] = await Promise.all([page.waitForRequest((one) => one.method() === 'POST' && one.url().endsWith('/v1/models')), page.getByRole('button', { name: '학습 시작' }).click()])
        const { dataset, ...wish } = asked.postDataJSON()
        assert.deepEqual(wish, { target: '고장', goal: 'survival', bad: '예', order: '가동시간', leave_out: ['호기'], name: '베어링' })
        await page.getByRole('heading', { name: '얼마나 오래 가나' }).waitFor()
        await page.getByText(/수명 90개, 그 가운데 고장 67개/).waitFor()
        await page.getByText('나이 (h)', { exact: true }).waitFor()
        assert.equal(await page.locator('.plain-table').getByText('호기').count(), 0)
        await shot(page, '83-lives-card')
        await page.goto(`${base}/equipment/lives`)
        await drop('지금.csv', '제조사,가동시간(h)\r\n한일,300\r\n동방,1500\r\n')
        await page.locator('.life-head').getByText('남은 수명 (h)').waitFor()
        assert.equal(await page.locator('.lives [role=listitem]').count(), 2)
    })
    it('draws wafers from a table of dies, also where there is no model of maps', async () => {
        const dies = ['로트,웨이퍼,x,y,빈']
        for (let wafer = 1; wafer <= 3; wafer++) for (let x = -9; x <= 9; x++) for (let y = -9; y <= 9; y++) if (x * x + y * y <= 90) dies.push(`K7,${wafer},${x},${y},${x * x + y * y > 70 ? 5 : 1}`)
        await page.goto(`${base}/quality/wafers`)
        await drop('다이.csv', 'a,b\r\n1,2\r\n')
        await page.getByRole('alert').filter({ hasText: 'x, y, 빈 열을 찾지 못했습니다' }).waitFor()
        await drop('다이.csv', dies.join('\r\n'))
        await page.getByText('웨이퍼 3장, 불량 다이').waitFor()
        const [edge, middle] = await page.locator('canvas.wafer').first().evaluate((at) => {
            const pen = at.getContext('2d')
            const colour = (x, y) => [...pen.getImageData(x * at.width, y * at.height, 1, 1).data].join()
            return [colour(0.5, 0.045), colour(0.5, 0.5)]
        })
        assert.notEqual(edge, middle)
        await page.getByRole('button', { name: /K7 · 웨이퍼 2/ }).click()
        await page.getByRole('dialog').getByText(/다이 \d+개, 불량/).waitFor()
        await page.keyboard.press('Escape')
        await shot(page, '77-wafers')
    })
    it('tells the pattern of wafers, and lots that share one', async () => {
        const rows = ['로트,웨이퍼,x,y,빈,패턴']
        let luck = 7
        const chance = () => (luck = (luck * 48271) % 2147483647) / 2147483647
        for (let lot = 1; lot <= 16; lot++)
            for (let wafer = 1; wafer <= 6; wafer++) {
                const pattern = lot === 5 || chance() < 0.25 ? 'ring' : chance() < 0.4 ? 'center' : 'none'
                for (let x = -6; x <= 6; x++)
                    for (let y = -6; y <= 6; y++) {
                        const far = x * x + y * y
                        const hit = (pattern === 'ring' && far > 28) || (pattern === 'center' && far < 6)
                        if (far <= 40) rows.push(`W${lot},${wafer},${x},${y},${chance() < (hit ? 0.8 : 0.04) ? 5 : 1},${pattern}`)
                    }
            }
        const api = async (path, body) => (await fetch(base + path, { method: 'POST', body })).json()
        const dataset = await api('/v1/datasets?file=maps.csv', rows.join('\r\n'))
        const { model, run } = await api('/v1/models', JSON.stringify({ dataset: dataset.id, goal: 'wafer', name: '맵 패턴' }))
        for (let state = ''; state !== 'done'; ) {
            state = (await (await fetch(`${base}/v1/runs/${run.id}`)).json()).state
            assert.notEqual(state, 'failed')
            await new Promise((resolve) => setTimeout(resolve, 200))
        }
        await page.goto(`${base}/quality/models/${model.id}`)
        await page.getByText('ring').first().waitFor()
        await shot(page, '79-wafer-card')
        await page.goto(`${base}/quality/wafers`)
        await drop('오늘.csv', rows.join('\r\n'))
        await page.getByText('웨이퍼 96장 가운데').waitFor()
        await page.getByText(/W5 · ring/).first().waitFor()
        await shot(page, '80-wafer-patterns')
        await page.getByRole('button', { name: /W5 · 웨이퍼 2: ring/ }).click()
        await page.getByRole('dialog').getByText(/보통/).first().waitFor()
        await shot(page, '81-wafer')
        await page.keyboard.press('Escape')
    })
    it('draws maps of what is kept, without sending it again', async () => {
        await page.getByRole('button', { name: '다른 파일' }).click()
        await page.locator('.wafer-filters select').selectOption({ label: await page.locator('option', { hasText: 'maps.csv' }).textContent() })
        let isSent = false
        page.on('request', (one) => (isSent ||= one.url().includes('/v1/datasets?')))
        await page.getByRole('button', { name: '맵 그리기' }).click()
        await page.getByText('웨이퍼 96장 가운데').waitFor()
        await page.getByRole('heading', { name: 'maps.csv' }).waitFor()
        assert.equal(isSent, false)
        await page.goto(`${base}/quality/models`)
        await page.getByRole('link', { name: /맵 패턴/ }).click()
        await page.getByRole('link', { name: '배운 자료의 맵 보기' }).click()
        await page.getByText('웨이퍼 96장 가운데').waitFor()
    })
    it('lists what is kept and who learned from it, and deletes it on word of what goes', async () => {
        await page.goto(`${base}/quality/models`)
        await page.getByRole('link', { name: '보관된 자료' }).click()
        const row = (name) => page.locator('.datasets > li').filter({ hasText: name })
        await row('도장.csv').getByText('1,200행').waitFor()
        await row('도장.csv').getByRole('link', { name: '도장 불량' }).waitFor()
        await row('maps.csv').getByText('버전 1', { exact: false }).waitFor()
        await shot(page, '84-datasets')
        await row('도장.csv').getByRole('button', { name: '도장.csv 삭제' }).click()
        assert.match(await page.getByRole('dialog').innerText(), /‘도장.csv’의 원본이[^]*‘도장 불량’ 모델은 그대로 남아 답하지만/)
        await yes('삭제')
        await row('도장.csv').waitFor({ state: 'detached' })
        await row('도장-5월.csv').waitFor()
        await page.goto(`${address}/try`)
        await drop('오늘.csv', ASKED)
        await page.getByText('3행 가운데').waitFor() // the model still answers
        await page.goto(`${base}/quality/models/data`)
        await row('도장-5월.csv').getByRole('link', { name: '모델 만들기' }).click()
        await page.getByRole('heading', { name: '이렇게 읽었습니다' }).waitFor()
    })
    it('is walked by keyboard, with focus to be seen and a name for each', async () => {
        const well = { missed: [], dim: [], nameless: [] }
        await page.getByText('더 정하기').click()
        assert.deepEqual(await tabWalk(page), well, 'the form of a training')
        for (const at of [`${base}/quality`, `${base}/quality/models`, `${base}/quality/models/data`, address, `${address}/live`, `${address}/versions`, `${address}/try`, `${base}/quality/wafers`, `${base}/equipment/lives`]) {
            await page.goto(at)
            await settled(page)
            assert.deepEqual(await tabWalk(page), well, at)
        }
        // A dialog takes the focus, keeps it, and gives it back.
        await page.goto(address)
        await page.getByRole('button', { name: '입력 구간 정하기' }).focus()
        await page.keyboard.press('Enter')
        const dialog = page.getByRole('dialog')
        await dialog.getByLabel('구간', { exact: true }).waitFor()
        for (let n = 0; n < 12; n++) {
            await page.keyboard.press('Tab')
            assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null))
        }
        await page.keyboard.press('Escape')
        await dialog.waitFor({ state: 'detached' })
        assert.equal(await page.evaluate(() => document.activeElement.textContent), '입력 구간 정하기')
    })
    it('fits a telephone, and speaks English', async () => {
        await page.setViewportSize({ width: 390, height: 844 })
        for (const at of ['', '/live', '/versions', '/try'].map((room) => address + room).concat(`${base}/quality/wafers`, `${base}/equipment/lives`, `${base}/quality/models/new`, `${address}/try`)) {
            await page.goto(at)
            await settled(page)
            assert.ok((await tooWide(page)) <= 0, at)
        }
        await page.getByRole('radio', { name: 'English' }).check({ force: true })
        await page.getByText('Drop a file to ask about here').waitFor()
        assert.doesNotMatch((await page.locator('main').innerText()).replace(/도장 불량|판정/g, ''), /[가-힣]/)
        await page.goto(address)
        await page.getByRole('heading', { name: 'On rows never seen' }).waitFor()
        await shot(page, '76-model-telephone')
        assert.deepEqual(bad, [])
        await context.close()
    })
})
