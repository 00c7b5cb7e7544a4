import { useEffect, useId, useRef, useState, type ButtonHTMLAttributes, type ReactNode } from 'react'
import { whyOf, type ApiError } from '../api/problem'
import { useText } from '../text'
import { Link } from './route'

export function PageHead({ title, over, lead, children }: { title: string; over?: ReactNode; lead?: ReactNode; children?: ReactNode }) {
    return (
        <header className="page-head">
            <div>
                {over && <p className="over">{over}</p>}
                <h1>{title}</h1>
                {lead && <p className="lead">{lead}</p>}
            </div>
            {children && <div className="actions">{children}</div>}
        </header>
    )
}

export function Card({ title, note, actions, children, className = '' }: { title?: ReactNode; note?: ReactNode; actions?: ReactNode; children: ReactNode; className?: string }) {
    const id = useId()
    return (
        <section className={`card ${className}`} aria-labelledby={title ? id : undefined}>
            {title && (
                <header className="card-head">
                    <h2 id={id}>{title}</h2>
                    {actions && <div className="actions">{actions}</div>}
                </header>
            )}
            {note && <p className="note">{note}</p>}
            {children}
        </section>
    )
}

type Look = 'main' | 'plain' | 'quiet' | 'danger'
export function Button({ look = 'plain', className = '', ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look }) {
    return <button type="button" className={`button ${look} ${className}`} {...rest} />
}
export function LinkButton({ look = 'plain', href, children, target, download }: { look?: Look; href: string; children: ReactNode; target?: string; download?: boolean }) {
    if (target || download)
        return (
            <a className={`button ${look}`} href={href} target={target} rel="noopener" download={download}>
                {children}
            </a>
        )
    return (
        <Link className={`button ${look}`} href={href}>
            {children}
        </Link>
    )
}

export function Badge({ tone, children }: { tone: 'good' | 'bad' | 'warn' | 'busy' | 'calm'; children: ReactNode }) {
    return <span className={`badge ${tone}`}>{children}</span>
}

/** What to do where there is nothing yet. */
export function Empty({ title, text, children }: { title: string; text?: ReactNode; children?: ReactNode }) {
    return (
        <div className="empty">
            <svg viewBox="0 0 64 40" aria-hidden="true">
                <path d="M4 34h56M4 26h40M4 18h24M4 10h10" />
            </svg>
            <h3>{title}</h3>
            {text && <p>{text}</p>}
            {children && <div className="actions">{children}</div>}
        </div>
    )
}

export function useProblemText(): (error: ApiError) => string {
    const { t, lang } = useText()
    return (error) => {
        if (error.problem.type === 'maru:no-answer') return t('problem.no_answer')
        if (error.status === 401) return t('problem.sign_in')
        if (error.status === 403) return t('problem.role')
        if (error.status === 404) return t('problem.not_found')
        if (error.status === 412) return t('problem.changed')
        if (error.status === 413) return t('problem.too_large')
        if (error.status === 429) return t('problem.too_many')
        return whyOf(error.problem, lang)
    }
}

export function ProblemNote({ error, retry }: { error: ApiError | null; retry?: () => void }) {
    const { t } = useText()
    const text = useProblemText()
    if (!error) return null
    return (
        <div className="problem" role="alert">
            <strong>{t('problem.title')}</strong>
            <span>
                {error.place && <code>{error.place}</code>} {text(error)}
            </span>
            {retry && (
                <Button look="quiet" onClick={retry}>
                    {t('problem.retry')}
                </Button>
            )}
        </div>
    )
}

export function Waiting() {
    const { t } = useText()
    return (
        <div className="waiting" role="status">
            <span className="hidden">{t('loading')}</span>
            <i />
            <i />
            <i />
        </div>
    )
}

export function Progress({ share, label }: { share: number; label: string }) {
    const percent = Math.round(share * 100)
    return (
        <div className="progress" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
            <i style={{ width: `${percent}%` }} />
        </div>
    )
}

