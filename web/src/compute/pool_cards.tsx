import type { PoolNode } from '../api/compute'
import { useText } from '../text'
import { cellAt } from './map_layout'
import { NodeBadge } from './pool_words'

const CPU_CELLS_MAX = 64

function Meter({ label, share, text }: { label: string; share: number; text: string }) {
    return (
        <div className="node-meter">
            <span>{label}</span>
            <span className="node-bar"><i style={{ width: `${Math.min(100, Math.max(0, share) * 100)}%` }} /></span>
            <b>{text}</b>
        </div>
    )
}

/** Few nodes: each a card, with every GPU; where there are none, with every CPU. */
export function PoolCards({ nodes, paint, chosen, onChoose }: { nodes: readonly PoolNode[]; paint: (tenant: string | null) => number; chosen: string | null; onChoose: (node: string) => void }) {
    const { t, num, percent } = useText()
    return (
        <ul className="pool-cards">
            {nodes.map((node) => {
                const cpus = node.cpus - node.cpus_free
                const whole = Math.round(node.cpus)
                const hasCells = node.gpus.length === 0 && whole <= CPU_CELLS_MAX
                return (
                    <li key={node.name}>
                        <button type="button" className={`node-card ${node.state}`} aria-pressed={chosen === node.name} onClick={() => onChoose(node.name)}>
                            <span className="list-head"><strong>{node.name}</strong><NodeBadge node={node} /></span>
                            <span className="note">{node.gpus.length > 0 ? t('pool.node.gpus', { gpus: num(node.gpus.length), type: node.type }) : t('pool.node.cpu')}</span>
                            {(node.gpus.length > 0 || hasCells) && (
                                <span className={node.gpus.length > 0 ? 'gpu-cells' : 'gpu-cells cpus'} aria-hidden="true">
                                    {node.gpus.length > 0
                                        ? node.gpus.map((_, n) => {
                                              const cell = cellAt(node, n)
                                              return <i key={n} title={cell.used > 0 ? `GPU ${n}: ${cell.tenant ?? t('pool.somebody')} · ${percent(cell.used, 0)}` : `GPU ${n}: ${t('pool.free')}`}><b className={`tenant-${paint(cell.tenant)}`} style={{ height: `${Math.min(1, cell.used) * 100}%` }} /></i>
                                          })
                                        : Array.from({ length: whole }, (_, n) => <i key={n}><b className="tenant-own" style={{ height: `${Math.min(1, Math.max(0, cpus - n)) * 100}%` }} /></i>)}
                                </span>
                            )}
                            <span className="node-meters">
                                <Meter label={t('pool.cpus')} share={node.cpus > 0 ? cpus / node.cpus : 0} text={`${num(cpus, cpus % 1 ? 1 : 0)} / ${num(node.cpus, 0)}`} />
                                <Meter label={t('pool.memory')} share={node.memory_mib > 0 ? 1 - node.memory_free_mib / node.memory_mib : 0} text={`${num((node.memory_mib - node.memory_free_mib) / 1024, 1)} / ${num(node.memory_mib / 1024, 0)} GiB`} />
                            </span>
                            {node.reason && <span className="fine">{node.reason}</span>}
                        </button>
                    </li>
                )
            })}
        </ul>
    )
}
