import type { ApiError } from '../api/problem'
import { problemOf } from '../api/compute'
import { showReport } from '../sheet/report'

/** A report of the server in a window of its own, opened at the click itself, else a browser takes it for an advertisement. */
export function showIn(report: () => Promise<string>, onProblem: (error: ApiError) => void): void {
    const target = open('', '_blank')
    report().then(
        (html) => {
            if (!target) return
            showReport(target, html)
            target.focus()
        },
        (problem: unknown) => {
            target?.close()
            onProblem(problemOf(problem))
        },
    )
}
