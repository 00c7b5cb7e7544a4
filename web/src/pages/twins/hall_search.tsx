import { useEffect, useId, useMemo, useState } from 'react'
import { lotName, lotSearch, lotsOf, type Layout, type LotNow } from '../../api/twin'
import { useText } from '../../text'

interface Found {
    key: string
    kind: 'area' | 'group' | 'tool' | 'lot'
    text: string
    note: string
    act: () => void
}

const MOST = 12
const WAIT_MS = 250

/** Finds areas, tool groups, tools and lots by name and flies there: the hall for those who do not point. */
export function HallSearch({ layout, twin, time, onTool, onGroup, onArea, onLot }: { layout: Layout; twin: string; time: number | undefined; onTool: (tool: number) => void; onGroup: (group: number) => void; onArea: (area: number) => void; onLot: (lot: number, tool?: number) => void }) {
    const { t } = useText()
    const id = useId()
    const [text, setText] = useState('')
    const [open, setOpen] = useState(false)
    const [active, setActive] = useState(0)
    const [lots, setLots] = useState<LotNow[]>([])
    const wanted = text.trim().toLowerCase()
    useEffect(() => {
        setLots([])
        if (wanted.length < 1) return
        const stop = new AbortController()
        const timer = setTimeout(() => void lotsOf(twin, { search: lotSearch(wanted), limit: 5, time }, stop.signal).then((page) => setLots(page.items), () => {}), WAIT_MS)
        return () => {
            clearTimeout(timer)
            stop.abort()
        }
    }, [wanted, twin, time])
    const found = useMemo<Found[]>(() => {
        if (wanted === '') return []
        const list: Found[] = []
        const [name, number] = wanted.split(/\s*[#/]\s*/)
        layout.areas.forEach((area, a) => area.name.toLowerCase().includes(wanted) && list.length < 3 && list.push({ key: `a${a}`, kind: 'area', text: area.name, note: '', act: () => onArea(a) }))
        layout.groups.forEach((group, g) => {
            if (list.length >= MOST || !group.name.toLowerCase().includes(name!)) return
            if (number === undefined) list.push({ key: `g${g}`, kind: 'group', text: group.name, note: t('tools.count', { count: group.n_tool }), act: () => onGroup(g) })
            if (group.is_delay) return
            for (let k = 1; k <= group.n_tool && list.length < MOST; k++) {
                if (number === undefined ? k > 2 : !String(k).startsWith(number)) continue
                list.push({ key: `t${g}/${k}`, kind: 'tool', text: `${group.name} #${k}`, note: layout.areas[group.area]?.name ?? '', act: () => onTool(group.first_tool + k - 1) })
            }
        })
        for (const lot of lots) {
            const slash = (lot.tool ?? '').lastIndexOf('/')
            const group = layout.groups.find((one) => one.name === (lot.tool ? lot.tool.slice(0, slash) : lot.group))
            const tool = group && group.first_tool + (lot.tool ? Number(lot.tool.slice(slash + 1)) - 1 : 0)
            list.push({ key: `l${lot.lot}`, kind: 'lot', text: lotName(lot.lot), note: `${lot.product} · ${lot.group}`, act: () => onLot(lot.lot, tool) })
        }
        return list.slice(0, MOST + 5)
    }, [wanted, lots, layout, t, onTool, onGroup, onArea, onLot])
    const take = (one: Found | undefined) => {
        if (!one) return
        one.act()
        setOpen(false)
    }
    const shown = open && found.length > 0
    return (
        <div className="hall-search" onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}>
            <input
                type="search"
                role="combobox"
                aria-expanded={shown}
                aria-controls={id}
                aria-activedescendant={shown ? `${id}-${active}` : undefined}
                aria-label={t('hall.search')}
                placeholder={t('hall.search')}
                value={text}
                onFocus={() => setOpen(true)}
                onChange={(event) => {
                    setText(event.target.value)
                    setOpen(true)
                    setActive(0)
                }}
                onKeyDown={(event) => {
                    if (event.key === 'ArrowDown') setActive(Math.min(found.length - 1, active + 1))
                    else if (event.key === 'ArrowUp') setActive(Math.max(0, active - 1))
                    else if (event.key === 'Enter') take(found[active])
                    else if (event.key === 'Escape') setOpen(false)
                    else return
                    event.preventDefault()
                }}
            />
            {shown && (
                <ul id={id} role="listbox" aria-label={t('hall.search')}>
                    {found.map((one, n) => (
                        <li key={one.key} id={`${id}-${n}`} role="option" aria-selected={n === active} className={n === active ? 'on' : ''} tabIndex={-1} onMouseDown={(event) => event.preventDefault()} onClick={() => take(one)}>
                            <small>{t(`found.${one.kind}`)}</small>
                            <span>{one.text}</span>
                            <small>{one.note}</small>
                        </li>
                    ))}
                </ul>
            )}
        </div>
    )
}
