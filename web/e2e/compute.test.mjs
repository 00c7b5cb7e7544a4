// The room Compute on real servers, with jobs that really run. The developer of a start-up, in Korean: signs in with a token, hands in one
// command, sees its log as it is written, fetches what it made, and sees what it cost. Then the operator, in English: gives accounts their
// weights, tries two policies on the jobs so far, applies the better one, drains a node, and takes a round from its opening to its leases. A
// viewer sees it all and is offered nothing.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, describe } from 'node:test'
import { ask, launch, open, post, settled, shot, startServer, stepsOf, tabWalk, tooWide } from './browser.mjs'

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined
const skip = process.env.BASE_URL ? 'needs a server of its own' : !hasSandbox && 'bubblewrap is not here'
const WELL = { missed: [], dim: [], nameless: [] }

describe('the pool on the page', { skip }, () => {
    let server
    let base
    let browser
    let admin // headers of the operator of the server
    let developer // the secret of a token
    let viewer
    let job // the developer's first
    let developerPage
    let operatorPage
    let current
    const it = stepsOf(() => current?.page)
    before(async () => {
        server = await startServer()
        base = server.base
        admin = { Authorization: `Bearer ${server.token}` }
        const { token } = await post(base, '/v1/tenants', { name: 'hanbit-ai' }, admin)
        const own = { Authorization: `Bearer ${token}` }
        developer = (await post(base, '/v1/tokens', { role: 'engineer', name: '김하나' }, own)).token
        viewer = (await post(base, '/v1/tokens', { role: 'viewer', name: 'guest' }, own)).token
        // A price holds from its moment on, which lies ahead of the clock.
        await post(base, '/v1/pool/prices', { rows: [{ from: new Date(Date.now() + 300).toISOString(), resource: 'cpu', credits: 3600, krw: 0 }] }, admin)
        await post(base, '/v1/pool/grants', { tenant: 'hanbit-ai', id: 'first', credits: 1000, from: new Date(Date.now() - 60_000).toISOString(), until: null, note: '창업 지원' }, admin)
        browser = await launch()
    })
    after(async () => {
        await browser?.close()
        await server?.stop()
    })
    const signIn = async (secret, options) => {
        current = await open(browser, base, options)
        await current.page.goto(base)
        await current.page.getByLabel(options.lang.startsWith('ko') ? '토큰' : 'Token').fill(secret)
        await current.page.getByRole('button', { name: options.lang.startsWith('ko') ? '들어가기' : 'Sign in' }).click()
        await current.page.getByRole('navigation').first().waitFor()
        return current
    }

    // ---- the developer of a start-up
    it('a developer signs in, and is told the one command to type', async () => {
        developerPage = await signIn(developer, { lang: 'ko-KR', width: 1280 })
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
        const told = await ask(base, '/v1/credits', { headers: { Authorization: `Bearer ${developer}` } })
        assert.ok(told.spent > 0 && told.balance < 1000 && Math.abs(told.spent + told.balance - 1000) < 1e-6, JSON.stringify(told))
        await page.getByText('창업 지원').first().waitFor()
        await shot(page, '93-credits')
    })
    it('sees why another waits, cancels it, and hands in the like', async () => {
        const { page } = current
        const cpus = (await ask(base, '/v1/pool', { headers: admin })).nodes.reduce((sum, node) => Math.max(sum, node.cpus), 0)
        const all = { command: ['sleep', '30'], cpus, memory_mib: 64, time_s: 60, project: 'vision' }
        const own = { Authorization: `Bearer ${developer}` }
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

    // ---- somebody who looks on
    it('a viewer sees all of it and is offered nothing', async () => {
        const { page, bad, context } = await signIn(viewer, { lang: 'en-GB', width: 1280 })
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

    // ---- the operator of the server
    it('the operator gives an account its weight, in place', async () => {
        operatorPage = await signIn(server.token, { lang: 'en-GB', width: 1440 })
        const { page } = current
        await page.goto(`${base}/compute/operating`)
        await page.getByRole('button', { name: 'Add an account' }).click()
        await page.getByLabel('new account: Account').fill('hanbit-ai')
        await page.getByLabel('hanbit-ai: Weight').fill('2')
        const card = page.locator('.card').filter({ has: page.getByRole('heading', { name: 'Accounts', exact: true }) })
        await card.getByRole('button', { name: 'Save' }).click()
        await page.waitForFunction(() => !document.querySelector('.unsaved'))
        const told = await ask(base, '/v1/pool/accounts', { headers: admin })
        assert.equal(told.rows.find(({ account }) => account === 'hanbit-ai')?.weight, 2)
        await page.reload()
        assert.equal(await page.getByLabel('hanbit-ai: Weight').inputValue(), '2')
    })
    it('a policy that makes no sense is refused at its line, and changes nothing', async () => {
        const { page } = current
        const editor = page.getByRole('textbox', { name: /^Policy/ })
        const before = await editor.inputValue()
        await editor.fill(before.replace('"easy"', '"sometimes"'))
        await page.locator('.card').filter({ has: editor }).getByRole('button', { name: 'Save' }).click()
        await page.getByText('Line 2:').waitFor()
        assert.equal((await ask(base, '/v1/pool/policy', { headers: admin })).version, 0)
        await shot(page, '95-policy-refused')
        await editor.fill(before)
        await page.getByRole('button', { name: 'Backfill', exact: true }).waitFor()
    })
    it('a node is drained with its reason, and put back', async () => {
        const { page } = current
        await page.goto(`${base}/compute`)
        await page.locator('.node-card').first().click()
        await page.getByRole('button', { name: 'Drain' }).click()
        await page.getByLabel('Reason, for those who ask').fill('new memory')
        await page.getByRole('dialog').getByRole('button', { name: 'Drain' }).click()
        await page.locator('.node-card.drained').getByText('new memory').waitFor()
        await shot(page, '96-drained')
        await page.getByRole('button', { name: 'Put back to use' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Put back to use' }).click()
        await page.locator('.node-card.up').waitFor()
        // The table tells the same to who does not see the map.
        await page.getByRole('radio', { name: 'Table' }).check({ force: true })
        await page.getByRole('table', { name: 'Nodes and GPUs' }).getByText('in service').waitFor()
    })
    it('two policies are tried on the jobs so far, and the better one is applied', async () => {
        const { page } = current
        await page.goto(`${base}/compute/replays`)
        const editor = page.getByRole('textbox', { name: 'B', exact: true })
        await editor.fill((await editor.inputValue()).replace('"easy"', '"none"'))
        await page.getByText('Against As it is: Backfill easy → none').waitFor()
        await page.getByRole('button', { name: 'Replay', exact: true }).click()
        await page.locator('.replay-table').waitFor()
        await page.getByText('Mean wait, h').waitFor()
        await shot(page, '97-replayed')
        await page.getByRole('button', { name: 'Apply B' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Apply this one' }).click()
        await page.getByText('‘B’ is in force now').waitFor()
        const kept = await ask(base, '/v1/pool/policy', { headers: admin })
        assert.match(kept.text, /backfill = "none"/)
        assert.equal(kept.version, 1)
    })

    // ---- a round, from the application to the lease
    it('a round is opened, a tenant applies, and what if is asked before it is awarded', async () => {
        const { page } = operatorPage
        current = operatorPage
        await page.goto(`${base}/compute/rounds`)
        await page.getByRole('button', { name: 'New round' }).click()
        await page.getByLabel('Short name').fill('2026-1')
        await page.getByLabel('Title').fill('First round')
        await page.getByLabel('Applications until').fill(`${new Date().getFullYear() + 1}-01-31`)
        await page.getByRole('button', { name: 'Open the round' }).click()
        await page.getByRole('button', { name: 'What if' }).waitFor()
        const { page: applicant } = developerPage
        await applicant.goto(`${base}/compute/rounds/2026-1`)
        await applicant.getByLabel('과제 이름').fill('한국어 의료 모델')
        for (const name of ['우선순위', '준비 정도']) await applicant.getByLabel(name).selectOption('5')
        await applicant.getByRole('button', { name: '신청', exact: true }).click()
        await applicant.getByText('신청을 받았습니다').waitFor()
        await page.reload()
        await page.getByRole('button', { name: 'What if' }).click()
        await page.getByRole('heading', { name: 'What would be awarded' }).waitFor()
        assert.equal((await ask(base, '/v1/rounds/2026-1', { headers: admin })).state, 'open') // nothing was written
        await shot(page, '99-what-if')
    })
    it('it is awarded and leased, and the applicant reads why', async () => {
        const { page } = operatorPage
        await page.getByRole('button', { name: 'Award by these rules' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Award by these rules' }).click()
        await page.getByRole('heading', { name: 'After the award' }).waitFor()
        await page.getByRole('button', { name: 'Lease', exact: true }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Lease', exact: true }).click()
        await page.getByText('1 lease over 8 GPUs').waitFor()
        await shot(page, '99-leased')
        const { page: applicant } = developerPage
        await applicant.reload()
        await applicant.locator('.decision').first().waitFor()
        assert.match(await applicant.locator('.decision').first().innerText(), /[가-힣]/)
        await shot(applicant, '99-decision')
    })

    // ---- everybody
    it('is walked by keyboard, with focus to be seen and a name for each', async () => {
        const { page } = operatorPage
        for (const path of ['/compute', '/compute/jobs', `/compute/jobs/new`, '/compute/operating', '/compute/usage']) {
            await page.goto(base + path)
            await settled(page)
            assert.deepEqual(await tabWalk(page), WELL, path)
        }
    })
    it('fits a telephone, and speaks both languages alone', async () => {
        const { page } = developerPage
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
    it('did nothing that it must not', () => {
        assert.deepEqual(developerPage.bad, [])
        assert.deepEqual(operatorPage.bad, [])
    })
})
