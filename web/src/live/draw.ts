// Draws the explorer's chart. A wheel's step is drawn within its frame, however many points there are, because nothing is laid out
// anew: a library's chart takes its whole option again for each.
import type { Colours } from '../charts/colours'
import { numberOf, pointBefore } from './pieces'
import { LANE_HEIGHT, missingOf, runsOf, type Axis, type Box, type Line } from './scene'
import type { Span } from './span'
import { timeTicks } from './ticks'

export interface Mark {
    at: number
    kind: string
}

export interface Scene {
    width: number
    height: number
    span: Span
    axes: Axis[]
    lines: Line[]
    marks: Mark[]
    /** Until when anything can be known: lines are held up to here. */
    now: number
    cursor: number | null
    selection: Span | null
    colours: Colours & { bad: string; warn: string; good: string }
    letters: { font: string; size: number }
    locale: string
    axesMax: number
}

const STRIP = 20 // of marks, at the top
const FOOT = 26
const EDGE = 8

export const toneOf = (kind: string, colours: Scene['colours']): string =>
    kind === 'alarm' || kind === 'fault' ? colours.bad : kind === 'command' ? colours.warn : kind === 'lot' ? colours.accent : kind === 'measurement' ? colours.good : colours.muted

export function boxOf(pen: CanvasRenderingContext2D, scene: Pick<Scene, 'width' | 'height' | 'axes' | 'lines' | 'letters' | 'axesMax'>): { box: Box; axisAt: number[] } {
    pen.font = `${scene.letters.size}px ${scene.letters.font}`
    const widths = scene.axes.slice(0, scene.axesMax).map(({ ticks, unit }) => Math.max(...ticks.map(({ text }) => pen.measureText(text).width), Math.min(70, pen.measureText(unit).width), 16) + 14)
    let [left, right] = [EDGE, EDGE]
    const axisAt: number[] = []
    widths.forEach((width, n) => {
        axisAt.push(n % 2 === 0 ? (left += width) : (right += width))
    })
    const lanes = scene.lines.filter(({ axis }) => axis < 0).length
    return { box: { left: Math.max(left, EDGE + 4), right: scene.width - Math.max(right, EDGE + 10), top: STRIP + 16, bottom: scene.height - FOOT - lanes * LANE_HEIGHT }, axisAt }
}

export function draw(pen: CanvasRenderingContext2D, scene: Scene): Box {
    const { width, height, colours } = scene
    const { box, axisAt } = boxOf(pen, scene)
    pen.clearRect(0, 0, width, height)
    pen.lineJoin = 'round'
    const xOf = (time: number) => box.left + ((time - scene.span.from) / (scene.span.to - scene.span.from)) * (box.right - box.left)
    drawTimes(pen, scene, box, xOf)
    scene.axes.slice(0, scene.axesMax).forEach((axis, n) => drawAxis(pen, scene, box, axis, n, axisAt[n]!))
    pen.save()
    pen.beginPath()
    pen.rect(box.left, 0, box.right - box.left, height - FOOT)
    pen.clip()
    drawMissing(pen, scene, box, xOf)
    for (const line of scene.lines) if (line.axis >= 0) drawLine(pen, scene, box, line, xOf)
    drawLanes(pen, scene, box, xOf)
    drawMarks(pen, scene, box, xOf)
    if (scene.cursor !== null) {
        pen.strokeStyle = colours.ink
        pen.globalAlpha = 0.55
        stroke(pen, [[crisp(xOf(scene.cursor)), STRIP], [crisp(xOf(scene.cursor)), height - FOOT]], 1)
        pen.globalAlpha = 1
    }
    if (scene.selection) {
        const [a, b] = [xOf(scene.selection.from), xOf(scene.selection.to)]
        pen.fillStyle = colours.accent
        pen.globalAlpha = 0.16
        pen.fillRect(a, STRIP, b - a, height - FOOT - STRIP)
        pen.globalAlpha = 1
        pen.strokeStyle = colours.accent
        for (const x of [a, b]) stroke(pen, [[crisp(x), STRIP], [crisp(x), height - FOOT]], 1)
    }
    pen.restore()
    return box
}

const crisp = (x: number) => Math.round(x) + 0.5
function stroke(pen: CanvasRenderingContext2D, points: [number, number][], width: number): void {
    pen.lineWidth = width
    pen.beginPath()
    points.forEach(([x, y], n) => (n === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)))
    pen.stroke()
}

