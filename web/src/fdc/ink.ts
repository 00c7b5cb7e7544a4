// Colours of the page for canvases that draw themselves, read again when the page turns light or dark.
import { useLayoutEffect, useState, type RefObject } from 'react'
import { onColours, readColours } from '../charts/colours'

export interface Ink {
    ink: string
    muted: string
    line: string
    surface: string
    accent: string
    series: string
    good: string
    bad: string
}

function inkOf(at: HTMLElement): Ink {
    const { ink, muted, line, surface, accent, series } = readColours(at)
    const probe = document.createElement('i')
    at.append(probe)
    const read = (name: string) => {
        probe.style.color = `var(--${name})`
        return getComputedStyle(probe).color
    }
    const all = { ink, muted, line, surface, accent, series: series[0]!, good: read('good'), bad: read('bad') }
    probe.remove()
    return all
}

/** What a canvas in this element needs to be drawn: its size in CSS pixels, and colours. */
export function useSheet(box: RefObject<HTMLElement | null>): { width: number; height: number; ink: Ink } | null {
    const [sheet, setSheet] = useState<{ width: number; height: number; ink: Ink } | null>(null)
    useLayoutEffect(() => {
        const at = box.current!
        const look = (isRecoloured: boolean) =>
            setSheet((before) => {
                const [width, height] = [at.clientWidth, at.clientHeight]
                if (before && !isRecoloured && before.width === width && before.height === height) return before
                return width > 0 && height > 0 ? { width, height, ink: before && !isRecoloured ? before.ink : inkOf(at) } : before
            })
        look(false)
        const watch = new ResizeObserver(() => look(false))
        watch.observe(at)
        const stop = onColours(() => look(true))
        return () => {
            watch.disconnect()
            stop()
        }
    }, [box])
    return sheet
}

/** A pen in CSS pixels on an empty canvas of this size. */
export function penOf(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
    const ratio = window.devicePixelRatio || 1
    const pen = canvas.getContext('2d', { willReadFrequently: true })!
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (canvas.width !== w || canvas.height !== h) {
        canvas.width = w
        canvas.height = h
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    pen.clearRect(0, 0, width, height)
    pen.lineJoin = 'round'
    return pen
}
