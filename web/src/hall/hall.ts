// The hall of a twin in three.js: tools as instanced bodies, lots as instanced boxes, areas and aisles on the ground. It draws only when
// something moves or changes. y is up here; the plan's x stays x and its y becomes -z, with the middle of the hall at the origin.
import {
    AmbientLight, BoxGeometry, BufferAttribute, BufferGeometry, CanvasTexture, Color, DirectionalLight, DynamicDrawUsage, Float32BufferAttribute, Fog, Group, HemisphereLight,
    InstancedBufferAttribute, InstancedBufferGeometry, InstancedMesh, LineBasicMaterial, LineSegments, Matrix4, Mesh, MeshBasicMaterial, MeshLambertMaterial,
    OctahedronGeometry, PCFSoftShadowMap, PerspectiveCamera, PlaneGeometry, Quaternion, RepeatWrapping, Scene, Vector2, Vector3, WebGLRenderer,
} from 'three'
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js'
import type { Body, Layout } from '../api/twin'
import { rem } from '../parts/rem'
import { AT_RISK, HOT, LATE, type Floor } from '../twin/floor'
import { bodyGeometry, carrierGeometry } from './bodies'
import { Carriers } from './carriers'
import { Label, type LabelLook } from './labels'
import { Meter } from './meter'
import { pickBox, pickCarrier, type Boxes, type Ray } from './pick'

export interface Look extends LabelLook {
    dark: boolean
    sky: string
    floor: string
    line: string
    shell: string
    trim: string
    accent: string
    states: string[]
    heat: string[]
    lot: string
    hot: string
    late: string
    risk: string
    tints: string[]
}

export type Picked = { kind: 'tool'; tool: number } | { kind: 'lot'; slot: number } | null

/** Heat of groups and areas in place of states: 0 to 1, or -1 where there is nothing to tell. */
export interface Heat {
    groups: Float32Array
    areas: Float32Array
    /** What is written behind the name of an area. */
    told: string[]
}

const DOWN = 5
const BODIES: Exclude<Body, 'none'>[] = ['bench', 'cluster', 'track', 'furnace', 'gauge', 'stocker']
const BOX_M = 0.5
const NEAR_LABEL_M = 60
const FLY_S = 0.8

interface Bodies {
    mesh: InstancedMesh
    /** The tool of each instance; stockers: -1 - number. */
    tools: Int32Array
}

export class Hall {
    readonly meter = new Meter()
    onHover: (picked: Picked, x: number, y: number) => void = () => {}
    onPick: (picked: Picked) => void = () => {}
    readonly #canvas: HTMLCanvasElement
    readonly #layout: Layout
    readonly #renderer: WebGLRenderer
    readonly #scene = new Scene()
    readonly #camera = new PerspectiveCamera(34, 1, 0.5, 2000)
    readonly #controls: OrbitControls
    readonly #sun = new DirectionalLight(0xffffff, 2)
    readonly #sky = new HemisphereLight(0xffffff, 0xffffff, 1.7)
    readonly #fog = new Fog(0xffffff, 100, 1000)
    readonly #middle: Vector2
    readonly #size: Vector2
    readonly #bodies: Bodies[] = []
    readonly #instanceOf: Int32Array // body number * 65536 + instance
    readonly #boxes: Boxes
    readonly #toolGroup: Int32Array
    readonly #shader = { shell: { value: new Color() }, trim: { value: new Color() } }
    readonly #lotShader = { grow: { value: 1 } }
    readonly #carriers: Carriers
    #carrierMesh: Mesh<InstancedBufferGeometry, MeshLambertMaterial>
    #carrierAt: InstancedBufferAttribute
    #carrierColour: InstancedBufferAttribute
    readonly #areaLabels: Label[] = []
    readonly #groupLabels: Label[] = []
    readonly #zones: { area: number; mesh: Mesh<PlaneGeometry, MeshBasicMaterial> }[] = []
    readonly #grounds: { slab: Mesh; aisles: MeshBasicMaterial; lines: LineBasicMaterial; grid: MeshBasicMaterial; rails: MeshLambertMaterial; wall: MeshLambertMaterial; around: MeshBasicMaterial }
    readonly #beacons: InstancedMesh<OctahedronGeometry, MeshLambertMaterial>
    readonly #marker: LineSegments<BufferGeometry, LineBasicMaterial>
    readonly #hover: LineSegments<BufferGeometry, LineBasicMaterial>
    #floor: Floor | null = null
    #heat: Heat | null = null
    #look: Look | null = null
    #selected: Picked = null
    #followed = -1
    #frame = 0
    #dirty = true
    #carriersDirty = true
    #beaconsDirty = true
    #still: boolean
    #fly: { from: number; camera: [Vector3, Vector3]; target: [Vector3, Vector3] } | null = null
    #lastFrame = 0
    #hovered = -1
    #resize: ResizeObserver
    readonly #colours = { states: [] as Color[], heat: [] as Color[], none: new Color() }
    readonly #undo: (() => void)[] = []

