import { useState } from 'react'
import { problemOf, setNode, type PoolNode } from '../api/compute'
import type { ApiError } from '../api/problem'
import { Button, Card, Confirm, Dialog, Field, ProblemNote } from '../parts/basics'
import { Link } from '../parts/route'
import { useText } from '../text'
import { NodeBadge } from './pool_words'

/** All of one node, and for the operator: taking it out of use, and putting it back. */
export function NodePanel({ node, isOperator, own, onClose, onChange }: { node: PoolNode; isOperator: boolean; own: string; onClose: () => void; onChange: () => void }) {
    const { t, num, percent } = useText()
    const [asking, setAsking] = useState(false)
    const busy = node.gpus.filter(({ used }) => used > 0).length
    return (
        <Card
            className="node-panel"
            title={<span className="node-title">{node.name} <NodeBadge node={node} /></span>}
            actions={
                <>
                    {isOperator && node.state !== 'down' && <Button look={node.state === 'up' ? 'danger' : 'main'} onClick={() => setAsking(true)}>{t(node.state === 'up' ? 'pool.drain' : 'pool.undrain')}</Button>}
                    <Button look="quiet" onClick={onClose}>{t('pool.close')}</Button>
                </>
            }
        >
            {node.reason && <p className="note">{node.reason}</p>}
            <dl className="facts">
                {node.gpus.length > 0 && <div><dt>{t('pool.gpus')}</dt><dd>{t('pool.of', { used: num(busy), all: num(node.gpus.length) })} · {node.type}</dd></div>}
                <div><dt>{t('pool.cpus')}</dt><dd>{t('pool.of', { used: num(node.cpus - node.cpus_free), all: num(node.cpus) })}</dd></div>
                <div><dt>{t('pool.memory')}</dt><dd>{t('pool.of', { used: num((node.memory_mib - node.memory_free_mib) / 1024, 1), all: num(node.memory_mib / 1024, 1) })} GiB</dd></div>
            </dl>
            {node.gpus.length > 0 && (
                <ul className="gpu-list">
                    {node.gpus.map((gpu, n) => (
                        <li key={n}>
                            <span>GPU {n}</span>
                            <b>{gpu.used > 0 ? percent(gpu.used, 0) : t('pool.free')}</b>
                            <span>{gpu.used > 0 && (gpu.job && gpu.tenant === own ? <Link href={`/compute/jobs/${gpu.job}`}>{gpu.tenant}</Link> : (gpu.tenant ?? t('pool.somebody')))}</span>
                        </li>
                    ))}
                </ul>
            )}
            {asking && (node.state === 'up' ? <Drain node={node} onClose={() => setAsking(false)} onDone={onChange} /> : (
                <Confirm title={t('pool.undrain.title', { node: node.name })} text={t('pool.undrain.text')} yes={t('pool.undrain')} look="main" onClose={() => setAsking(false)} onYes={async () => { await setNode(node.name, 'up', ''); setAsking(false); onChange() }} />
            ))}
        </Card>
    )
}

function Drain({ node, onClose, onDone }: { node: PoolNode; onClose: () => void; onDone: () => void }) {
    const { t } = useText()
    const [reason, setReason] = useState('')
    const [error, setError] = useState<ApiError | null>(null)
    const drain = () => setNode(node.name, 'drained', reason.trim()).then(() => { onDone(); onClose() }, (problem: unknown) => setError(problemOf(problem)))
    return (
        <Dialog title={t('pool.drain.title', { node: node.name })} onClose={onClose}>
            <form onSubmit={(event) => { event.preventDefault(); void drain() }}>
                <p>{t('pool.drain.text')}</p>
                <Field label={t('pool.drain.reason')}>{(id, described) => <input id={id} aria-describedby={described} value={reason} maxLength={90} required autoFocus onChange={(event) => setReason(event.target.value)} />}</Field>
                <ProblemNote error={error} />
                <div className="actions end"><Button onClick={onClose}>{t('cancel')}</Button><Button look="main" type="submit">{t('pool.drain')}</Button></div>
            </form>
        </Dialog>
    )
}
