// The words, in books that are fetched by themselves: the frame's with the page, the others with the rooms that say them.
export type Lang = 'ko' | 'en'

const BOOKS = {
    frame: { ko: () => import('./ko_frame'), en: () => import('./en_frame') },
    admin: { ko: () => import('./ko_admin'), en: () => import('./en_admin') },
    compute: { ko: () => import('./ko_compute'), en: () => import('./en_compute') },
    fdc: { ko: () => import('./ko_fdc'), en: () => import('./en_fdc') },
    live: { ko: () => import('./ko_live'), en: () => import('./en_live') },
    meaning: { ko: () => import('./ko_meaning'), en: () => import('./en_meaning') },
    models: { ko: () => import('./ko_models'), en: () => import('./en_models') },
    overview: { ko: () => import('./ko_overview'), en: () => import('./en_overview') },
    plants: { ko: () => import('./ko_plants'), en: () => import('./en_plants') },
    sheet: { ko: () => import('./ko_sheet'), en: () => import('./en_sheet') },
    table: { ko: () => import('./ko_table'), en: () => import('./en_table') },
    twins: { ko: () => import('./ko_twins'), en: () => import('./en_twins') },
}

export type Book = keyof typeof BOOKS
/** The keys of the Korean books are the keys of all languages. */
export type Key = { [B in Book]: keyof Awaited<ReturnType<(typeof BOOKS)[B]['ko']>>['words'] }[Book]

const words: Record<Lang, Partial<Record<Key, string>>> = { ko: {}, en: {} }
const opened = new Set<Book>(['frame'])
const spoken = new Set<Lang>()

const read = async (book: Book, lang: Lang): Promise<void> => void Object.assign(words[lang], (await BOOKS[book][lang]()).words)

/** Before anything is said in a language: its words for all rooms that have been entered. */
export async function learn(lang: Lang): Promise<void> {
    spoken.add(lang)
    try {
        await Promise.all([...opened].map((book) => read(book, lang)))
    } catch (problem) {
        spoken.delete(lang)
        throw problem
    }
}

/** Before anything of these books is said, in any language that is spoken or being learned: changing it does not wait in between. */
export async function open(books: readonly Book[]): Promise<void> {
    for (const book of books) opened.add(book)
    await Promise.all(books.flatMap((book) => [...spoken].map((lang) => read(book, lang))))
}

/** A key without words stands for itself; the tests see to it that no room says one. */
export const wordsFor = (lang: Lang, key: Key): string => words[lang][key] ?? key

/** What the server may name without our knowing it: is there a word for it? */
export const isKey = (key: string): key is Key => key in words.ko || key in words.en
export const allBooks = Object.keys(BOOKS) as Book[]
