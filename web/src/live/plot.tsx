import { useEffect, useLayoutEffect, useRef, useState, type DragEvent, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { onColours, readColours, type Colours } from '../charts/colours'
import { rem } from '../parts/rem'
import { useText } from '../text'
import { boxOf, draw, type Mark, type Scene } from './draw'
import { axisUnder, LANE_HEIGHT, makeAxes, type Box, type Line } from './scene'
import { DRAGGED } from './signal_tree'
import { clamped, lengthOf, moved, zoomed, type Span } from './span'

const FOOT_REACH = 30 // from the bottom: here a drag moves
const NARROW = 560

/** Drawn by the processor: many thin lines cost it less than a graphics card, and the computers of a factory often have none. */
const penOf = (canvas: HTMLCanvasElement) => canvas.getContext('2d', { willReadFrequently: true })

/** The colours of states beside those of all charts. */
function readAll(at: HTMLElement): Scene['colours'] {
    const probe = document.createElement('i')
    at.append(probe)
    const read = (name: string) => {
        probe.style.color = `var(--${name})`
        return getComputedStyle(probe).color
    }
    const colours: Scene['colours'] = { ...(readColours(at) as Colours), bad: read('bad'), warn: read('warn'), good: read('good') }
    probe.remove()
    return colours
}

/**
 * The explorer's chart. Wheel: zoom; drag: zoom in on what was marked; drag with Shift or on the axis, and a finger: move; two fingers:
 * zoom; keys: arrows move, + and − zoom, Shift and arrows move the cursor.
 */
export function Plot({ label, lines, span, marks, now, cursor, tip, onSpan, onCursor, onPixels, onDropped }: {
    label: string
    lines: Line[]
    span: Span
    marks: Mark[]
    now: number
    cursor: number | null
    /** What is said at a time of the events near it. */
    tip: (near: Span) => ReactNode
    onSpan: (span: Span, isRest: boolean) => void
    onCursor: (time: number | null) => void
    onPixels: (pixels: number) => void
    /** `axis`: the one that it was dropped on. */
    onDropped: (id: number, axis: number | null) => void
}) {
    const { t, lang } = useText()
    const holder = useRef<HTMLDivElement>(null)
    const canvas = useRef<HTMLCanvasElement>(null)
    const [size, setSize] = useState({ width: 0, height: 0 })
    const [colours, setColours] = useState<Scene['colours'] | null>(null)
    const [selection, setSelection] = useState<Span | null>(null)
    const [over, setOver] = useState<{ axis: number | null } | null>(null)
    const box = useRef<Box>({ left: 0, right: 1, top: 0, bottom: 1 })
    const lanes = lines.filter(({ axis }) => axis < 0).length

    useLayoutEffect(() => {
        const at = holder.current!
        const look = () => setSize((before) => (before.width === at.clientWidth && before.height === at.clientHeight ? before : { width: at.clientWidth, height: at.clientHeight }))
        const recolour = () => setColours(readAll(at))
        look()
        recolour()
        const resized = new ResizeObserver(look)
        resized.observe(at)
        const stop = onColours(recolour)
        return () => {
            resized.disconnect()
            stop()
        }
    }, [])

    const axes = makeAxes(lines, span, size.height - 70 - lanes * LANE_HEIGHT, t('value.on'), t('value.off'))
    const scene: Scene | null = colours && size.width > 0 ? {
        ...size, span, axes, lines, marks, now, cursor, selection, colours, locale: lang === 'ko' ? 'ko-KR' : 'en-GB',
        letters: { font: getComputedStyle(document.body).fontFamily, size: Math.round(rem() * 0.78) },
        axesMax: size.width < NARROW ? 2 : 4,
    } : null
    const latest = useRef(scene)
    latest.current = scene
    useLayoutEffect(() => {
        const at = canvas.current
        const pen = at && penOf(at)
        if (!at || !pen || !scene) return
        const ratio = window.devicePixelRatio || 1
        const [w, h] = [Math.round(size.width * ratio), Math.round(size.height * ratio)]
        if (at.width !== w || at.height !== h) {
            at.width = w
            at.height = h
        }
        pen.setTransform(ratio, 0, 0, ratio, 0, 0)
        box.current = draw(pen, scene)
    })
    const pen = canvas.current && penOf(canvas.current)
    const pixels = scene && pen ? Math.round((boxOf(pen, scene).box.right - boxOf(pen, scene).box.left) / 20) * 20 : 0
    useEffect(() => onPixels(pixels), [pixels, onPixels])
    usePaper(holder, canvas, latest)

    const timeAt = (x: number) => span.from + ((x - box.current.left) / Math.max(1, box.current.right - box.current.left)) * lengthOf(span)
    const within = (x: number) => Math.max(box.current.left, Math.min(box.current.right, x))
    const here = (event: { clientX: number; clientY: number }) => {
        const at = canvas.current!.getBoundingClientRect()
        return { x: event.clientX - at.left, y: event.clientY - at.top }
    }

    // React listens to wheels passively, and then the page would scroll, too.
    const wheel = useRef((_: WheelEvent) => {})
    wheel.current = (event) => {
        if (event.ctrlKey && !event.deltaY) return
        event.preventDefault()
        const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1
        const isSide = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)
        if (isSide) return onSpan(moved(span, ((event.deltaX || event.deltaY) * unit) / Math.max(200, size.width)), false)
        const factor = Math.exp(Math.max(-0.7, Math.min(0.7, event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0018))))
        onSpan(zoomed(span, factor, timeAt(within(here(event).x))), false)
    }
    useEffect(() => {
        const at = canvas.current!
        const turn = (event: WheelEvent) => wheel.current(event)
        at.addEventListener('wheel', turn, { passive: false })
        return () => at.removeEventListener('wheel', turn)
    }, [])

    const touches = useRef(new Map<number, number>())
    const drag = useRef<{ kind: 'move' | 'mark'; x: number; span: Span } | null>(null)
    const onDown = (event: PointerEvent) => {
        if (event.pointerType === 'mouse' && event.button !== 0) return
        const { x, y } = here(event)
        canvas.current!.setPointerCapture(event.pointerId)
        if (event.pointerType === 'touch') touches.current.set(event.pointerId, x)
        const isMove = event.pointerType === 'touch' || event.shiftKey || y > size.height - FOOT_REACH
        drag.current = { kind: isMove ? 'move' : 'mark', x, span }
    }
    const onMove = (event: PointerEvent) => {
        const { x } = here(event)
        const fingers = touches.current
        if (fingers.size === 2 && fingers.has(event.pointerId)) {
            const other = [...fingers].find(([id]) => id !== event.pointerId)![1]
            const [was, is] = [Math.abs(fingers.get(event.pointerId)! - other), Math.abs(x - other)]
            fingers.set(event.pointerId, x)
            if (was > 8 && is > 8) onSpan(zoomed(span, was / is, timeAt(other)), false)
            drag.current = null
            return
        }
        if (fingers.has(event.pointerId)) fingers.set(event.pointerId, x)
        onCursor(x >= box.current.left - 4 && x <= box.current.right + 4 ? timeAt(within(x)) : null)
        const held = drag.current
        if (!held) return
        const width = box.current.right - box.current.left
        if (held.kind === 'move') {
            if (Math.abs(x - held.x) > 2) onSpan(moved(held.span, (held.x - x) / width), false)
        } else if (Math.abs(x - held.x) > 4) {
            const [a, b] = [timeAt(within(held.x)), timeAt(within(x))]
            setSelection({ from: Math.min(a, b), to: Math.max(a, b) })
        }
    }
    const onUp = (event: PointerEvent) => {
        touches.current.delete(event.pointerId)
        drag.current = null
        if (selection) onSpan(clamped(selection), true)
        setSelection(null)
    }
    const onKey = (event: KeyboardEvent) => {
        if (event.metaKey || event.ctrlKey || event.altKey) return
        const middle = cursor ?? (span.from + span.to) / 2
        const step = lengthOf(span) / 100
        const ways: Record<string, () => void> = {
            ArrowLeft: () => (event.shiftKey ? onCursor(Math.max(span.from, middle - step)) : onSpan(moved(span, -0.1), true)),
            ArrowRight: () => (event.shiftKey ? onCursor(Math.min(span.to, middle + step)) : onSpan(moved(span, 0.1), true)),
            '+': () => onSpan(zoomed(span, 0.5, middle), true),
            '=': () => onSpan(zoomed(span, 0.5, middle), true),
            ArrowUp: () => onSpan(zoomed(span, 0.7, middle), true),
            '-': () => onSpan(zoomed(span, 2, middle), true),
            ArrowDown: () => onSpan(zoomed(span, 1 / 0.7, middle), true),
            Escape: () => {
                setSelection(null)
                drag.current = null
                onCursor(null)
            },
        }
        const way = ways[event.key]
        if (!way) return
        event.preventDefault()
        way()
    }
    const places = scene && pen ? boxOf(pen, scene).axisAt : []
    const axisAtPointer = (event: DragEvent) => axisUnder(here(event).x, size.width, places)
    const drops = {
        onDragOver: (event: DragEvent) => {
            if (!event.dataTransfer.types.includes(DRAGGED)) return
            event.preventDefault()
            event.dataTransfer.dropEffect = 'copy'
            const axis = axisAtPointer(event)
            if (over?.axis !== axis) setOver({ axis })
        },
        onDragLeave: () => setOver(null),
        onDrop: (event: DragEvent) => {
            event.preventDefault()
            setOver(null)
            const id = Number(event.dataTransfer.getData(DRAGGED))
            if (id > 0) onDropped(id, axisAtPointer(event))
        },
    }
    const near = (lengthOf(span) / Math.max(1, box.current.right - box.current.left)) * 7
    const said = cursor === null || selection ? null : tip({ from: cursor - near, to: cursor + near })
    const tipX = cursor === null ? 0 : box.current.left + ((cursor - span.from) / lengthOf(span)) * (box.current.right - box.current.left)
    return (
        <div ref={holder} className={!over ? 'plot' : over.axis === null ? 'plot over' : 'plot over-axis'} {...drops}>
            <canvas
                ref={canvas}
                role="application"
                aria-label={label}
                aria-description={t('plot.keys')}
                tabIndex={0}
                data-points={lines.reduce((sum, { piece }) => sum + (piece?.at.length ?? 0), 0)}
                data-columns={lines.filter(({ piece }) => piece && piece.step > 0).length}
                data-from={span.from}
                data-to={span.to}
                onPointerDown={onDown}
                onPointerMove={onMove}
                onPointerUp={onUp}
                onPointerCancel={onUp}
                onPointerLeave={() => !drag.current && onCursor(null)}
                onDoubleClick={(event) => onSpan(zoomed(span, 4, timeAt(within(here(event).x))), true)}
                onKeyDown={onKey}
            />
            {over !== null && over.axis !== null && <i className="axis-over" data-axis={over.axis} style={bandOf(over.axis, places)} />}
            {said && <div className="plot-tip" style={tipX > size.width / 2 ? { right: size.width - tipX + 10 } : { left: tipX + 10 }}>{said}</div>}
        </div>
    )
}

