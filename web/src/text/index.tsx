import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { store } from '../parts/stored'
import { fill, type Values } from './fill'
import { numbers, type Numbers } from './numbers'
import type { Key } from './ko'

export type { Key } from './ko'
export type Lang = 'ko' | 'en'
type Words = Record<Key, string>

// The words of one language are fetched, not those of both.
const books: Record<Lang, () => Promise<Words>> = { ko: async () => (await import('./ko')).ko, en: async () => (await import('./en')).en }
const words: Partial<Record<Lang, Words>> = {}
/** Before anything is said in a language. */
export const learn = async (lang: Lang): Promise<void> => {
    words[lang] ??= await books[lang]()
}

/** What the server may name without our knowing it: is there a word for it? */
export const isKey = (key: string): key is Key => key in (words.ko ?? words.en ?? {})

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
            t: (key, values) => fill(words[lang]![key], values),
            ...numbers(lang),
        }),
        [lang, asked],
    )
    return <Context value={value}>{children}</Context>
}

export function useText(): Language {
    return useContext(Context)!
}
