import { useState } from 'react'
import type { QualityAnswer } from '../api/quality'
import { Button, Field } from '../parts/basics'
import { isKey, useText, type Key } from '../text'
import { GOALS, useGoal } from './model_words'
import { isUsed, ownGoal, withGoal, withUsed, type Wish } from './wish'

const FIRST = 30
const MORE_GOALS = ['odd', 'faults', 'wafer', 'survival'] as const

/** What is to be learned: the verdict, what it is asked for, which columns it may use; each with what was understood as its default. */
export function WishFields({ answer, wish, onChange, onTarget }: { answer: QualityAnswer; wish: Wish; onChange: (next: Wish) => void; onTarget: (target: string) => void }) {
    const { t } = useText()
    const goalName = useGoal()
    const set = (part: Partial<Wish>) => onChange({ ...wish, ...part })
    const names = answer.columns.map(({ name }) => name)
    const isLife = wish.goal === 'life'
    const isSurvival = wish.goal === 'survival'
    const isAged = isLife || isSurvival
    const own = ownGoal(answer)
    const goal = wish.goal || own
    const isMap = goal === 'wafer'
    const isRows = ['yes-no', 'class', 'number'].includes(goal)
    /** The words of a goal's own for a field, else those of all. */
    const words = (own: string, usual: Key) => t(isKey(own) ? own : usual)
    const choose = (next: string) => {
        const chosen = withGoal(wish, next, answer)
        onChange(chosen)
        if (next === 'survival' && chosen.target !== wish.target) onTarget(chosen.target)
    }
    const isWord = answer.target.column === wish.target && answer.target.form === 'word'
    const isFlag = answer.target.column === wish.target && answer.target.form === 'flag'
    const isNumber = answer.columns.find(({ name }) => name === wish.target)?.kind === 'number'
    const column = (label: string, value: string, change: (next: string) => void, none: string, hint?: string, of = names) => (
        <Field label={label} hint={hint}>{(id, described) => <select id={id} aria-describedby={described} value={value} onChange={(event) => change(event.target.value)}><option value="">{none}</option>{of.map((name) => <option key={name}>{name}</option>)}</select>}</Field>
    )
    return (
        <div className="wish">
            <p className="told">{isKey(`models.needs_data.${goal}`) && t(`models.needs_data.${goal}` as 'models.needs_data.odd')}</p>
            <div className="fields">
                <Field label={t('models.goal')} hint={t('models.goal.hint')}>
                    {(id, hint) => (
                        <select id={id} aria-describedby={hint} value={wish.goal} onChange={(event) => choose(event.target.value)}>
                            <option value="">{t('models.goal.own', { goal: goalName(own) })}</option>
                            {[...GOALS, ...MORE_GOALS].map((one) => <option key={one} value={one}>{goalName(one)}</option>)}
                        </select>
                    )}
                </Field>
                {!isLife && column(isSurvival ? t('models.ended') : words(`models.target.${goal}`, 'models.target'), wish.target, (target) => { set({ target, bad: '', limits: { lower: '', upper: '' } }); if (target && !isMap) onTarget(target) }, t(isSurvival || goal === 'odd' || goal === 'faults' ? 'models.none_of' : isMap ? 'models.target.found' : 'models.target.none'), isSurvival ? t('models.ended.hint') : words(`models.target.hint.${goal}`, 'models.target.hint'))}
                {(goal === 'yes-no' || isSurvival) && isWord && (
                    <Field label={t(isSurvival ? 'models.failed' : 'models.bad')}>{(id) => <select id={id} value={wish.bad} onChange={(event) => set({ bad: event.target.value })}><option value="">{(answer.target.bad ?? []).join(', ')}</option>{(answer.target.words ?? []).map((word) => <option key={word}>{word}</option>)}</select>}</Field>
                )}
                {(goal === 'yes-no' || isSurvival) && isFlag && (
                    <Field label={t(isSurvival ? 'models.failed' : 'models.bad')}>{(id) => <select id={id} value={wish.bad} onChange={(event) => set({ bad: event.target.value })}><option value="">≠ {answer.target.good}</option>{['0', '1'].map((word) => <option key={word}>{word}</option>)}</select>}</Field>
                )}
                {goal === 'faults' && <Field label={t('models.normal')} hint={t('models.normal.hint')}>{(id, hint) => <input id={id} aria-describedby={hint} value={wish.normal} onChange={(event) => set({ normal: event.target.value })} />}</Field>}
                {goal === 'yes-no' && isNumber && !isFlag && (
                    <Field label={t('models.limits')} hint={t('models.limits.hint')}>
                        {(id, hint) => (
                            <span className="sheet-limits">
                                <input id={id} aria-describedby={hint} inputMode="decimal" placeholder={t('models.lower')} aria-label={t('models.lower')} value={wish.limits.lower} onChange={(event) => set({ limits: { ...wish.limits, lower: event.target.value } })} />
                                <input inputMode="decimal" placeholder={t('models.upper')} aria-label={t('models.upper')} value={wish.limits.upper} onChange={(event) => set({ limits: { ...wish.limits, upper: event.target.value } })} />
                            </span>
                        )}
                    </Field>
                )}
                {isAged && column(t(isSurvival ? 'models.age' : 'models.order'), wish.order, (order) => set({ order }), t('models.target.none'), t(isSurvival ? 'models.age.hint' : 'models.order.hint'))}
                {column(t(isAged ? 'models.unit.life' : 'models.unit'), wish.unit, (unit) => set({ unit }), t('models.none_of'), t(isSurvival ? 'models.unit.survival.hint' : isLife ? 'models.unit.life.hint' : 'models.unit.hint'), isSurvival ? answer.columns.filter(({ role }) => role !== 'identifier').map(({ name }) => name) : names)}
                {!isAged && !isMap && column(t('models.time'), wish.time, (time) => set({ time }), t('models.none_of'), t('models.time.hint'))}
            </div>
            {!isMap && <Columns answer={answer} wish={wish} onChange={onChange} />}
            <details>
                <summary>{t('models.more_options')}</summary>
                <div className="fields">
                    {isAged ? (
                        <Field label={t(isSurvival ? 'models.horizon' : 'models.cap')} hint={t(isSurvival ? 'models.horizon.hint' : 'models.cap.hint')}>{(id, hint) => <input id={id} aria-describedby={hint} inputMode="decimal" value={wish.cap} onChange={(event) => set({ cap: event.target.value })} />}</Field>
                    ) : isRows && (
                        <>
                            <Field label={t('models.split')} hint={t('models.split.hint')}>
                                {(id, hint) => <select id={id} aria-describedby={hint} value={wish.split} onChange={(event) => set({ split: event.target.value })}><option value="">{t('models.split.own')}</option>{(['time', 'group', 'random'] as const).map((one) => <option key={one} value={one}>{t(`models.split.${one}`)}</option>)}</select>}
                            </Field>
                            <Field label={t('models.kind')}>{(id) => <select id={id} value={wish.kind} onChange={(event) => set({ kind: event.target.value })}><option value="">{t('models.kind.own')}</option>{(['trees', 'linear'] as const).map((one) => <option key={one} value={one}>{t(`models.kind.${one}`)}</option>)}</select>}</Field>
                        </>
                    )}
                    {(goal === 'yes-no' || isSurvival) && (
                        <>
                            <Field label={t(isSurvival ? 'models.cost_failure' : 'models.cost_miss')} hint={t(isSurvival ? 'models.cost_failure.hint' : 'models.cost.hint')}>{(id, hint) => <input id={id} aria-describedby={hint} inputMode="decimal" placeholder="10" value={wish.costMiss} onChange={(event) => set({ costMiss: event.target.value })} />}</Field>
                            <Field label={t(isSurvival ? 'models.cost_planned' : 'models.cost_alarm')}>{(id) => <input id={id} inputMode="decimal" placeholder="1" value={wish.costAlarm} onChange={(event) => set({ costAlarm: event.target.value })} />}</Field>
                        </>
                    )}
                    {!isMap && <Field label={words(`models.level.${goal}`, 'models.level')} hint={words(`models.level.hint.${goal}`, 'models.level.hint')}>{(id, hint) => <input id={id} aria-describedby={hint} inputMode="decimal" placeholder={goal === 'odd' ? '99' : '80'} value={wish.level} onChange={(event) => set({ level: event.target.value })} />}</Field>}
                    <Field label={t('models.seed')}>{(id) => <input id={id} inputMode="numeric" placeholder="1" value={wish.seed} onChange={(event) => set({ seed: event.target.value.replace(/\D/g, '') })} />}</Field>
                </div>
            </details>
        </div>
    )
}

