// A file to try, as a small maker's spreadsheet writes it: Korean, CP949, a title and a total. Made up, the same each time, with one cause
// in it: zone 3 above 84 degrees; pressure falls from the third week on.
import { encode } from '../table/charset'

const ROWS = 1500
const A_DAY = 50

export function sample(): File {
    let state = 20250303
    const luck = () => (state = (state * 48271) % 2147483647) / 2147483647
    const gauss = () => Array.from({ length: 12 }, luck).reduce((sum, one) => sum + one, -6)
    const two = (value: number) => String(value).padStart(2, '0')
    const lines = ['사출 2라인 검사 기록,,,,,,,,,', '생산일시,로트번호,호기,3존온도(℃),사출압력(bar),사이클(초),원료,불량유형,재작업(분),판정']
    let nBad = 0
    for (let n = 0; n < ROWS; n++) {
        const day = Math.floor(n / A_DAY)
        const zone = 83 + 1.2 * gauss()
        const isBad = luck() < (zone > 84 ? 0.16 : 0.025)
        nBad += isBad ? 1 : 0
        const date = `2025-03-${two(1 + day)} ${two(8 + Math.floor((n % A_DAY) / 5))}:${two((n % 5) * 12)}`
        const press = (day < 18 ? 100 : 96) + 1.5 * gauss()
        const kind = ['미성형', '은줄', '찍힘'][Math.floor(luck() * 3)]!
        lines.push([date, `L${250301 + day}-${1 + Math.floor((n % A_DAY) / 25)}`, `${1 + (n % 3)}호기`, zone.toFixed(1), press.toFixed(1), (32 + 0.4 * gauss()).toFixed(2), 'AB'[Math.floor(luck() * 2)], isBad ? kind : '', isBad ? String(5 + Math.floor(luck() * 20)) : '', isBad ? 'NG' : 'OK'].join(','))
    }
    lines.push(`합계,,,,,,,,,${nBad}`)
    return new File([encode(`${lines.join('\r\n')}\r\n`, 'cp949')! as BlobPart], '사출_검사기록.csv', { type: 'text/csv' })
}
