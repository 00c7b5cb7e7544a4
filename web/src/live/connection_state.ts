import type { Connection } from '../api/live'
import { useText } from '../text'
import { isGiver } from './connection_fields'

/** A clock further off than this makes charts lie: samples stand where they did not happen. */
export const CLOCK_MAX = 2
/** Up, but nothing comes for so long: people want to know why. */
const SILENT_S = 120

export const stateTone = ({ on, state }: Connection): 'good' | 'bad' | 'busy' | 'calm' => (!on || state === 'stopped' ? 'calm' : state === 'up' ? 'good' : state === 'trying' ? 'busy' : 'bad')

export function useStateWord(): (connection: Connection) => string {
    const { t } = useText()
    return ({ on, state }) => (on ? t(`conn.state.${state}`) : t('conn.state.off'))
}

/** Connected, and yet nothing to show. */
export const isSilent = ({ kind, state, lastAt, since }: Connection, now: number): boolean => !isGiver(kind) && state === 'up' && now - Math.max(lastAt ?? since, since) > SILENT_S

/** Is it of this connection? Its name is the first part of all that it brings. */
export const comesBy = (source: string, name: string): boolean => source === name || source.startsWith(`${name}/`)
