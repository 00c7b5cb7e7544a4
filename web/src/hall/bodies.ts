// Shapes of tools, one geometry a kind, of size 1: x from -0.5 to 0.5, y up from 0 to 1, the front at z = 0.5. Told apart at a glance,
// not portraits. Each vertex says what it is made of: `part` is (share of the state's colour, share of dark trim); the rest is shell.
import { BufferAttribute, BufferGeometry } from 'three'
import type { Body } from '../api/twin'

type Part = 'shell' | 'state' | 'trim' | 'glass'
const PARTS: Record<Part, [number, number]> = { shell: [0, 0], state: [1, 0], trim: [0, 1], glass: [0, 0.55] }

interface Block {
    part: Part
    /** Its upper side, where that is something else. */
    top?: Part
    /** x0, y0, z0, x1, y1, z1. */
    box: [number, number, number, number, number, number]
    /** Corners in the plan: 4 is a box, more is a drum. */
    sides?: number
}

const plinth: Block = { part: 'trim', box: [-0.49, 0, -0.49, 0.49, 0.03, 0.36] }
const lamp = (x: number, z: number, y: number): Block[] => [
    { part: 'trim', box: [x - 0.012, y, z - 0.012, x + 0.012, y + 0.06, z + 0.012] },
    { part: 'state', box: [x - 0.03, y + 0.06, z - 0.025, x + 0.03, y + 0.2, z + 0.025], sides: 8 },
]
const port = (x0: number, x1: number, y: number, back = 0.36): Block[] => [
    { part: 'trim', top: 'glass', box: [x0, 0, back, x1, y, 0.5] },
    { part: 'glass', box: [x0 + 0.02, y, back, x1 - 0.02, y + 0.26, back + 0.015] },
]

const SHAPES: Record<Exclude<Body, 'none'>, Block[]> = {
    bench: [
        plinth,
        { part: 'shell', box: [-0.5, 0.03, -0.5, 0.5, 0.5, 0.3] },
        { part: 'shell', top: 'state', box: [-0.5, 0.5, -0.5, 0.5, 0.88, -0.02] },
        { part: 'glass', box: [-0.38, 0.56, -0.02, 0.38, 0.82, 0] },
        { part: 'state', box: [-0.5, 0.5, 0, 0.5, 0.515, 0.3] },
        ...port(-0.4, 0.4, 0.42, 0.3),
        ...lamp(0.4, -0.4, 0.88),
    ],
    cluster: [
        plinth,
        { part: 'shell', top: 'state', box: [-0.5, 0.03, 0.12, 0.5, 0.9, 0.36] },
        { part: 'glass', box: [-0.42, 0.56, 0.36, 0.42, 0.8, 0.368] },
        { part: 'trim', top: 'shell', box: [-0.2, 0.1, -0.28, 0.2, 0.62, 0.12], sides: 8 },
        { part: 'shell', top: 'state', box: [-0.5, 0.06, -0.22, -0.21, 0.76, 0.09] },
        { part: 'shell', top: 'state', box: [0.21, 0.06, -0.22, 0.5, 0.76, 0.09] },
        { part: 'shell', top: 'state', box: [-0.3, 0.06, -0.5, 0.3, 0.76, -0.26] },
        { part: 'trim', box: [-0.42, 0.76, -0.13, -0.29, 0.86, 0], sides: 10 },
        { part: 'trim', box: [0.29, 0.76, -0.13, 0.42, 0.86, 0], sides: 10 },
        { part: 'trim', box: [-0.07, 0.76, -0.44, 0.07, 0.86, -0.32], sides: 10 },
        ...port(-0.46, -0.18, 0.42),
        ...port(-0.14, 0.14, 0.42),
        ...port(0.18, 0.46, 0.42),
        ...lamp(0.44, 0.18, 0.9),
    ],
    track: [
        plinth,
        { part: 'shell', box: [-0.5, 0.03, -0.5, 0.5, 0.84, 0.36] },
        { part: 'state', box: [-0.47, 0.84, -0.47, -0.08, 0.87, 0.33] },
        { part: 'state', box: [0.08, 0.84, -0.47, 0.47, 0.87, 0.33] },
        { part: 'trim', box: [-0.06, 0.84, -0.48, 0.06, 0.92, 0.34] },
        ...[-0.38, -0.18, 0.02, 0.22].map((z): Block => ({ part: 'glass', box: [-0.508, 0.3, z - 0.07, -0.5, 0.7, z + 0.07] })),
        ...[-0.38, -0.18, 0.02, 0.22].map((z): Block => ({ part: 'glass', box: [0.5, 0.3, z - 0.07, 0.508, 0.7, z + 0.07] })),
        ...port(-0.44, -0.06, 0.44),
        ...port(0.06, 0.44, 0.44),
        ...lamp(0.43, 0.26, 0.84),
    ],
    furnace: [
        plinth,
        { part: 'shell', top: 'state', box: [-0.5, 0.03, -0.5, 0.5, 0.6, 0.36] },
        { part: 'shell', top: 'state', box: [-0.42, 0.6, -0.46, 0.42, 0.9, 0.02], sides: 12 },
        { part: 'trim', box: [-0.3, 0.9, -0.36, 0.3, 0.96, -0.08], sides: 12 },
        { part: 'glass', box: [-0.4, 0.34, 0.36, 0.4, 0.54, 0.368] },
        ...port(-0.4, 0.4, 0.3),
        ...lamp(0.4, 0.28, 0.6),
    ],
    gauge: [
        plinth,
        { part: 'shell', top: 'shell', box: [-0.5, 0.03, -0.5, 0.5, 0.66, 0.24] },
        { part: 'shell', top: 'state', box: [-0.36, 0.66, -0.42, 0.36, 0.92, 0.08] },
        { part: 'glass', box: [-0.26, 0.7, 0.08, 0.26, 0.88, 0.095] },
        { part: 'state', box: [-0.5, 0.66, 0.1, 0.5, 0.68, 0.24] },
        ...port(-0.4, 0.4, 0.46, 0.24),
        ...lamp(0.42, -0.4, 0.66),
    ],
    stocker: [
        { part: 'trim', box: [-0.5, 0, -0.5, 0.5, 0.02, 0.3] },
        { part: 'shell', top: 'shell', box: [-0.5, 0.02, -0.5, 0.5, 1, 0.3] },
        ...[0.14, 0.3, 0.46, 0.62, 0.78].flatMap((y) => [-0.36, -0.12, 0.12, 0.36].map((x): Block => ({ part: 'glass', box: [x - 0.1, y, 0.3, x + 0.1, y + 0.11, 0.31] }))),
        { part: 'trim', box: [-0.4, 0.1, 0.3, -0.05, 0.24, 0.5] },
        { part: 'trim', box: [0.05, 0.1, 0.3, 0.4, 0.24, 0.5] },
        { part: 'state', box: [-0.5, 1, -0.5, 0.5, 1.006, 0.3] },
    ],
}

