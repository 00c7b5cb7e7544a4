// The page's colours as the hall wears them.
import type { LabelLook } from './labels'

export interface Look extends LabelLook {
    dark: boolean
    sky: string
    floor: string
    line: string
    shell: string
    trim: string
    rail: string
    accent: string
    states: string[]
    heat: string[]
    lot: string
    hot: string
    late: string
    risk: string
    tints: string[]
}

/** light-dark() is only worked out in a real property, so a probe wears each colour in turn. */
export function readLook(at: HTMLElement): Look {
    const probe = document.createElement('i')
    at.append(probe)
    const read = (name: string) => {
        probe.style.color = `var(--${name})`
        return getComputedStyle(probe).color
    }
    const look: Look = {
        dark: /^dark$/.test(getComputedStyle(document.documentElement).colorScheme) || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches),
        ink: read('ink'),
        ground: read('surface'),
        edge: read('line'),
        mark: read('accent'),
        font: getComputedStyle(document.body).fontFamily,
        sky: read('hall-sky'),
        floor: read('hall-floor'),
        line: read('hall-line'),
        shell: read('hall-shell'),
        trim: read('hall-trim'),
        rail: read('hall-rail'),
        accent: read('accent'),
        states: ['standby', 'productive', 'setup', 'engineering', 'scheduled', 'unscheduled', 'nonscheduled'].map((name) => read(`hall-${name}`)),
        heat: ['hall-heat-0', 'hall-heat-1', 'hall-heat-2', 'hall-heat-3', 'hall-heat-4'].map(read),
        lot: read('hall-lot'),
        hot: read('hall-hot'),
        late: read('hall-late'),
        risk: read('hall-risk'),
        tints: ['series-1', 'series-3', 'series-5', 'series-4', 'series-6', 'series-2'].map(read),
    }
    probe.remove()
    return look
}
