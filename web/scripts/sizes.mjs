// Prints what a browser loads, compressed, and fails when it is more than we allow ourselves.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const FIRST_MAX_KB = 120
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

// The first load: the page, what it names, and the words of one language. All else comes when it is needed.
const words = files.find((file) => /^assets\/(ko|en)-/.test(file.name))?.name
const isFirst = (name) => name === 'index.html' || name === words || index.includes(`/${name}`)
const sum = (list) => list.reduce((total, file) => total + file.kb, 0)
for (const file of files) console.log(`${file.kb.toFixed(1).padStart(8)} kB gzip  ${isFirst(file.name) ? '*' : ' '} ${file.name}`)
const first = sum(files.filter((file) => isFirst(file.name)))
const all = sum(files)
console.log(`first load (*) ${first.toFixed(1)} kB of ${FIRST_MAX_KB}, all ${all.toFixed(1)} kB of ${ALL_MAX_KB}`)
if (/<style|style=|<script>/.test(index)) {
    console.error('index.html holds inline style or script: the content security policy forbids it')
    process.exit(1)
}
if (first > FIRST_MAX_KB || all > ALL_MAX_KB) {
    console.error('too much')
    process.exit(1)
}
