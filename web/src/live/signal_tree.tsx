import { useId, useMemo, useState, type KeyboardEvent } from 'react'
import type { Asset, Signal, Value } from '../api/live'
import { saidOf } from '../meaning/states'
import { rem } from '../parts/rem'
import { useWindow } from '../table/window'
import { useText } from '../text'
import { useReadings } from './hub'
import { grow, NOWHERE, opensFirst, rowsOf, saidName, type Folder, type Places, type Row } from './tree'
import { gradeOf, shortValue } from './values'

export const DRAGGED = 'application/x-maru-signal'
const ROW_REM = 2.1

/**
 * Signals by where they stand, with what they tell now. Draws only what can be seen, and only that is streamed. Arrows move, right and
 * left open and close, Enter chooses; signals can be dragged away.
 */
export function SignalTree({ signals, places = NOWHERE, chosen, isSearched, onToggle, compact = false }: {
    signals: Signal[]
    places?: Places
    chosen: readonly number[]
    isSearched: boolean
    onToggle: (signal: Signal) => void
    compact?: boolean
}) {
    const { t } = useText()
    const id = useId()
    const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map())
    const [active, setActive] = useState<string | null>(null)
    const root = useMemo(() => grow(signals, places, !isSearched && !compact), [signals, places, isSearched, compact])
    const rows = useMemo(() => {
        const first = opensFirst(root)
        return rowsOf(root, (folder, depth) => opened.get(folder.path) ?? (isSearched || first(folder, depth)))
    }, [root, opened, isSearched])
    const height = Math.round(rem() * ROW_REM)
    const seen = useWindow(rows.length, height)
    const shown = rows.slice(seen.from, seen.to)
    const { readings } = useReadings(shown.flatMap((row) => (row.kind === 'signal' ? [row.signal.id] : [])))
    const at = Math.max(0, rows.findIndex((row) => row.key === active))
    const move = (to: number) => {
        const row = rows[Math.max(0, Math.min(rows.length - 1, to))]
        if (!row) return
        setActive(row.key)
        seen.show(rows.indexOf(row))
    }
    const open = (path: string, isOpen: boolean) => setOpened(new Map(opened).set(path, isOpen))
    const act = (row: Row) => (row.kind === 'folder' ? open(row.folder.path, !row.isOpen) : onToggle(row.signal))
    const onKey = (event: KeyboardEvent) => {
        const row = rows[at]
        if (!row || event.metaKey || event.ctrlKey || event.altKey) return
        const page = Math.max(1, Math.floor((seen.box.current?.clientHeight ?? 0) / height) - 1)
        const ways: Record<string, () => void> = {
            ArrowDown: () => move(active === null ? 0 : at + 1),
            ArrowUp: () => move(at - 1),
            PageDown: () => move(at + page),
            PageUp: () => move(at - page),
            Home: () => move(0),
            End: () => move(rows.length - 1),
            ArrowRight: () => (row.kind === 'folder' && !row.isOpen ? open(row.folder.path, true) : move(at + 1)),
            ArrowLeft: () => {
                if (row.kind === 'folder' && row.isOpen) return open(row.folder.path, false)
                let up = at - 1
                while (up >= 0 && rows[up]!.depth >= row.depth) up--
                if (up >= 0) move(up)
            },
            Enter: () => act(row),
            ' ': () => act(row),
        }
        const way = ways[event.key]
        if (!way) return
        event.preventDefault()
        way()
    }
    return (
        <div
            className={compact ? 'signal-tree compact' : 'signal-tree'}
            ref={seen.box}
            role="tree"
            aria-label={t('signals.tree')}
            aria-multiselectable="true"
            aria-activedescendant={active === null ? undefined : `${id}-${at}`}
            tabIndex={0}
            onKeyDown={onKey}
        >
            <div className="tree-body" role="presentation" style={{ height: seen.total }}>
                {shown.map((row, n) => {
                    const index = seen.from + n
                    const isChosen = row.kind === 'signal' && chosen.includes(row.signal.id)
                    return (
                        <div
                            key={row.key}
                            id={`${id}-${index}`}
                            role="treeitem"
                            aria-level={row.depth + 1}
                            aria-expanded={row.kind === 'folder' ? row.isOpen : undefined}
                            aria-selected={isChosen}
                            className={`tree-row ${row.kind} ${isChosen ? 'chosen' : ''} ${row.key === active ? 'active' : ''}`}
                            style={{ position: 'absolute', top: index * height, height, width: '100%', paddingLeft: `${0.5 + row.depth * 1.05}rem` }}
                            draggable={row.kind === 'signal'}
                            onDragStart={(event) => {
                                if (row.kind !== 'signal') return
                                event.dataTransfer.setData(DRAGGED, String(row.signal.id))
                                event.dataTransfer.setData('text/plain', row.signal.source)
                                event.dataTransfer.effectAllowed = 'copy'
                            }}
                            onClick={() => {
                                setActive(row.key)
                                act(row)
                            }}
                        >
                            {row.kind === 'folder' ? (
                                <>
                                    <i className={row.isOpen ? 'arrow open' : 'arrow'} aria-hidden="true" />
                                    <FolderName folder={row.folder} compact={compact} />
                                    <small>{t('signals.count', { count: row.folder.count.toLocaleString('en-US') })}</small>
                                </>
                            ) : (
                                <SignalRow signal={row.signal} told={readings.get(row.signal.id)} isChosen={isChosen} compact={compact} />
                            )}
                        </div>
                    )
                })}
            </div>
        </div>
    )
}

