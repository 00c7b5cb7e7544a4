import { useEffect, useState, useSyncExternalStore, type AnchorHTMLAttributes } from 'react'

// The page's own history: the server answers index.html for every path that is not of the API.
const MOVED = 'maru:moved'

function subscribe(changed: () => void): () => void {
    addEventListener('popstate', changed)
    addEventListener(MOVED, changed)
    return () => {
        removeEventListener('popstate', changed)
        removeEventListener(MOVED, changed)
    }
}

/** Asked before the page is left with unsaved work; false keeps the reader where he is. */
let mayLeave: (() => boolean) | null = null

export function go(to: string, replace = false): void {
    if (!replace && mayLeave && !mayLeave()) return
    if (!replace) mayLeave = null
    history[replace ? 'replaceState' : 'pushState'](null, '', to)
    dispatchEvent(new Event(MOVED))
    if (!replace) scrollTo(0, 0)
}

export function useGuard(unsaved: boolean, question: string): void {
    useEffect(() => {
        if (!unsaved) return
        mayLeave = () => confirm(question)
        const warn = (event: BeforeUnloadEvent) => event.preventDefault()
        addEventListener('beforeunload', warn)
        return () => {
            mayLeave = null
            removeEventListener('beforeunload', warn)
        }
    }, [unsaved, question])
}

export function usePlace(): { path: string[]; query: URLSearchParams } {
    const place = useSyncExternalStore(subscribe, () => location.pathname + location.search)
    const [path, search = ''] = place.split('?')
    return { path: path!.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(search) }
}

export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
    return (
        <a
            href={href}
            onClick={(event) => {
                onClick?.(event)
                const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
                if (event.defaultPrevented || !plain || rest.target) return
                event.preventDefault()
                go(href)
            }}
            {...rest}
        />
    )
}

export function useTitle(title: string): void {
    useEffect(() => {
        document.title = title ? `${title} · maru` : 'maru'
    }, [title])
}

/** True while the screen is narrower than so many CSS pixels. */
export function useNarrow(width: number): boolean {
    const [narrow, setNarrow] = useState(() => matchMedia(`(max-width: ${width}px)`).matches)
    useEffect(() => {
        const media = matchMedia(`(max-width: ${width}px)`)
        const changed = () => setNarrow(media.matches)
        media.addEventListener('change', changed)
        return () => media.removeEventListener('change', changed)
    }, [width])
    return narrow
}