function drawTimes(pen: CanvasRenderingContext2D, scene: Scene, box: Box, xOf: (time: number) => number): void {
    const { colours, letters } = scene
    const ticks = timeTicks(scene.span.from, scene.span.to, (box.right - box.left) / (letters.size * 7.5), scene.locale)
    pen.font = `${letters.size}px ${letters.font}`
    pen.textAlign = 'center'
    pen.textBaseline = 'top'
    const foot = scene.height - FOOT
    let free = -Infinity
    for (const { at, text, isStrong } of ticks) {
        const x = crisp(xOf(at))
        pen.strokeStyle = colours.line
        pen.globalAlpha = isStrong ? 1 : 0.55
        stroke(pen, [[x, box.top], [x, foot]], 1)
        pen.globalAlpha = 1
        const half = pen.measureText(text).width / 2
        const middle = Math.min(Math.max(x, half), scene.width - half)
        if (middle - half < free) continue
        free = middle + half + 10
        pen.fillStyle = isStrong ? colours.ink : colours.muted
        pen.fillText(text, middle, foot + 8)
    }
    pen.strokeStyle = colours.line
    stroke(pen, [[box.left, crisp(foot)], [box.right, crisp(foot)]], 1)
}

const yOf = (axis: Axis, box: Box, value: number) => box.bottom - ((value - axis.low) / (axis.high - axis.low)) * (box.bottom - box.top)

function drawAxis(pen: CanvasRenderingContext2D, scene: Scene, box: Box, axis: Axis, n: number, at: number): void {
    const { colours, letters } = scene
    const isLeft = n % 2 === 0
    const x = isLeft ? at : scene.width - at
    pen.font = `${letters.size}px ${letters.font}`
    pen.textBaseline = 'middle'
    pen.textAlign = isLeft ? 'right' : 'left'
    for (const { value, text } of axis.ticks) {
        const y = yOf(axis, box, value)
        if (y < box.top - 1 || y > box.bottom + 1) continue
        if (n === 0) {
            pen.strokeStyle = colours.line
            pen.globalAlpha = 0.55
            stroke(pen, [[box.left, crisp(y)], [box.right, crisp(y)]], 1)
            pen.globalAlpha = 1
        }
        pen.fillStyle = axis.colour ?? colours.muted
        pen.fillText(text, x + (isLeft ? -7 : 7), y)
    }
    pen.strokeStyle = axis.colour ?? colours.line
    stroke(pen, [[crisp(x), box.top], [crisp(x), box.bottom]], 1)
    if (!axis.unit) return
    pen.fillStyle = axis.colour ?? colours.muted
    pen.textBaseline = 'bottom'
    pen.fillText(axis.unit, x + (isLeft ? -7 : 7), box.top - 4, 70)
}

/** Hatching: here nothing good is known. */
function drawMissing(pen: CanvasRenderingContext2D, scene: Scene, box: Box, xOf: (time: number) => number): void {
    for (const { from, to, colour } of missingOf(scene.lines, scene.span)) {
        const [a, b] = [Math.max(box.left, xOf(from)), Math.min(box.right, Math.max(xOf(to), xOf(from) + 2))]
        pen.save()
        pen.beginPath()
        pen.rect(a, box.top, b - a, box.bottom - box.top)
        pen.clip()
        pen.globalAlpha = 0.08
        pen.fillStyle = scene.colours.muted
        pen.fillRect(a, box.top, b - a, box.bottom - box.top)
        pen.globalAlpha = 0.3
        pen.strokeStyle = colour ?? scene.colours.muted
        pen.lineWidth = 1
        pen.beginPath()
        const rise = box.bottom - box.top
        // The lines of one hatching go on in the next: they hang on the page, not on the gap.
        for (let x = Math.floor((a - rise) / 9) * 9; x < b; x += 9) {
            pen.moveTo(x, box.bottom)
            pen.lineTo(x + rise, box.top)
        }
        pen.stroke()
        pen.restore()
    }
}

function drawLine(pen: CanvasRenderingContext2D, scene: Scene, box: Box, line: Line, xOf: (time: number) => number): void {
    const { piece } = line
    const axis = scene.axes[line.axis]
    if (!piece || !axis) return
    const y = (value: number) => yOf(axis, box, value)
    pen.strokeStyle = pen.fillStyle = line.colour
    const alpha = line.isFaint ? 0.3 : 1
    const runs = runsOf(piece, line.gaps, scene.span)
    for (const { from, to } of runs) {
        if (piece.step > 0) {
            pen.globalAlpha = alpha * 0.24
            pen.beginPath()
            for (let k = from; k < to; k++) pen.lineTo(xOf(piece.at[k]!), y(piece.high[k]!))
            for (let k = to - 1; k >= from; k--) pen.lineTo(xOf(piece.at[k]!), y(piece.low[k]!) + 1)
            pen.fill()
            // A single peak would be too thin to see as an area.
            pen.globalAlpha = alpha * 0.5
            pen.lineWidth = 1
            pen.stroke()
        }
        pen.globalAlpha = alpha
        pen.lineWidth = 1.7
        pen.beginPath()
        for (let k = from; k < to; k++) {
            if (line.isStep && k > from) pen.lineTo(xOf(piece.at[k]!), y(piece.mid[k - 1]!))
            pen.lineTo(xOf(piece.at[k]!), y(piece.mid[k]!))
        }
        pen.stroke()
    }
    const shown = runs.reduce((sum, { from, to }) => sum + to - from, 0)
    if (piece.step === 0 && shown * 9 < box.right - box.left) {
        for (const { from, to } of runs) {
            for (let k = from; k < to; k++) {
                pen.beginPath()
                pen.arc(xOf(piece.at[k]!), y(piece.mid[k]!), 2.6, 0, 7)
                pen.fill()
            }
        }
    }
    drawHeld(pen, scene, line, y, xOf, alpha)
    pen.globalAlpha = 1
}

