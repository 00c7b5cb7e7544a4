// Names that hang over the hall and keep their size on the screen. Each is drawn once on a canvas, and again when its text changes.
import { CanvasTexture, LinearFilter, Sprite, SpriteMaterial, SRGBColorSpace } from 'three'

export interface LabelLook {
    ink: string
    ground: string
    edge: string
    mark: string
    font: string
}

const SCALE = 2
/** Names that are longer are cut. */
const WIDTH_MAX = 300

export class Label {
    readonly sprite: Sprite
    readonly #material: SpriteMaterial
    #told = ''
    width = 0
    height = 0
    constructor() {
        this.#material = new SpriteMaterial({ depthTest: false, depthWrite: false, transparent: true, sizeAttenuation: false, fog: false, toneMapped: false })
        this.sprite = new Sprite(this.#material)
        this.sprite.renderOrder = 10
    }

    /** `mark`: a dot of that colour before the text. `size` in CSS pixels. */
    set(text: string, size: number, look: LabelLook, mark: string | null = null, strong = false) {
        const told = [text, size, look.ink, look.ground, look.mark, mark, strong].join('|')
        if (told === this.#told) return
        this.#told = told
        const canvas = document.createElement('canvas')
        const context = canvas.getContext('2d')!
        const font = `${strong ? 650 : 560} ${size * SCALE}px ${look.font}`
        context.font = font
        let shown = text
        while (shown.length > 4 && context.measureText(shown).width > WIDTH_MAX * SCALE) shown = `${shown.slice(0, -2)}…`
        const dot = mark ? size * 0.95 : 0
        const pad = size * 0.62
        this.width = context.measureText(shown).width / SCALE + pad * 2 + dot
        this.height = size * 1.75
        canvas.width = Math.ceil(this.width * SCALE)
        canvas.height = Math.ceil(this.height * SCALE)
        context.scale(SCALE, SCALE)
        context.beginPath()
        context.roundRect(0.75, 0.75, this.width - 1.5, this.height - 1.5, size * 0.5)
        context.fillStyle = look.ground
        context.globalAlpha = 0.9
        context.fill()
        context.globalAlpha = 1
        context.lineWidth = 1
        context.strokeStyle = mark && strong ? mark : look.edge
        context.stroke()
        if (mark) {
            context.fillStyle = mark
            context.beginPath()
            context.arc(pad + size * 0.3, this.height / 2, size * 0.32, 0, 7)
            context.fill()
        }
        context.font = `${strong ? 650 : 560} ${size}px ${look.font}`
        context.fillStyle = look.ink
        context.textBaseline = 'middle'
        context.fillText(shown, pad + dot, this.height / 2 + size * 0.05)
        const texture = new CanvasTexture(canvas)
        texture.colorSpace = SRGBColorSpace
        texture.minFilter = LinearFilter
        texture.generateMipmaps = false
        this.#material.map?.dispose()
        this.#material.map = texture
        this.#material.needsUpdate = true
    }

    /** Sprites without attenuation are measured in heights of a screen at distance 1. */
    fit(perPixel: number) {
        this.sprite.scale.set(this.width * perPixel, this.height * perPixel, 1)
    }

    dispose() {
        this.#material.map?.dispose()
        this.#material.dispose()
    }
}
