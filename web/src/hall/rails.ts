// The overhead rails as a directed network, and the shortest ways on it: as src/scene/ways.c finds them, the same one of several equally
// short. For each node that somebody goes to there is a tree, which says at every other node what link to take; it is made when it is
// first asked for, and stays until its room is needed by another. Lengths are metres in the plan.
import type { Layout } from '../api/twin'

const NONE = -1
const TREES_MAX_BYTES = 16 << 20

export class Rails {
    readonly nNode: number
    readonly nLink: number
    readonly x: Float64Array
    readonly y: Float64Array
    readonly from: Int32Array
    readonly to: Int32Array
    readonly length: Float64Array
    readonly #firstIn: Int32Array
    readonly #in: Int32Array
    readonly #nTree: number
    #nextTree = 0
    readonly #nextLink: Int32Array // (trees, nodes)
    readonly #rootOf: Int32Array
    readonly #treeOf: Int32Array
    readonly #toRoot: Float64Array
    readonly #heapLength: Float64Array
    readonly #heapNode: Int32Array
    #nHeap = 0

    constructor(rails: NonNullable<Layout['rails']>) {
        const n = rails.x.length
        const nLink = rails.from.length
        this.nNode = n
        this.nLink = nLink
        this.x = Float64Array.from(rails.x)
        this.y = Float64Array.from(rails.y)
        this.from = Int32Array.from(rails.from)
        this.to = Int32Array.from(rails.to)
        this.length = new Float64Array(nLink)
        this.#firstIn = new Int32Array(n + 1)
        this.#in = new Int32Array(nLink)
        for (let link = 0; link < nLink; link++) {
            const dx = this.x[this.to[link]!]! - this.x[this.from[link]!]!
            const dy = this.y[this.to[link]!]! - this.y[this.from[link]!]!
            this.length[link] = Math.sqrt(dx * dx + dy * dy)
            this.#firstIn[this.to[link]!]!++
        }
        for (let v = 0, sum = 0; v <= n; v++) this.#firstIn[v] = sum += v < n ? this.#firstIn[v]! : 0
        // From behind, so that links of a node keep their order: ends become beginnings.
        for (let link = nLink - 1; link >= 0; link--) this.#in[--this.#firstIn[this.to[link]!]!] = link
        this.#nTree = Math.max(1, Math.min(n, Math.floor(TREES_MAX_BYTES / 4 / Math.max(1, n))))
        this.#nextLink = new Int32Array(this.#nTree * n)
        this.#rootOf = new Int32Array(this.#nTree).fill(NONE)
        this.#treeOf = new Int32Array(n).fill(NONE)
        this.#toRoot = new Float64Array(n)
        this.#heapLength = new Float64Array(nLink + 1)
        this.#heapNode = new Int32Array(nLink + 1)
    }

    #push(length: number, node: number) {
        let i = this.#nHeap++
        while (i > 0) {
            const up = (i - 1) >> 1
            const upLength = this.#heapLength[up]!
            if (upLength < length || (upLength === length && this.#heapNode[up]! <= node)) break
            this.#heapLength[i] = upLength
            this.#heapNode[i] = this.#heapNode[up]!
            i = up
        }
        this.#heapLength[i] = length
        this.#heapNode[i] = node
    }

    /** The entry at the top goes; the last one sinks from there. */
    #pop() {
        const n = --this.#nHeap
        const length = this.#heapLength[n]!
        const node = this.#heapNode[n]!
        let i = 0
        for (let child = 1; child < n; child = 2 * i + 1) {
            const other = child + 1
            if (other < n && (this.#heapLength[other]! < this.#heapLength[child]! || (this.#heapLength[other] === this.#heapLength[child] && this.#heapNode[other]! < this.#heapNode[child]!))) child = other
            const childLength = this.#heapLength[child]!
            if (childLength > length || (childLength === length && this.#heapNode[child]! >= node)) break
            this.#heapLength[i] = childLength
            this.#heapNode[i] = this.#heapNode[child]!
            i = child
        }
        this.#heapLength[i] = length
        this.#heapNode[i] = node
    }

    /** E. W. Dijkstra's search (1959), from the root against the directions of the links. */
    #grow(root: number, first: number) {
        const toRoot = this.#toRoot.fill(Infinity)
        const next = this.#nextLink
        next.fill(NONE, first, first + this.nNode)
        toRoot[root] = 0
        this.#push(0, root)
        while (this.#nHeap > 0) {
            const at = this.#heapLength[0]!
            const node = this.#heapNode[0]!
            this.#pop()
            if (at > toRoot[node]!) continue
            for (let k = this.#firstIn[node]!; k < this.#firstIn[node + 1]!; k++) {
                const link = this.#in[k]!
                const v = this.from[link]!
                const length = at + this.length[link]!
                if (length < toRoot[v]!) {
                    toRoot[v] = length
                    next[first + v] = link
                    this.#push(length, v)
                }
            }
        }
    }

    /** Where the tree of a root begins. */
    #tree(root: number): number {
        let tree = this.#treeOf[root]!
        if (tree === NONE) {
            tree = this.#nextTree
            this.#nextTree = (tree + 1) % this.#nTree
            if (this.#rootOf[tree] !== NONE) this.#treeOf[this.#rootOf[tree]!] = NONE
            this.#rootOf[tree] = root
            this.#treeOf[root] = tree
            this.#grow(root, tree * this.nNode)
        }
        return tree * this.nNode
    }

    /** The link behind this one on the way to a goal, which is another link, or lies behind on the same; -1: none leads there. */
    next(link: number, goal: number): number {
        const node = this.to[link]!
        const root = this.from[goal]!
        return node === root ? goal : this.#nextLink[this.#tree(root) + node]!
    }

    /** From a place on a link to one on a goal; -1 where no rails lead there. */
    far(link: number, along: number, goal: number, goalAlong: number): number {
        if (link === goal && along <= goalAlong) return goalAlong - along
        const first = this.#tree(this.from[goal]!)
        const root = this.from[goal]!
        let far = this.length[link]! - along + goalAlong
        for (let node = this.to[link]!; node !== root; ) {
            const next = this.#nextLink[first + node]!
            if (next === NONE) return -1
            far += this.length[next]!
            node = this.to[next]!
        }
        return far
    }

    xAt(link: number, along: number): number {
        const a = this.x[this.from[link]!]!
        return a + (this.x[this.to[link]!]! - a) * (along / this.length[link]!)
    }
    yAt(link: number, along: number): number {
        const a = this.y[this.from[link]!]!
        return a + (this.y[this.to[link]!]! - a) * (along / this.length[link]!)
    }
}
