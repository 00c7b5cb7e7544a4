// The room Compute on a real server, with jobs that really run. The developer of a start-up, in Korean: signs in with a token, hands in one
// command, sees its log as it is written, fetches what it made, and sees what it cost. A viewer sees it all and is offered nothing. The
// operator's part: operating.test.mjs.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe } from 'node:test'
import { ask, faintLetters, post, settled, shot, stepsOf, tabWalk, tooWide } from './browser.mjs'
import { skip, startPool, WELL } from './pool_world.mjs'

describe('jobs on the page', { skip }, () => {
    let world
    let base
    let admin // headers of the operator of the server
    let job // the developer's first
    let developerPage
    let current
    const it = stepsOf(() => current?.page)
    before(async () => {
        world = await startPool()
        base = world.base
        admin = world.admin
    })
    after(() => world?.stop())
    const signIn = async (secret, options) => (current = await world.signIn(secret, options))

    // ---- the developer of a start-up
    it('a developer signs in, and is told the one command to type', async () => {
        developerPage = await signIn(world.developer, { lang: 'ko-KR', width: 1280 })
        const { page } = current
        await page.getByRole('link', { name: '컴퓨팅' }).click()
        await page.getByText('노드와 GPU').waitFor()
        await page.getByText('남은 크레딧').waitFor()
        await page.getByRole('link', { name: '작업', exact: true }).click()
        await page.getByText('아직 작업이 없습니다').waitFor()
        assert.match(await page.getByLabel('명령', { exact: true }).inputValue(), /^maru job submit /)
        await page.getByText(`MARU_URL=${base}`).waitFor()
        assert.equal(await page.getByRole('link', { name: '정책과 계정' }).count(), 0) // that is the operator's
        await shot(page, '90-compute-first')
    })
    it('is told at each field what is not right', async () => {
        const { page } = current
        await page.getByRole('main').getByRole('link', { name: '새 작업' }).first().click()
        await page.getByRole('button', { name: '작업 넣기' }).click()
        await page.getByText('명령을 적어 주세요').waitFor()
        await page.getByText('더 정하기').click()
        await page.getByLabel('프로젝트').fill('내 프로젝트')
        await page.getByText('영문 소문자, 숫자, -로 31자까지').waitFor()
        await page.getByLabel('프로젝트').fill('vision')
    })
    it('hands in one command with a file, and reads its log as it is written', async () => {
        const { page } = current
        await page.getByTestId('job-files').setInputFiles([{ name: 'data.csv', mimeType: 'text/csv', buffer: Buffer.from('1\n2\n3\n') }])
        await page.getByRole('textbox', { name: '명령', exact: true }).fill('echo "행 $(wc -l <data.csv)개"; while [ ! -e go ] && [ $((n += 1)) -lt 40 ]; do sleep 0.1; done; echo "학습 끝"; echo weights >model.bin')
        await page.getByLabel('최대 시간(시간)').fill('0.05')
        await shot(page, '91-job-form')
        await page.getByRole('button', { name: '작업 넣기' }).click()
        await page.locator('.log').getByText('행 3개').waitFor()
        await page.getByText('실행 중').first().waitFor() // it is still at work while its first line is read
        await page.locator('.log').getByText('학습 끝').waitFor()
        await page.locator('.job-lead').getByText('완료').waitFor()
        job = new URL(page.url()).pathname.split('/').at(-1)
    })
    it('sees how it ended, what it cost and what is left, and fetches what it made', async () => {
        const { page } = current
        await page.getByText('스스로 끝남').waitFor()
        await page.getByText('비용').first().waitFor()
        const fetched = page.waitForEvent('download')
        await page.getByRole('button', { name: 'model.bin' }).click()
        assert.equal(readFileSync(await (await fetched).path(), 'utf8'), 'weights\n')
        await settled(page)
        await shot(page, '92-job-done')
        await page.goto(`${base}/compute/usage`)
        const sentence = page.locator('.hero .sentence')
        await sentence.getByText('남았습니다').waitFor()
        const told = await ask(base, '/v1/credits', { headers: { Authorization: `Bearer ${world.developer}` } })
        assert.ok(told.spent > 0 && told.balance < 1000 && Math.abs(told.spent + told.balance - 1000) < 1e-6, JSON.stringify(told))
        await page.getByText('창업 지원').first().waitFor()
        await shot(page, '93-credits')
    })
    it('sees at once why a job has failed, with the end of what it said of it', async () => {
        const { page } = current
        const train = 'for n in 1 2 3; do printf "\\r%d/3 |###|" $n; done; echo; printf "\\033[31mValueError:\\033[0m 학습률 0\\n" >&2; exit 3'
        const { id } = await post(base, '/v1/jobs', { command: ['sh', '-c', train], cpus: 0.1, memory_mib: 64, time_s: 60, project: 'vision', name: 'fails' }, { Authorization: `Bearer ${world.developer}` })
        await page.goto(`${base}/compute/jobs/${id}`)
        await page.locator('.job-lead').getByText('실패').waitFor()
        await page.locator('.log .ansi-1').getByText('ValueError:').waitFor() // its errors come first
        assert.match(await page.locator('.log').innerText(), /^ValueError: 학습률 0\s*$/)
        await shot(page, '93-job-failed')
        await page.getByRole('radio', { name: '출력', exact: true }).check({ force: true })
        await page.locator('.log').getByText('3/3 |###|').waitFor()
        assert.doesNotMatch(await page.locator('.log').innerText(), /1\/3/) // a bar of progress is one line
    })
    it('goes on reading a log when the server has been away', async () => {
        const { page } = current
        const { id } = await post(base, '/v1/jobs', { command: ['sh', '-c', 'echo 먼저; while [ $((n += 1)) -lt 300 ]; do sleep 0.1; echo "$n"; done; echo 나중'], cpus: 0.1, memory_mib: 64, time_s: 60, project: 'vision', name: 'long' }, { Authorization: `Bearer ${world.developer}` })
        await page.goto(`${base}/compute/jobs/${id}`)
        await page.locator('.log').getByText('먼저').waitFor()
        await world.server.down()
        await page.getByText('서버가 답하지 않아').waitFor()
        await world.server.up()
        await page.getByText('서버가 답하지 않아').waitFor({ state: 'hidden' })
        await page.getByRole('button', { name: '작업 취소' }).click()
        await page.getByRole('dialog').getByRole('button', { name: '작업 취소' }).click()
        await page.locator('.job-lead').getByText('취소됨').waitFor()
        const lines = (await page.locator('.log').innerText()).trim().split('\n')
        assert.deepEqual(lines, ['먼저', ...lines.slice(1).map((_, n) => String(n + 1))]) // nothing twice, nothing missing
    })
    it('sees why another waits, cancels it, and hands in the like', async () => {
        const { page } = current
        const cpus = (await ask(base, '/v1/pool', { headers: admin })).nodes.reduce((sum, node) => Math.max(sum, node.cpus), 0)
        const all = { command: ['sleep', '30'], cpus, memory_mib: 64, time_s: 60, project: 'vision' }
        const own = { Authorization: `Bearer ${world.developer}` }
        const first = (await post(base, '/v1/jobs', { ...all, name: 'holds-all' }, own)).id
        const next = (await post(base, '/v1/jobs', { ...all, name: 'waits' }, own)).id
        await page.goto(`${base}/compute/queue`)
        await page.getByRole('link', { name: 'hanbit-ai / vision' }).click()
        await page.getByText('기다리는 이유').waitFor()
        assert.ok((await page.locator('.why-sentence').innerText()).length > 5)
        assert.equal(new URL(page.url()).pathname, `/compute/jobs/${next}`)
        await shot(page, '94-job-waits')
        for (const one of [next, first]) {
            await page.goto(`${base}/compute/jobs/${one}`)
            await page.getByRole('button', { name: '작업 취소' }).click()
            await page.getByRole('dialog').getByRole('button', { name: '작업 취소' }).click()
            await page.locator('.job-lead').getByText('취소됨').waitFor()
        }
        await page.getByRole('link', { name: '같은 작업 또 넣기' }).click()
        assert.equal(await page.getByRole('textbox', { name: '명령', exact: true }).inputValue(), 'sleep 30')
        assert.deepEqual(developerPage.bad, [])
    })
    it('names a reservation of its own for a job, and is told where the project has none', async () => {
        const { page } = current
        const { nodes } = await ask(base, '/v1/pool', { headers: admin })
        const at = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString()
        const rows = [{ name: 'lecture', account: 'hanbit-ai/vision', nodes: [nodes[0].name], from: at(24), until: at(30) }]
        await ask(base, '/v1/pool/reservations', { method: 'PUT', headers: admin, body: JSON.stringify({ rows, version: 0 }) })
        await page.goto(`${base}/compute/jobs/new`)
        await page.getByRole('textbox', { name: '명령', exact: true }).fill('echo 강의')
        await page.getByLabel('예약 이름').selectOption('lecture')
        await page.getByText('hanbit-ai/vision 몫의 예약입니다').waitFor()
        await page.getByRole('button', { name: '작업 넣기' }).click()
        await page.getByText('아직 맞지 않는 것이').waitFor()
        await page.getByText('더 정하기').click()
        await page.getByLabel('프로젝트').fill('vision')
        await page.getByText('노드 1대,').waitFor()
        await shot(page, '94-job-reserved')
        await page.getByText('셸에서 같은 작업 넣기').click()
        assert.match(await page.locator('.as-command input').inputValue(), /--project vision --reservation lecture /)
        await page.getByRole('button', { name: '작업 넣기' }).click()
        await page.waitForURL(/jobs\/(?!new)/)
        const id = new URL(page.url()).pathname.split('/').at(-1)
        const own = { Authorization: `Bearer ${world.developer}` }
        assert.equal((await ask(base, `/v1/jobs/${id}`, { headers: own })).request.reservation, 'lecture')
        await post(base, `/v1/jobs/${id}/cancel`, {}, own)
    })
    it('reads on the first page which budget is near its end and which grant expires', async () => {
        const { page } = current
        const at = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString()
        const { spent } = await ask(base, '/v1/credits', { headers: world.own })
        await post(base, '/v1/credits/budgets', { account: 'vision', from: at(-1), until: at(48), credits: spent * 1.1 }, world.own)
        await post(base, '/v1/pool/grants', { tenant: 'hanbit-ai', id: 'short', credits: 100, from: at(-1), until: at(72), note: 'workshop' }, admin)
        await page.goto(`${base}/compute`)
        await page.getByRole('link', { name: /^‘workshop’ 크레딧이 .* 만료됩니다/ }).waitFor()
        await page.getByRole('link', { name: /^vision 예산: 지금까지 9\d/ }).waitFor()
        await shot(page, '94-to-be-seen-to')
        await page.getByRole('link', { name: /^vision 예산/ }).click()
        await page.getByRole('heading', { name: '예산' }).waitFor()
    })

    // ---- somebody who looks on
    it('a viewer sees all of it and is offered nothing', async () => {
        const { page, bad, context } = await signIn(world.viewer, { lang: 'en-GB', width: 1280 })
        const rooms = { '/compute': 'Nodes and GPUs', '/compute/jobs': 'holds-all', '/compute/queue': 'Nothing waits', [`/compute/jobs/${job}`]: 'What it says', '/compute/usage': 'Budgets', '/compute/jobs/new': 'Your role looks on' }
        for (const [path, text] of Object.entries(rooms)) {
            await page.goto(base + path)
            await page.getByRole('main').getByText(text).first().waitFor()
            const names = await page.locator('main button, main a.button').evaluateAll((all) => all.map((one) => (one.getAttribute('aria-label') ?? one.textContent).trim()))
            assert.deepEqual(names.filter((name) => /^(New job|Cancel|Run it again|Delete|Another|Hand in|Set a budget|Drain|Save|Grant$)/.test(name)), [], path)
        }
        assert.deepEqual(bad, [])
        await context.close()
    })

    // ---- everybody
    it('is walked by keyboard, with focus to be seen, a name for each, and letters that can be read in both schemes', async () => {
        const { page } = (current = developerPage)
        for (const path of ['/compute', '/compute/jobs', '/compute/jobs/new', `/compute/jobs/${job}`, '/compute/queue', '/compute/usage', '/compute/rounds']) {
            await page.goto(base + path)
            await settled(page)
            assert.deepEqual(await tabWalk(page), WELL, path)
            assert.deepEqual(await faintLetters(page), [], path)
        }
    })
    it('fits a telephone, and speaks both languages alone', async () => {
        const { page } = (current = developerPage)
        await page.setViewportSize({ width: 390, height: 844 })
        for (const path of ['/compute', '/compute/jobs', '/compute/jobs/new', `/compute/jobs/${job}`, '/compute/queue', '/compute/usage']) {
            await page.goto(base + path)
            await settled(page)
            assert.ok((await tooWide(page)) <= 0, path)
        }
        await shot(page, '98-credits-telephone')
        await page.getByRole('radio', { name: 'English' }).check({ force: true })
        await page.getByRole('heading', { name: 'Grants' }).waitFor()
        assert.doesNotMatch((await page.locator('main').innerText()).replaceAll('창업 지원', ''), /[가-힣]/)
    })
    it('did nothing that it must not', () => assert.deepEqual(developerPage.bad, []))
})
