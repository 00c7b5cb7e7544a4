// The hall of a twin in three.js: what stands in it, what moves, and how the pointer finds it. It draws only when something moves or
// changes. Each thing has a file of its own: ground, rails, tools, boxes of lots, names, marks, and the view.
import { AmbientLight, Color, DirectionalLight, Fog, HemisphereLight, LineSegments, Mesh, PCFSoftShadowMap, Scene, Vector3, WebGLRenderer, type Material } from 'three'
import type { Layout } from '../api/twin'
import { rem } from '../parts/rem'
import type { Floor } from '../twin/floor'
import { Carriers } from './carriers'
import { Ground } from './ground'
import type { Look } from './look'
import { BOX_M, LotBoxes } from './lot_boxes'
import { Marks } from './marks'
import { Meter } from './meter'
import { Names } from './names'
import { Paints } from './paints'
import { pickBox, pickCarrier, type Ray } from './pick'
import { Plan } from './plan'
import { RailMesh } from './rail_mesh'
import { ToolBodies } from './tool_bodies'
import { View } from './view'

export type Picked = { kind: 'tool'; tool: number } | { kind: 'lot'; slot: number } | null

/** Heat of groups and areas in place of states: 0 to 1, or -1 where there is nothing to tell. */
export interface Heat {
    groups: Float32Array
    areas: Float32Array
    /** What is written behind the name of an area. */
    told: string[]
}

/** Rails hang above the boxes that go along them. */
const ABOVE_BOXES_M = 0.6

export class Hall {
    readonly meter = new Meter()
    onHover: (picked: Picked, x: number, y: number) => void = () => {}
    onPick: (picked: Picked) => void = () => {}
    readonly #canvas: HTMLCanvasElement
    readonly #plan: Plan
    readonly #renderer: WebGLRenderer
    readonly #scene = new Scene()
    readonly #sun = new DirectionalLight(0xffffff, 2)
    readonly #sky = new HemisphereLight(0xffffff, 0xffffff, 1.4)
    readonly #fog = new Fog(0xffffff, 100, 1000)
    readonly #view: View
    readonly #ground: Ground
    readonly #rails: RailMesh
    readonly #tools: ToolBodies
    readonly #lots: LotBoxes
    readonly #names: Names
    readonly #marks: Marks
    readonly #carriers: Carriers
    readonly #paints = new Paints()
    readonly #toolGroup: Int32Array
    readonly #resize: ResizeObserver
    readonly #still: boolean
    readonly #undo: (() => void)[] = []
    #floor: Floor | null = null
    #heat: Heat | null = null
    #look: Look | null = null
    #selected: Picked = null
    #followed = -1
    #hovered = -1
    #frame = 0
    #lastFrame = 0
    #dirty = true
    #carriersDirty = true
    #beaconsDirty = true