/** A value holds until another one comes: dashed from before the piece, and up to now. */
function drawHeld(pen: CanvasRenderingContext2D, scene: Scene, { piece, gaps }: Line, y: (value: number) => number, xOf: (time: number) => number, alpha: number): void {
    if (!piece || piece.step > 0) return
    pen.setLineDash([4, 4])
    pen.globalAlpha = alpha * 0.75
    const hold = (value: number, from: number, until: number) => {
        const end = Math.min(until, gaps.find((gap) => gap.to > from)?.from ?? until)
        if (!Number.isNaN(value) && end > from) stroke(pen, [[xOf(Math.max(from, piece.from)), y(value)], [xOf(end), y(value)]], 1.5)
    }
    if (piece.before) hold(numberOf(piece.before), piece.before[0], piece.at[0] ?? Math.min(piece.to, scene.now))
    const last = piece.at.length - 1
    if (last >= 0) hold(piece.mid[last]!, piece.at[last]!, Math.min(piece.to, scene.now))
    pen.setLineDash([])
}

function drawLanes(pen: CanvasRenderingContext2D, scene: Scene, box: Box, xOf: (time: number) => number): void {
    const { letters, colours } = scene
    const lanes = scene.lines.filter(({ axis }) => axis < 0)
    pen.font = `${letters.size}px ${letters.font}`
    pen.textAlign = 'left'
    pen.textBaseline = 'middle'
    lanes.forEach(({ piece, colour }, lane) => {
        if (!piece) return
        const top = box.bottom + lane * LANE_HEIGHT + 4
        const say = (text: string, from: number, to: number) => {
            const [a, b] = [Math.max(box.left, xOf(from)), Math.min(box.right, xOf(to))]
            if (!text || b <= a) return
            pen.fillStyle = colour
            pen.globalAlpha = 0.22
            pen.fillRect(a, top, b - a, LANE_HEIGHT - 6)
            pen.globalAlpha = 1
            pen.fillRect(a, top, 2, LANE_HEIGHT - 6)
            if (b - a < 24) return
            pen.save()
            pen.beginPath()
            pen.rect(a, top, b - a - 3, LANE_HEIGHT - 6)
            pen.clip()
            pen.fillStyle = colours.ink
            pen.fillText(text, a + 6, top + (LANE_HEIGHT - 6) / 2)
            pen.restore()
        }
        const end = Math.min(piece.to, scene.now)
        if (piece.before && typeof piece.before[1] === 'string') say(piece.before[1], piece.before[0], piece.at[0] ?? end)
        for (let k = Math.max(0, pointBefore(piece, scene.span.from)); k < piece.at.length && piece.at[k]! <= scene.span.to; k++) say(piece.text[k] ?? '', piece.at[k]!, piece.at[k + 1] ?? end)
    })
}

function drawMarks(pen: CanvasRenderingContext2D, scene: Scene, box: Box, xOf: (time: number) => number): void {
    for (const { at, kind } of scene.marks) {
        const x = xOf(at)
        if (x < box.left - 6 || x > box.right + 6) continue
        pen.strokeStyle = pen.fillStyle = toneOf(kind, scene.colours)
        pen.globalAlpha = 0.3
        stroke(pen, [[crisp(x), STRIP - 3], [crisp(x), box.bottom]], 1)
        pen.globalAlpha = 1
        pen.beginPath()
        shape(pen, kind, x, STRIP / 2, 5)
        pen.fill()
    }
}

/** Kinds differ in shape as well as in colour. */
function shape(pen: CanvasRenderingContext2D, kind: string, x: number, y: number, r: number): void {
    if (kind === 'alarm') polygon(pen, [[x, y - r - 1], [x + r + 1, y], [x, y + r + 1], [x - r - 1, y]])
    else if (kind === 'fault') polygon(pen, [[x, y - r - 1], [x + r, y + r - 1], [x - r, y + r - 1]])
    else if (kind === 'lot') polygon(pen, [[x - r, y - r], [x + r, y], [x - r, y + r]])
    else if (kind === 'command') polygon(pen, [[x - r, y - r], [x + r, y - r], [x, y + r]])
    else if (kind === 'measurement') pen.arc(x, y, r - 0.5, 0, 7)
    else pen.rect(x - r + 1, y - r + 1, 2 * r - 2, 2 * r - 2)
}

function polygon(pen: CanvasRenderingContext2D, points: [number, number][]): void {
    points.forEach(([x, y], n) => (n === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)))
    pen.closePath()
}
