// What a spreadsheet says of its defects: a file goes out with what is known better, the answer comes back; the server keeps neither.
import { authority, address } from './client'
import type { components } from './contract.gen'
import { ApiError, problemFrom } from './problem'
import { wantSignIn } from './session'

type Schemas = components['schemas']
export type QualityAnswer = Schemas['QualityAnswer']
export type QualityColumn = Schemas['QualityColumn']
export type QualityCause = Schemas['QualityCause']
export type QualityCommon = Schemas['QualityCommon']
export type QualityMeasured = Schemas['QualityMeasured']
export type QualityShare = Schemas['QualityShare']
export type QualityTold = Schemas['QualityTold']
export type QualityReading = Schemas['QualityReading']
export type Told = QualityTold['part']

/** Names and values as POST /v1/quality takes them. */
export type Hint = [name: string, value: string]

export interface Sent {
    format: 'json' | 'html'
    lang: string
    /** Share of the file that is on the server; 1: it is being worked on. */
    progress?: (share: number) => void
}

/** The answer's text. XMLHttpRequest, because fetch() tells no progress of an upload. */
export function askQuality(file: File, hints: readonly Hint[], { format, lang, progress }: Sent): { answer: Promise<string>; stop: () => void } {
    const request = new XMLHttpRequest()
    const answer = new Promise<string>((resolve, reject) => {
        request.open('POST', address('/v1/quality', {}, { format, lang }))
        for (const [name, value] of Object.entries(authority())) request.setRequestHeader(name, value)
        request.upload.onprogress = (event) => event.lengthComputable && progress?.(event.loaded / event.total)
        request.upload.onload = () => progress?.(1)
        request.onerror = () => reject(new ApiError({ type: 'maru:no-answer', title: 'no answer', status: 0 }))
        request.onabort = () => reject(new DOMException('stopped', 'AbortError'))
        request.onload = () => {
            if (request.status === 200) return resolve(request.responseText)
            if (request.status === 401) wantSignIn()
            reject(new ApiError(problemFrom(request.status, request.getResponseHeader('Content-Type'), request.responseText)))
        }
        const form = new FormData()
        for (const [name, value] of hints) form.append(name, value)
        form.append('sheet', file, file.name)
        request.send(form)
    })
    return { answer, stop: () => request.abort() }
}
