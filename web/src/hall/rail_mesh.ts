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

/** Ends of pieces in the plan: x0, y0, x1, y1. */
type Piece = [number, number, number, number]

function piecesOf({ rails, aisles }: Layout): Piece[] {
    if (rails) return rails.from.map((from, link): Piece => [rails.x[from]!, rails.y[from]!, rails.x[rails.to[link]!]!, rails.y[rails.to[link]!]!])
    // Without rails of the plant's own: along the middle of the central aisle, and of the others from there on.
    const central = aisles[0]
    if (!central) return []
    const middle = (central[1] + central[3]) / 2
    return aisles.map(([a, b, c, d], k): Piece => (k === 0 ? [a, middle, c, middle] : [(a + c) / 2, Math.min(b, middle), (a + c) / 2, Math.max(d, middle)]))
}

export class RailMesh extends Mesh<BufferGeometry, MeshLambertMaterial> {
    readonly #wide = { value: 1 }

    /** `high`: of the underside, in metres. */
    constructor(plan: Plan, high: number) {
        const positions: number[] = []
        const normals: number[] = []
        const sides: number[] = []
        const index: number[] = []
        for (const [x0, y0, x1, y1] of piecesOf(plan.layout)) {
            const a = plan.at(x0, y0)
            const b = plan.at(x1, y1)
            const length = Math.hypot(b.x - a.x, b.z - a.z)
            if (!(length > 0)) continue
            const sx = (b.z - a.z) / length
            const sz = -(b.x - a.x) / length
            for (const beam of [-GAUGE_M / 2, GAUGE_M / 2]) {
                // Outer side, top, inner side; each from end to end.
                for (const [from, fromHigh, to, toHigh, nx, ny] of [[-1, 0, -1, 1, -1, 0], [-1, 1, 1, 1, 0, 1], [1, 1, 1, 0, 1, 0]] as const) {
                    const first = positions.length / 3
                    for (const end of [a, b])
                        for (const [half, up] of [[from, fromHigh], [to, toHigh]] as const) {
                            const off = beam + (half * BEAM_M) / 2
                            positions.push(end.x + sx * off, high + up * HIGH_M, end.z + sz * off)
                            normals.push(sx * nx, ny, sz * nx)
                            sides.push((sx * half * BEAM_M) / 2, (sz * half * BEAM_M) / 2)
                        }
                    index.push(first, first + 3, first + 1, first, first + 2, first + 3)
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
        this.castShadow = plan.layout.rails !== undefined
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
