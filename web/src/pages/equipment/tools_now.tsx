import { useMemo, useState } from 'react'
import { list } from '../../api/client'
import { tools as askTools, toolStates, type Tool } from '../../api/meaning'
import { layoutOf } from '../../api/twin'
import { useStamp } from '../../live/stamp'
import { useMay } from '../../me'
import { classOf, groupOf, lookOf, saidOf, STATES } from '../../meaning/states'
import { SmallStrip } from '../../meaning/strip'
import { Card, Empty, LinkButton, ProblemNote, Waiting } from '../../parts/basics'
import { useLoad } from '../../parts/load'
import { Link } from '../../parts/route'
import { useText } from '../../text'
import { usePoll } from '../../twin/use_twin'

const LOOK_MS = 1000
const STRIP_MS = 15_000
const STRIP_SPAN = 8 * 3600
const STRIPS_MAX = 400 // tools with a strip each
const PLANTS_MAX = 5

/** The area that each group stands in, by the plant that knows most of the groups. */
function useAreas(groups: string[]): ReadonlyMap<string, string> {
    const key = groups.join('\n')
    const told = useLoad(key ? `areas ${key}` : null, async () => {
        let best = new Map<string, string>()
        const plants = (await list('/v1/plants')).filter((plant) => plant.latest.sound).slice(0, PLANTS_MAX)
        for (const plant of plants) {
            const layout = await layoutOf(plant.id, plant.latest.version).catch(() => null)
            const areas = new Map((layout?.groups ?? []).flatMap(({ name, area }) => (groups.includes(name) && area >= 0 ? [[name, layout!.areas[area]!.name] as const] : [])))
            if (areas.size > best.size) best = areas
        }
        return best
    })
    return told.value ?? new Map()
}

const UNPLACED = '\uffff' // last

/** All tools as they are: by area and group, what wants somebody first. */
export function ToolsNow() {
    const { t, num } = useText()
    const may = useMay('engineer')
    const told = usePoll('tools', LOOK_MS, askTools)
    const items = useMemo(() => told.value?.items ?? [], [told.value])
    const strips = usePoll(items.length > 0 && items.length <= STRIPS_MAX ? 'strips' : null, STRIP_MS, async (signal) => {
        const now = Date.now() / 1000
        return { span: { from: now - STRIP_SPAN, to: now }, of: new Map((await toolStates({ from: now - STRIP_SPAN, to: now }, signal)).items.map(({ tool, states }) => [tool, states])) }
    })
    const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
    const [wanted, setWanted] = useState('')
    const groups = useMemo(() => [...new Set(items.map(({ tool }) => groupOf(tool)))].filter(Boolean).sort(), [items])
    const areas = useAreas(groups)
    if (told.error?.status === 404)
        return (
            <Card>
                <Empty title={t('document.none.equipment')} text={t(may ? 'equipment.none.text' : 'document.none.viewer')}>
                    {may && <LinkButton look="main" href="/equipment/table">{t('equipment.none.do')}</LinkButton>}
                    {may && <LinkButton href="/data">{t('signals.none.do')}</LinkButton>}
                </Empty>
            </Card>
        )
    if (!told.value) return told.error ? <ProblemNote error={told.error} /> : <Waiting />
    const counts = new Map<string, number>()
    for (const { state } of items) counts.set(state, (counts.get(state) ?? 0) + 1)
    const needle = wanted.trim().toLowerCase()
    const shown = items.filter((tool) => (chosen.size === 0 || chosen.has(tool.state)) && (!needle || [tool.tool, tool.lot, tool.product, tool.reason].some((text) => text?.toLowerCase().includes(needle))))
    const sections = new Map<string, Map<string, Tool[]>>()
    for (const tool of shown) {
        const group = groupOf(tool.tool)
        const area = areas.get(group) ?? UNPLACED
        if (!sections.has(area)) sections.set(area, new Map())
        const inside = sections.get(area)!
        inside.set(group, [...(inside.get(group) ?? []), tool])
    }
    const order = new Intl.Collator(undefined, { numeric: true })
    const toggle = (state: string) => {
        const next = new Set(chosen)
        if (!next.delete(state)) next.add(state)
        setChosen(next)
    }
    return (
        <>
            <ProblemNote error={told.error} />
            {told.value.problem && <p className="statement">{told.value.problem}</p>}
            <div className="alarms-bar">
                <div className="kind-chips" role="group" aria-label={t('alarms.states')}>
                    {STATES.map((state) => (
                        <button key={state} type="button" className={chosen.has(state) ? 'chip on' : 'chip'} aria-pressed={chosen.has(state)} onClick={() => toggle(state)}>
                            <i className={`swatch ${classOf(state)}`} />
                            {t(`tool.state.${state}`)} <b>{num(counts.get(state) ?? 0)}</b>
                        </button>
                    ))}
                </div>
                <input type="search" className="tools-search" value={wanted} onChange={(event) => setWanted(event.target.value)} placeholder={t('equipment.search')} aria-label={t('equipment.search')} />
            </div>
            {shown.length === 0 && <p className="note">{t('table.none')}</p>}
            {[...sections].sort(([a], [b]) => order.compare(a, b)).map(([area, inside]) => (
                <section key={area} className="tools-area">
                    {area !== UNPLACED ? <h2>{area}</h2> : sections.size > 1 && <h2>{t('equipment.unplaced')}</h2>}
                    {[...inside].sort(([a], [b]) => order.compare(a, b)).map(([group, each]) => (
                        <div key={group} className="tools-group">
                            {group && <h3>{group} <small>{t('equipment.of_group', { busy: each.filter(({ state }) => state === 'productive').length, all: each.length })}</small></h3>}
                            <ul className="tools-tiles">
                                {each.sort((a, b) => order.compare(a.tool, b.tool)).map((tool) => <li key={tool.tool}><ToolTile tool={tool} strip={strips.value?.of.get(tool.tool)} span={strips.value?.span} /></li>)}
                            </ul>
                        </div>
                    ))}
                </section>
            ))}
        </>
    )
}

function ToolTile({ tool, strip, span }: { tool: Tool; strip: Parameters<typeof SmallStrip>[0]['spans'] | undefined; span: { from: number; to: number } | undefined }) {
    const { t, lang } = useText()
    const stamp = useStamp()
    const [state, substate] = saidOf(tool, lang)
    return (
        <Link className={`tool-tile ${tool.state.replaceAll(' ', '-')}`} href={`/equipment/tool/${encodeURIComponent(tool.tool)}`}>
            <span className="tool-head">
                <strong title={tool.tool}>{tool.tool}</strong>
                <time>{tool.since === null ? '' : stamp.span(Math.max(1, Math.round(Date.now() / 1000 - tool.since)))}</time>
            </span>
            <span className="tool-state"><i className={`swatch ${lookOf(tool)}`} />{state}{substate && <small>{substate}</small>}</span>
            <span className="tool-what">
                {[tool.reason, tool.lot && t('equipment.lot', { lot: tool.lot }), tool.product].filter(Boolean).join(' · ') || '\u00a0'}
                {tool.linkLost && <b className="bad">{t('equipment.lost')}</b>}
                {tool.byHand && <b>{t('equipment.by_hand')}</b>}
            </span>
            {strip && span && <SmallStrip spans={strip} span={span} label={t('equipment.strip', { tool: tool.tool })} />}
        </Link>
    )
}
