/** Colours of the page as a canvas needs them: computed, not named. */
export interface Colours {
    ink: string
    muted: string
    line: string
    surface: string
    accent: string
    series: string[]
    heat: string[]
}

export function readColours(at: HTMLElement): Colours {
    // light-dark() is only worked out in a real property, so a probe wears each colour in turn.
    const probe = document.createElement('i')
    at.append(probe)
    const read = (name: string) => {
        probe.style.color = `var(--${name})`
        return getComputedStyle(probe).color
    }
    const colours = {
        ink: read('ink'), muted: read('muted'), line: read('line'), surface: read('surface'), accent: read('accent'),
        series: ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6'].map(read),
        heat: ['heat-0', 'heat-1', 'heat-2', 'heat-3', 'heat-4'].map(read),
    }
    probe.remove()
    return colours
}

/** Told when the page turns light or dark. */
export function onColours(changed: () => void): () => void {
    const media = matchMedia('(prefers-color-scheme: dark)')
    const watch = new MutationObserver(changed)
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    media.addEventListener('change', changed)
    return () => {
        watch.disconnect()
        media.removeEventListener('change', changed)
    }
}
