// The rails that carriers run on, overhead: two beams a link. Seen from afar beams are drawn wider, so that the loops of bays and the
// ways between them are seen as a whole.
import { BufferGeometry, Float32BufferAttribute, Mesh, MeshLambertMaterial } from 'three'
import type { Layout } from '../api/twin'
import type { Look } from './look'
import type { Plan } from './plan'

const GAUGE_M = 0.46
const BEAM_M = 0.09
const HIGH_M = 0.14
const WIDEST_M = 0.42

/** Ends of pieces in the plan, and which way is to the right of each end: across it, or where another goes on, across both. */
interface Pieces {
    n: number
    ends: Float64Array // x0, y0, x1, y1
    across: Float64Array // the same
}

function endsOf({ rails, aisles }: Layout): number[][] {
    if (rails) return rails.from.map((from, link) => [rails.x[from]!, rails.y[from]!, rails.x[rails.to[link]!]!, rails.y[rails.to[link]!]!])
    // Without rails of the plant's own: along the middle of the central aisle, and of the others from there on.
    const central = aisles[0]
    if (!central) return []
    const middle = (central[1] + central[3]) / 2
    return aisles.map(([a, b, c, d], k) => (k === 0 ? [a, middle, c, middle] : [(a + c) / 2, Math.min(b, middle), (a + c) / 2, Math.max(d, middle)]))
}

function piecesOf(layout: Layout): Pieces {
    const all = endsOf(layout).filter(([x0, y0, x1, y1]) => x0 !== x1 || y0 !== y1)
    const n = all.length
    const ends = Float64Array.from(all.flat())
    const across = new Float64Array(n * 4)
    const way = new Float64Array(n * 2)
    const at = new Map<string, number[]>()
    const place = (k: number) => `${ends[k]} ${ends[k + 1]}`
    for (let p = 0; p < n; p++) {
        const dx = ends[p * 4 + 2]! - ends[p * 4]!
        const dy = ends[p * 4 + 3]! - ends[p * 4 + 1]!
        const length = Math.hypot(dx, dy)
        way[p * 2] = dx / length
        way[p * 2 + 1] = dy / length
        for (const end of [0, 2]) {
            const here = place(p * 4 + end)
            const list = at.get(here)
            if (list) list.push(p * 2 + end / 2)
            else at.set(here, [p * 2 + end / 2])
        }
    }
    for (let p = 0; p < n; p++)
        for (const end of [0, 2]) {
            const wx = way[p * 2]!
            const wy = way[p * 2 + 1]!
            // The one that goes on the straightest: begins where this ends, or ends where this begins.
            let best = 0.2
            let [sx, sy] = [wx, wy]
            for (const other of at.get(place(p * 4 + end))!) {
                if (other % 2 === end / 2) continue
                const q = other >> 1
                const straight = wx * way[q * 2]! + wy * way[q * 2 + 1]!
                if (straight > best) {
                    best = straight
                    sx = wx + way[q * 2]!
                    sy = wy + way[q * 2 + 1]!
                }
            }
            // Across the middle of both ways, and longer, so that beams meet at their full distance.
            const longer = 1 / (sx * wx + sy * wy)
            across[p * 4 + end] = sy * longer
            across[p * 4 + end + 1] = -sx * longer
        }
    return { n, ends, across }
}

export class RailMesh extends Mesh<BufferGeometry, MeshLambertMaterial> {
    readonly #wide = { value: 1 }

    /** `high`: of the underside, in metres. */
    constructor(plan: Plan, high: number) {
        const positions: number[] = []
        const normals: number[] = []
        const sides: number[] = []
        const index: number[] = []
        const { n, ends, across } = piecesOf(plan.layout)
        for (let p = 0; p < n * 4; p += 4) {
            for (const beam of [-GAUGE_M / 2, GAUGE_M / 2]) {
                // Left side, top, right side; each from end to end.
                for (const [from, fromHigh, to, toHigh, nx, ny] of [[-1, 0, -1, 1, -1, 0], [-1, 1, 1, 1, 0, 1], [1, 1, 1, 0, 1, 0]] as const) {
                    const first = positions.length / 3
                    for (const end of [p, p + 2]) {
                        const at = plan.at(ends[end]!, ends[end + 1]!, high)
                        const [rx, rz] = [across[end]!, -across[end + 1]!]
                        for (const [half, up] of [[from, fromHigh], [to, toHigh]] as const) {
                            const off = beam + (half * BEAM_M) / 2
                            positions.push(at.x + rx * off, high + up * HIGH_M, at.z + rz * off)
                            normals.push(rx * nx, ny, rz * nx)
                            sides.push((rx * half * BEAM_M) / 2, (rz * half * BEAM_M) / 2)
                        }
                    }
                    index.push(first, first + 1, first + 3, first, first + 3, first + 2)
                }
            }
        }
        const geometry = new BufferGeometry()
        geometry.setAttribute('position', new Float32BufferAttribute(positions, 3))
        geometry.setAttribute('normal', new Float32BufferAttribute(normals, 3))
        geometry.setAttribute('side', new Float32BufferAttribute(sides, 2))
        geometry.setIndex(index)
        const material = new MeshLambertMaterial()
        super(geometry, material)
        material.onBeforeCompile = (shader) => {
            shader.uniforms.uWide = this.#wide
            shader.vertexShader = `attribute vec2 side;\nuniform float uWide;\n${shader.vertexShader}`.replace(
                '#include <begin_vertex>',
                'vec3 transformed = position + vec3( side.x, 0.0, side.y ) * ( uWide - 1.0 );',
            )
        }
        this.visible = index.length > 0
    }

    dress(look: Look) {
        this.material.color.setStyle(look.rail)
    }

    /** `perPixel`: metres of a pixel where one looks. */
    grow(perPixel: number) {
        this.#wide.value = Math.max(1, Math.min(WIDEST_M, perPixel * 1.25) / BEAM_M)
    }
}
