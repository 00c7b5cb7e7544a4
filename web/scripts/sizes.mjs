// Prints what a browser loads, compressed, and fails when it is more than we allow ourselves.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const FIRST_MAX_KB = 95
const OVERVIEW_MAX_KB = 105
const ALL_MAX_KB = 900
const dist = new URL('../dist/', import.meta.url)
const index = readFileSync(new URL('index.html', dist), 'utf8')

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${(entry.parentPath ?? entry.path).replace(/\/$/, '')}/${entry.name}`)
    .map((path) => ({
        name: path.slice(path.lastIndexOf('/dist/') + 6),
        kb: gzipSync(readFileSync(path), { level: 9 }).length / 1000,
    }))
    .sort((a, b) => b.kb - a.kb)

// The first load: the page, what it names, and the words of its frame in the longer language. Most people enter at the overview,
// which comes with its own words and what it imports.
const find = (pattern) => files.find(({ name }) => pattern.test(name))?.name
const frame = new Set(['index.html', find(/^assets\/(ko|en)_frame-/), ...files.map(({ name }) => name).filter((name) => index.includes(`/${name}`))])
const overview = new Set([...frame, find(/^assets\/(ko|en)_overview-/), find(/^assets\/overview-.*\.js$/)])
if (overview.has(undefined)) throw new Error('the words of the frame or the overview are not where they were')
for (const name of overview) // grows while it is walked
    if (name.endsWith('.js')) for (const [, other] of readFileSync(new URL(name, dist), 'utf8').matchAll(/(?:from|import)"\.\/([^"]+)"/g)) overview.add(`assets/${other}`)
const sum = (list) => list.reduce((total, file) => total + file.kb, 0)
const mark = (name) => (frame.has(name) ? '*' : overview.has(name) ? '+' : ' ')
for (const file of files) console.log(`${file.kb.toFixed(1).padStart(8)} kB gzip  ${mark(file.name)} ${file.name}`)
const firstKb = sum(files.filter(({ name }) => frame.has(name)))
const overviewKb = sum(files.filter(({ name }) => overview.has(name)))
const all = sum(files)
console.log(`first load (*) ${firstKb.toFixed(1)} kB of ${FIRST_MAX_KB}, with the overview (+) ${overviewKb.toFixed(1)} kB of ${OVERVIEW_MAX_KB}, all ${all.toFixed(1)} kB of ${ALL_MAX_KB}`)
if (/<style|style=|<script>/.test(index)) {
    console.error('index.html holds inline style or script: the content security policy forbids it')
    process.exit(1)
}
if (firstKb > FIRST_MAX_KB || overviewKb > OVERVIEW_MAX_KB || all > ALL_MAX_KB) {
    console.error('too much')
    process.exit(1)
}
