import type { GroupNow, Layout } from '../../api/twin'
import type { Heat } from '../../hall/hall'

export const OVERLAYS = ['state', 'utilization', 'wait', 'risk'] as const
export type Overlay = (typeof OVERLAYS)[number]

/** Where the colours of an overlay end: all of the time, the longest wait, the most lots. */
export function mostOf(groups: GroupNow[], overlay: Overlay): number {
    if (overlay === 'utilization') return 1
    if (overlay === 'wait') return Math.max(3600, ...groups.map((group) => group.wait))
    return Math.max(1, ...groups.map((group) => group.risk))
}

/** Each group's share of that, and each area's: of its tools' time, of its waiting lots' time, of the lots at risk. */
export function heatOf(layout: Layout, now: GroupNow[], overlay: Overlay, tell: (kind: 'share' | 'hours' | 'lots', value: number) => string): Heat {
    const byName = new Map(now.map((group) => [group.name, group]))
    const most = mostOf(now, overlay)
    const groups = new Float32Array(layout.groups.length).fill(-1)
    const areas = new Float32Array(layout.areas.length).fill(-1)
    const sum = new Float64Array(layout.areas.length)
    const weight = new Float64Array(layout.areas.length)
    layout.groups.forEach((group, g) => {
        const told = byName.get(group.name)
        if (!told || group.is_delay) return
        const value = overlay === 'utilization' ? told.utilization : overlay === 'wait' ? told.wait : told.risk
        if (value === null) return
        groups[g] = value / most
        if (group.area < 0) return
        const heavy = overlay === 'utilization' ? group.n_tool : overlay === 'wait' ? told.queue : 1
        sum[group.area]! += value * heavy
        weight[group.area]! += heavy
        areas[group.area] = 0
    })
    const told = layout.areas.map((_, a) => {
        if (areas[a]! < 0) return ''
        const value = overlay === 'risk' ? sum[a]! : weight[a]! > 0 ? sum[a]! / weight[a]! : 0
        areas[a] = Math.min(1, value / most)
        if (value === 0 && overlay !== 'utilization') return ''
        return tell(overlay === 'utilization' ? 'share' : overlay === 'wait' ? 'hours' : 'lots', value)
    })
    return { groups, areas, told }
}
