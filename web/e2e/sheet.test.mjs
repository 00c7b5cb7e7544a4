// The first ten minutes of a small maker's engineer, in Korean: a spreadsheet as Excel writes it here (CP949) is dropped, one column was
// taken for something that it is not, is put right, and the cause is there; then it is printed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe } from 'node:test'
import { drawCharts, launch, open, settled, shot, startServer, stepsOf, tooWide } from './browser.mjs'

let luck = 7
const chance = () => (luck = (luck * 48271) % 2147483647) / 2147483647
const gauss = () => Array.from({ length: 12 }, chance).reduce((sum, one) => sum + one, -6)
const two = (value) => String(value).padStart(2, '0')

/** The way back from the reader of CP949, which is all that there is. */
function cp949(text) {
    const reader = new TextDecoder('euc-kr')
    const bytes = new Map()
    for (let lead = 0xfe; lead >= 0x81; lead--) for (let trail = 0x41; trail <= 0xfe; trail++) bytes.set(reader.decode(Uint8Array.of(lead, trail)), [lead, trail])
    return Buffer.from([...text].flatMap((letter) => (letter.charCodeAt(0) < 0x80 ? [letter.charCodeAt(0)] : bytes.get(letter))))
}

// Above 250 degrees of the oven every fifth unit is bad, else every fiftieth. The oven's name makes it look like a repair.
const CUT = 250
const rows = Array.from({ length: 1200 }, (_, n) => {
    const oven = 247 + 3 * gauss()
    const isBad = chance() < (oven > CUT ? 0.2 : 0.02)
    return [`2025-04-${two(1 + Math.floor(n / 40))} ${two(8 + Math.floor((n % 40) / 4))}:${two((n % 4) * 15)}`, `${1 + (n % 3)}호기`, oven.toFixed(1), (5 + 0.2 * gauss()).toFixed(2), isBad ? (n % 3 ? '기포' : '긁힘') : '', isBad ? '불량' : '양품']
})
const FILE = cp949(['도장 공정 검사,,,,,', '검사일시,호기,재작업로온도(℃),도막두께(um),불량유형,판정', ...rows.map((row) => row.join(',')), `합계,,,,,${rows.length}`, ''].join('\r\n'))

