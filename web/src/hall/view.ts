// From where the hall is seen: the camera, how it flies, and the keys that move it.
import { PerspectiveCamera, Vector3 } from 'three'
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js'
import type { Plan } from './plan'

const FLY_S = 0.8

export class View {
    readonly camera = new PerspectiveCamera(34, 1, 0.5, 2000)
    readonly controls: OrbitControls
    readonly #plan: Plan
    readonly #still: boolean
    readonly #changed: () => void
    #fly: { from: number; camera: [Vector3, Vector3]; target: [Vector3, Vector3] } | null = null

    /** `still`: nothing flies or swings. `changed` is called when the picture is another one. */
    constructor(canvas: HTMLCanvasElement, plan: Plan, still: boolean, changed: () => void) {
        this.#plan = plan
        this.#still = still
        this.#changed = changed
        this.controls = new OrbitControls(this.camera, canvas)
        this.controls.enableDamping = !still
        this.controls.dampingFactor = 0.12
        this.controls.maxPolarAngle = 1.45
        this.controls.minDistance = 4
        this.controls.maxDistance = plan.size.length() * 2.5
        this.controls.zoomToCursor = true
        this.controls.screenSpacePanning = false
        this.controls.addEventListener('change', changed)
        this.controls.addEventListener('start', () => (this.#fly = null))
    }

    get isFlying(): boolean {
        return this.#fly !== null
    }
    /** How far away what is looked at is. */
    get far(): number {
        return this.camera.position.distanceTo(this.controls.target)
    }
    /** Height of the picture at distance 1. */
    get height(): number {
        return 2 * Math.tan((this.camera.fov * Math.PI) / 360)
    }

    sized(aspect: number) {
        this.camera.aspect = aspect
        this.camera.updateProjectionMatrix()
    }

    /** Camera and what it looks at, by the same way. */
    move(by: Vector3) {
        this.controls.target.add(by)
        this.camera.position.add(by)
    }

    /** From where all of the hall is seen. */
    fit(now = false) {
        this.#lookFrom(this.#plan.size.x >= this.#plan.size.y * 1.6 ? 0.18 : 0.38, 0.86, now)
    }
    top() {
        this.#lookFrom(0, 0.002, false)
    }

    #lookFrom(turn: number, tilt: number, now: boolean) {
        const to = new Vector3(Math.sin(turn) * Math.sin(tilt), Math.cos(tilt), Math.cos(turn) * Math.sin(tilt))
        // As near as all corners allow, with the picture of the hall in the middle: moved and measured a few times over.
        const right = new Vector3().crossVectors(new Vector3(0, 1, 0), to).normalize()
        const up = new Vector3().crossVectors(to, right)
        const high = Math.tan((this.camera.fov * Math.PI) / 360)
        const wide = high * this.camera.aspect
        const target = new Vector3()
        const corner = new Vector3()
        let far = this.#plan.size.length() * 1.5
        for (let turn = 0; turn < 8; turn++) {
            let [left, right_, low, top] = [Infinity, -Infinity, Infinity, -Infinity]
            for (const x of [-0.5, 0.5])
                for (const z of [-0.5, 0.5])
                    for (const y of [0, 3]) {
                        corner.set(x * (this.#plan.size.x + 2), y, z * (this.#plan.size.y + 2)).sub(target)
                        const depth = Math.max(1, far - corner.dot(to))
                        const px = corner.dot(right) / depth / wide
                        const py = corner.dot(up) / depth / high
                        left = Math.min(left, px)
                        right_ = Math.max(right_, px)
                        low = Math.min(low, py)
                        top = Math.max(top, py)
                    }
            target.addScaledVector(right, ((left + right_) / 2) * far * wide).addScaledVector(up, ((low + top) / 2) * far * high)
            // Back to the ground along the view.
            target.addScaledVector(to, -target.y / to.y)
            far = Math.max(6, far * Math.max((right_ - left) / 2 / 0.96, (top - low) / 2 / 0.86))
        }
        this.#flyTo(to.multiplyScalar(far).add(target), target, now)
    }

    #flyTo(camera: Vector3, target: Vector3, now = false) {
        if (now || this.#still) {
            this.camera.position.copy(camera)
            this.controls.target.copy(target)
            this.controls.update()
            this.#fly = null
        } else this.#fly = { from: performance.now() / 1000, camera: [this.camera.position.clone(), camera], target: [this.controls.target.clone(), target] }
        this.#changed()
    }

    flyOn(now: number): boolean {
        const fly = this.#fly!
        const share = Math.min(1, (now - fly.from) / FLY_S)
        const soft = share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2
        this.camera.position.lerpVectors(fly.camera[0], fly.camera[1], soft)
        this.controls.target.lerpVectors(fly.target[0], fly.target[1], soft)
        if (share >= 1) this.#fly = null
        return share < 1
    }

    /** Goes near a place of the plan. */
    near(x: number, y: number, far: number) {
        const target = this.#plan.at(x, y, 0.8)
        const way = new Vector3().subVectors(this.camera.position, this.controls.target)
        const turn = Math.atan2(way.x, way.z)
        const tilt = 0.85
        const to = new Vector3(Math.sin(turn) * Math.sin(tilt), Math.cos(tilt), Math.cos(turn) * Math.sin(tilt))
        this.#flyTo(to.multiplyScalar(far).add(target), target)
    }

    flyToGroup(group: number) {
        const { groups, tools, stockers } = this.#plan.layout
        const { first_tool, n_tool, is_delay } = groups[group]!
        const stocker = stockers.find((one) => one.group === group)
        if (is_delay || !(tools.width[first_tool]! > 0)) return stocker && this.near(stocker.x, stocker.y, 26)
        let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
        for (let t = first_tool; t < first_tool + n_tool; t++) {
            x0 = Math.min(x0, tools.x[t]!)
            x1 = Math.max(x1, tools.x[t]!)
            y0 = Math.min(y0, tools.y[t]!)
            y1 = Math.max(y1, tools.y[t]!)
        }
        this.near((x0 + x1) / 2, (y0 + y1) / 2, 18 + Math.hypot(x1 - x0, y1 - y0) * 1.1)
    }

    flyToArea(area: number) {
        const rects = this.#plan.layout.areas[area]?.rects ?? []
        if (rects.length === 0) return
        const x0 = Math.min(...rects.map((r) => r[0]))
        const y0 = Math.min(...rects.map((r) => r[1]))
        const x1 = Math.max(...rects.map((r) => r[2]))
        const y1 = Math.max(...rects.map((r) => r[3]))
        this.near((x0 + x1) / 2, (y0 + y1) / 2, 16 + Math.hypot(x1 - x0, y1 - y0) * 1.25)
    }

    /** Arrows and + and -; false where the key says nothing here. */
    key(key: string): boolean {
        const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key]
        if (step) {
            const { far } = this
            const way = new Vector3().subVectors(this.controls.target, this.camera.position).setY(0).normalize()
            this.move(new Vector3(-way.z, 0, way.x).multiplyScalar(step[0]! * far * 0.06).addScaledVector(way, -step[1]! * far * 0.06))
        } else if (key === '+' || key === '=') this.camera.position.lerp(this.controls.target, 0.15)
        else if (key === '-') this.camera.position.lerp(this.controls.target, -0.18)
        else return false
        this.#changed()
        return true
    }

    dispose() {
        this.controls.dispose()
    }
}
