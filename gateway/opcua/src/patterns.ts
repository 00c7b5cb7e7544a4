// Patterns over browse paths: * stands for anything within one name, ** for anything, ? for one character.

// A function that says whether a path matches one of the patterns.
export function matcher(patterns: string[]): (path: string) => boolean {
    const tests = patterns.map((pattern) => {
        const source = pattern.replace(/\*\*|[*?]|[^*?]+/g, (piece) =>
            piece === '**' ? '.*' : piece === '*' ? '[^/]*' : piece === '?' ? '[^/]' : piece.replace(/[.+^${}()|[\]\\]/g, '\\$&'),
        )
        return new RegExp(`^${source}$`, 'su')
    })
    return (path) => tests.some((test) => test.test(path))
}
