import { useEffect, useRef } from 'react'
import { onColours } from '../charts/colours'
import type { Frame, WaferMap, Wafers } from './dies'

/** A wafer as a round picture of its dies; bad ones stand out by colour and, where there is room, by a smaller square that is darker. */
export function MapPicture({ map, wafers, size, label }: { map: WaferMap; wafers: Wafers; size: number; label: string }) {
    const canvas = useRef<HTMLCanvasElement>(null)
    useEffect(() => {
        const at = canvas.current!
        const draw = () => drawMap(at, map, wafers.frames.get(map.lot) ?? wafers, size)
        draw()
        return onColours(draw)
    }, [map, wafers, size])
    return <canvas ref={canvas} className="wafer" role="img" aria-label={label} style={{ width: size, height: size }} />
}

function drawMap(at: HTMLCanvasElement, map: WaferMap, { left, top, width, height }: Frame, size: number): void {
    const scale = Math.min(3, window.devicePixelRatio || 1)
    at.width = at.height = Math.round(size * scale)
    const pen = at.getContext('2d')
    if (!pen) return
    const style = getComputedStyle(at)
    const [round, good, bad] = ['border-top-color', 'color', 'border-left-color'].map((name) => style.getPropertyValue(name)) as [string, string, string]
    const full = at.width
    pen.fillStyle = round
    pen.beginPath()
    pen.arc(full / 2, full / 2, full / 2 - scale, 0, 2 * Math.PI)
    pen.fill()
    // The corners of the square that the dies span would lie outside of the circle: it is a little smaller.
    const [cellW, cellH] = [(full * 0.96) / width, (full * 0.96) / height]
    const gap = Math.min(cellW, cellH) > 5 ? scale * 0.6 : 0
    for (let n = 0; n < map.dies.length; n += 3) {
        const [x, y] = [full * 0.02 + (map.dies[n]! - left) * cellW, full * 0.02 + (map.dies[n + 1]! - top) * cellH]
        pen.fillStyle = map.dies[n + 2] ? bad : good
        pen.fillRect(x, y, Math.max(1, cellW - gap), Math.max(1, cellH - gap))
    }
}
