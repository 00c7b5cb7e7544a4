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
    /** What the target says where nothing is wrong; of process faults. */
    normal: string
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

export const NO_WISH: Wish = { target: '', goal: '', bad: '', limits: { lower: '', upper: '' }, time: '', unit: '', order: '', normal: '', settings: [], causes: [], leftOut: [], split: '', costMiss: '', costAlarm: '', level: '', kind: '', cap: '', seed: '' }

/** What is learned from unless it is left out (ROLE_INPUT and ROLE_TOOL of src/train/training.c). */
const CAUSES = ['possible cause', 'tool or place']
const isCause = (role: string): boolean => CAUSES.includes(role)
export const isUsed = (wish: Wish, name: string, role: string): boolean => (isCause(role) ? !wish.leftOut.includes(name) : wish.causes.includes(name))
export function withUsed(wish: Wish, name: string, role: string, used: boolean): Wish {
    const [causes, leftOut] = [wish.causes.filter((one) => one !== name), wish.leftOut.filter((one) => one !== name)]
    return { ...wish, causes: used && !isCause(role) ? [...causes, name] : causes, leftOut: !used && isCause(role) ? [...leftOut, name] : leftOut }
}

/** What the target alone asks for: the same that the server chooses when no goal is named. */
export function ownGoal(answer: QualityAnswer): string {
    const { form } = answer.target
    return form === 'number' || form === 'count' ? 'number' : 'yes-no'
}

const ORDER = /cycle|사이클|가동|시간|hour|나이|\bage\b|runtime|운전|주행|횟수|수명|\blife/i
const UNIT = /unit|engine|개체|설비|장비|호기|베어링|펌프|모터|부품|\bid\b|serial|번호|tool|machine/i
const ENDED = /고장|파손|\bfail|\bended|\bdead|death|censor|event/i
const PATTERN = /pattern|패턴|label|defect|failure|class/i
const FAILED = /^(예|네|y|yes|true|고장|파손|fail(ed|ure)?|dead|1)$/i

/** A goal, and the columns that its data usually have by name, where none was chosen yet. */
export function withGoal(wish: Wish, goal: string, { columns }: Pick<QualityAnswer, 'columns'>): Wish {
    const next = { ...wish, goal }
    const find = (pattern: RegExp, isIt: (column: QualityAnswer['columns'][number]) => boolean) => columns.find((column) => pattern.test(column.name) && isIt(column) && column.name !== next.unit)?.name ?? ''
    // The rows of a lot are many units, not one life.
    if ((goal === 'life' || goal === 'survival') && columns.some(({ name, role }) => role === 'lot' && name === next.unit)) next.unit = ''
    if (goal === 'life' || goal === 'survival') next.order ||= find(ORDER, ({ kind }) => kind === 'number')
    if (goal === 'life') next.unit ||= find(UNIT, ({ role, name }) => role !== 'identifier' && name !== next.order)
    if (goal === 'survival') next.target ||= find(ENDED, ({ kind, name }) => kind !== 'time' && name !== next.order)
    if (goal === 'wafer') next.target ||= find(PATTERN, ({ kind }) => kind === 'word')
    return next
}

/** The word that says that a life ended in a failure; '': none does. */
export const failedWord = (words: readonly string[] | undefined): string => words?.find((word) => FAILED.test(word)) ?? ''

/** What still has to be chosen before a training can begin. */
export function lacking(wish: Wish): 'life' | 'age' | 'target' | null {
    if (wish.goal === 'life') return wish.unit && wish.order ? null : 'life'
    if (wish.goal === 'survival') return wish.order ? null : 'age'
    return wish.target || ['odd', 'faults', 'wafer'].includes(wish.goal) ? null : 'target'
}

const number = (text: string): number | undefined => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined)

/** Empty texts are left to the server. `level` is in %. */
export function trainingOf(dataset: string, wish: Wish): Training {
    const isLife = wish.goal === 'life'
    const isAged = isLife || wish.goal === 'survival'
    const isFaults = wish.goal === 'faults'
    const texts = { target: isLife ? '' : wish.target, goal: wish.goal, bad: wish.bad, time: wish.time, unit: wish.unit, order: isAged ? wish.order : '', normal: isFaults ? wish.normal : '', split: wish.split, kind: wish.kind }
    const level = number(wish.level)
    const numbers = { cost_miss: number(wish.costMiss), cost_alarm: number(wish.costAlarm), level: level === undefined ? undefined : level / 100, cap: isAged ? number(wish.cap) : undefined, seed: number(wish.seed) }
    const limits = wish.limits.lower.trim() || wish.limits.upper.trim() ? [`${wish.target}=${wish.limits.lower.trim()}..${wish.limits.upper.trim()}`] : []
    const lists = { limits, setting: isLife ? wish.settings : [], cause: wish.causes, leave_out: wish.leftOut }
    const kept = (record: object, isKept: (value: unknown) => boolean) => Object.fromEntries(Object.entries(record).filter(([, value]) => isKept(value)))
    return { dataset, ...kept(texts, (one) => one !== ''), ...kept(numbers, (one) => one !== undefined), ...kept(lists, (one) => (one as string[]).length > 0) } as Training
}
