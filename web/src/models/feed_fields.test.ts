import { describe, expect, it } from 'vitest'
import { draftOf, feedFrom } from './feed_fields'

describe('a feed', () => {
    it('comes back as it was', () => {
        for (const feed of [{ window: '식각' }, { window: '식각', truth: { event: 'thickness', value: 'nm', within_h: 24 } }, { window: '펌프', end: { event: 'replaced' } }]) expect(feedFrom(draftOf(feed))).toEqual(feed)
    })
    it('has a truth only where both of its names are there, and hours', () => {
        const draft = { ...draftOf(null), window: 'w', event: ' a ' }
        expect(feedFrom(draft)).toEqual({ window: 'w' })
        expect(feedFrom({ ...draft, value: 'b', withinH: 'x' })).toEqual({ window: 'w', truth: { event: 'a', value: 'b', within_h: 168 } })
    })
})
