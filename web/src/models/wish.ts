// What is asked of a training, from what was understood of the spreadsheet and what was chosen instead.
import type { Training } from '../api/models'
import type { QualityAnswer } from '../api/quality'

export interface Wish {
    target: string
    goal: string // '': what the target asks for
    bad: string
    limits: { lower: string; upper: string }
    time: string
    unit: string
    order: string
    settings: string[]
    /** Columns that are used though they were left out, and the other way round. */
    causes: string[]
    leftOut: string[]
    split: string
    costMiss: string
    costAlarm: string
    level: string
    kind: string
    cap: string
    seed: string
}

export const NO_WISH: Wish = { target: '', goal: '', bad: '', limits: { lower: '', upper: '' }, time: '', unit: '', order: '', settings: [], causes: [], leftOut: [], split: '', costMiss: '', costAlarm: '', level: '', kind: '', cap: '', seed: '' }

const CAUSE = 'possible cause'
export const isUsed = (wish: Wish, name: string, role: string): boolean => (role === CAUSE ? !wish.leftOut.includes(name) : wish.causes.includes(name))
export function withUsed(wish: Wish, name: string, role: string, used: boolean): Wish {
    const [causes, leftOut] = [wish.causes.filter((one) => one !== name), wish.leftOut.filter((one) => one !== name)]
    return { ...wish, causes: used && role !== CAUSE ? [...causes, name] : causes, leftOut: !used && role === CAUSE ? [...leftOut, name] : leftOut }
}

/** What the target alone asks for: the same that the server chooses when no goal is named. */
export function ownGoal(answer: QualityAnswer): string {
    const { form } = answer.target
    return form === 'number' || form === 'count' ? 'number' : 'yes-no'
}

const number = (text: string): number | undefined => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined)

/** Empty texts are left to the server. `level` is in %. */
export function trainingOf(dataset: string, wish: Wish): Training {
    const isLife = wish.goal === 'life'
    const isAged = isLife || wish.goal === 'survival'
    const texts = { target: isLife ? '' : wish.target, goal: wish.goal, bad: wish.bad, time: wish.time, unit: wish.unit, order: isAged ? wish.order : '', split: wish.split, kind: wish.kind }
    const level = number(wish.level)
    const numbers = { cost_miss: number(wish.costMiss), cost_alarm: number(wish.costAlarm), level: level === undefined ? undefined : level / 100, cap: isAged ? number(wish.cap) : undefined, seed: number(wish.seed) }
    const limits = wish.limits.lower.trim() || wish.limits.upper.trim() ? [`${wish.target}=${wish.limits.lower.trim()}..${wish.limits.upper.trim()}`] : []
    const lists = { limits, setting: isAged ? wish.settings : [], cause: wish.causes, leave_out: wish.leftOut }
    const kept = (record: object, isKept: (value: unknown) => boolean) => Object.fromEntries(Object.entries(record).filter(([, value]) => isKept(value)))
    return { dataset, ...kept(texts, (one) => one !== ''), ...kept(numbers, (one) => one !== undefined), ...kept(lists, (one) => (one as string[]).length > 0) } as Training
}