/** A modal question on the browser's own dialog: focus stays inside, Escape closes. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
    const dialog = useRef<HTMLDialogElement>(null)
    const id = useId()
    useEffect(() => {
        dialog.current?.showModal()
    }, [])
    return (
        <dialog ref={dialog} aria-labelledby={id} onClose={onClose} onClick={(event) => event.target === dialog.current && onClose()}>
            <div className="dialog">
                <h2 id={id}>{title}</h2>
                {children}
            </div>
        </dialog>
    )
}

export function Confirm({ title, text, yes, look = 'danger', onYes, onClose }: { title: string; text: ReactNode; yes: string; look?: Look; onYes: () => Promise<void>; onClose: () => void }) {
    const { t } = useText()
    const [error, setError] = useState<ApiError | null>(null)
    const [busy, setBusy] = useState(false)
    return (
        <Dialog title={title} onClose={onClose}>
            <p>{text}</p>
            <ProblemNote error={error} />
            <div className="actions end">
                <Button onClick={onClose}>{t('cancel')}</Button>
                <Button
                    look={look}
                    disabled={busy}
                    onClick={() => {
                        setBusy(true)
                        onYes().catch((problem: ApiError) => {
                            setError(problem)
                            setBusy(false)
                        })
                    }}
                >
                    {yes}
                </Button>
            </div>
        </Dialog>
    )
}

export function Field({ label, hint, error, children }: { label: string; hint?: ReactNode; error?: string | undefined; children: (id: string, described: string) => ReactNode }) {
    const id = useId()
    return (
        <div className="field">
            <label htmlFor={id}>{label}</label>
            {children(id, `${id}-hint`)}
            <p id={`${id}-hint`} className={error ? 'hint wrong' : 'hint'}>
                {error ?? hint}
            </p>
        </div>
    )
}

export function Choice<V extends string>({ label, value, options, onChange }: { label: string; value: V; options: { value: V; text: ReactNode; label?: string }[]; onChange: (value: V) => void }) {
    const name = useId()
    return (
        <fieldset className="choice">
            <legend className="hidden">{label}</legend>
            {options.map((option) => (
                <label key={option.value} className={option.value === value ? 'on' : ''} title={option.label}>
                    <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} aria-label={option.label} />
                    <span>{option.text}</span>
                </label>
            ))}
        </fieldset>
    )
}

export function Copy({ text, label }: { text: string; label?: string }) {
    const { t } = useText()
    const [copied, setCopied] = useState(false)
    const field = useRef<HTMLInputElement>(null)
    return (
        <div className="copy">
            <input ref={field} readOnly value={text} aria-label={label ?? t('admin.secret')} onFocus={(event) => event.target.select()} />
            <Button
                look="main"
                onClick={() => {
                    // The clipboard is closed to pages without https; then the text is at least marked.
                    field.current?.select()
                    const done = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.resolve(void document.execCommand('copy'))
                    void done.then(() => setCopied(true), () => setCopied(false))
                }}
            >
                {copied ? t('copied') : t('copy')}
            </Button>
        </div>
    )
}

export function Tabs({ label, tabs }: { label: string; tabs: { href: string; text: ReactNode; on: boolean }[] }) {
    const bar = useRef<HTMLElement>(null)
    const here = tabs.find(({ on }) => on)?.href
    useEffect(() => {
        const tab = bar.current?.querySelector<HTMLElement>('[aria-current]')
        // Not scrollIntoView(): the page stays where it is.
        if (tab && bar.current) bar.current.scrollLeft = tab.offsetLeft - bar.current.offsetLeft - (bar.current.clientWidth - tab.offsetWidth) / 2
    }, [here])
    return (
        <nav ref={bar} className="tabs scrolls" aria-label={label}>
            {tabs.map((tab) => (
                <Link key={tab.href} href={tab.href} aria-current={tab.on ? 'page' : undefined}>
                    {tab.text}
                </Link>
            ))}
        </nav>
    )
}
