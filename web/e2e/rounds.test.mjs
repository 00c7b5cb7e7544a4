// A round on the page, beside the walk of operating.test.mjs: points that reviewers give by hand, an award that is given up, and a lease that
// nobody uses, over days that pass by MARU_CLOCK_SHIFT: the tenant is warned where it looks first, and the operator takes it back. The
// operator in English, the tenant in Korean. What the pool costs its owner is said and seen in usage.
import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { ask, faintLetters, post, shot, stepsOf } from './browser.mjs'
import { skip, startPool } from './pool_world.mjs'

const DAY_S = 86_400
const TYPE = 'H100'
/** The quarter in Korea that is `more` quarters from now. */
const quarter = (more) => {
    const here = new Date(Date.now() + 9 * 3_600_000)
    const n = here.getUTCFullYear() * 4 + Math.floor(here.getUTCMonth() / 3) + more
    return `${Math.floor(n / 4)}Q${(n % 4) + 1}`
}
const RULES = `title = "Points"
first_quarter = "${quarter(0)}"
last_quarter = "${quarter(4)}"
weight_impact = 60
weight_priority = 40
warn_days = 2
reclaim_days = 2
idle_percent = 10
`
const FILES = {
    'round.toml': RULES,
    'types.csv': `type,watts,credits\n${TYPE},1000,1\n`,
    'sites.csv': 'site,pue\nSeoul,1.2\n',
    'supply.csv': `site,type,quarter,gpus\nSeoul,${TYPE},${quarter(0)},8\n`,
    'regions.csv': 'region,bonus,floor_percent,ceiling_percent\ncapital,0,,\n',
    'classes.csv': 'class,bonus,floor_percent,ceiling_percent\nstart-up,0,,\n',
}
/** So much to choose from that there is time to give up. */
const LARGE = {
    ...FILES,
    'round.toml': RULES.replace('weight_impact = 60\n', '') + 'nodes = 10000000\n',
    'applications.csv': ['application,institution,class,region,readiness,priority,type,from,until,gpus,least', ...Array.from({ length: 1200 }, (_, i) => `p${i},i${i % 90},${i % 3 ? 'start-up' : 'university'},capital,${(i * 7) % 6},${(i * 5) % 6},${TYPE},${quarter(0)},${quarter(4)},${4 + ((i * 13) % 17)},${2 + ((i * 11) % 3)}`), ''].join('\n'),
    'supply.csv': `site,type,quarter,gpus\nEast,${TYPE},${quarter(0)},977\nWest,${TYPE},${quarter(0)},1013\n`,
    'sites.csv': `site,pue,quarter,power_mw\nEast,1.2,${quarter(0)},0.791\nWest,1.31,${quarter(0)},0.633\n`,
    'classes.csv': 'class,bonus,floor_percent,ceiling_percent\nstart-up,0,61,\nuniversity,0,,44\n',
}

