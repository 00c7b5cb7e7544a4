// Whose the GPUs are, as colours: one's own first, then who has most; those behind the sixth share one, and whose are not told have none.
import type { Pool, PoolNode } from '../api/compute'

export interface Tenant { name: string; gpus: number; colour: number }
export const HIDDEN = ''
export const N_COLOUR = 6
/** The colour of tenants behind those with one of their own, and of those whose name is not told. */
export const OTHERS = N_COLOUR

export function tenantsOf(pool: Pool, own: string): Tenant[] {
    const gpus = new Map<string, number>()
    for (const node of pool.nodes) for (const gpu of node.gpus) if (gpu.used > 0) gpus.set(gpu.tenant ?? HIDDEN, (gpus.get(gpu.tenant ?? HIDDEN) ?? 0) + gpu.used)
    const first = (name: string) => (name === own ? 0 : name === HIDDEN ? 2 : 1)
    return [...gpus]
        .sort(([a, x], [b, y]) => first(a) - first(b) || y - x || (a < b ? -1 : 1))
        .map(([name, count], n) => ({ name, gpus: count, colour: name === HIDDEN ? OTHERS : Math.min(n, OTHERS) }))
}

export const colourOf = (tenants: readonly Tenant[]): ((tenant: string | null | undefined) => number) => {
    const colours = new Map(tenants.map(({ name, colour }) => [name, colour]))
    return (tenant) => colours.get(tenant ?? HIDDEN) ?? OTHERS
}

/** GPUs taken, of all; where there are none, CPUs. */
export function taken(nodes: readonly PoolNode[]): { what: 'gpus' | 'cpus'; used: number; all: number } {
    const gpus = nodes.reduce((sum, node) => sum + node.gpus.length, 0)
    if (gpus > 0) return { what: 'gpus', used: nodes.reduce((sum, node) => sum + node.gpus.filter(({ used }) => used > 0).length, 0), all: gpus }
    const all = nodes.reduce((sum, node) => sum + node.cpus, 0)
    return { what: 'cpus', used: all - nodes.reduce((sum, node) => sum + node.cpus_free, 0), all }
}
