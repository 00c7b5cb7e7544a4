// The ground of the hall: floor and its tiles, areas, aisles, a low wall around.
import {
    BoxGeometry, BufferGeometry, CanvasTexture, Color, Float32BufferAttribute, Group, LineBasicMaterial, LineSegments, Mesh, MeshBasicMaterial, MeshLambertMaterial,
    PlaneGeometry, RepeatWrapping,
} from 'three'
import type { Heat } from './hall'
import type { Look } from './look'
import type { Paints } from './paints'
import type { Plan } from './plan'

export class Ground extends Group {
    readonly #plan: Plan
    readonly #zones: MeshBasicMaterial[] = [] // of each area
    readonly #around = new MeshBasicMaterial()
    readonly #floor = new MeshLambertMaterial()
    readonly #grid = new MeshBasicMaterial({ transparent: true, opacity: 0.06, depthWrite: false })
    readonly #aisles = new MeshBasicMaterial({ transparent: true, opacity: 0.5, depthWrite: false })
    readonly #lines = new LineBasicMaterial({ transparent: true, opacity: 0.55 })
    readonly #wall = new MeshLambertMaterial()

    constructor(plan: Plan, anisotropy: number) {
        super()
        this.#plan = plan
        const { layout } = plan
        const [x0, y0, x1, y1] = layout.hall
        const rim = 1.2
        const far = plan.size.length() * 4
        this.#plane(plan.middle.x - far, plan.middle.y - far, plan.middle.x + far, plan.middle.y + far, -0.3, this.#around)
        const slab = new Mesh(new BoxGeometry(x1 - x0 + rim * 2, 0.28, y1 - y0 + rim * 2), this.#floor)
        slab.position.set(0, -0.15, 0)
        slab.receiveShadow = true
        this.add(slab)
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
        tiles.anisotropy = Math.min(8, anisotropy)
        const grid = this.#grid
        grid.alphaMap = tiles
        // alphaMap is bright where tiles are: turned round, only the joints are drawn.
        grid.onBeforeCompile = (shader) => {
            shader.fragmentShader = shader.fragmentShader.replace('#include <alphamap_fragment>', 'diffuseColor.a *= 1.0 - texture2D( alphaMap, vAlphaMapUv ).g;')
        }
        const gridMesh = this.#plane(x0, y0, x1, y1, 0.03, grid)
        gridMesh.renderOrder = 2
        for (const rect of layout.aisles) this.#plane(...rect, 0.02, this.#aisles).renderOrder = 1
        for (const { rects } of layout.areas) {
            const zone = new MeshBasicMaterial({ transparent: true, depthWrite: false })
            this.#zones.push(zone)
            this.add(new Mesh(this.#planes(rects, 0.01), zone))
        }
        // Outlines of areas and aisles.
        const points: number[] = []
        const outline = (rect: number[], h: number) => {
            const [a, b, c, d] = rect as [number, number, number, number]
            const corners: [number, number][] = [[a, b], [c, b], [c, d], [a, d]]
            corners.forEach(([px, py], k) => {
                const [qx, qy] = corners[(k + 1) % 4]!
                points.push(...plan.at(px, py, h), ...plan.at(qx, qy, h))
            })
        }
        if (layout.aisles.length > 0) for (const area of layout.areas) for (const rect of area.rects) outline(rect, 0.04)
        const drawn = new BufferGeometry()
        drawn.setAttribute('position', new Float32BufferAttribute(points, 3))
        const edges = new LineSegments(drawn, this.#lines)
        edges.renderOrder = 3
        this.add(edges)
        const high = 0.42
        for (const [w, d, px, pz] of [[x1 - x0 + rim * 2, 0.14, 0, (y1 - y0) / 2 + rim], [x1 - x0 + rim * 2, 0.14, 0, -(y1 - y0) / 2 - rim], [0.14, y1 - y0 + rim * 2, (x1 - x0) / 2 + rim, 0], [0.14, y1 - y0 + rim * 2, -(x1 - x0) / 2 - rim, 0]] as const) {
            const mesh = new Mesh(new BoxGeometry(w, high, d), this.#wall)
            mesh.position.set(px, high / 2 - 0.26, pz)
            this.add(mesh)
        }
    }

    #plane(x0: number, y0: number, x1: number, y1: number, h: number, material: MeshBasicMaterial | MeshLambertMaterial) {
        const mesh = new Mesh(new PlaneGeometry(x1 - x0, y1 - y0).rotateX(-Math.PI / 2), material)
        mesh.position.copy(this.#plan.at((x0 + x1) / 2, (y0 + y1) / 2, h))
        mesh.matrixAutoUpdate = false
        mesh.updateMatrix()
        this.add(mesh)
        return mesh as Mesh<PlaneGeometry, MeshBasicMaterial>
    }

    /** Many in one: a fab whose tools stand somewhere has a thousand. */
    #planes(rects: [number, number, number, number][], h: number) {
        const points: number[] = []
        const index: number[] = []
        rects.forEach(([x0, y0, x1, y1], k) => {
            points.push(...this.#plan.at(x0, y0, h), ...this.#plan.at(x1, y0, h), ...this.#plan.at(x1, y1, h), ...this.#plan.at(x0, y1, h))
            index.push(k * 4, k * 4 + 1, k * 4 + 2, k * 4, k * 4 + 2, k * 4 + 3)
        })
        const planes = new BufferGeometry()
        planes.setAttribute('position', new Float32BufferAttribute(points, 3))
        planes.setIndex(index)
        return planes
    }

    dress(look: Look) {
        const sky = new Color().setStyle(look.sky)
        this.#around.color.copy(sky)
        this.#floor.color.setStyle(look.floor)
        this.#aisles.color.setStyle(look.dark ? '#0c1113' : '#ffffff')
        this.#lines.color.setStyle(look.line)
        this.#grid.color.setStyle(look.ink)
        this.#wall.color.setStyle(look.line).lerp(new Color().setStyle(look.floor), 0.35)
    }

    /** Areas in their tints, or as hot as they are. */
    paint(heat: Heat | null, look: Look, paints: Paints) {
        const { tints } = look
        this.#zones.forEach((zone, area) => {
            const share = heat?.areas[area] ?? -1
            if (heat && share >= 0) {
                paints.ramp(share, zone.color)
                zone.opacity = 0.25 + 0.55 * share
            } else {
                zone.color.setStyle(tints[area % tints.length]!)
                zone.opacity = heat ? 0.04 : look.dark ? 0.16 : 0.17
            }
        })
    }
}
