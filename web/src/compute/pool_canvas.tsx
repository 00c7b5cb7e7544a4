import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { PoolNode } from '../api/compute'
import { onColours, readColours, type Colours } from '../charts/colours'
import { useWidth } from '../parts/use_width'
import { useText } from '../text'
import { cellAt, cellsOf, layoutMap, nodeAt, type MapLayout, type PlacedNode } from './map_layout'
import { N_COLOUR } from './tenants'

const ROOM = 620
const usedColour = (colours: Colours, colour: number) => (colour < N_COLOUR ? colours.series[colour]! : colours.muted)

function draw(canvas: HTMLCanvasElement, layout: MapLayout, width: number, paint: (tenant: string | null) => number, title: (type: string, nodes: number, gpus: number) => string) {
    const scale = devicePixelRatio || 1
    const height = Math.max(1, layout.height)
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    const pen = canvas.getContext('2d')
    if (!pen) return
    pen.scale(scale, scale)
    const colours = readColours(canvas.parentElement!)
    pen.font = `560 ${13}px ${getComputedStyle(document.body).fontFamily}`
    pen.fillStyle = colours.muted
    for (const kind of layout.kinds) pen.fillText(title(kind.type, kind.nodes.length, kind.gpus), 0, kind.titleY + 16)
    for (const one of layout.placed) drawNode(pen, one, layout.unit, colours, paint)
}

function drawNode(pen: CanvasRenderingContext2D, one: PlacedNode, unit: number, colours: Colours, paint: (tenant: string | null) => number) {
    const gap = unit > 6 ? 1.5 : unit > 4 ? 1 : 0.6
    const isUp = one.node.state === 'up'
    for (let n = 0; n < cellsOf(one.node); n++) {
        const cell = cellAt(one.node, n)
        const x = one.x + 1 + (n % one.columns) * unit
        const y = one.y + 1 + Math.floor(n / one.columns) * unit
        const side = unit - gap
        pen.fillStyle = colours.line
        pen.fillRect(x, y, side, side)
        const used = Math.min(1, Math.max(0, cell.used))
        if (used <= 0) continue
        pen.fillStyle = cell.what === 'gpu' ? usedColour(colours, paint(cell.tenant)) : colours.accent
        // A share of a GPU is a part of its cell, from below.
        pen.fillRect(x, y + side * (1 - used), side, side * used)
    }
    if (isUp) return
    pen.strokeStyle = colours.series[1]!
    pen.lineWidth = 1.2
    pen.strokeRect(one.x, one.y, one.width - gap, one.height - gap)
    pen.beginPath()
    pen.moveTo(one.x, one.y + one.height - gap)
    pen.lineTo(one.x + one.width - gap, one.y)
    if (one.node.state === 'down') {
        pen.moveTo(one.x, one.y)
        pen.lineTo(one.x + one.width - gap, one.y + one.height - gap)
    }
    pen.stroke()
}

/** Many nodes: a picture. The pointer, or the arrow keys, tell of one; Enter or a click keeps it. */
export function PoolCanvas({ nodes, paint, told, chosen, onChoose }: { nodes: readonly PoolNode[]; paint: (tenant: string | null) => number; told: (node: PoolNode) => string; chosen: string | null; onChoose: (node: string) => void }) {
    const { t, num } = useText()
    const [box, width] = useWidth<HTMLDivElement>(900, 240)
    const canvas = useRef<HTMLCanvasElement>(null)
    const [over, setOver] = useState<PlacedNode | null>(null)
    const layout = useMemo(() => layoutMap(nodes, width, Math.max(ROOM, innerHeight * 0.75)), [nodes, width])
    // The nodes are new at each look: what is told of one is what is now.
    const shown = over && (layout.placed.find(({ node }) => node.name === over.node.name) ?? null)
    const marked = shown ?? layout.placed.find(({ node }) => node.name === chosen)
    const title = (type: string, count: number, gpus: number) => (type ? t('pool.kind', { type, nodes: num(count), gpus: num(gpus) }) : t('pool.kind.cpu', { nodes: num(count) }))
    const again = useRef(() => {})
    again.current = () => canvas.current && draw(canvas.current, layout, width, paint, title)
    // What the pointer is over is marked above the picture, which stays as it is.
    useEffect(() => again.current(), [layout, width, paint, t])
    useEffect(() => onColours(() => again.current()), [])
    const at = (event: PointerEvent) => {
        const rect = canvas.current!.getBoundingClientRect()
        return nodeAt(layout, event.clientX - rect.left, event.clientY - rect.top)
    }
    const move = (event: KeyboardEvent) => {
        const now = shown ? layout.placed.indexOf(shown) : -1
        const rows = () => {
            const perRow = layout.placed.filter(({ y }) => y === (shown ?? layout.placed[0])?.y).length
            return Math.max(1, perRow)
        }
        const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: rows(), ArrowUp: -rows() }[event.key]
        if (step !== undefined) {
            event.preventDefault()
            setOver(layout.placed[Math.min(layout.placed.length - 1, Math.max(0, now + step))] ?? null)
        } else if ((event.key === 'Enter' || event.key === ' ') && shown) {
            event.preventDefault()
            onChoose(shown.node.name)
        } else if (event.key === 'Escape') setOver(null)
    }
    return (
        <div ref={box} className="pool-canvas">
            <canvas
                ref={canvas}
                tabIndex={0}
                role="application"
                aria-label={t('pool.map.keys', { count: num(nodes.length) })}
                style={{ width: `${width}px`, height: `${Math.max(1, layout.height)}px` }}
                onPointerMove={(event) => setOver(at(event))}
                onPointerLeave={() => setOver(null)}
                onPointerDown={(event) => setOver(at(event))}
                onClick={() => shown && onChoose(shown.node.name)}
                onKeyDown={move}
                onBlur={() => setOver(null)}
            />
            {marked && <i className="pool-on" aria-hidden="true" style={{ left: `${marked.x}px`, top: `${marked.y}px`, width: `${marked.width}px`, height: `${marked.height}px` }} />}
            <p className="hidden" aria-live="polite">{shown ? told(shown.node) : ''}</p>
            {shown && (
                <div className="pool-tip" aria-hidden="true" style={{ left: `${Math.max(0, Math.min(shown.x, width - 250))}px`, top: `${shown.y + shown.height + 6}px` }}>
                    {told(shown.node)}
                </div>
            )}
        </div>
    )
}
