// Marks in the hall: beacons over tools that have failed, and frames around what is chosen or pointed at.
import {
    BoxGeometry, BufferGeometry, Float32BufferAttribute, Group, InstancedMesh, LineBasicMaterial, LineSegments, Matrix4, Mesh, MeshBasicMaterial, MeshLambertMaterial,
    OctahedronGeometry, type Color,
} from 'three'
import type { Floor } from '../twin/floor'
import type { Look } from './look'
import type { Plan } from './plan'

const DOWN = 5

export type Frame = LineSegments<BufferGeometry, LineBasicMaterial>

function makeFrame(order: number): Frame {
    const c: number[] = []
    const corner = (k: number) => [(k & 1) - 0.5, (k >> 2) & 1, ((k >> 1) & 1) - 0.5]
    for (const [a, b] of [[0, 1], [1, 3], [3, 2], [2, 0], [4, 5], [5, 7], [7, 6], [6, 4], [0, 4], [1, 5], [2, 6], [3, 7]] as const) c.push(...corner(a), ...corner(b))
    const geometry = new BufferGeometry()
    geometry.setAttribute('position', new Float32BufferAttribute(c, 3))
    const frame = new LineSegments(geometry, new LineBasicMaterial({ depthTest: false, transparent: true, fog: false }))
    frame.renderOrder = 5 + order
    frame.visible = false
    const glow = new Mesh(new BoxGeometry(1, 1, 1), new MeshBasicMaterial({ transparent: true, opacity: 0.14 * order, depthWrite: false, fog: false }))
    glow.position.y = 0.5
    frame.add(glow)
    return frame
}


export class Marks extends Group {
    readonly chosen = makeFrame(2)
    readonly pointed = makeFrame(1)
    readonly #plan: Plan
    readonly #beacons: InstancedMesh<OctahedronGeometry, MeshLambertMaterial>
    readonly #m = new Matrix4()
    #size = 1

    constructor(plan: Plan) {
        super()
        this.#plan = plan
        this.#beacons = new InstancedMesh(new OctahedronGeometry(0.5), new MeshLambertMaterial({ fog: false, flatShading: true }), Math.max(1, plan.layout.tools.x.length))
        this.#beacons.count = 0
        this.#beacons.frustumCulled = false
        this.add(this.#beacons, this.chosen, this.pointed)
    }

    dress(look: Look, states: Color[]) {
        this.chosen.material.color.setStyle(look.accent)
        this.pointed.material.color.setStyle(look.ink)
        this.pointed.material.opacity = 0.6
        for (const frame of [this.chosen, this.pointed]) (frame.children[0] as Mesh<BoxGeometry, MeshBasicMaterial>).material.color.copy(frame.material.color)
        this.#beacons.material.color.copy(states[DOWN]!)
    }

    /** Around a tool. */
    frame(frame: Frame, tool: number) {
        const t = this.#plan.layout.tools
        frame.position.copy(this.#plan.at(t.x[tool]!, t.y[tool]!))
        frame.rotation.y = (t.heading[tool]! * Math.PI) / 180
        frame.scale.set(t.width[tool]! + 0.25, t.height[tool]! + 0.25, t.depth[tool]! + 0.25)
        frame.visible = t.width[tool]! > 0
    }

    /** Beacons keep about their size on the screen. True when that has changed enough to set them anew. */
    resize(size: number): boolean {
        if (Math.abs(size / this.#size - 1) <= 0.12) return false
        this.#size = size
        return true
    }

    /** Over all tools that are down; seen from any distance. */
    setBeacons(floor: Floor | null, isThere: (tool: number) => boolean) {
        const { x, y, height } = this.#plan.layout.tools
        const { middle } = this.#plan
        const far = this.#size
        let n = 0
        for (let tool = 0; floor && tool < floor.state.length; tool++) {
            if (floor.state[tool] !== DOWN || !isThere(tool)) continue
            this.#m.makeScale(far * 0.7, far, far * 0.7)
            this.#m.setPosition(x[tool]! - middle.x, height[tool]! + 0.5 + far * 0.6, -(y[tool]! - middle.y))
            this.#beacons.setMatrixAt(n++, this.#m)
        }
        this.#beacons.count = n
        this.#beacons.instanceMatrix.needsUpdate = true
    }
}
