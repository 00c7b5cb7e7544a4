import type { EChartsCoreOption, EChartsType } from 'echarts/core'
import { useEffect, useRef, useState } from 'react'
import { rem } from '../parts/rem'
import { useText } from '../text'
import { onColours, readColours, type Colours } from './colours'
import './chart.css'

/** A chart. ECharts is fetched when the first one comes near the screen. */
export function Chart({ label, height, option }: { label: string; height: number; option: (colours: Colours) => EChartsCoreOption }) {
    const { t } = useText()
    const box = useRef<HTMLDivElement>(null)
    const chart = useRef<EChartsType | null>(null)
    const current = useRef(option)
    const [state, setState] = useState<'coming' | 'drawn' | 'failed'>('coming')
    current.current = option

    useEffect(() => {
        const at = box.current!
        let live = true
        const draw = () => chart.current?.setOption(common(current.current(readColours(at)), readColours(at)), true)
        const start = async () => {
            try {
                const { init } = await import('./engine')
                if (!live) return
                chart.current = init(at, null, { renderer: 'canvas' })
                draw()
                setState('drawn')
            } catch {
                if (live) setState('failed')
            }
        }
        const near = new IntersectionObserver(
            (entries) => {
                if (!entries.some((entry) => entry.isIntersecting)) return
                near.disconnect()
                void start()
            },
            { rootMargin: '300px' },
        )
        near.observe(at)
        const resized = new ResizeObserver(() => chart.current?.resize())
        resized.observe(at)
        const stop = onColours(draw)
        return () => {
            live = false
            near.disconnect()
            resized.disconnect()
            stop()
            chart.current?.dispose()
            chart.current = null
        }
    }, [])
    useEffect(() => {
        if (!chart.current) return
        const colours = readColours(box.current!)
        chart.current.setOption(common(option(colours), colours), true)
    }, [option])

    return (
        <div className={`chart ${state}`}>
            <div ref={box} role="img" aria-label={label} style={{ height: `${height / 16}rem` }} />
            {state === 'failed' && <p className="note">{t('chart.failed')}</p>}
        </div>
    )
}

function common(option: EChartsCoreOption, colours: Colours): EChartsCoreOption {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    return {
        animation: !still,
        animationDuration: 300,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colours.ink },
        color: colours.series,
        ...option,
    }
}

/** The size of letters in a chart. */
export const small = (): number => Math.round(rem() * 0.8)

/** Axes in the colours of the page. */
export const axis = (colours: Colours, name?: string) => ({
    name,
    nameTextStyle: { color: colours.muted, fontSize: small() },
    axisLabel: { color: colours.muted, fontSize: small(), hideOverlap: true },
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: colours.line, opacity: 0.6 } },
})

/** The box that follows the pointer, made of elements: text with style="" would break the content security policy. */
export function tip(title: string, lines: { mark?: string; name: string; value: string }[]): HTMLElement {
    const box = document.createElement('div')
    box.className = 'chart-tip'
    const head = document.createElement('strong')
    head.textContent = title
    box.append(head)
    for (const line of lines) {
        const row = document.createElement('p')
        const mark = document.createElement('i')
        if (line.mark) mark.style.background = line.mark
        const value = document.createElement('b')
        value.textContent = line.value
        row.append(mark, line.name, value)
        box.append(row)
    }
    return box
}

export const tooltip = (colours: Colours) => ({
    backgroundColor: colours.surface,
    borderColor: colours.line,
    borderWidth: 1,
    padding: 0,
    confine: true,
    textStyle: { color: colours.ink },
})
