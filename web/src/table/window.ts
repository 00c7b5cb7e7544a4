import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** The rows of a long list that can be seen, and some more, for rows of one height within a box that scrolls. */
export function useWindow(count: number, rowHeight: number, headHeight = 0) {
    const box = useRef<HTMLDivElement>(null)
    const [view, setView] = useState({ top: 0, height: 600 })
    const look = useCallback(() => {
        if (box.current) setView({ top: box.current.scrollTop, height: box.current.clientHeight })
    }, [])
    useLayoutEffect(look, [look, count])
    useEffect(() => {
        const at = box.current
        if (!at) return
        const resized = new ResizeObserver(look)
        resized.observe(at)
        at.addEventListener('scroll', look, { passive: true })
        return () => {
            resized.disconnect()
            at.removeEventListener('scroll', look)
        }
    }, [look])
    const more = 8
    const from = Math.max(0, Math.min(count - 1, Math.floor(view.top / rowHeight) - more))
    const to = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + more)
    /** Scrolls as little as needed for a row to be seen below the head. */
    const show = useCallback(
        (row: number) => {
            const at = box.current
            if (!at) return
            const top = row * rowHeight
            if (top < at.scrollTop) at.scrollTop = top
            else if (top + rowHeight + headHeight > at.scrollTop + at.clientHeight) at.scrollTop = top + rowHeight + headHeight - at.clientHeight
        },
        [rowHeight, headHeight],
    )
    return { box, from, to, total: count * rowHeight, show }
}
