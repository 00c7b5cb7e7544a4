import { ApiError, problemFrom } from './problem'
import { token, wantSignIn } from './session'
import type { Answered, ListPath, Method, PathOf, Paths, Version, Wanted } from './types'

export function address(path: string, values?: Record<string, unknown>, query?: Record<string, unknown>): string {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values?.[name] ?? '')))
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined && value !== '') search.set(name, String(value))
    const text = search.toString()
    return text ? `${filled}?${text}` : filled
}

export function authority(): Record<string, string> {
    const known = token()
    // The language that was chosen here, which need not be the browser's.
    const lang = { 'Accept-Language': document.documentElement.lang }
    return known ? { ...lang, Authorization: `Bearer ${known}` } : lang
}

export async function refuse(response: Response): Promise<never> {
    if (response.status === 401) wantSignIn()
    throw new ApiError(problemFrom(response.status, response.headers.get('Content-Type'), await response.text()))
}

/** fetch() itself fails only when there is no answer at all. */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
    let response: Response
    try {
        response = await fetch(url, { ...init, headers: { ...authority(), ...init.headers } })
    } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') throw error
        throw new ApiError({ type: 'maru:no-answer', title: 'no answer', status: 0 })
    }
    return response.ok ? response : refuse(response)
}

async function call<P extends keyof Paths, M extends Method>(method: M, path: P, wanted: Wanted<P, M>, signal?: AbortSignal): Promise<Answered<P, M>> {
    const init: RequestInit = { method: method.toUpperCase(), signal: signal ?? null }
    const headers: Record<string, string> = {}
    if (wanted.body !== undefined) {
        init.body = JSON.stringify(wanted.body)
        headers['Content-Type'] = 'application/json'
    }
    // A repeated POST is done once: a double click or a retry after a lost answer does no harm.
    if (method === 'post') headers['Idempotency-Key'] = newKey()
    const response = await ask(address(path, wanted.path as never, wanted.query as never), { ...init, headers })
    return (response.status === 204 ? undefined : await response.json()) as Answered<P, M>
}

/** crypto.randomUUID() is only there on https and on this very machine. */
export function newKey(): string {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export const get = <P extends PathOf<'get'>>(path: P, wanted: Wanted<P, 'get'> = {}, signal?: AbortSignal) => call('get', path, wanted, signal)
export const post = <P extends PathOf<'post'>>(path: P, wanted: Wanted<P, 'post'> = {}) => call('post', path, wanted)
export const patch = <P extends PathOf<'patch'>>(path: P, wanted: Wanted<P, 'patch'> = {}) => call('patch', path, wanted)
export const remove = <P extends PathOf<'delete'>>(path: P, wanted: Wanted<P, 'delete'> = {}) => call('delete', path, wanted)

/** All pages of a list, up to `most` items. */
export async function list<P extends ListPath>(path: P, wanted: Wanted<P, 'get'> = {}, most = 1000): Promise<Answered<P, 'get'>['items']> {
    const items: unknown[] = []
    let after: string | undefined
    do {
        const page = (await get(path, { ...wanted, query: { ...(wanted.query as object), limit: 200, after } as never })) as { items: unknown[]; next?: string }
        items.push(...page.items)
        after = page.next
    } while (after !== undefined && items.length < most)
    return items as Answered<P, 'get'>['items']
}

export async function bytes(url: string, signal?: AbortSignal): Promise<Uint8Array> {
    return new Uint8Array(await (await ask(url, { signal: signal ?? null })).arrayBuffer())
}

export interface NamedFile {
    name: string
    file: Blob
    folder?: string | undefined
}

/** Uploads tables, as one archive or as a form of files. XMLHttpRequest, because fetch() tells no progress of an upload. */
export function upload(url: string, files: NamedFile[], progress: (share: number) => void, headers: Record<string, string> = {}): Promise<Version> {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest()
        request.open('POST', url)
        for (const [name, value] of Object.entries({ ...authority(), ...headers })) request.setRequestHeader(name, value)
        request.setRequestHeader('Idempotency-Key', newKey())
        request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total)
        request.onerror = () => reject(new ApiError({ type: 'maru:no-answer', title: 'no answer', status: 0 }))
        request.onload = () => {
            if (request.status === 201) return resolve(JSON.parse(request.responseText) as Version)
            if (request.status === 401) wantSignIn()
            reject(new ApiError(problemFrom(request.status, request.getResponseHeader('Content-Type'), request.responseText)))
        }
        const archive = files.length === 1 ? archiveType(files[0]!.name) : null
        if (archive) {
            request.setRequestHeader('Content-Type', archive)
            request.send(files[0]!.file)
            return
        }
        const form = new FormData()
        for (const { name, file } of files) form.append('tables', file, name)
        request.send(form)
    })
}

export function archiveType(name: string): string | null {
    if (/\.zip$/i.test(name)) return 'application/zip'
    return /\.(tar|tar\.gz|tgz|tar\.zst)$/i.test(name) ? 'application/x-tar' : null
}
