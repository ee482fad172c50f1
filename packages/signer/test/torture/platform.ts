import { accept, startPlatform } from '../shared/platform.ts'
import type { Book } from './answers.ts'
import type { Draw } from './draw.ts'

/** How much of the way to the platform is cut, in calls of a hundred. */
export type Trouble = { readonly cut: number }

/**
 * A platform that is sometimes out of reach: the connection is cut before a mutation was taken, or
 * after it, so that the signer cannot tell which. What it sees goes into the book.
 */
export async function startTorturedPlatform(book: Book, draw: Draw, { cut }: Trouble) {
  let left = 0
  let isCalm = false
  const platform = await startPlatform((call, response) => {
    if (left === 0 && !isCalm && draw.happens(cut)) left = 1 + draw.below(4)
    if (left === 0 || isCalm) {
      book.note(call, true)
      return accept(call, response)
    }
    left--
    book.note(call, draw.happens(50))
    response.destroy()
  })
  return {
    ...platform,
    /** From now on everything is taken. */
    calm: () => {
      isCalm = true
    },
  }
}
