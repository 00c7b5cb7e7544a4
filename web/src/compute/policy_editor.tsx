import { useId, useMemo, useRef, useState } from 'react'
import { useText } from '../text'
import { policyLines } from './policy_lines'

/** The text of a policy, and what each of its lines means; the one at the caret is marked, the one that is wrong too. */
export function PolicyEditor({ text, onChange, label, wrong, readOnly = false, rows = 16 }: { text: string; onChange: (text: string) => void; label: string; wrong?: { row: number; said: string } | null; readOnly?: boolean; rows?: number }) {
    const { t } = useText()
    const id = useId()
    const area = useRef<HTMLTextAreaElement>(null)
    const [at, setAt] = useState(0)
    const lines = useMemo(() => policyLines(text), [text])
    const look = () => {
        const one = area.current
        if (one) setAt(one.value.slice(0, one.selectionStart).split('\n').length)
    }
    const goTo = (row: number) => {
        const one = area.current
        if (!one) return
        const from = text.split('\n').slice(0, row - 1).reduce((sum, line) => sum + line.length + 1, 0)
        one.focus()
        one.setSelectionRange(from, from + (text.split('\n')[row - 1]?.length ?? 0))
        setAt(row)
    }
    return (
        <div className="policy-editor">
            <div>
                <label className="hidden" htmlFor={id}>{label}</label>
                <textarea id={id} ref={area} className="code" value={text} rows={rows} spellCheck={false} readOnly={readOnly} wrap="off" onChange={(event) => { onChange(event.target.value); look() }} onSelect={look} />
                {wrong && <p className="hint wrong" role="alert">{wrong.row > 0 ? <button type="button" className="as-link" onClick={() => goTo(wrong.row)}>{t('policy.row', { row: wrong.row })}</button> : null} {wrong.said}</p>}
            </div>
            <dl className="rules" aria-label={t('policy.meaning')}>
                {lines.map(({ row, rule, value }) => (
                    <div key={row} className={row === wrong?.row ? 'wrong' : row === at ? 'on' : ''}>
                        <dt><button type="button" className="as-link" onClick={() => goTo(row)}>{t(`policy.key.${rule}`)}</button> <b>{value}</b></dt>
                        <dd>{t(`policy.key.${rule}.text`)}</dd>
                    </div>
                ))}
            </dl>
        </div>
    )
}
