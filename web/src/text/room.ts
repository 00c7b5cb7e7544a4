import { lazy, type ComponentType } from 'react'
import { open, type Book } from './books'

/** A part of the page that is fetched when it is entered, and its words with it. */
export const roomOf = <Props>(fetch: () => Promise<{ default: ComponentType<Props> }>, ...books: Book[]) =>
    lazy(async () => (await Promise.all([fetch(), open(books)]))[0])
