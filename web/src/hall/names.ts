// The names that hang over the hall: of areas, and from near of tool groups.
import { Color, Group, Vector3, type PerspectiveCamera } from 'three'
import type { Heat } from './hall'
import { Label } from './labels'
import type { Look } from './look'
import type { Paints } from './paints'
import type { Plan } from './plan'

const NEAR_LABEL_M = 60

export class Names extends Group {
    readonly #plan: Plan
    readonly #areas: Label[] = []
    readonly #groups: Label[] = []
    readonly #mixed = new Color()

    constructor(plan: Plan) {
        super()
        this.#plan = plan
        const { layout } = plan
        for (const area of layout.areas) {
            const label = new Label()
            // Over the middle of what it has; where that is scattered, over the piece that is nearest to the middle.
            let x = 0
            let y = 0
            let all = 0
            for (const [a, b, c, d] of area.rects) {
                const size = Math.max(0.01, (c - a) * (d - b))
                x += ((a + c) / 2) * size
                y += ((b + d) / 2) * size
                all += size
            }
            x /= all || 1
            y /= all || 1
            const near = [...area.rects].sort((p, q) => Math.hypot((p[0] + p[2]) / 2 - x, (p[1] + p[3]) / 2 - y) - Math.hypot((q[0] + q[2]) / 2 - x, (q[1] + q[3]) / 2 - y))[0]
            if (near && area.rects.length > 1) [x, y] = [(near[0] + near[2]) / 2, (near[1] + near[3]) / 2]
            label.sprite.position.copy(plan.at(x, y, layout.aisles.length > 0 ? 5 : 3.1))
            label.sprite.visible = area.rects.length > 0
            this.add(label.sprite)
            this.#areas.push(label)
        }
        for (const group of layout.groups) {
            const label = new Label()
            const stocker = layout.stockers.find((one) => layout.groups[one.group] === group)
            const t = layout.tools
            const k = group.first_tool + (group.n_tool >> 1)
            if (stocker) label.sprite.position.copy(plan.at(stocker.x, stocker.y, stocker.height + 0.6))
            else label.sprite.position.copy(plan.at(t.x[k] ?? 0, t.y[k] ?? 0, (t.height[k] ?? 2) + 0.8))
            label.sprite.visible = false
            this.add(label.sprite)
            this.#groups.push(label)
        }
    }

    /** `size` of the letters, in CSS pixels. */
    paint(heat: Heat | null, look: Look, paints: Paints, size: number) {
        this.#plan.layout.areas.forEach((area, a) => {
            const share = heat?.areas[a] ?? -1
            const told = heat?.told[a]
            const mark = share >= 0 ? `#${paints.ramp(share, this.#mixed).getHexString()}` : null
            this.#areas[a]!.set(told ? `${area.name}  ${told}` : area.name, size, look, mark, true)
        })
        this.#plan.layout.groups.forEach((group, g) => this.#groups[g]!.set(group.name, size * 0.86, look))
    }

    fit(perPixel: number) {
        for (const label of this.#areas) label.fit(perPixel)
        for (const label of this.#groups) label.fit(perPixel)
    }

    readonly #p = new Vector3()
    readonly #seen = new Float32Array(4 * 64)
    /** Names of groups are seen from near only; a name that would cover another one is left out. */
    arrange(camera: PerspectiveCamera, far: number, w: number, h: number) {
        const near = far < NEAR_LABEL_M
        let n = 0
        const place = (label: Label, isShown: boolean) => {
            label.sprite.visible = false
            if (!isShown || n >= 64) return
            this.#p.copy(label.sprite.position).project(camera)
            if (this.#p.z > 1 || Math.abs(this.#p.x) > 1.1 || Math.abs(this.#p.y) > 1.1) return
            const x = ((this.#p.x + 1) / 2) * w
            const y = ((1 - this.#p.y) / 2) * h
            for (let k = 0; k < n; k++)
                if (Math.abs(this.#seen[k * 4]! - x) < (this.#seen[k * 4 + 2]! + label.width) / 2 + 2 && Math.abs(this.#seen[k * 4 + 1]! - y) < (this.#seen[k * 4 + 3]! + label.height) / 2 + 2) return
            this.#seen[n * 4] = x
            this.#seen[n * 4 + 1] = y
            this.#seen[n * 4 + 2] = label.width
            this.#seen[n * 4 + 3] = label.height
            n++
            label.sprite.visible = true
        }
        for (let a = 0; a < this.#areas.length; a++) place(this.#areas[a]!, this.#plan.layout.areas[a]!.rects.length > 0)
        for (const label of this.#groups) place(label, near)
    }

    dispose() {
        for (const label of [...this.#areas, ...this.#groups]) label.dispose()
    }
}