    constructor(canvas: HTMLCanvasElement, layout: Layout) {
        this.#canvas = canvas
        this.#layout = layout
        this.#renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: 'low-power' })
        this.#renderer.setPixelRatio(Math.min(devicePixelRatio, 2))
        this.#renderer.shadowMap.enabled = true
        this.#renderer.shadowMap.type = PCFSoftShadowMap
        this.#renderer.shadowMap.autoUpdate = false
        this.#scene.fog = this.#fog
        const [x0, y0, x1, y1] = layout.hall
        this.#middle = new Vector2((x0 + x1) / 2, (y0 + y1) / 2)
        this.#size = new Vector2(Math.max(4, x1 - x0), Math.max(4, y1 - y0))
        const n = layout.tools.x.length
        this.#toolGroup = new Int32Array(n)
        layout.groups.forEach((group, g) => this.#toolGroup.fill(g, group.first_tool, group.first_tool + group.n_tool))
        const { x, y, heading, width, depth, height } = layout.tools
        const turn = (f: (angle: number) => number) => Float32Array.from(heading, (deg) => f((deg * Math.PI) / 180))
        this.#boxes = { n, x, y, sin: turn(Math.sin), cos: turn(Math.cos), width, depth, height }
        this.#instanceOf = new Int32Array(n).fill(-1)
        this.#carriers = new Carriers(layout)
        this.#still = matchMedia('(prefers-reduced-motion: reduce)').matches

        this.#light()
        this.#grounds = this.#ground()
        for (const body of BODIES) this.#stand(body)
        this.#carrierMesh = this.#makeCarriers(256)
        this.#carrierAt = this.#carrierMesh.geometry.getAttribute('at') as InstancedBufferAttribute
        this.#carrierColour = this.#carrierMesh.geometry.getAttribute('color') as InstancedBufferAttribute
        this.#beacons = this.#makeBeacons()
        this.#marker = this.#makeFrame(2)
        this.#hover = this.#makeFrame(1)
        this.#makeLabels()

        this.#controls = new OrbitControls(this.#camera, canvas)
        this.#controls.enableDamping = !this.#still
        this.#controls.dampingFactor = 0.12
        this.#controls.maxPolarAngle = 1.45
        this.#controls.minDistance = 4
        this.#controls.maxDistance = this.#size.length() * 2.5
        this.#controls.zoomToCursor = true
        this.#controls.screenSpacePanning = false
        this.#controls.addEventListener('change', () => this.#ask())
        this.#controls.addEventListener('start', () => (this.#fly = null))
        this.#listen()
        this.#resize = new ResizeObserver(() => this.#sized())
        this.#resize.observe(canvas.parentElement!)
        this.#sized()
        this.fit(true)
    }

    // ---- what stands in it

    #at(x: number, y: number, h = 0): Vector3 {
        return new Vector3(x - this.#middle.x, h, -(y - this.#middle.y))
    }

    #light() {
        const reach = this.#size.length() / 2 + 4
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

    #plane(x0: number, y0: number, x1: number, y1: number, h: number, material: MeshBasicMaterial | MeshLambertMaterial) {
        const mesh = new Mesh(new PlaneGeometry(x1 - x0, y1 - y0).rotateX(-Math.PI / 2), material)
        mesh.position.copy(this.#at((x0 + x1) / 2, (y0 + y1) / 2, h))
        mesh.matrixAutoUpdate = false
        mesh.updateMatrix()
        this.#scene.add(mesh)
        return mesh as Mesh<PlaneGeometry, MeshBasicMaterial>
    }

    #ground() {
        const [x0, y0, x1, y1] = this.#layout.hall
        const rim = 1.2
        const far = this.#size.length() * 4
        const around = new MeshBasicMaterial()
        this.#plane(this.#middle.x - far, this.#middle.y - far, this.#middle.x + far, this.#middle.y + far, -0.3, around)
        const floor = new MeshLambertMaterial()
        const slab = new Mesh(new BoxGeometry(x1 - x0 + rim * 2, 0.28, y1 - y0 + rim * 2), floor)
        slab.position.set(0, -0.15, 0)
        slab.receiveShadow = true
        this.#scene.add(slab)
        // The raised floor's tiles, 0.6 m each, seen only from near.
        const tile = document.createElement('canvas')
        tile.width = tile.height = 64
        const pen = tile.getContext('2d')!
        pen.fillStyle = '#fff'
        pen.fillRect(0, 0, 64, 64)
        pen.fillStyle = '#000'
        pen.globalAlpha = 0.5
        pen.fillRect(0, 0, 64, 2)
        pen.fillRect(0, 0, 2, 64)
        const tiles = new CanvasTexture(tile)
        tiles.wrapS = tiles.wrapT = RepeatWrapping
        tiles.repeat.set((x1 - x0) / 0.6, (y1 - y0) / 0.6)
        tiles.anisotropy = Math.min(8, this.#renderer.capabilities.getMaxAnisotropy())
        const grid = new MeshBasicMaterial({ alphaMap: tiles, transparent: true, opacity: 0.06, depthWrite: false })
        // alphaMap is bright where tiles are: turned round, only the joints are drawn.
        grid.onBeforeCompile = (shader) => {
            shader.fragmentShader = shader.fragmentShader.replace('#include <alphamap_fragment>', 'diffuseColor.a *= 1.0 - texture2D( alphaMap, vAlphaMapUv ).g;')
        }
        const gridMesh = this.#plane(x0, y0, x1, y1, 0.03, grid)
        gridMesh.renderOrder = 2
        const aisles = new MeshBasicMaterial({ transparent: true, opacity: 0.5, depthWrite: false })
        for (const rect of this.#layout.aisles) this.#plane(...rect, 0.02, aisles).renderOrder = 1
        this.#layout.areas.forEach((area, a) => {
            for (const rect of area.rects) {
                const mesh = this.#plane(...rect, 0.01, new MeshBasicMaterial({ transparent: true, depthWrite: false }))
                this.#zones.push({ area: a, mesh })
            }
        })
        // Outlines of areas and aisles.
        const lines = new LineBasicMaterial({ transparent: true, opacity: 0.55 })
        const points: number[] = []
        const outline = (rect: number[], h: number) => {
            const [a, b, c, d] = rect as [number, number, number, number]
            const corners: [number, number][] = [[a, b], [c, b], [c, d], [a, d]]
            corners.forEach(([px, py], k) => {
                const [qx, qy] = corners[(k + 1) % 4]!
                points.push(...this.#at(px, py, h), ...this.#at(qx, qy, h))
            })
        }
        if (this.#layout.aisles.length > 0) for (const area of this.#layout.areas) for (const rect of area.rects) outline(rect, 0.04)
        const drawn = new BufferGeometry()
        drawn.setAttribute('position', new Float32BufferAttribute(points, 3))
        const edges = new LineSegments(drawn, lines)
        edges.renderOrder = 3
        this.#scene.add(edges)
        const wall = new MeshLambertMaterial()
        const high = 0.42
        for (const [w, d, px, pz] of [[x1 - x0 + rim * 2, 0.14, 0, (y1 - y0) / 2 + rim], [x1 - x0 + rim * 2, 0.14, 0, -(y1 - y0) / 2 - rim], [0.14, y1 - y0 + rim * 2, (x1 - x0) / 2 + rim, 0], [0.14, y1 - y0 + rim * 2, -(x1 - x0) / 2 - rim, 0]] as const) {
            const mesh = new Mesh(new BoxGeometry(w, high, d), wall)
            mesh.position.set(px, high / 2 - 0.26, pz)
            this.#scene.add(mesh)
        }
        const rails = new MeshLambertMaterial({ transparent: true, opacity: 0.55 })
        const group = new Group()
        this.#layout.aisles.forEach(([a, b, c, d], k) => {
            const along = k === 0
            const x = (a + c) / 2
            const middle = (this.#layout.aisles[0]![1] + this.#layout.aisles[0]![3]) / 2
            const [from, to] = along ? [a, c] : [Math.min(b, middle), Math.max(d, middle)]
            const rail = new Mesh(new BoxGeometry(along ? to - from : 0.1, 0.1, along ? 0.1 : to - from), rails)
            rail.position.copy(this.#at(x, along ? middle : (from + to) / 2, this.#carriers.height + 0.6))
            group.add(rail)
        })
        this.#scene.add(group)
        return { slab, aisles, lines, grid, rails, wall, around }
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
        const layout = this.#layout
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
            matrix.compose(this.#at(of('x'), of('y')), turn, size.set(of('width'), of('height'), of('depth')))
            mesh.setMatrixAt(n, matrix)
            mesh.setColorAt(n, this.#colours.none)
            if (tool >= 0) this.#instanceOf[tool] = this.#bodies.length * 65536 + n
        })
        mesh.castShadow = true
        mesh.receiveShadow = true
        mesh.frustumCulled = false
        mesh.instanceColor!.setUsage(DynamicDrawUsage)
        this.#scene.add(mesh)
        this.#bodies.push({ mesh, tools: Int32Array.from(tools) })
    }

    #makeCarriers(room: number): Mesh<InstancedBufferGeometry, MeshLambertMaterial> {
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
            shader.uniforms.uGrow = this.#lotShader.grow
            // From far away boxes under way are drawn larger, so that traffic is seen; those in stacks grow little.
            shader.vertexShader = `attribute vec4 at;\nuniform float uGrow;\n${shader.vertexShader}`.replace(
                '#include <begin_vertex>',
                'vec3 transformed = position * mix( min( uGrow, 1.35 ), uGrow, at.w ) + vec3( at.x, at.z, at.y );',
            )
        }
        const mesh = new Mesh(geometry, material)
        mesh.frustumCulled = false
        mesh.position.set(-this.#middle.x, 0, this.#middle.y)
        this.#scene.add(mesh)
        return mesh
    }

    /** Marks over tools that have failed: seen from any distance. */
    #makeBeacons() {
        const mesh = new InstancedMesh(new OctahedronGeometry(0.5), new MeshLambertMaterial({ fog: false, flatShading: true }), Math.max(1, this.#layout.tools.x.length))
        mesh.count = 0
        mesh.frustumCulled = false
        this.#scene.add(mesh)
        return mesh
    }

    #makeFrame(order: number) {
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
        this.#scene.add(frame)
        return frame
    }

    #makeLabels() {
        for (const area of this.#layout.areas) {
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
            label.sprite.position.copy(this.#at(x, y, this.#layout.aisles.length > 0 ? 5 : 3.1))
            label.sprite.visible = area.rects.length > 0
            this.#scene.add(label.sprite)
            this.#areaLabels.push(label)
        }
        for (const group of this.#layout.groups) {
            const label = new Label()
            const stocker = this.#layout.stockers.find((one) => this.#layout.groups[one.group] === group)
            const t = this.#layout.tools
            const k = group.first_tool + (group.n_tool >> 1)
            if (stocker) label.sprite.position.copy(this.#at(stocker.x, stocker.y, stocker.height + 0.6))
            else label.sprite.position.copy(this.#at(t.x[k] ?? 0, t.y[k] ?? 0, (t.height[k] ?? 2) + 0.8))
            label.sprite.visible = false
            this.#scene.add(label.sprite)
            this.#groupLabels.push(label)
        }
    }

    // ---- colours

    dress(look: Look) {
        this.#look = look
        const colour = (text: string) => new Color().setStyle(text)
        this.#colours.states = look.states.map(colour)
        this.#colours.heat = look.heat.map(colour)
        this.#colours.none.setStyle(look.shell)
        this.#shader.shell.value.setStyle(look.shell)
        this.#shader.trim.value.setStyle(look.trim)
        const sky = colour(look.sky)
        this.#scene.background = sky
        this.#fog.color.copy(sky)
        this.#grounds.around.color.copy(sky)
        ;(this.#grounds.slab.material as MeshLambertMaterial).color.setStyle(look.floor)
        this.#grounds.aisles.color.setStyle(look.dark ? '#0c1113' : '#ffffff')
        this.#grounds.lines.color.setStyle(look.line)
        this.#grounds.grid.color.setStyle(look.ink)
        this.#grounds.rails.color.setStyle(look.trim)
        this.#grounds.wall.color.setStyle(look.line).lerp(colour(look.floor), 0.35)
        this.#sky.color.setStyle('#ffffff')
        this.#sky.groundColor.setStyle(look.dark ? '#5a6770' : '#b9c3c7')
        this.#sky.intensity = look.dark ? 1.4 : 1.4
        this.#sun.intensity = look.dark ? 1.7 : 1.75
        this.#marker.material.color.setStyle(look.accent)
        this.#hover.material.color.setStyle(look.ink)
        this.#hover.material.opacity = 0.6
        for (const frame of [this.#marker, this.#hover]) (frame.children[0] as Mesh<BoxGeometry, MeshBasicMaterial>).material.color.copy(frame.material.color)
        this.#beacons.material.color.copy(this.#colours.states[DOWN]!)
        this.#paintAll()
        this.#renderer.shadowMap.needsUpdate = true
        this.#ask()
    }

    #ramp(share: number, into: Color): Color {
        const heat = this.#colours.heat
        const at = Math.max(0, Math.min(1, share)) * (heat.length - 1)
        const low = Math.floor(at)
        return into.copy(heat[low]!).lerp(heat[Math.min(heat.length - 1, low + 1)]!, at - low)
    }

    readonly #mixed = new Color()
    #paintTool(tool: number) {
        const where = this.#instanceOf[tool]!
        if (where < 0 || !this.#look) return
        const { mesh } = this.#bodies[where >> 16]!
        let colour: Color
        if (this.#heat) {
            const share = this.#heat.groups[this.#toolGroup[tool]!]!
            colour = share < 0 ? this.#colours.none : this.#ramp(share, this.#mixed)
        } else colour = this.#colours.states[this.#floor?.state[tool] ?? 0] ?? this.#colours.none
        colour.toArray(mesh.instanceColor!.array, (where & 65535) * 3)
        mesh.instanceColor!.needsUpdate = true
    }

    #paintAll() {
        if (!this.#look) return
        for (let tool = 0; tool < this.#toolGroup.length; tool++) this.#paintTool(tool)
        for (const { mesh, tools } of this.#bodies)
            tools.forEach((tool, n) => tool < 0 && this.#colours.none.toArray(mesh.instanceColor!.array, n * 3))
        const { tints } = this.#look
        for (const { area, mesh } of this.#zones) {
            const share = this.#heat?.areas[area] ?? -1
            if (this.#heat && share >= 0) {
                this.#ramp(share, mesh.material.color)
                mesh.material.opacity = 0.25 + 0.55 * share
            } else {
                mesh.material.color.setStyle(tints[area % tints.length]!)
                mesh.material.opacity = this.#heat ? 0.04 : this.#look.dark ? 0.16 : 0.17
            }
        }
        this.#layout.areas.forEach((area, a) => {
            const share = this.#heat?.areas[a] ?? -1
            const told = this.#heat?.told[a]
            const mark = share >= 0 ? `#${this.#ramp(share, this.#mixed).getHexString()}` : null
            this.#areaLabels[a]!.set(told ? `${area.name}  ${told}` : area.name, this.#labelSize(), this.#look!, mark, true)
        })
        this.#layout.groups.forEach((group, g) => this.#groupLabels[g]!.set(group.name, this.#labelSize() * 0.86, this.#look!))
        this.#paintLots()
        this.#beaconsDirty = true
        this.#sizeLabels()
        this.#ask()
    }

    #labelSize(): number {
        return Math.round(rem() * (this.#canvas.clientWidth < 600 ? 0.74 : 0.84))
    }

    #paintLots() {
        const floor = this.#floor
        if (!floor) return
        for (let slot = 0; slot < floor.slots; slot++) this.#paintLot(slot)
    }

    #paintLot(slot: number) {
        const look = this.#look
        const floor = this.#floor
        if (!look || !floor || slot * 4 + 3 >= this.#carrierColour.array.length) return
        const what = floor.what[slot]!
        const rgb = this.#lotRgb[what & AT_RISK ? 3 : what & LATE ? 2 : what & HOT ? 1 : 0]
        if (!rgb) return
        const array = this.#carrierColour.array as Uint8Array
        array[slot * 4] = rgb[0]!
        array[slot * 4 + 1] = rgb[1]!
        array[slot * 4 + 2] = rgb[2]!
        array[slot * 4 + 3] = 255
        this.#carrierColour.needsUpdate = true
    }

    get #lotRgb(): (number[] | undefined)[] {
        if (this.#lotRgbOf === this.#look) return this.#lotRgbs
        this.#lotRgbOf = this.#look
        const look = this.#look!
        // Linear, as the shader reckons.
        this.#lotRgbs = [look.lot, look.hot, look.late, look.risk].map((text) => new Color().setStyle(text).toArray().map((part) => Math.round(part * 255)))
        return this.#lotRgbs
    }
    #lotRgbOf: Look | null = null
    #lotRgbs: number[][] = []

    setHeat(heat: Heat | null) {
        this.#heat = heat
        this.#paintAll()
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
                this.#paintLot(slot)
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

    /** The arrays of the graphics card grow with those of the boxes. */
    #reach() {
        const room = this.#carriers.at.length / 4
        if (room * 4 <= this.#carrierAt.array.length) return
        this.#scene.remove(this.#carrierMesh)
        this.#carrierMesh.geometry.dispose()
        this.#carrierMesh.material.dispose()
        this.#carrierMesh = this.#makeCarriers(room)
        this.#carrierAt = this.#carrierMesh.geometry.getAttribute('at') as InstancedBufferAttribute
        this.#carrierColour = this.#carrierMesh.geometry.getAttribute('color') as InstancedBufferAttribute
        this.#paintLots()
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
        if (this.#carriersDirty && this.#floor) this.#load()
        if (this.#beaconsDirty) this.#setBeacons()
        if (this.#fly) again = this.#flyOn(now) || again
        if (this.#selected) this.#mark()
        again = this.#controls.update() || again
        this.#grow()
        if (this.#dirty) this.#labelsSeen()
        this.#dirty = false
        const prepared = performance.now()
        this.#renderer.render(this.#scene, this.#camera)
        const ended = performance.now()
        this.meter.add(prepared - began, ended - began, time - this.#lastFrame)
        this.#lastFrame = time
        if (again) this.#ask()
    }

    /** Copies where boxes are to what the card reads; in the plan's axes, which the shader turns. */
    #load() {
        const floor = this.#floor!
        const from = this.#carriers.at
        const to = this.#carrierAt.array as Float32Array
        const n = Math.min(floor.slots, from.length / 4)
        for (let k = 0; k < n * 4; k += 4) {
            to[k] = from[k]!
            to[k + 1] = -from[k + 1]!
            to[k + 2] = from[k + 2]!
            to[k + 3] = from[k + 3]!
        }
        this.#carrierAt.clearUpdateRanges()
        this.#carrierAt.addUpdateRange(0, n * 4)
        this.#carrierAt.needsUpdate = true
        this.#carrierMesh.geometry.instanceCount = n
        this.#carriersDirty = false
    }

    #grow() {
        const far = this.#camera.position.distanceTo(this.#controls.target)
        // A box is at least about six pixels wide.
        const perPixel = (2 * Math.tan((this.#camera.fov * Math.PI) / 360) * far) / Math.max(1, this.#canvas.clientHeight)
        this.#lotShader.grow.value = Math.max(1, Math.min(4, (perPixel * 6.5) / BOX_M))
        // Marks of failed tools keep about their size on the screen; they are set anew when it has changed enough to see.
        const size = Math.max(0.3, Math.min(2.4, perPixel * 11))
        if (Math.abs(size / this.#beaconSize - 1) > 0.12) {
            this.#beaconSize = size
            this.#setBeacons()
        }
        const reach = this.#size.length()
        this.#fog.near = far + reach * 0.6
        this.#fog.far = far + reach * 2.6
    }

    readonly #m = new Matrix4()
    #beaconSize = 1
    #setBeacons() {
        this.#beaconsDirty = false
        let n = 0
        const floor = this.#floor
        const { x, y, height } = this.#layout.tools
        const far = this.#beaconSize
        if (floor && !this.#heat)
            for (let tool = 0; tool < floor.state.length; tool++) {
                if (floor.state[tool] !== DOWN || this.#instanceOf[tool]! < 0) continue
                this.#m.makeScale(far * 0.7, far, far * 0.7)
                this.#m.setPosition(x[tool]! - this.#middle.x, height[tool]! + 0.5 + far * 0.6, -(y[tool]! - this.#middle.y))
                this.#beacons.setMatrixAt(n++, this.#m)
            }
        this.#beacons.count = n
        this.#beacons.instanceMatrix.needsUpdate = true
    }

    #sizeLabels() {
        const perPixel = (2 * Math.tan((this.#camera.fov * Math.PI) / 360)) / Math.max(1, this.#canvas.clientHeight)
        for (const label of this.#areaLabels) label.fit(perPixel)
        for (const label of this.#groupLabels) label.fit(perPixel)
    }

    readonly #p = new Vector3()
    readonly #seen = new Float32Array(4 * 64)
    /** Names of groups are seen from near only; a name that would cover another one is left out. */
    #labelsSeen() {
        const near = this.#camera.position.distanceTo(this.#controls.target) < NEAR_LABEL_M
        let n = 0
        const w = this.#canvas.clientWidth
        const h = this.#canvas.clientHeight
        const place = (label: Label, isShown: boolean) => {
            label.sprite.visible = false
            if (!isShown || n >= 64) return
            this.#p.copy(label.sprite.position).project(this.#camera)
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
        for (let a = 0; a < this.#areaLabels.length; a++) place(this.#areaLabels[a]!, this.#layout.areas[a]!.rects.length > 0)
        for (const label of this.#groupLabels) place(label, near)
    }

    #mark() {
        const picked = this.#selected
        if (picked?.kind === 'lot') {
            const { at } = this.#carriers
            const n = picked.slot * 4
            if (!(at[n + 2]! > -100)) return void (this.#marker.visible = false)
            const size = BOX_M * this.#lotShader.grow.value * 1.3
            this.#marker.position.set(at[n]! - this.#middle.x, at[n + 2]! - 0.06, -(at[n + 1]! - this.#middle.y))
            this.#marker.rotation.y = 0
            this.#marker.scale.setScalar(size)
            if (this.#followed === picked.slot && !this.#fly) {
                this.#p.copy(this.#marker.position).sub(this.#controls.target)
                this.#controls.target.add(this.#p)
                this.#camera.position.add(this.#p)
            }
        }
    }

    #frameTool(frame: LineSegments, tool: number) {
        const t = this.#layout.tools
        frame.position.set(t.x[tool]! - this.#middle.x, 0, -(t.y[tool]! - this.#middle.y))
        frame.rotation.y = (t.heading[tool]! * Math.PI) / 180
        frame.scale.set(t.width[tool]! + 0.25, t.height[tool]! + 0.25, t.depth[tool]! + 0.25)
        frame.visible = t.width[tool]! > 0
    }

    // ---- the camera

    /** From where all of the hall is seen. */
    fit(now = false) {
        this.#lookFrom(this.#size.x >= this.#size.y * 1.6 ? 0.18 : 0.38, 0.86, now)
    }
    top() {
        this.#lookFrom(0, 0.002, false)
    }

    #lookFrom(turn: number, tilt: number, now: boolean) {
        const to = new Vector3(Math.sin(turn) * Math.sin(tilt), Math.cos(tilt), Math.cos(turn) * Math.sin(tilt))
        // As near as all corners allow, with the picture of the hall in the middle: moved and measured a few times over.
        const right = new Vector3().crossVectors(new Vector3(0, 1, 0), to).normalize()
        const up = new Vector3().crossVectors(to, right)
        const high = Math.tan((this.#camera.fov * Math.PI) / 360)
        const wide = high * this.#camera.aspect
        const target = new Vector3()
        const corner = new Vector3()
        let far = this.#size.length() * 1.5
        for (let turn = 0; turn < 8; turn++) {
            let [left, right_, low, top] = [Infinity, -Infinity, Infinity, -Infinity]
            for (const x of [-0.5, 0.5])
                for (const z of [-0.5, 0.5])
                    for (const y of [0, 3]) {
                        corner.set(x * (this.#size.x + 2), y, z * (this.#size.y + 2)).sub(target)
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
            this.#camera.position.copy(camera)
            this.#controls.target.copy(target)
            this.#controls.update()
            this.#fly = null
        } else this.#fly = { from: performance.now() / 1000, camera: [this.#camera.position.clone(), camera], target: [this.#controls.target.clone(), target] }
        this.#ask()
    }

    #flyOn(now: number): boolean {
        const fly = this.#fly!
        const share = Math.min(1, (now - fly.from) / FLY_S)
        const soft = share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2
        this.#camera.position.lerpVectors(fly.camera[0], fly.camera[1], soft)
        this.#controls.target.lerpVectors(fly.target[0], fly.target[1], soft)
        if (share >= 1) this.#fly = null
        return share < 1
    }

    /** Goes near a place of the plan. */
    #near(x: number, y: number, far: number) {
        const target = this.#at(x, y, 0.8)
        const way = new Vector3().subVectors(this.#camera.position, this.#controls.target)
        const turn = Math.atan2(way.x, way.z)
        const tilt = 0.85
        const to = new Vector3(Math.sin(turn) * Math.sin(tilt), Math.cos(tilt), Math.cos(turn) * Math.sin(tilt))
        this.#flyTo(to.multiplyScalar(far).add(target), target)
    }

    select(picked: Picked, fly = false) {
        this.#selected = picked
        this.#followed = -1
        this.#marker.visible = picked !== null
        if (picked?.kind === 'tool') {
            this.#frameTool(this.#marker, picked.tool)
            const { x, y } = this.#layout.tools
            if (fly) this.#near(x[picked.tool]!, y[picked.tool]!, 22)
        } else if (picked?.kind === 'lot') {
            const n = picked.slot * 4
            const { at } = this.#carriers
            this.#mark()
            if (fly && at[n + 2]! > -100) {
                this.#near(at[n]!, at[n + 1]!, 22)
                this.#followed = picked.slot
            }
        }
        this.#ask()
    }

    flyToGroup(group: number) {
        const { groups, tools, stockers } = this.#layout
        const { first_tool, n_tool, is_delay } = groups[group]!
        const stocker = stockers.find((one) => one.group === group)
        if (is_delay || !(tools.width[first_tool]! > 0)) return stocker && this.#near(stocker.x, stocker.y, 26)
        let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
        for (let t = first_tool; t < first_tool + n_tool; t++) {
            x0 = Math.min(x0, tools.x[t]!)
            x1 = Math.max(x1, tools.x[t]!)
            y0 = Math.min(y0, tools.y[t]!)
            y1 = Math.max(y1, tools.y[t]!)
        }
        this.#near((x0 + x1) / 2, (y0 + y1) / 2, 18 + Math.hypot(x1 - x0, y1 - y0) * 1.1)
    }

    flyToArea(area: number) {
        const rects = this.#layout.areas[area]?.rects ?? []
        if (rects.length === 0) return
        const x0 = Math.min(...rects.map((r) => r[0]))
        const y0 = Math.min(...rects.map((r) => r[1]))
        const x1 = Math.max(...rects.map((r) => r[2]))
        const y1 = Math.max(...rects.map((r) => r[3]))
        this.#near((x0 + x1) / 2, (y0 + y1) / 2, 16 + Math.hypot(x1 - x0, y1 - y0) * 1.25)
    }

    // ---- the pointer

    readonly #ray: Ray = { x: 0, y: 0, h: 0, dx: 0, dy: 0, dh: 0 }
    #pick(clientX: number, clientY: number): Picked {
        const box = this.#canvas.getBoundingClientRect()
        const from = this.#camera.position
        this.#p.set(((clientX - box.left) / box.width) * 2 - 1, 1 - ((clientY - box.top) / box.height) * 2, 0.5).unproject(this.#camera).sub(from).normalize()
        const ray = this.#ray
        ray.x = from.x + this.#middle.x
        ray.y = -from.z + this.#middle.y
        ray.h = from.y
        ray.dx = this.#p.x
        ray.dy = -this.#p.z
        ray.dh = this.#p.y
        const { box: tool, reach } = pickBox(this.#boxes, ray)
        const size = 0.32 * this.#lotShader.grow.value
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
                this.#hover.visible = tool >= 0
                if (tool >= 0) this.#frameTool(this.#hover, tool)
                this.#ask()
            }
            canvas.style.cursor = picked ? 'pointer' : 'grab'
            this.onHover(picked, event.clientX, event.clientY)
        })
        on('pointerleave', () => {
            this.#hovered = -1
            this.#hover.visible = false
            this.onHover(null, 0, 0)
            this.#ask()
        })
        on('dblclick', (event) => {
            const picked = this.#pick(event.clientX, event.clientY)
            if (picked) this.select(picked, true)
        })
        on('keydown', (event) => {
            const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
            const far = this.#camera.position.distanceTo(this.#controls.target)
            if (step) {
                const way = new Vector3().subVectors(this.#controls.target, this.#camera.position).setY(0).normalize()
                const by = new Vector3(-way.z, 0, way.x).multiplyScalar(step[0]! * far * 0.06).addScaledVector(way, -step[1]! * far * 0.06)
                this.#camera.position.add(by)
                this.#controls.target.add(by)
            } else if (event.key === '+' || event.key === '=') this.#camera.position.lerp(this.#controls.target, 0.15)
            else if (event.key === '-') this.#camera.position.lerp(this.#controls.target, -0.18)
            else return
            event.preventDefault()
            this.#ask()
        })
        const lost = (event: Event) => event.preventDefault()
        canvas.addEventListener('webglcontextlost', lost)
        this.#undo.push(() => canvas.removeEventListener('webglcontextlost', lost))
    }

    /** For tests and for those who cannot point: where a tool is on the screen, in CSS pixels of the canvas. */
    screenOf(tool: number): { x: number; y: number } {
        const t = this.#layout.tools
        this.#camera.updateMatrixWorld()
        const p = this.#at(t.x[tool]!, t.y[tool]!, t.height[tool]! * 0.6).project(this.#camera)
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
        this.#camera.aspect = w / h
        this.#camera.updateProjectionMatrix()
        this.#sizeLabels()
        this.#ask()
    }

    dispose() {
        cancelAnimationFrame(this.#frame)
        this.#frame = -1
        if (this.#floor) this.#floor.events = {}
        this.#resize.disconnect()
        this.#controls.dispose()
        for (const undo of this.#undo) undo()
        for (const label of [...this.#areaLabels, ...this.#groupLabels]) label.dispose()
        this.#scene.traverse((one) => {
            if (one instanceof Mesh || one instanceof LineSegments) {
                one.geometry.dispose()
                const material = one.material as MeshBasicMaterial
                material.dispose()
            }
        })
        this.#renderer.dispose()
    }
}

