// Small choices that outlive a reload. Storage may be closed to us; then they last as long as the page.
export function stored(name: string): string | null {
    try {
        return localStorage.getItem(`maru.${name}`)
    } catch {
        return null
    }
}

export function store(name: string, value: string | null): void {
    try {
        if (value === null) localStorage.removeItem(`maru.${name}`)
        else localStorage.setItem(`maru.${name}`, value)
    } catch {
        // Nothing to do.
    }
}
