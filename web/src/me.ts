import { createContext, useContext } from 'react'
import type { Me, Role } from './api/types'

const ROLES: Role[] = ['viewer', 'engineer', 'operator', 'admin']
const Context = createContext<Me | null>(null)
export const MeRoom = Context.Provider

/** Whether the reader may do what this role may: buttons that would be refused are not shown. */
export function useMay(role: Role): boolean {
    const me = useContext(Context)
    return me !== null && ROLES.indexOf(me.role) >= ROLES.indexOf(role)
}
export const useMe = (): Me | null => useContext(Context)
