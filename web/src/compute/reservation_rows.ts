// Reservations as rows: nodes that are free for the jobs of one account, from one moment to another.
import type { Reservation } from '../api/compute'

export interface ReservationWish { name: string; account: string; nodes: string; from: string; until: string }

/** Names of nodes as they are written in one field; n[01-04] is four. */
const RANGE_MAX = 10_000
export function nodesOf(text: string): string[] {
    const names = text.split(/[\s,;]+(?![^[]*\])/).filter(Boolean).flatMap((name) => {
        const [, head, low, high, tail] = /^([^[\]]*)\[(\d+)-(\d+)\]([^[\]]*)$/.exec(name) ?? []
        if (low === undefined || high === undefined) return [name]
        const n = Number(high) - Number(low) + 1
        if (n < 1 || n > RANGE_MAX) return [name]
        return Array.from({ length: n }, (_, k) => `${head}${String(Number(low) + k).padStart(low.length, '0')}${tail}`)
    })
    return [...new Set(names)]
}

export type ReservationFault = 'name' | 'account' | 'nodes' | 'times'
export function faultsOf(wish: ReservationWish, known: ReadonlySet<string>, taken: readonly Reservation[]): ReservationFault[] {
    const faults: ReservationFault[] = []
    const name = wish.name.trim()
    if (!/^[^\s,"]{1,31}$/.test(name) || new TextEncoder().encode(name).length > 31 || taken.some((one) => one.name === name)) faults.push('name')
    if (!/^[^\s/]+(\/[^\s/]+)?$/.test(wish.account.trim())) faults.push('account')
    const nodes = nodesOf(wish.nodes)
    if (nodes.length === 0 || nodes.some((one) => !known.has(one))) faults.push('nodes')
    if (!(Date.parse(wish.until) > Date.parse(wish.from))) faults.push('times')
    return faults
}

/** Reservations that have one of these nodes in that time. */
export function inTheWay(wish: ReservationWish, rows: readonly Reservation[]): Reservation[] {
    const nodes = new Set(nodesOf(wish.nodes))
    const [from, until] = [Date.parse(wish.from), Date.parse(wish.until)]
    return rows.filter((row) => Date.parse(row.from) < until && from < Date.parse(row.until) && row.nodes.some((one) => nodes.has(one)))
}

export const reservationOf = (wish: ReservationWish): Reservation => ({ name: wish.name.trim(), account: wish.account.trim(), nodes: nodesOf(wish.nodes), from: new Date(wish.from).toISOString(), until: new Date(wish.until).toISOString() })

const two = (n: number) => String(n).padStart(2, '0')
/** As a field for a local date and time wants it. */
export const localTime = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
