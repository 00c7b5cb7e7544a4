import type { LayoutGroup } from '../api/twin'
export function WhatIf(_: { plant: string; version: number; groups: LayoutGroup[]; products: string[] }) {
    return null
}
