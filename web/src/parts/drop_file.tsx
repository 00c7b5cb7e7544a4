import { useRef, useState, type DragEvent, type ReactNode } from 'react'
import { useText } from '../text'
import { Button, Progress } from './basics'

/** Takes a file, dropped or chosen. `share`: of what is being sent; null: nothing is. */
export function DropFile({ title, text, fine, choose, working, accept, share, onFile, onStop, children }: {
    title: string
    text: string
    fine?: string
    choose: string
    /** Said when all has been sent. */
    working: string
    accept: string
    share: number | null
    onFile: (file: File) => void
    onStop: () => void
    children?: ReactNode
}) {
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
            <p className="drop-title">{title}</p>
            <p className="note">{text}</p>
            {share === null ? (
                <div className="actions">
                    <Button look="main" onClick={() => input.current?.click()}>{choose}</Button>
                    {children}
                </div>
            ) : (
                <div aria-live="polite" className="sheet-going">
                    <p>{share < 1 ? t('drop.sending', { share: percent(share, 0) }) : working}</p>
                    <Progress share={share} label={working} />
                    <Button look="quiet" onClick={onStop}>{t('cancel')}</Button>
                </div>
            )}
            {fine && <p className="fine">{fine}</p>}
            <input ref={input} type="file" hidden data-testid="sheet" accept={accept} onChange={(event) => {
                const file = event.target.files?.[0]
                event.target.value = ''
                if (file) onFile(file)
            }} />
        </div>
    )
}
export const SHEETS = '.csv,.tsv,.txt,.xlsx,.xlsm,.ods'
