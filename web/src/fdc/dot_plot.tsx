import { memo, useLayoutEffect, useMemo, useRef, type KeyboardEvent, type MouseEvent } from 'react'
import { rem } from '../parts/rem'
import { useText } from '../text'
import { drawDots, frameOf, xOf, yOf } from './draw_dots'
import { penOf, useSheet } from './ink'
import { reachOf, type Dot } from './judged'
import type { Span } from '../live/span'

/**
 * One number of windows over time. Pointing shows one in all charts at once, a click opens it; the large ones take keys, too: arrows
 * move, with Ctrl from fault to fault, Enter opens.
 */
export function DotPlot({ label, dots, span, isLarge, cursor, onCursor, onOpen }: {
    label: string
    dots: readonly Dot[]
    span: Span
    isLarge: boolean
    /** Which of the dots. */
    cursor: number | null
    onCursor: (index: number | null) => void
    onOpen: (index: number) => void
}) {
    const { t } = useText()
    const box = useRef<HTMLDivElement>(null)
    const sheet = useSheet(box)
    const reach = useMemo(() => reachOf(dots), [dots])
    const size = Math.round(rem() * 0.72)
    const frame = sheet && frameOf({ ...sheet, isLarge, size })
    const nearest = (event: MouseEvent): number | null => {
        if (!frame) return null
        const at = event.clientX - box.current!.getBoundingClientRect().left
        let best: number | null = null
        dots.forEach((dot, n) => {
            if (best === null || Math.abs(xOf(span, frame, dot.at) - at) < Math.abs(xOf(span, frame, dots[best]!.at) - at)) best = n
        })
        return best
    }
    const key = (event: KeyboardEvent) => {
        if (event.key === 'Enter' && cursor !== null) return onOpen(cursor)
        const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
        if (step === 0 || dots.length === 0) return
        event.preventDefault()
        let next = (cursor ?? (step > 0 ? -1 : dots.length)) + step
        if (event.ctrlKey) while (dots[next] && !dots[next]!.isOutside) next += step
        onCursor(Math.max(0, Math.min(dots.length - 1, next)))
    }
    const here = cursor === null ? undefined : dots[cursor]
    return (
        <div
            ref={box}
            className={isLarge ? 'dot-plot large' : 'dot-plot'}
            onPointerMove={(event) => onCursor(nearest(event))}
            onPointerLeave={() => onCursor(null)}
            onClick={(event) => {
                const index = nearest(event)
                if (index !== null) onOpen(index)
            }}
            {...(isLarge ? { role: 'application', tabIndex: 0, 'aria-label': `${label}. ${t('windows.keys')}`, onKeyDown: key } : { role: 'img', 'aria-label': label })}
            data-dots={dots.filter(({ value }) => value !== null).length}
            data-outside={dots.filter(({ isOutside }) => isOutside).length}
        >
            <Drawn dots={dots} span={span} reach={reach} sheet={sheet} isLarge={isLarge} size={size} />
            {here && frame && sheet && (
                <>
                    <i className="dot-line" style={{ left: xOf(span, frame, here.at), top: frame.top, height: frame.bottom - frame.top }} />
                    {here.value !== null && <i className="dot-here" style={{ left: xOf(span, frame, here.at), top: yOf(reach, frame, here.value) }} />}
                </>
            )}
        </div>
    )
}

/** Drawn anew when windows or the size change, not when the cursor moves. */
const Drawn = memo(function Drawn({ dots, span, reach, sheet, isLarge, size }: { dots: readonly Dot[]; span: Span; reach: ReturnType<typeof reachOf>; sheet: ReturnType<typeof useSheet>; isLarge: boolean; size: number }) {
    const { lang } = useText()
    const canvas = useRef<HTMLCanvasElement>(null)
    useLayoutEffect(() => {
        if (!sheet || !canvas.current) return
        drawDots(penOf(canvas.current, sheet.width, sheet.height), { ...sheet, dots, span, reach, isLarge, size, font: getComputedStyle(document.body).fontFamily, locale: lang === 'ko' ? 'ko-KR' : 'en-GB' })
    }, [sheet, dots, span, reach, isLarge, size, lang])
    return <canvas ref={canvas} aria-hidden="true" />
})