    constructor(canvas: HTMLCanvasElement, layout: Layout) {
        this.#canvas = canvas
        this.#plan = new Plan(layout)
        this.#still = matchMedia('(prefers-reduced-motion: reduce)').matches
        this.#renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: 'low-power' })
        this.#renderer.setPixelRatio(Math.min(devicePixelRatio, 2))
        this.#renderer.shadowMap.enabled = true
        this.#renderer.shadowMap.type = PCFSoftShadowMap
        this.#renderer.shadowMap.autoUpdate = false
        this.#scene.fog = this.#fog
        this.#toolGroup = new Int32Array(layout.tools.x.length)
        layout.groups.forEach((group, g) => this.#toolGroup.fill(g, group.first_tool, group.first_tool + group.n_tool))
        this.#carriers = new Carriers(layout)
        this.#light()
        this.#ground = new Ground(this.#plan, Math.min(8, this.#renderer.capabilities.getMaxAnisotropy()))
        this.#rails = new RailMesh(this.#plan, this.#carriers.height + ABOVE_BOXES_M)
        this.#tools = new ToolBodies(this.#plan)
        this.#lots = new LotBoxes(this.#plan)
        this.#names = new Names(this.#plan)
        this.#marks = new Marks(this.#plan)
        this.#scene.add(this.#ground, this.#rails, this.#tools, this.#lots, this.#marks, this.#names)
        this.#view = new View(canvas, this.#plan, this.#still, () => this.#ask())
        this.#listen()
        this.#resize = new ResizeObserver(() => this.#sized())
        this.#resize.observe(canvas.parentElement!)
        this.#sized()
        this.#view.fit(true)
    }

    #light() {
        const reach = this.#plan.size.length() / 2 + 4
        this.#sun.position.set(reach * 0.55, reach * 1.25, reach * 0.4)
        this.#sun.castShadow = true
        const shadow = this.#sun.shadow
        Object.assign(shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 1, far: reach * 4 })
        shadow.mapSize.setScalar(Math.min(this.#renderer.capabilities.maxTextureSize, reach > 40 ? 4096 : 2048))
        shadow.bias = -0.0006
        shadow.normalBias = 0.04
        shadow.radius = 3
        this.#scene.add(this.#sun, this.#sky, new AmbientLight(0xffffff, 0.15))
    }

    // ---- colours

    dress(look: Look) {
        this.#look = look
        this.#paints.dress(look)
        const sky = new Color().setStyle(look.sky)
        this.#scene.background = sky
        this.#fog.color.copy(sky)
        this.#sky.groundColor.setStyle(look.dark ? '#5a6770' : '#b9c3c7')
        this.#sun.intensity = look.dark ? 1.7 : 1.75
        this.#ground.dress(look)
        this.#rails.dress(look)
        this.#tools.dress(look)
        this.#lots.dress(look)
        this.#marks.dress(look, this.#paints.states)
        this.#paintAll()
        this.#renderer.shadowMap.needsUpdate = true
        this.#ask()
    }

    setHeat(heat: Heat | null) {
        this.#heat = heat
        this.#paintAll()
    }

    readonly #mixed = new Color()
    #paintTool(tool: number) {
        if (!this.#look) return
        const share = this.#heat ? this.#heat.groups[this.#toolGroup[tool]!]! : -1
        const state = this.#heat ? undefined : this.#paints.states[this.#floor?.state[tool] ?? 0]
        this.#tools.paint(tool, share >= 0 ? this.#paints.ramp(share, this.#mixed) : (state ?? this.#paints.none))
    }

    #paintLots() {
        const floor = this.#floor
        if (floor && this.#look) for (let slot = 0; slot < floor.slots; slot++) this.#lots.paint(floor, slot)
    }

    #paintAll() {
        const look = this.#look
        if (!look) return
        for (let tool = 0; tool < this.#toolGroup.length; tool++) this.#paintTool(tool)
        this.#tools.paintStockers(this.#paints.none)
        this.#ground.paint(this.#heat, look, this.#paints)
        this.#names.paint(this.#heat, look, this.#paints, Math.round(rem() * (this.#canvas.clientWidth < 600 ? 0.74 : 0.84)))
        this.#paintLots()
        this.#beaconsDirty = true
        this.#sizeNames()
        this.#ask()
    }

    // ---- the floor

    /** Shows this floor from now on, as it is. */
    bind(floor: Floor) {
        if (this.#floor) this.#floor.events = {}
        this.#floor = floor
        const now = () => performance.now() / 1000
        let isWhole = false
        floor.events = {
            whole: () => {
                this.#carriers.clear()
                isWhole = true
            },
            tool: (tool) => {
                this.#paintTool(tool)
                this.#beaconsDirty = true
            },
            lot: (slot, isNew) => {
                const rate = floor.speed > 0 ? floor.speed : 20_000
                this.#carriers.put(floor, slot, now(), rate, isNew || isWhole || this.#still || document.hidden)
                this.#reach()
                this.#lots.paint(floor, slot)
                this.#carriersDirty = true
            },
            left: (slot) => {
                this.#carriers.leave(slot)
                this.#carriersDirty = true
            },
            told: () => {
                isWhole = false
                if (this.#carriersDirty || this.#beaconsDirty) this.#ask()
            },
        }
        this.#carriers.clear()
        for (let slot = 0; slot < floor.slots; slot++) if (floor.lot[slot]! >= 0) this.#carriers.put(floor, slot, now(), 1, true)
        this.#reach()
        this.#carriersDirty = true
        this.#paintAll()
        this.#ask()
    }

    #reach() {
        if (this.#lots.reach(this.#carriers.at.length / 4)) this.#paintLots()
    }

    // ---- frames

    #ask() {
        this.#dirty = true
        if (this.#frame === 0) this.#frame = requestAnimationFrame((time) => this.#draw(time))
    }

    #draw(time: number) {
        const began = performance.now()
        this.#frame = 0
        const now = began / 1000
        let again = false
        if (this.#carriers.moving > 0) {
            this.#carriers.step(now)
            this.#carriersDirty = true
            again = true
        }
        if (this.#carriersDirty && this.#floor) {
            this.#lots.load(this.#carriers.at, this.#floor.slots)
            this.#carriersDirty = false
        }
        if (this.#beaconsDirty) this.#setBeacons()
        if (this.#view.isFlying) again = this.#view.flyOn(now) || again
        if (this.#selected) this.#mark()
        again = this.#view.controls.update() || again
        this.#grow()
        if (this.#dirty) this.#names.arrange(this.#view.camera, this.#view.far, this.#canvas.clientWidth, this.#canvas.clientHeight)
        this.#dirty = false
        const prepared = performance.now()
        this.#renderer.render(this.#scene, this.#view.camera)
        const ended = performance.now()
        this.meter.add(prepared - began, ended - began, time - this.#lastFrame)
        this.#lastFrame = time
        if (again) this.#ask()
    }

    /** What has to be seen from afar is drawn larger there. */
    #grow() {
        const { far } = this.#view
        const perPixel = (this.#view.height * far) / Math.max(1, this.#canvas.clientHeight)
        // A box is at least about six pixels wide.
        this.#lots.grow = Math.max(1, Math.min(4, (perPixel * 6.5) / BOX_M))
        this.#rails.grow(perPixel)
        if (this.#marks.resize(Math.max(0.3, Math.min(2.4, perPixel * 11)))) this.#setBeacons()
        const reach = this.#plan.size.length()
        this.#fog.near = far + reach * 0.6
        this.#fog.far = far + reach * 2.6
    }

    #setBeacons() {
        this.#beaconsDirty = false
        this.#marks.setBeacons(this.#heat ? null : this.#floor, (tool) => this.#tools.has(tool))
    }

    #sizeNames() {
        this.#names.fit(this.#view.height / Math.max(1, this.#canvas.clientHeight))
    }

    #mark() {
        const picked = this.#selected
        const marker = this.#marks.chosen
        if (picked?.kind === 'lot') {
            const { at } = this.#carriers
            const n = picked.slot * 4
            if (!(at[n + 2]! > -100)) return void (marker.visible = false)
            const size = BOX_M * this.#lots.grow * 1.3
            marker.position.copy(this.#plan.at(at[n]!, at[n + 1]!, at[n + 2]! - 0.06))
            marker.rotation.y = 0
            marker.scale.setScalar(size)
            if (this.#followed === picked.slot && !this.#view.isFlying) {
                this.#view.move(this.#p.copy(marker.position).sub(this.#view.controls.target))
            }
        }
    }

    // ---- the view

    fit() {
        this.#view.fit()
    }
    top() {
        this.#view.top()
    }
    flyToGroup(group: number) {
        this.#view.flyToGroup(group)
    }
    flyToArea(area: number) {
        this.#view.flyToArea(area)
    }

    select(picked: Picked, fly = false) {
        this.#selected = picked
        this.#followed = -1
        this.#marks.chosen.visible = picked !== null
        if (picked?.kind === 'tool') {
            this.#marks.frame(this.#marks.chosen, picked.tool)
            const { x, y } = this.#plan.layout.tools
            if (fly) this.#view.near(x[picked.tool]!, y[picked.tool]!, 22)
        } else if (picked?.kind === 'lot') {
            const n = picked.slot * 4
            const { at } = this.#carriers
            this.#mark()
            if (fly && at[n + 2]! > -100) {
                this.#view.near(at[n]!, at[n + 1]!, 22)
                this.#followed = picked.slot
            }
        }
        this.#ask()
    }

    // ---- the pointer

    readonly #p = new Vector3()
    readonly #ray: Ray = { x: 0, y: 0, h: 0, dx: 0, dy: 0, dh: 0 }
    #pick(clientX: number, clientY: number): Picked {
        const box = this.#canvas.getBoundingClientRect()
        const from = this.#view.camera.position
        this.#p.set(((clientX - box.left) / box.width) * 2 - 1, 1 - ((clientY - box.top) / box.height) * 2, 0.5).unproject(this.#view.camera).sub(from).normalize()
        const ray = this.#ray
        ray.x = from.x + this.#plan.middle.x
        ray.y = -from.z + this.#plan.middle.y
        ray.h = from.y
        ray.dx = this.#p.x
        ray.dy = -this.#p.z
        ray.dh = this.#p.y
        const { box: tool, reach } = pickBox(this.#tools.boxes, ray)
        const size = 0.32 * this.#lots.grow
        const slot = this.#floor ? pickCarrier(this.#carriers.at, Math.min(this.#floor.slots, this.#carriers.at.length / 4), ray, size, reach + 0.4) : -1
        if (slot >= 0 && this.#floor!.lot[slot]! >= 0) return { kind: 'lot', slot }
        return tool >= 0 ? { kind: 'tool', tool } : null
    }

    #listen() {
        const canvas = this.#canvas
        let down: { x: number; y: number; id: number } | null = null
        let moved = 0
        const on = <K extends keyof HTMLElementEventMap>(name: K, act: (event: HTMLElementEventMap[K]) => void) => {
            canvas.addEventListener(name, act)
            this.#undo.push(() => canvas.removeEventListener(name, act))
        }
        on('pointerdown', (event) => (down = { x: event.clientX, y: event.clientY, id: event.pointerId }))
        on('pointerup', (event) => {
            const isClick = down && down.id === event.pointerId && Math.hypot(event.clientX - down.x, event.clientY - down.y) < 5
            down = null
            if (isClick && event.button === 0) this.onPick(this.#pick(event.clientX, event.clientY))
        })
        on('pointermove', (event) => {
            if (event.pointerType !== 'mouse' || event.buttons !== 0 || event.timeStamp - moved < 40) return
            moved = event.timeStamp
            const picked = this.#pick(event.clientX, event.clientY)
            const tool = picked?.kind === 'tool' ? picked.tool : -1
            if (tool !== this.#hovered) {
                this.#hovered = tool
                this.#marks.pointed.visible = tool >= 0
                if (tool >= 0) this.#marks.frame(this.#marks.pointed, tool)
                this.#ask()
            }
            canvas.style.cursor = picked ? 'pointer' : 'grab'
            this.onHover(picked, event.clientX, event.clientY)
        })
        on('pointerleave', () => {
            this.#hovered = -1
            this.#marks.pointed.visible = false
            this.onHover(null, 0, 0)
            this.#ask()
        })
        on('dblclick', (event) => {
            const picked = this.#pick(event.clientX, event.clientY)
            if (picked) this.select(picked, true)
        })
        on('keydown', (event) => {
            if (this.#view.key(event.key)) event.preventDefault()
        })
        const lost = (event: Event) => event.preventDefault()
        canvas.addEventListener('webglcontextlost', lost)
        this.#undo.push(() => canvas.removeEventListener('webglcontextlost', lost))
    }

    /** For tests and for those who cannot point: where a tool is on the screen, in CSS pixels of the canvas. */
    screenOf(tool: number): { x: number; y: number } {
        const t = this.#plan.layout.tools
        this.#view.camera.updateMatrixWorld()
        const p = this.#plan.at(t.x[tool]!, t.y[tool]!, t.height[tool]! * 0.6).project(this.#view.camera)
        return { x: ((p.x + 1) / 2) * this.#canvas.clientWidth, y: ((1 - p.y) / 2) * this.#canvas.clientHeight }
    }
    get moving(): number {
        return this.#carriers.moving
    }
    get lots(): number {
        return this.#floor?.n ?? 0
    }

    #sized() {
        const box = this.#canvas.parentElement!
        const w = Math.max(1, box.clientWidth)
        const h = Math.max(1, box.clientHeight)
        this.#renderer.setSize(w, h, false)
        this.#view.sized(w / h)
        this.#sizeNames()
        this.#ask()
    }

    dispose() {
        cancelAnimationFrame(this.#frame)
        this.#frame = -1
        if (this.#floor) this.#floor.events = {}
        this.#resize.disconnect()
        this.#view.dispose()
        for (const undo of this.#undo) undo()
        this.#names.dispose()
        this.#scene.traverse((one) => {
            if (one instanceof Mesh || one instanceof LineSegments) {
                one.geometry.dispose()
                const material = one.material as Material
                material.dispose()
            }
        })
        this.#renderer.dispose()
    }
}
