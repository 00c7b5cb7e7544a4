// Signals by where they stand: site, area, line, cell, tool, as far as their assets say.
import type { Asset, Signal } from '../api/live'

export interface Folder {
    path: string
    name: string
    /** What people and the floor know of it; null: nothing is asked yet, or it is not there any more. */
    asset: Asset | null
    folders: Folder[]
    signals: Signal[]
    /** Signals in it and below. */
    count: number
}

export type Row = { kind: 'folder'; key: string; depth: number; folder: Folder; isOpen: boolean } | { kind: 'signal'; key: string; depth: number; signal: Signal }

/** Tags of the line protocol read better without their keys: machine=m2,site=ulsan. */
export const saidName = (name: string): string => (/^[^=,]+=[^,]*(,[^=,]+=[^,]*)*$/.test(name) ? name.split(',').map((tag) => tag.slice(tag.indexOf('=') + 1)).join(' · ') : name)

const collator = new Intl.Collator(undefined, { numeric: true })

/** Assets by their paths, with all the words by which one that stands there can be found: names, tools and groups of it and above it. */
export interface Places {
    assets: ReadonlyMap<string, Asset>
    words: ReadonlyMap<string, string>
}
export const NOWHERE: Places = { assets: new Map(), words: new Map() }

export function placesOf(list: readonly Asset[]): Places {
    const words = new Map<string, string>()
    for (const one of list) {
        // parents stand before what is in them
        const own = [one.name, one.name_ko, one.tool, one.group, one.level, one.level_ko].filter(Boolean).join(' ').toLowerCase()
        words.set(one.path, `${words.get(one.parent ?? '') ?? ''} ${own}`)
    }
    return { assets: new Map(list.map((one) => [one.path, one])), words }
}

/** The tree of these signals; with `isWhole` assets without any stand in it, too. */
export function grow(signals: readonly Signal[], places: Places = NOWHERE, isWhole = false): Folder {
    const root: Folder = { path: '', name: '', asset: null, folders: [], signals: [], count: 0 }
    const known = new Map<string, Folder>([['', root]])
    const folderOf = (path: string): Folder => {
        const there = known.get(path)
        if (there) return there
        const cut = path.lastIndexOf('/')
        const parent = folderOf(cut < 0 ? '' : path.slice(0, cut))
        const folder: Folder = { path, name: path.slice(cut + 1), asset: places.assets.get(path) ?? null, folders: [], signals: [], count: 0 }
        parent.folders.push(folder)
        known.set(path, folder)
        return folder
    }
    if (isWhole) for (const path of places.assets.keys()) folderOf(tidy(path))
    for (const signal of signals) folderOf(tidy(signal.asset)).signals.push(signal)
    const order = (folder: Folder): number => {
        folder.folders.sort((a, b) => collator.compare(a.name, b.name))
        folder.signals.sort((a, b) => collator.compare(a.name, b.name) || a.id - b.id)
        return (folder.count = folder.signals.length + folder.folders.reduce((sum, one) => sum + order(one), 0))
    }
    order(root)
    return root
}

/** Deeper than any asset is; more parts stay in the last name, so that no path of an equipment can break a reader. */
const DEPTH_MAX = 24
function tidy(asset: string): string {
    const parts = asset.split('/').filter(Boolean)
    return parts.length <= DEPTH_MAX ? parts.join('/') : [...parts.slice(0, DEPTH_MAX - 1), parts.slice(DEPTH_MAX - 1).join(' ')].join('/')
}

/** What can be seen of the tree, in order, folders first. */
export function rowsOf(root: Folder, isOpen: (folder: Folder, depth: number) => boolean): Row[] {
    const rows: Row[] = []
    const walk = (folder: Folder, depth: number) => {
        for (const one of folder.folders) {
            const open = isOpen(one, depth)
            rows.push({ kind: 'folder', key: `/${one.path}`, depth, folder: one, isOpen: open })
            if (open) walk(one, depth + 1)
        }
        for (const signal of folder.signals) rows.push({ kind: 'signal', key: String(signal.id), depth, signal })
    }
    walk(root, 0)
    return rows
}

const FEW = 40
/** Before anybody has opened or closed anything: small trees stand open, large ones as far as there is no choice. */
export const opensFirst = (root: Folder) => (folder: Folder, depth: number): boolean => root.count <= FEW || (depth === 0 && root.folders.length === 1) || folder.count <= 6 && root.folders.length <= 3

export const wordsOf = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean)

/** All words are in what people know of it: its names, and those of its tool and of where it stands. */
export function isFound(signal: Signal, words: readonly string[], places: Places = NOWHERE): boolean {
    if (words.length === 0) return true
    const text = `${signal.asset}/${signal.name} ${signal.unit} ${signal.source}`.toLowerCase() + (places.words.get(signal.asset) ?? '')
    return words.every((word) => text.includes(word))
}
