// The hall of a plant for the mock: read back from what `maru scene` writes, so that tools stand where the server will put them.
const BODIES = ['none', 'bench', 'cluster', 'track', 'furnace', 'gauge', 'stocker']
const numbersIn = (text) => [...text.matchAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g)].map(Number)
const rectsOf = (points) => {
    const rects = []
    const all = numbersIn(points)
    for (let n = 0; n + 12 <= all.length; n += 12) rects.push([all[n], all[n + 1], all[n + 6], all[n + 7]])
    return rects
}
const named = (text) => text.replace(/\\(["\\])/g, '$1')

/** `groups`: names of tool groups in the order of the plant, with their counts; a group of a delay has no tools in the scene. */
export function layoutOf(usda, groups, products, start) {
    const lines = usda.split('\n')
    const areas = []
    const layout = { ...(start ? { start } : {}), hall: [0, 0, 1, 1], areas, aisles: [], products, groups: [], tools: {}, stockers: [] }
    const tools = []
    let area = -1
    let group = null
    let mesh = ''
    let body = ''
    let tool = null
    let inTools = false
    const byName = new Map()
    const areaOf = (name) => {
        let found = areas.findIndex((one) => one.name === name)
        if (found < 0) found = areas.push({ name, rects: [] }) - 1
        return found
    }
    for (let n = 0; n < lines.length; n++) {
        const line = lines[n].trim()
        let m
        if ((m = /^def Mesh "(.*)"/.exec(line))) mesh = m[1]
        else if (/^def Xform "Tools"/.test(line)) inTools = true
        else if (inTools && (m = /^def Xform "(\w+)"/.exec(line))) {
            const depth = (lines[n].length - lines[n].trimStart().length) / 4
            const title = named(/displayName = "(.*)"/.exec(lines[n + 1])?.[1] ?? '')
            if (depth === 2) area = areaOf(title)
            else if (depth === 3) {
                group = { name: title, area, tools: [], body: 'none', is_delay: false }
                byName.set(title, group)
            } else tool = { heading: 0 }
        } else if (!inTools && (m = /displayName = "(.*)"/.exec(line)) && /^Z/.test(mesh)) areas.push({ name: named(m[1]), rects: [] })
        else if (!inTools && (m = /point3f\[\] points = (.*)/.exec(line))) {
            if (mesh === 'Hall') layout.hall = rectsOf(m[1])[0]
            else if (mesh === 'Aisles') layout.aisles = rectsOf(m[1])
            else if (/^Z/.test(mesh)) areas.at(-1).rects = rectsOf(m[1])
        } else if (tool && (m = /references = <\/Plant\/Bodies\/(\w+)>/.exec(line))) body = m[1].toLowerCase()
        else if (tool && (m = /maru:tool = (\d+)/.exec(line))) tool.number = Number(m[1])
        else if (tool && /xformOp:translate =/.test(line)) [tool.x, tool.y] = numbersIn(line.split('=')[1])
        else if (tool && /xformOp:rotateZ =/.test(line)) tool.heading = numbersIn(line.split('=')[1])[0]
        else if (tool && /xformOp:scale =/.test(line)) [tool.width, tool.depth, tool.height] = numbersIn(line.split('=')[1])
        else if (tool && /xformOpOrder/.test(line)) {
            group.body = BODIES.includes(body) ? body : 'bench'
            if (body === 'stocker') group.stocker = tool
            else group.tools.push(tool)
            tool = null
        }
    }
    let first = 0
    for (const { name, count } of groups) {
        const found = byName.get(name) ?? { name, area: -1, tools: [], body: 'none', is_delay: true }
        const isDelay = !!found.stocker || found.tools.length === 0
        if (found.stocker) {
            const { number: _, ...place } = found.stocker
            layout.stockers.push({ group: layout.groups.length, ...place })
        }
        layout.groups.push({ name, area: found.area, first_tool: first, n_tool: count, body: isDelay ? 'none' : found.body, is_delay: isDelay })
        for (let k = 0; k < count; k++) tools.push({ width: 0, depth: 0, height: 0, ...(isDelay ? { x: 0, y: 0, heading: 0, ...found.stocker, width: 0, depth: 0, height: 0, stand: found.stocker } : found.tools[k]) })
        first += count
    }
    for (const one of tools) setPort(one, layout.aisles)
    for (const key of ['x', 'y', 'heading', 'width', 'depth', 'height', 'port_x', 'port_y', 'aisle']) layout.tools[key] = tools.map((one) => one[key])
    return layout
}

/** In front of it; in the middle of the aisle there, where one is. */
function setPort(tool, aisles) {
    const turn = (tool.heading * Math.PI) / 180
    const front = (tool.stand?.depth ?? tool.depth) / 2 + 0.8
    tool.port_x = tool.x + Math.sin(turn) * front
    tool.port_y = tool.y - Math.cos(turn) * front
    tool.aisle = aisles.findIndex(([x0, y0, x1, y1]) => tool.port_x > x0 && tool.port_x < x1 && tool.port_y > y0 && tool.port_y < y1)
    if (tool.aisle > 0) tool.port_x = (aisles[tool.aisle][0] + aisles[tool.aisle][2]) / 2
    if (tool.aisle > 0) tool.port_y = tool.y
}
