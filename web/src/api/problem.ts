import type { Lang } from '../text'
import type { Fault, Problem } from './types'

/** What the server answered instead of what was asked: problem details (RFC 9457), with a place where there is one. */
export class ApiError extends Error {
    readonly problem: Problem
    constructor(problem: Problem) {
        super(problem.detail ?? problem.title)
        this.name = 'ApiError'
        this.problem = problem
    }
    get status(): number {
        return this.problem.status
    }
    /** `routes.csv:3:4`, or a pointer into the request, or nothing. */
    get place(): string {
        return placeOf(this.problem)
    }
}

/** What is wrong with a table, and what would be right. */
export const saidOf = (fault: Fault, lang: Lang): { wrong: string; right: string } =>
    lang === 'ko' ? { wrong: fault.wrong_ko ?? fault.wrong, right: fault.right_ko ?? fault.right } : fault

/** Why something failed that was asked for earlier: it is kept in both languages. */
export const whyOf = (problem: Problem, lang: Lang): string => (lang === 'ko' ? problem.detail_ko : undefined) ?? problem.detail ?? problem.title

export function placeOf(problem: Problem): string {
    const { file, row, column, pointer } = problem
    if (file) return [file, row, column].filter(Boolean).join(':')
    return pointer ?? ''
}

/** Makes sense of an answer that may or may not be problem details. */
export function problemFrom(status: number, type: string | null, body: string): Problem {
    if (type?.includes('json')) {
        try {
            const parsed: unknown = JSON.parse(body)
            if (typeof parsed === 'object' && parsed !== null && 'title' in parsed) return { ...(parsed as Problem), status }
        } catch {
            // Falls through: what came is not what it says.
        }
    }
    const text = body.trim()
    const plain = text.length > 0 && text.length < 300 && !text.startsWith('<')
    return { type: 'about:blank', title: `HTTP ${status}`, status, ...(plain ? { detail: text } : {}) }
}
