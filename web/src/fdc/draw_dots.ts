// Draws windows as dots against the limits of their contexts. On a canvas: a page has dozens of these with hundreds of dots each.
import { lengthOf, type Span } from '../live/span'
import { timeTicks } from '../live/ticks'
import { shortNumber } from '../live/values'
import { stepsOf } from '../meaning/control_plot'
import type { Ink } from './ink'
import type { Dot, Reach } from './judged'

export interface Frame {
    left: number
    right: number
    top: number
    bottom: number
}

export interface DotScene {
    width: number
    height: number
    ink: Ink
    dots: readonly Dot[]
    span: Span
    reach: Reach
    /** With axes and words; else the small one of many. */
    isLarge: boolean
    /** Letters in CSS pixels. */
    size: number
    font: string
    locale: string
}

const HALF = 14 // pixels that limits reach to each side of a window that stands alone
const LEAST = 1.5 // and at least, or limits of many contexts by turns could not be seen
const TINY = 400 // dots: more are drawn smaller

export const frameOf = ({ width, height, isLarge, size }: Pick<DotScene, 'width' | 'height' | 'isLarge' | 'size'>): Frame => ({ left: size * (isLarge ? 4.6 : 3.9), right: width - (isLarge ? 12 : 6), top: 8, bottom: height - (isLarge ? size * 1.8 : 6) })

export const xOf = (span: Span, frame: Frame, at: number): number => frame.left + ((at - span.from) / lengthOf(span)) * (frame.right - frame.left)
/** What lies beyond the axis is drawn at its edge. */
export const yOf = (reach: Reach, frame: Frame, value: number): number => frame.bottom - Math.max(0, Math.min(1, (value - reach.low) / (reach.high - reach.low))) * (frame.bottom - frame.top)

export function drawDots(pen: CanvasRenderingContext2D, scene: DotScene): void {
    const frame = frameOf(scene)
    const { ink, dots, span, reach } = scene
    drawAxes(pen, scene, frame)
    pen.save()
    pen.beginPath()
    pen.rect(frame.left - 5, 0, frame.right - frame.left + 10, scene.height)
    pen.clip()
    const x = dots.map(({ at }) => xOf(span, frame, at))
    drawBands(pen, scene, frame, x)
    drawWays(pen, scene, frame, x)
    const r = dots.length > TINY ? 1.2 : scene.isLarge ? 2.4 : 1.8
    dots.forEach(({ value, isOutside, isUnjudged }, n) => {
        if (value === null || isOutside) return
        pen.fillStyle = isUnjudged ? ink.muted : ink.series
        pen.beginPath()
        pen.arc(x[n]!, yOf(reach, frame, value), r, 0, 7)
        pen.fill()
    })
    // What is wrong lies on top.
    dots.forEach(({ value, isOutside }, n) => value !== null && isOutside && drawFault(pen, x[n]!, yOf(reach, frame, value), scene.isLarge ? 6 : 4.5, value > reach.high ? 1 : value < reach.low ? -1 : 0, ink))
    pen.restore()
}

function drawAxes(pen: CanvasRenderingContext2D, { reach, span, ink, isLarge, size, font, locale, height }: DotScene, frame: Frame): void {
    pen.font = `${size}px ${font}`
    pen.textAlign = 'right'
    pen.textBaseline = 'middle'
    for (const one of stepsOf(reach.low, reach.high, isLarge ? 4 : 2.5)) {
        const y = Math.round(yOf(reach, frame, one)) + 0.5
        pen.strokeStyle = ink.line
        pen.lineWidth = 1
        pen.beginPath()
        pen.moveTo(frame.left, y)
        pen.lineTo(frame.right, y)
        pen.stroke()
        pen.fillStyle = ink.muted
        pen.fillText(shortNumber(one), frame.left - 6, Math.max(size / 2, y), frame.left - 8)
    }
    if (!isLarge) return
    pen.textAlign = 'center'
    pen.textBaseline = 'alphabetic'
    for (const { at, text } of timeTicks(span.from, span.to, (frame.right - frame.left) / (size * 8), locale)) {
        const half = pen.measureText(text).width / 2
        pen.fillText(text, Math.min(Math.max(xOf(span, frame, at), half), frame.right - half + 8), height - 4)
    }
}

/** Limits of each window, as wide as there is room between it and its neighbours. */
function drawBands(pen: CanvasRenderingContext2D, { dots, ink, reach }: DotScene, frame: Frame, x: readonly number[]): void {
    const reachOn = (n: number, side: -1 | 1) => (x[n + side] === undefined ? HALF : Math.max(LEAST, Math.min(HALF, Math.abs(x[n + side]! - x[n]!) / 2)))
    const [lines, areas] = [new Path2D(), new Path2D()]
    dots.forEach(({ band }, n) => {
        if (band.lower === null && band.upper === null) return
        const [from, to] = [x[n]! - reachOn(n, -1), x[n]! + reachOn(n, 1)]
        const top = band.upper === null ? frame.top : yOf(reach, frame, band.upper)
        const bottom = band.lower === null ? frame.bottom : yOf(reach, frame, band.lower)
        areas.rect(from, top, to - from, Math.max(1, bottom - top))
        for (const y of [band.lower === null ? null : bottom, band.upper === null ? null : top]) {
            if (y === null) continue
            lines.moveTo(from, y)
            lines.lineTo(to, y)
        }
    })
    pen.fillStyle = ink.good
    pen.globalAlpha = 0.1
    pen.fill(areas)
    pen.globalAlpha = 0.85
    pen.strokeStyle = ink.bad
    pen.lineWidth = 1.2
    pen.stroke(lines)
    pen.globalAlpha = 1
}

/** Windows of one context hang together. */
function drawWays(pen: CanvasRenderingContext2D, { dots, ink, reach }: DotScene, frame: Frame, x: readonly number[]): void {
    const last = new Map<string, number>()
    pen.strokeStyle = ink.series
    pen.lineWidth = 1
    pen.globalAlpha = 0.35
    pen.beginPath()
    dots.forEach(({ value, context }, n) => {
        const before = last.get(context)
        if (value === null) {
            last.delete(context)
            return
        }
        if (before !== undefined) {
            pen.moveTo(x[before]!, yOf(reach, frame, dots[before]!.value!))
            pen.lineTo(x[n]!, yOf(reach, frame, value))
        }
        last.set(context, n)
    })
    // Several contexts by turns would be a thicket.
    if (last.size <= 3) pen.stroke()
    pen.globalAlpha = 1
}

/** A diamond; where it lies beyond the axis a half of one, that points there. */
function drawFault(pen: CanvasRenderingContext2D, x: number, y: number, r: number, beyond: -1 | 0 | 1, ink: Ink): void {
    pen.fillStyle = ink.bad
    pen.strokeStyle = ink.surface
    pen.lineWidth = 1
    pen.beginPath()
    pen.moveTo(x + r, y)
    if (beyond !== 1) pen.lineTo(x, y + r)
    pen.lineTo(x - r, y)
    if (beyond !== -1) pen.lineTo(x, y - r)
    pen.closePath()
    pen.fill()
    pen.stroke()
}
