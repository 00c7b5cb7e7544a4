import { useRef, useState, type DragEvent } from 'react'
import { Button, Progress } from '../parts/basics'
import { useText } from '../text'
import { sample } from './sample'

/** Takes a spreadsheet, dropped or chosen, or the sample. `share`: of what is being sent; null: nothing is. */
export function DropSheet({ share, onFile, onStop }: { share: number | null; onFile: (file: File) => void; onStop: () => void }) {
    const { t, percent } = useText()
    const [over, setOver] = useState(false)
    const input = useRef<HTMLInputElement>(null)
    const dropped = (event: DragEvent) => {
        event.preventDefault()
        setOver(false)
        const file = event.dataTransfer.files[0]
        if (file && share === null) onFile(file)
    }
    return (
        <div className={`drop sheet-drop ${over ? 'over' : ''}`} onDragOver={(event) => { event.preventDefault(); setOver(true) }} onDragLeave={(event) => event.currentTarget === event.target && setOver(false)} onDrop={dropped}>
            <svg viewBox="0 0 56 48" aria-hidden="true"><path d="M10 5h28l8 8v30H10zM10 17h36M10 26h36M10 35h36M24 17v26" /></svg>
            <p className="drop-title">{t('sheet.drop')}</p>
            <p className="note">{t('sheet.drop.text')}</p>
            {share === null ? (
                <div className="actions">
                    <Button look="main" onClick={() => input.current?.click()}>{t('sheet.choose')}</Button>
                    <Button onClick={() => onFile(sample())}>{t('sheet.try')}</Button>
                </div>
            ) : (
                <div aria-live="polite" className="sheet-going">
                    <p>{share < 1 ? t('drop.sending', { share: percent(share, 0) }) : t('sheet.working')}</p>
                    <Progress share={share} label={t('sheet.working')} />
                    <Button look="quiet" onClick={onStop}>{t('cancel')}</Button>
                </div>
            )}
            <p className="fine">{t('sheet.private')}</p>
            <input ref={input} type="file" hidden data-testid="sheet" accept=".csv,.tsv,.txt,.xlsx,.xlsm" onChange={(event) => {
                const file = event.target.files?.[0]
                event.target.value = ''
                if (file) onFile(file)
            }} />
        </div>
    )
}
