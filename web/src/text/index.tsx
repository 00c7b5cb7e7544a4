import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { stored, store } from '../parts/stored'
import { en } from './en'
import { fill, type Values } from './fill'
import { numbers, type Numbers } from './numbers'
import { ko, type Key } from './ko'

export type { Key } from './ko'
export type Lang = 'ko' | 'en'
const words: Record<Lang, Record<Key, string>> = { ko, en }

/** What the server may name without our knowing it: is there a word for it? */
export const isKey = (key: string): key is Key => key in ko

export type T = (key: Key, values?: Values) => string

interface Language extends Numbers {
    lang: Lang
    setLang: (lang: Lang) => void
    t: T
}

/** What was chosen, else the first of the browser's languages that we speak, else English. */
export function firstLang(chosen: string | null, wanted: readonly string[]): Lang {
    if (chosen === 'ko' || chosen === 'en') return chosen
    for (const name of wanted) {
        const short = name.slice(0, 2).toLowerCase()
        if (short === 'ko' || short === 'en') return short
    }
    return 'en'
}

const Context = createContext<Language | null>(null)

export function LanguageRoom({ children }: { children: ReactNode }) {
    const [lang, setLang] = useState<Lang>(() => firstLang(stored('lang'), navigator.languages))
    useEffect(() => {
        document.documentElement.lang = lang
    }, [lang])
    const value = useMemo<Language>(
        () => ({
            lang,
            setLang: (next) => {
                store('lang', next)
                setLang(next)
            },
            t: (key, values) => fill(words[lang][key], values),
            ...numbers(lang),
        }),
        [lang],
    )
    return <Context value={value}>{children}</Context>
}

export function useText(): Language {
    return useContext(Context)!
}
