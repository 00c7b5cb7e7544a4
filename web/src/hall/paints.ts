// The colours of states and of heat, as three.js mixes them.
import { Color } from 'three'
import type { Look } from './look'

export class Paints {
    states: Color[] = []
    heat: Color[] = []
    readonly none = new Color()

    dress(look: Look) {
        this.states = look.states.map((text) => new Color().setStyle(text))
        this.heat = look.heat.map((text) => new Color().setStyle(text))
        this.none.setStyle(look.shell)
    }

    /** A colour for a share of heat, 0 to 1. */
    ramp(share: number, into: Color): Color {
        const { heat } = this
        const at = Math.max(0, Math.min(1, share)) * (heat.length - 1)
        const low = Math.floor(at)
        return into.copy(heat[low]!).lerp(heat[Math.min(heat.length - 1, low + 1)]!, at - low)
    }
}
