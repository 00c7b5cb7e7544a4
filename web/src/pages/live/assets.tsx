import { useState } from 'react'
import { list } from '../../api/client'
import { assetsProposal } from '../../api/meaning'
import type { ApiError } from '../../api/problem'
import { DocumentEditor } from '../../meaning/document_editor'
import { Button, Dialog, Empty, Field, LinkButton, ProblemNote, Waiting } from '../../parts/basics'
import { useLoad } from '../../parts/load'
import { useTitle } from '../../parts/route'
import { useText } from '../../text'
import '../../style/meaning.css'

/** The factory as a tree, and which signals stand where: a table, or a proposal for one from a plant. */
export default function Assets() {
    const { t } = useText()
    useTitle(t('data.assets'))
    const [take, setTake] = useState<((content: Uint8Array, words: string) => void) | null>(null)
    return (
        <>
            <DocumentEditor name="assets" proposal={(given) => <Button onClick={() => setTake(() => given)}>{t('assets.propose')}</Button>} />
            {take && <ProposalDialog onTake={(content, words) => { setTake(null); take(content, words) }} onClose={() => setTake(null)} />}
        </>
    )
}

function ProposalDialog({ onTake, onClose }: { onTake: (content: Uint8Array, words: string) => void; onClose: () => void }) {
    const { t } = useText()
    const plants = useLoad('plants of the proposal', () => list('/v1/plants'))
    const [chosen, setChosen] = useState<string | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    const plant = plants.value?.find(({ id }) => id === chosen) ?? plants.value?.[0]
    return (
        <Dialog title={t('assets.propose.title')} onClose={onClose}>
            {!plants.value ? (
                plants.error ? <ProblemNote error={plants.error} retry={plants.reload} /> : <Waiting />
            ) : !plant ? (
                <Empty title={t('assets.propose.none')} text={t('assets.propose.none.text')}>
                    <LinkButton look="main" href="/plants">{t('nav.plants')}</LinkButton>
                </Empty>
            ) : (
                <form
                    className="form"
                    onSubmit={(event) => {
                        event.preventDefault()
                        setBusy(true)
                        assetsProposal(plant.id).then((content) => onTake(content, t('assets.proposed', { plant: plant.name })), (problem: ApiError) => {
                            setError(problem)
                            setBusy(false)
                        })
                    }}
                >
                    <p>{t('assets.propose.text')}</p>
                    <Field label={t('assets.propose.plant')}>{(id) => <select id={id} value={plant.id} onChange={(event) => setChosen(event.target.value)}>{plants.value!.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</select>}</Field>
                    <ProblemNote error={error} />
                    <div className="actions end">
                        <Button onClick={onClose}>{t('cancel')}</Button>
                        <Button look="main" type="submit" disabled={busy}>{t('assets.propose.do')}</Button>
                    </div>
                </form>
            )}
        </Dialog>
    )
}
