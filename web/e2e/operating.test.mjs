// The room Compute on a real server, with jobs that really run. The operator, in English: gives accounts their weights, tries two policies on
// the jobs so far, applies the better one, drains a node, and takes a round from its opening to its leases. The developer's part:
// compute.test.mjs.
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { ask, faintLetters, post, settled, shot, stepsOf, tabWalk } from './browser.mjs'
import { skip, startPool, WELL } from './pool_world.mjs'

describe('the operator of the pool on the page', { skip }, () => {
    let world
    let base
    let admin // headers of the operator of the server
    let operatorPage
    let developerPage // who applies
    let current
    const it = stepsOf(() => current?.page)
    before(async () => {
        world = await startPool()
        base = world.base
        admin = world.admin
        await someJobs()
    })
    after(() => world?.stop())
    const signIn = async (secret, options) => (current = await world.signIn(secret, options))

    // Jobs to try policies on: one that needs all of the machine, and small ones that could begin before it.
    const someJobs = async () => {
        const cpus = (await ask(base, '/v1/pool', { headers: admin })).nodes.reduce((sum, node) => Math.max(sum, node.cpus), 0)
        const own = { Authorization: `Bearer ${world.developer}` }
        const job = (more) => post(base, '/v1/jobs', { command: ['sleep', '0.3'], cpus: cpus / 2, memory_mib: 64, time_s: 60, project: 'vision', ...more }, own)
        await job({ command: ['sleep', '0.6'] })
        await job({ cpus, name: 'all' })
        await job({ array: 4 })
    }
    const areOver = async () => {
        while ((await ask(base, '/v1/jobs?state=open', { headers: { Authorization: `Bearer ${world.developer}` } })).items.length > 0) await new Promise((resolve) => setTimeout(resolve, 100))
    }

    // ---- the operator of the server
    it('the operator gives an account its weight, in place', async () => {
        operatorPage = await signIn(world.server.token, { lang: 'en-GB', width: 1440 })
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
    it('a node is reserved for a lecture, another for the same time is refused, and the reservation withdrawn', async () => {
        const { page } = current
        const node = (await ask(base, '/v1/pool', { headers: admin })).nodes[0].name
        const reserve = async (name) => {
            await page.getByRole('button', { name: 'Reserve nodes' }).click()
            const dialog = page.getByRole('dialog')
            await dialog.getByLabel('Reservation').fill(name)
            await dialog.getByLabel('Account').fill('hanbit-ai')
            await dialog.getByLabel(node).check()
            await dialog.getByLabel('From').fill('2036-12-01T09:00')
            await dialog.getByLabel('Until').fill('2036-12-01T18:00')
            await dialog.getByRole('button', { name: 'Reserve', exact: true }).click()
        }
        await reserve('lecture')
        await page.getByRole('table', { name: 'Reservations' }).getByText('coming').waitFor()
        await shot(page, '95-reserved')
        await reserve('deadline')
        await page.getByText('reserved already: ‘lecture’').waitFor()
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'hidden' })
        assert.deepEqual((await ask(base, '/v1/pool/reservations', { headers: admin })).rows.map(({ name, nodes }) => [name, nodes]), [['lecture', [node]]])
        await page.getByRole('button', { name: 'Withdraw lecture' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Withdraw', exact: true }).click()
        await page.getByText('Nothing is reserved.').waitFor()
        assert.deepEqual((await ask(base, '/v1/pool/reservations', { headers: admin })).rows, [])
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
    it('two policies are tried on the jobs so far, the better one is applied, and that is undone', async () => {
        const { page } = current
        await areOver()
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
        await page.getByRole('button', { name: 'Undo' }).click()
        await page.getByText('The policy is as it was before').waitFor()
        const undone = await ask(base, '/v1/pool/policy', { headers: admin })
        assert.equal(undone.text, undone.default)
        assert.equal(undone.version, 2)
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
        developerPage ??= await world.signIn(world.developer, { lang: 'ko-KR', width: 1280 })
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
    it('is walked by keyboard, with focus to be seen, a name for each, and letters that can be read in both schemes', async () => {
        const { page } = operatorPage
        for (const path of ['/compute', '/compute/operating', '/compute/replays', '/compute/usage', '/compute/rounds', '/compute/rounds/2026-1']) {
            await page.goto(base + path)
            await settled(page)
            assert.deepEqual(await tabWalk(page), WELL, path)
            assert.deepEqual(await faintLetters(page), [], path)
        }
    })
    it('did nothing that it must not', () => {
        assert.deepEqual(operatorPage.bad, [])
        assert.deepEqual(developerPage.bad, [])
    })
})
