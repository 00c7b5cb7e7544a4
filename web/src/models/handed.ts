// A file that was looked at in another room and is to be learned from: it waits here for as long as it takes to get there.
let waiting: File | null = null

export const hand = (file: File): void => void (waiting = file)
export function takeHanded(): File | null {
    const file = waiting
    waiting = null
    return file
}
