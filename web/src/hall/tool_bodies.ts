// The tools of a hall, and its stockers: an instanced mesh for each kind of body, whose instances wear the colour of a state or of heat.
import { Color, DynamicDrawUsage, Group, InstancedMesh, Matrix4, MeshLambertMaterial, Quaternion, Vector3 } from 'three'
import type { Body } from '../api/twin'
import { bodyGeometry } from './bodies'
import type { Look } from './look'
import type { Boxes } from './pick'
import type { Plan } from './plan'

const BODIES: Exclude<Body, 'none'>[] = ['bench', 'cluster', 'track', 'furnace', 'gauge', 'stocker']

interface Bodies {
    mesh: InstancedMesh
    /** The tool of each instance; stockers: -1 - number. */
    tools: Int32Array
}

export class ToolBodies extends Group {
    /** For pointing at them. */
    readonly boxes: Boxes
    readonly #plan: Plan
    readonly #bodies: Bodies[] = []
    readonly #instanceOf: Int32Array // body number * 65536 + instance
    readonly #shader = { shell: { value: new Color() }, trim: { value: new Color() } }

    constructor(plan: Plan) {
        super()
        this.#plan = plan
        const { x, y, heading, width, depth, height } = plan.layout.tools
        const turn = (f: (angle: number) => number) => Float32Array.from(heading, (deg) => f((deg * Math.PI) / 180))
        this.boxes = { n: x.length, x, y, sin: turn(Math.sin), cos: turn(Math.cos), width, depth, height }
        this.#instanceOf = new Int32Array(x.length).fill(-1)
        for (const body of BODIES) this.#stand(body)
    }

    #bodyMaterial(): MeshLambertMaterial {
        const material = new MeshLambertMaterial()
        material.onBeforeCompile = (shader) => {
            shader.uniforms.uShell = this.#shader.shell
            shader.uniforms.uTrim = this.#shader.trim
            shader.vertexShader = `attribute vec2 part;\nuniform vec3 uShell;\nuniform vec3 uTrim;\n${shader.vertexShader}`.replace(
                '#include <color_vertex>',
                'vColor = mix( mix( uShell, uTrim, part.y ), instanceColor.xyz, part.x );',
            )
        }
        return material
    }

    #stand(body: Exclude<Body, 'none'>) {
        const layout = this.#plan.layout
        const tools: number[] = []
        if (body === 'stocker') layout.stockers.forEach((_, s) => tools.push(-1 - s))
        for (const group of layout.groups) if (group.body === body) for (let k = 0; k < group.n_tool; k++) tools.push(group.first_tool + k)
        if (tools.length === 0) return
        const mesh = new InstancedMesh(bodyGeometry(body), this.#bodyMaterial(), tools.length)
        const matrix = new Matrix4()
        const turn = new Quaternion()
        const up = new Vector3(0, 1, 0)
        const size = new Vector3()
        tools.forEach((tool, n) => {
            const s = tool < 0 ? layout.stockers[-1 - tool]! : null
            const t = layout.tools
            const of = (key: 'x' | 'y' | 'heading' | 'width' | 'depth' | 'height') => (s ? s[key] : t[key][tool]!)
            turn.setFromAxisAngle(up, (of('heading') * Math.PI) / 180)
            matrix.compose(this.#plan.at(of('x'), of('y')), turn, size.set(of('width'), of('height'), of('depth')))
            mesh.setMatrixAt(n, matrix)
            mesh.setColorAt(n, new Color())
            if (tool >= 0) this.#instanceOf[tool] = this.#bodies.length * 65536 + n
        })
        mesh.castShadow = true
        mesh.receiveShadow = true
        mesh.frustumCulled = false
        mesh.instanceColor!.setUsage(DynamicDrawUsage)
        this.add(mesh)
        this.#bodies.push({ mesh, tools: Int32Array.from(tools) })
    }

    dress(look: Look) {
        this.#shader.shell.value.setStyle(look.shell)
        this.#shader.trim.value.setStyle(look.trim)
    }

    /** Is there anything to be seen of it? Delays have no tools of their own. */
    has(tool: number): boolean {
        return this.#instanceOf[tool]! >= 0
    }

    paint(tool: number, colour: Color) {
        const where = this.#instanceOf[tool]!
        if (where < 0) return
        const { mesh } = this.#bodies[where >> 16]!
        colour.toArray(mesh.instanceColor!.array, (where & 65535) * 3)
        mesh.instanceColor!.needsUpdate = true
    }

    paintStockers(colour: Color) {
        for (const { mesh, tools } of this.#bodies) tools.forEach((tool, n) => tool < 0 && colour.toArray(mesh.instanceColor!.array, n * 3))
    }
}