describe('a spreadsheet in Korean', () => {
    let server
    let browser
    let base
    let page
    let context
    let bad
    const it = stepsOf(() => page)
    before(async () => {
        server = process.env.BASE_URL ? null : await startServer()
        base = process.env.BASE_URL ?? server.base
        browser = await launch()
        ;({ page, context, bad } = await open(browser, base, { lang: 'ko-KR', width: 1280 }))
        await context.addInitScript(() => { window.print = () => (window.printed = true) })
    })
    after(async () => {
        await browser?.close()
        await server?.stop()
    })
    const card = (name) => page.locator('.card').filter({ has: page.getByRole('heading', { name, exact: true }) })

    it('is asked for on an empty server, and by the first tab of quality', async () => {
        await page.goto(base)
        if (!process.env.BASE_URL) {
            await page.getByRole('link', { name: '파일 올려 보기' }).click()
            await page.locator('.sheet-drop').waitFor()
            await page.goto(base)
        }
        await page.getByRole('link', { name: '품질' }).click()
        await page.getByText('검사·생산 기록 파일을 여기에 놓으세요').waitFor()
        await shot(page, '60-sheet-drop')
    })

    it('is told plainly when it is none', async () => {
        await page.getByTestId('sheet').setInputFiles({ name: '빈파일.csv', mimeType: 'text/csv', buffer: Buffer.from('') })
        const problem = page.getByRole('alert')
        await problem.waitFor()
        assert.match(await problem.textContent(), /[가-힣]/)
        assert.doesNotMatch(await problem.textContent(), /[A-Za-z]{6}/)
    })

    it('is dropped, and what is bad is counted', async () => {
        const moved = await page.evaluateHandle((bytes) => {
            const transfer = new DataTransfer()
            transfer.items.add(new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], '도장_검사.csv', { type: 'text/csv' }))
            return transfer
        }, FILE.toString('base64'))
        await page.locator('.sheet-drop').dispatchEvent('drop', { dataTransfer: moved })
        await page.locator('.sheet-hero').getByText('도장_검사.csv · 1,200행 · 6열').waitFor()
        const n = rows.filter((row) => row[5] === '불량').length
        await page.locator('.sheet-hero').getByText(`1,200개 중 ${n}개가 불량입니다`).waitFor()
        await drawCharts(page)
        const kinds = page.locator('.pareto')
        assert.deepEqual([await kinds.count(), await page.locator('.sheet-figure').getByText('불량의 종류').count()], [2, 1])
        assert.match(await kinds.last().innerText(), /여기까지 100 %/)
        assert.equal(await page.locator('.sheet-hero').getByText('재작업로온도').count(), 0)
        await card('이렇게 이해했습니다').getByText('CP949').waitFor()
        await shot(page, '61-sheet-first')
    })

    it('is put right in one column, and looked at again', async () => {
        const role = page.getByLabel('재작업로온도 보는 법')
        assert.equal(await role.evaluate((select) => select.selectedOptions[0].textContent), '판정의 결과')
        await role.selectOption({ label: '원인 후보' })
        await page.getByText('고친 것이 아직 반영되지 않았습니다.').waitFor()
        await page.getByRole('button', { name: '다시 보기' }).click()
        const cause = page.locator('.sheet-hero').getByText(/"재작업로온도".* [\d.]+보다 높으면/)
        await cause.waitFor()
        const cut = Number(/([\d.]+)보다/.exec(await cause.textContent())[1])
        assert.ok(Math.abs(cut - CUT) < 1, `the cut is at ${cut}`)
        await card('불량과 함께 나타나는 것').getByText('찾을 때 쓰지 않은 나중 데이터에서도 그렇습니다').waitFor()
        await drawCharts(page)
        await shot(page, '62-sheet-again')
        assert.equal(await tooWide(page), 0)
    })

    it('has capability when limits are written into its columns', async () => {
        await page.getByLabel('도막두께 하한').fill('4.4')
        await page.getByLabel('도막두께 상한').fill('5.6')
        await page.getByRole('button', { name: '다시 보기' }).click()
        await card('공정 능력').getByText(/"도막두께": Cpk (0\.9|1\.0)/).waitFor() // the limits are three sigma from the mean
        await drawCharts(page)
    })

    it('is kept while other rooms are visited, and refuses what makes no sense', async () => {
        await page.getByRole('link', { name: '관리도', exact: true }).click()
        await page.getByRole('link', { name: '스프레드시트' }).click()
        await page.locator('.sheet-hero').waitFor()
        await page.getByLabel('도막두께 하한').fill('9')
        await page.getByRole('button', { name: '다시 보기' }).click()
        await page.getByRole('alert').waitFor()
        await page.getByRole('button', { name: '고친 것 되돌리기' }).click()
        assert.equal(await page.getByLabel('도막두께 하한').inputValue(), '4.4')
    })

    it('is printed as a page of its own', async () => {
        const [report] = await Promise.all([context.waitForEvent('page'), page.getByRole('button', { name: '인쇄' }).click()])
        await report.locator('.lead').getByText('재작업로온도').filter({ visible: true }).waitFor()
        await report.waitForFunction(() => window.printed)
        assert.equal(await report.evaluate(() => document.documentElement.lang), 'ko')
        assert.equal(await report.evaluate(() => getComputedStyle(document.querySelector('.lead')).borderTopStyle), 'solid') // its style is there
        assert.ok((await report.locator('svg').count()) >= 3)
        assert.ok((await report.pdf({ preferCSSPageSize: true })).length > 20_000)
        await report.close()
    })

    it('prints as it stands too: light, and within a sheet of A4', async () => {
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
        const told = await page.evaluate(() => {
            document.querySelector('.frame').style.width = '703px' // A4 within margins of 12 mm
            const at = document.querySelector('main').getBoundingClientRect()
            const out = [...document.querySelectorAll('main canvas, main svg, main p, main th')].filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > at.right + 1).length
            const ink = getComputedStyle(document.querySelector('.card')).backgroundColor
            document.querySelector('.frame').style.width = ''
            return { out, ink, bars: ['.bar', '.tabs', '.actions'].filter((name) => document.querySelector(name).checkVisibility()) }
        })
        await page.emulateMedia({ media: 'screen', colorScheme: 'light' })
        assert.deepEqual(told, { out: 0, ink: 'rgb(255, 255, 255)', bars: [] })
    })

    it('is saved as JSON', async () => {
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'JSON 저장' }).click()])
        assert.equal(download.suggestedFilename(), '도장_검사-maru.json')
        const answer = JSON.parse(readFileSync(await download.path(), 'utf8'))
        assert.equal(answer.causes[0].column, '재작업로온도')
    })

    it('is handed on to make a model of, which is kept only when that is said', async () => {
        const kept = async () => (await (await fetch(`${base}/v1/datasets`)).json()).items.length
        const before = await kept()
        await page.getByRole('button', { name: '이 파일로 모델 만들기' }).click()
        await page.getByText('‘도장_검사.csv’ 파일로 모델을 만들까요?').waitFor()
        assert.equal(await kept(), before)
        await page.getByRole('button', { name: '이 파일로 만들기' }).click()
        await page.getByRole('heading', { name: '이렇게 읽었습니다' }).waitFor()
        assert.equal(await page.getByLabel('맞힐 열').inputValue(), '판정')
        assert.ok(await page.getByLabel('호기 열로 배우기').isChecked())
        assert.equal(await kept(), before + 1)
        await page.getByRole('link', { name: '품질' }).click()
        await page.locator('.sheet-hero').waitFor()
    })

    it('fits a telephone, and speaks English', async () => {
        await page.setViewportSize({ width: 390, height: 844 })
        await page.getByLabel('English').check({ force: true })
        await page.locator('.sheet-hero').getByText(/units are bad/).waitFor()
        await settled(page)
        assert.equal(await tooWide(page), 0)
        await shot(page, '63-sheet-telephone')
        await page.getByRole('button', { name: 'Another file' }).click()
        await page.getByRole('button', { name: 'Try a sample' }).click()
        await page.locator('.sheet-hero').getByText(/1,500 rows/).waitFor()
        assert.deepEqual(bad, [])
    })
})
