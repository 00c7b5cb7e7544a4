// The boxes of lots: one instanced mesh that reads where they are from the arrays of carriers.ts.
import { BufferAttribute, Color, DynamicDrawUsage, Group, InstancedBufferAttribute, InstancedBufferGeometry, Mesh, MeshLambertMaterial } from 'three'
import { AT_RISK, HOT, LATE, type Floor } from '../twin/floor'
import { carrierGeometry } from './bodies'
import type { Look } from './look'
import type { Plan } from './plan'

export const BOX_M = 0.5

type BoxMesh = Mesh<InstancedBufferGeometry, MeshLambertMaterial>

export class LotBoxes extends Group {
    readonly #plan: Plan
    readonly #grow = { value: 1 }
    #mesh: BoxMesh
    #at: InstancedBufferAttribute
    #colour: InstancedBufferAttribute
    /** Linear, as the shader reckons: plain, hot, late, at risk. */
    #rgb: number[][] = []

    constructor(plan: Plan) {
        super()
        this.#plan = plan
        this.#mesh = this.#make(256)
        this.#at = this.#mesh.geometry.getAttribute('at') as InstancedBufferAttribute
        this.#colour = this.#mesh.geometry.getAttribute('color') as InstancedBufferAttribute
    }

    #make(room: number): BoxMesh {
        const geometry = new InstancedBufferGeometry()
        const box = carrierGeometry(BOX_M, 0.42)
        geometry.index = box.index
        geometry.setAttribute('position', box.getAttribute('position') as BufferAttribute)
        geometry.setAttribute('normal', box.getAttribute('normal') as BufferAttribute)
        geometry.setAttribute('at', new InstancedBufferAttribute(new Float32Array(room * 4), 4).setUsage(DynamicDrawUsage))
        geometry.setAttribute('color', new InstancedBufferAttribute(new Uint8Array(room * 4), 4, true).setUsage(DynamicDrawUsage))
        geometry.instanceCount = 0
        const material = new MeshLambertMaterial({ vertexColors: true })
        material.onBeforeCompile = (shader) => {
            shader.uniforms.uGrow = this.#grow
            // From far away boxes under way are drawn larger, so that traffic is seen; those in stacks grow little.
            shader.vertexShader = `attribute vec4 at;\nuniform float uGrow;\n${shader.vertexShader}`.replace(
                '#include <begin_vertex>',
                'vec3 transformed = position * mix( min( uGrow, 1.35 ), uGrow, at.w ) + vec3( at.x, at.z, at.y );',
            )
        }
        const mesh = new Mesh(geometry, material)
        mesh.frustumCulled = false
        mesh.position.set(-this.#plan.middle.x, 0, this.#plan.middle.y)
        this.add(mesh)
        return mesh
    }

    /** How many times their size those under way are drawn. */
    get grow(): number {
        return this.#grow.value
    }
    set grow(times: number) {
        this.#grow.value = times
    }

    dress(look: Look) {
        this.#rgb = [look.lot, look.hot, look.late, look.risk].map((text) => new Color().setStyle(text).toArray().map((part) => Math.round(part * 255)))
    }

    /** The arrays of the graphics card grow with those of the boxes. True when all have to be painted. */
    reach(room: number): boolean {
        if (room * 4 <= this.#at.array.length) return false
        this.remove(this.#mesh)
        this.#mesh.geometry.dispose()
        this.#mesh.material.dispose()
        this.#mesh = this.#make(room)
        this.#at = this.#mesh.geometry.getAttribute('at') as InstancedBufferAttribute
        this.#colour = this.#mesh.geometry.getAttribute('color') as InstancedBufferAttribute
        return true
    }

    paint(floor: Floor, slot: number) {
        const array = this.#colour.array as Uint8Array
        const what = floor.what[slot]!
        const rgb = this.#rgb[what & AT_RISK ? 3 : what & LATE ? 2 : what & HOT ? 1 : 0]
        if (!rgb || slot * 4 + 3 >= array.length) return
        array[slot * 4] = rgb[0]!
        array[slot * 4 + 1] = rgb[1]!
        array[slot * 4 + 2] = rgb[2]!
        array[slot * 4 + 3] = 255
        this.#colour.needsUpdate = true
    }

    /** Copies where boxes are to what the card reads; in the plan's axes, which the shader turns. */
    load(from: Float32Array, slots: number) {
        const to = this.#at.array as Float32Array
        const n = Math.min(slots, from.length / 4)
        for (let k = 0; k < n * 4; k += 4) {
            to[k] = from[k]!
            to[k + 1] = -from[k + 1]!
            to[k + 2] = from[k + 2]!
            to[k + 3] = from[k + 3]!
        }
        this.#at.clearUpdateRanges()
        this.#at.addUpdateRange(0, n * 4)
        this.#at.needsUpdate = true
        this.#mesh.geometry.instanceCount = n
    }
}