/** Where an axis stands, so that a signal can be dropped on it. */
function bandOf(axis: number, places: readonly number[]): { left?: number; right?: number; width: number } {
    const inner = places[axis] ?? 0
    const outer = places[axis - 2] ?? 0
    return axis % 2 === 0 ? { left: outer, width: inner - outer } : { right: outer, width: inner - outer }
}

/** On paper the chart is drawn for a light page, whatever the screen is. */
function usePaper(holder: React.RefObject<HTMLDivElement | null>, canvas: React.RefObject<HTMLCanvasElement | null>, latest: React.RefObject<Scene | null>): void {
    useEffect(() => {
        let theme: string | undefined
        const begin = () => {
            theme = document.documentElement.dataset.theme
            document.documentElement.dataset.theme = 'light'
            const pen = canvas.current && penOf(canvas.current)
            if (pen && latest.current) draw(pen, { ...latest.current, cursor: null, colours: readAll(holder.current!) })
        }
        const end = () => {
            if (theme === undefined) delete document.documentElement.dataset.theme
            else document.documentElement.dataset.theme = theme
        }
        addEventListener('beforeprint', begin)
        addEventListener('afterprint', end)
        return () => {
            removeEventListener('beforeprint', begin)
            removeEventListener('afterprint', end)
        }
    }, [holder, canvas, latest])
}
