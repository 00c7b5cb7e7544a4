import { useEffect, useRef, useState, type RefObject } from 'react'

/** How wide an element is, in CSS pixels: what is drawn as wide as its place keeps its letters as large as those beside it. */
export function useWidth<E extends Element>(usual: number, least = 240): [RefObject<E | null>, number] {
    const box = useRef<E>(null)
    const [width, setWidth] = useState(usual)
    useEffect(() => {
        const watch = new ResizeObserver(([entry]) => entry && setWidth(Math.max(least, Math.round(entry.contentRect.width))))
        watch.observe(box.current!)
        return () => watch.disconnect()
    }, [least])
    return [box, width]
}