class Builder {
    readonly position: number[] = []
    readonly normal: number[] = []
    readonly part: number[] = []
    readonly index: number[] = []

    #quad(corners: [number, number, number][], normal: [number, number, number], part: Part) {
        const first = this.position.length / 3
        for (const corner of corners) {
            this.position.push(...corner)
            this.normal.push(...normal)
            this.part.push(...PARTS[part])
        }
        for (let n = 2; n < corners.length; n++) this.index.push(first, first + n - 1, first + n)
    }

    add({ part, top = part, box: [x0, y0, z0, x1, y1, z1], sides = 4 }: Block) {
        const corners: [number, number][] = []
        if (sides === 4) corners.push([x0, z1], [x1, z1], [x1, z0], [x0, z0])
        else
            for (let n = 0; n < sides; n++) {
                const turn = ((n + 0.5) / sides) * 2 * Math.PI
                corners.push([(x0 + x1) / 2 + (Math.cos(turn) * (x1 - x0)) / 2, (z0 + z1) / 2 - (Math.sin(turn) * (z1 - z0)) / 2])
            }
        corners.forEach(([ax, az], n) => {
            const [bx, bz] = corners[(n + 1) % corners.length]!
            const length = Math.hypot(bx - ax, bz - az) || 1
            this.#quad([[ax, y0, az], [bx, y0, bz], [bx, y1, bz], [ax, y1, az]], [-(bz - az) / length, 0, (bx - ax) / length], part)
        })
        this.#quad(corners.map(([x, z]) => [x, y1, z]), [0, 1, 0], top)
    }

    geometry(): BufferGeometry {
        const made = new BufferGeometry()
        made.setAttribute('position', new BufferAttribute(new Float32Array(this.position), 3))
        made.setAttribute('normal', new BufferAttribute(new Float32Array(this.normal), 3))
        made.setAttribute('part', new BufferAttribute(new Float32Array(this.part), 2))
        made.setIndex(this.index)
        return made
    }
}

export function bodyGeometry(body: Exclude<Body, 'none'>): BufferGeometry {
    const builder = new Builder()
    for (const block of SHAPES[body]) builder.add(block)
    return builder.geometry()
}

/** A box for lots, with a lid: size 1 in the plan, standing on y = 0. */
export function carrierGeometry(size: number, height: number): BufferGeometry {
    const builder = new Builder()
    const s = size / 2
    builder.add({ part: 'shell', box: [-s, 0, -s, s, height * 0.86, s] })
    builder.add({ part: 'shell', box: [-s * 0.62, height * 0.86, -s * 0.62, s * 0.62, height, s * 0.62] })
    return builder.geometry()
}