describe('a round on the page, from points to what is taken back', { skip }, () => {
    let world
    let base
    let admin // headers of the operator of the server
    let operator
    let tenant
    let current
    const it = stepsOf(() => current?.page)
    before(async () => {
        world = await startPool()
        ;({ base, admin } = world)
        await post(base, '/v1/rounds', { round: 'points', title: 'Points', files: FILES }, admin)
        await post(base, '/v1/rounds', { round: 'large', title: 'Large', files: LARGE }, admin)
        const plan = { title: '의료 모델', purpose: '판독', region: 'capital', class: 'start-up', priority: 5, readiness: 5, lines: [{ type: TYPE, from: quarter(0), until: quarter(4), gpus: 8, least: 4 }] }
        await post(base, '/v1/rounds/points/applications', plan, world.own)
    })
    after(() => world?.stop())
    /** So many days later. */
    const days = async (n) => {
        await world.server.down()
        await world.server.up({ MARU_CLOCK_SHIFT: String(n * DAY_S) })
        while (!(await ask(base, '/v1/rounds/points', { headers: admin })).watched) await new Promise((resolve) => setTimeout(resolve, 200)) // it looks by itself, two seconds after its start
    }
    const enter = async (round) => {
        await current.page.goto(`${base}/compute/rounds/${round}`)
        await current.page.getByRole('heading', { level: 1 }).waitFor()
        return current.page
    }
    const confirm = (page, name) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click()

    it('points of a reviewer are written by hand, refused where they make no sense, and told by criterion', async () => {
        operator = current = await world.signIn(world.server.token, { lang: 'en-GB', width: 1440 })
        const page = await enter('points')
        await page.getByRole('combobox', { name: 'Tables of the round' }).selectOption('scores.csv')
        const editor = page.getByRole('textbox', { name: 'scores.csv' })
        const card = page.locator('.card').filter({ has: editor })
        await editor.fill('application,criterion,reviewer,points\nhanbit-ai,impact,R1,101\n')
        await card.getByRole('button', { name: 'Save' }).click()
        await card.getByText('scores.csv:2').waitFor()
        assert.equal((await ask(base, '/v1/rounds/points/applications', { headers: admin })).items[0].points, 40) // of the priority alone
        await editor.fill('application,criterion,reviewer,points\nhanbit-ai,impact,R1,90\nhanbit-ai,impact,R2,70\n')
        await card.getByRole('button', { name: 'Save' }).click()
        await page.waitForFunction(() => !document.querySelector('.unsaved'))
        await page.getByRole('button', { name: 'hanbit-ai', exact: true }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByText('88.0 points in all.').waitFor() // 60 % of 80, and 40 % of 100
        const impact = dialog.getByRole('row').filter({ hasText: /impact/i })
        assert.match((await impact.innerText()).replaceAll(/\s+/g, ' '), /80.0 60 % 48.0/)
        await shot(page, '99-points')
        await page.keyboard.press('Escape')
        await dialog.waitFor({ state: 'hidden' })
    })
    it('an award that takes long is given up, and nothing has changed', async () => {
        const page = await enter('large')
        await page.getByRole('button', { name: 'Award by these rules' }).click()
        await confirm(page, 'Award by these rules')
        await page.getByRole('button', { name: 'Give up' }).click()
        await page.getByText('Given up; nothing has changed.').waitFor()
        await shot(page, '99-given-up')
        assert.equal((await ask(base, '/v1/rounds/large', { headers: admin })).state, 'open')
        await page.getByRole('button', { name: 'Award by these rules' }).waitFor() // it can be begun again
    })
    it('it is awarded and leased, and five idle days later both sides are warned', async () => {
        const page = await enter('points')
        await page.getByRole('button', { name: 'Award by these rules' }).click()
        await confirm(page, 'Award by these rules')
        await page.getByRole('button', { name: 'Lease', exact: true }).click()
        await confirm(page, 'Lease')
        await page.getByText('1 lease over 8 GPUs').waitFor()
        await days(5)
        await enter('points')
        await page.getByText('warned: 8 H100 idle for').waitFor()
        await page.getByRole('button', { name: 'Look at use' }).click()
        await page.getByText('1 lease looked at: 0 warned, 1 due.').waitFor()
        await page.locator('.done-told').getByText('due: 8 H100 idle for').waitFor()
        await shot(page, '99-leases')
        await page.goto(`${base}/compute`)
        await page.getByRole('link', { name: /^Round points: 1 lease stays idle/ }).waitFor()
        tenant = current = await world.signIn(world.developer, { lang: 'ko-KR', width: 390, height: 844 })
        await tenant.page.goto(`${base}/compute`)
        await tenant.page.getByRole('link', { name: /^H100 8개를 \d+일째 쓰지 않았습니다/ }).click()
        await tenant.page.getByRole('alert').getByText(/에 회수합니다/).waitFor()
        assert.deepEqual(await faintLetters(tenant.page), [])
        await shot(tenant.page, '99-warned-390')
    })
    it('the operator takes it back, and the tenant reads that and why', async () => {
        current = operator
        const page = await enter('points')
        await page.getByRole('button', { name: 'Take back what is idle' }).click()
        await confirm(page, 'Take back what is idle')
        await page.getByText('1 lease taken back, 8 GPUs.').waitFor()
        await page.getByText(/^8 H100 taken back after/).or(page.getByText(/hanbit-ai 8 H100 taken back after/)).first().waitFor()
        const { rows } = await ask(base, '/v1/pool/accounts', { headers: admin })
        const now = new Date(Date.now() + 5 * DAY_S * 1000 + 9 * 3_600_000).toISOString().slice(0, 19)
        assert.deepEqual(rows.filter(({ lease, from, until }) => lease && from <= now && now < until), [])
        await shot(page, '99-reclaimed')
        await tenant.page.reload()
        await tenant.page.getByText(/동안 쓰지 않아 H100 8개 회수/).waitFor()
        await tenant.page.goto(`${base}/compute`)
        await tenant.page.locator('.node-card').first().waitFor()
        assert.equal(await tenant.page.getByRole('link', { name: /쓰지 않았습니다/ }).count(), 0) // nothing is left to be seen to
    })
    it('what the pool costs its owner is said, refused at its line, and seen beside what was charged', async () => {
        const { page } = (current = operator)
        await page.goto(`${base}/compute/usage`)
        await page.getByText('Nobody has said yet what it cost').waitFor()
        await page.getByRole('button', { name: 'Say what it costs' }).click()
        const text = page.getByRole('dialog').getByRole('textbox')
        await text.fill('years = 5\npeople_krw = much\n')
        await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
        await page.getByRole('dialog').getByText('Line 2:').waitFor()
        await text.fill('years = 5\ncapital_krw = 876000000000\npeople_krw = 87600000000\n')
        await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
        await page.getByRole('button', { name: 'Change', exact: true }).waitFor()
        const { owned } = await ask(base, '/v1/pool/usage?months=6', { headers: admin })
        assert.equal(owned.months.length, 6) // this pool has no GPUs whose hours could cost anything
        assert.match((await ask(base, '/v1/pool/owned-cost', { headers: admin })).text, /^people_krw = 87600000000$/m)
        await page.locator('.card').filter({ has: page.getByRole('heading', { name: 'What the pool costs its owner' }) }).locator('.figure').filter({ hasText: 'Charged to tenants' }).waitFor()
        await shot(page, '99-owned')
    })
    it('did nothing that it must not', () => {
        assert.deepEqual(operator.bad, [])
        assert.deepEqual(tenant.bad, [])
    })
})
