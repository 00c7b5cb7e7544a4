import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { store } from '../parts/stored'
import { learn, wordsFor, type Key, type Lang } from './books'
import { fill, type Values } from './fill'
import { numbers, type Numbers } from './numbers'
export { isKey, learn, type Key, type Lang } from './books'

export type T = (key: Key, values?: Values) => string

interface Language extends Numbers {
    lang: Lang
    asked: Lang
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

/** `first`: the language that has been learned. */
export function LanguageRoom({ first, children }: { first: Lang; children: ReactNode }) {
    const [lang, setLang] = useState<Lang>(first)
    const [asked, setAsked] = useState<Lang>(first) // shown at once, spoken when it has been learned
    useEffect(() => {
        document.documentElement.lang = lang
    }, [lang])
    const value = useMemo<Language>(
        () => ({
            lang,
            asked,
            setLang: (next) => {
                store('lang', next)
                setAsked(next)
                // Without an answer the page stays in the language that it knows.
                learn(next).then(() => setLang(next), () => setAsked(lang))
            },
            t: (key, values) => fill(wordsFor(lang, key), values),
            ...numbers(lang),
        }),
        [lang, asked],
    )
    return <Context value={value}>{children}</Context>
}

export function useText(): Language {
    return useContext(Context)!
}