/** Which columns are learned from, why others are not, and the other way round by a click. */
function Columns({ answer, wish, onChange }: { answer: QualityAnswer; wish: Wish; onChange: (next: Wish) => void }) {
    const { t, lang, num } = useText()
    const [most, setMost] = useState(FIRST)
    const own = new Set([wish.target, wish.time, wish.unit, wish.order])
    const columns = answer.columns.filter(({ name, role }) => !own.has(name) && role !== 'empty')
    const used = columns.filter(({ name, role }) => isUsed(wish, name, role)).length
    const isLife = wish.goal === 'life'
    return (
        <details open={columns.length <= 15}>
            <summary>{t('models.columns', { used: num(used), all: num(columns.length) })}</summary>
            <div className="scroll">
                <table className="plain-table wish-columns" aria-label={t('models.column.used')}>
                    <thead><tr><th>{t('models.column.used')}</th><th>{t('models.column')}</th>{isLife && <th>{t('models.column.setting')}</th>}<th>{t('models.column.why')}</th></tr></thead>
                    <tbody>
                        {columns.slice(0, most).map(({ name, unit, role, role_ko, why, why_ko, examples }) => (
                            <tr key={name} className={isUsed(wish, name, role) ? '' : 'out'}>
                                <td><input type="checkbox" aria-label={t('models.column.use', { column: name })} checked={isUsed(wish, name, role)} onChange={(event) => onChange(withUsed(wish, name, role, event.target.checked))} /></td>
                                <th scope="row"><b>{name}</b>{unit && <small> {unit}</small>}<small className="sheet-examples">{examples.join(' · ')}</small></th>
                                {isLife && <td><input type="checkbox" aria-label={t('models.column.is_setting', { column: name })} checked={wish.settings.includes(name)} onChange={(event) => onChange({ ...wish, settings: event.target.checked ? [...wish.settings, name] : wish.settings.filter((one) => one !== name) })} /></td>}
                                <td className="sheet-why">{[lang === 'ko' ? role_ko : role, lang === 'ko' ? why_ko : why].filter(Boolean).join(': ')}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
            {columns.length > most && <Button look="quiet" onClick={() => setMost(most + 200)}>{t('more', { count: columns.length - most })}</Button>}
        </details>
    )
}
