// The tree of assets with the states of its tools, asked for again and again while somebody looks.
import { useEffect, useRef, useState } from 'react'
import { assets } from '../api/live'
import { NOWHERE, placesOf, type Places } from './tree'

const AGAIN_MS = 10_000

/** `onPlaced` is called when the table of assets is another one than before: signals stand elsewhere. */
export function useAssets(onPlaced: () => void): Places {
    const [places, setPlaces] = useState<Places>(NOWHERE)
    const placed = useRef(onPlaced)
    placed.current = onPlaced
    useEffect(() => {
        const stop = new AbortController()
        let timer = 0
        let version: number | null | undefined
        let told = ''
        const read = async () => {
            try {
                if (!document.hidden) {
                    const answer = await assets(stop.signal)
                    const text = JSON.stringify(answer.items)
                    if (text !== told) setPlaces(placesOf(answer.items))
                    told = text
                    if (version !== undefined && version !== answer.version) placed.current()
                    version = answer.version
                }
            } catch {
                // The tree stands without it, and it is asked for again.
            }
            if (!stop.signal.aborted) timer = window.setTimeout(() => void read(), AGAIN_MS)
        }
        void read()
        return () => {
            stop.abort()
            clearTimeout(timer)
        }
    }, [])
    return places
}