/** How an asset is called, what it is, and how its tool stands. */
function FolderName({ folder, compact }: { folder: Folder; compact: boolean }) {
    const { lang } = useText()
    const asset = folder.asset
    const name = asset ? (lang === 'ko' ? asset.name_ko : asset.name) : folder.name
    const level = asset && (lang === 'ko' ? asset.level_ko : asset.level)
    return (
        <>
            <span className="tree-name" title={[folder.path, asset?.tool].filter(Boolean).join('\n')}>
                {saidName(name)}
                {level && <small className="tree-level">{level}</small>}
                {asset?.tool && asset.tool !== name && !compact && <small className="tree-tool">{asset.tool}</small>}
            </span>
            {asset?.state && <State state={asset.state} />}
        </>
    )
}

function State({ state }: { state: NonNullable<Asset['state']> }) {
    const { lang } = useText()
    const [said, more] = saidOf(state, lang)
    return (
        <span className="tree-state" data-state={state.state} title={more}>
            <i aria-hidden="true" />
            {said}
        </span>
    )
}

function SignalRow({ signal, told, isChosen, compact }: { signal: Signal; told: readonly [number, Value, number] | undefined; isChosen: boolean; compact: boolean }) {
    const { t } = useText()
    const [at, value, quality] = told ?? (signal.last ? [signal.last.at, signal.last.value, signal.last.quality] : [null, null, 255])
    const grade = gradeOf(quality)
    return (
        <>
            <i className={isChosen ? 'tick on' : 'tick'} aria-hidden="true" />
            <span className="tree-name" title={`${signal.source}${signal.asset ? `\n${signal.asset}` : ''}`}>{signal.name}</span>
            <span className={`tree-value ${grade}`}>
                {grade !== 'good' && <b className="grade">{t(`quality.${grade}`)}</b>}
                <b>{shortValue(value, signal.type, t('value.on'), t('value.off'))}</b>
                <small>{signal.unit}</small>
            </span>
            {!compact && <Age at={at} />}
        </>
    )
}

/** How old a value is. It is drawn anew with its row, and a row that is not told anything stays as old as it was seen to be: so rows say the time. */
function Age({ at }: { at: number | null }) {
    const { t, lang } = useText()
    if (at === null) return <time className="tree-time">{t('signals.never')}</time>
    const date = new Date(at * 1000)
    const isToday = date.toDateString() === new Date().toDateString()
    const text = new Intl.DateTimeFormat(lang === 'ko' ? 'ko-KR' : 'en-GB', isToday ? { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false } : { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(date)
    return <time className="tree-time" dateTime={date.toISOString()}>{text}</time>
}
