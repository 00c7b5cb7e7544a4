// How long to wait before the next attempt: twice as long each time up to a limit, each shortened by chance to between half and
// the whole, so that a hundred gateways do not come back in the same moment. A long life in between begins anew.

export class Backoff {
    private step = 0

    constructor(
        private readonly first: number, // ms
        private readonly last: number,
        private readonly random: () => number = Math.random,
    ) {}

    next(): number {
        const whole = Math.min(this.last, this.first * 2 ** Math.min(this.step++, 30))
        return Math.round(whole * (0.5 + this.random() / 2))
    }

    reset(): void {
        this.step = 0
    }
}

// Waits, but no longer than the signal lives.
export function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
        if (signal.aborted) {
            done()
            return
        }
        const end = (): void => {
            clearTimeout(timer)
            signal.removeEventListener('abort', end)
            done()
        }
        const timer = setTimeout(end, ms)
        signal.addEventListener('abort', end)
    })
}
