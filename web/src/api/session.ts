// The token that the page shows to the server. It is sent as a Bearer header; links that the browser opens by itself (report, archive)
// cannot carry one, so the same token also stands in a cookie for /v1 only, SameSite so that no other site can use it.
const KEY = 'maru.token'
let inMemory: string | null = null

export function token(): string | null {
    try {
        return localStorage.getItem(KEY) ?? inMemory
    } catch {
        return inMemory
    }
}

export function setToken(value: string | null): void {
    inMemory = value
    try {
        if (value === null) localStorage.removeItem(KEY)
        else localStorage.setItem(KEY, value)
    } catch {
        // Kept in memory only: the token is asked for again after a reload.
    }
    const secure = location.protocol === 'https:' ? '; Secure' : ''
    const age = value === null ? '; Max-Age=0' : ''
    document.cookie = `maru_token=${encodeURIComponent(value ?? '')}; Path=/v1; SameSite=Strict${secure}${age}`
}

type Listener = () => void
const listeners = new Set<Listener>()

/** Called whenever the server wants a (better) token. */
export function onSignInWanted(listener: Listener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
}

export function wantSignIn(): void {
    for (const listener of listeners) listener()
}
