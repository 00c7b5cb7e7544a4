import { useMay, useMe } from '../me'

/** The operator of the server: an operator, or admin, of its first tenant. */
export function useIsOperator(): boolean {
    const me = useMe()
    return useMay('operator') && me?.tenant === 'local'
}
