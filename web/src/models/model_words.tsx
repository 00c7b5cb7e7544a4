import type { CardFigure, Headline, Model, Why } from '../api/models'
import { shortNumber, threeDigits } from '../live/values'
import { Badge } from '../parts/basics'
import { isKey, useText } from '../text'
import { NOTHING } from '../text/numbers'
import { together } from '../text/together'

export const GOALS = ['yes-no', 'class', 'number', 'life'] as const
const SHARES = ['calibration_error', 'recall', 'precision', 'accuracy', 'balanced_accuracy', 'coverage']
const LESS = ['brier', 'false_alarms', 'log_loss', 'calibration_error', 'cost', 'rmse', 'mae', 'width']

/** What a model is asked for; a goal that the page does not know goes by its own name. */
export function useGoal(): (goal: string) => string {
    const { t } = useText()
    return (goal) => {
        const key = `models.goal.${goal}`
        return isKey(key) ? t(key) : goal
    }
}

export function useFigureName(): (figure: CardFigure) => string {
    const { t, lang } = useText()
    return (figure) => {
        const key = `models.figure.${figure.name}`
        return isKey(key) ? t(key) : ((lang === 'ko' ? figure.name_ko : undefined) ?? figure.name)
    }
}
export const isShare = (figure: CardFigure): boolean => figure.is_share ?? SHARES.includes(figure.name)
export const isLessBetter = (figure: CardFigure): boolean => figure.is_less_better ?? LESS.includes(figure.name)

/** Three digits that count; shares in %. */
export function useFigureText(): (value: number | null | undefined, isShare: boolean) => string {
    const { percent } = useText()
    return (value, share) => (value === null || value === undefined || !Number.isFinite(value) ? NOTHING : share ? percent(value) : threeDigits(value))
}

/** "0.959 (0.930 – 0.982)" */
export function useDoubted(): (one: { value: number | null; low: number | null; high: number | null }, isShare: boolean) => string {
    const say = useFigureText()
    return ({ value, low, high }, share) => together(low === null || high === null ? say(value, share) : `${say(value, share)} (${say(low, share)} – ${say(high, share)})`)
}

export const headlineName = (headline: Headline, lang: string): string => (lang === 'ko' ? headline.name_ko : headline.name)

export function useWarning(): (warning: string, goal: string) => string {
    const { t } = useText()
    return (warning, goal) => {
        const own = `models.warning.${goal}.${warning}`
        const key = `models.warning.${warning}`
        return isKey(own) ? t(own) : isKey(key) ? t(key) : warning
    }
}

/** Is what it answers a probability? */
export const isProbability = (goal: string): boolean => ['yes-no', 'class', 'odd', 'wafer'].includes(goal)

/** Is its answer used? If not, why not. */
export function UseBadge({ model }: { model: Model }) {
    const { t } = useText()
    if (model.champion === null) return <Badge tone={model.training ? 'busy' : 'calm'}>{t(model.training ? 'models.state.training' : 'models.state.none')}</Badge>
    if (model.use.is_on) return <Badge tone="good">{t('models.state.on')}</Badge>
    return <Badge tone={model.use.reason === 'person' ? 'calm' : 'warn'}>{t(`models.state.off.${model.use.reason || 'person'}`)}</Badge>
}

const isWord = (feature: string): boolean => feature.includes(' = ')

/** "Torque 66 ▲", or "Torque 66 (usually 40)"; a word that is there or not is "Tool = A ▲" or "Tool ≠ A ▼". */
export function useWhy(): (why: readonly Why[] | undefined) => string[] {
    const { t } = useText()
    const say = (value: number | null | undefined) => (value === null || value === undefined ? '' : shortNumber(Number(value.toPrecision(4))))
    return (why) =>
        (why ?? [])
            .filter(({ added }) => added !== 0)
            .map(({ feature, value, added, expected }) => [...(isWord(feature) && (value === 0 || value === 1) ? [value === 1 ? feature : feature.replace(' = ', ' ≠ ')] : [feature, say(value)]), added !== undefined ? (added > 0 ? '▲' : '▼') : expected !== undefined ? t('models.try.expected', { value: say(expected) }) : ''].filter(Boolean).join(' '))
}

export const roleTone = { champion: 'good', challenger: 'busy', candidate: 'calm', retired: 'calm' } as const
