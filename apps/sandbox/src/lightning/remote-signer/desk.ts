import type { Platform } from '../../platform/platform.ts'
import type { Delivery } from '../../webhook/delivery.ts'
import type { Dispatcher } from '../../webhook/dispatcher.ts'
import { type EventData, remoteSigningEvent } from '../../webhook/envelope.ts'

/** What came of a question so far. */
export type QuestionState = 'asked' | 'declined' | 'refused' | 'unanswered'

/** One thing that the node wants to know, and that one webhook asks for. */
export type Question = {
  /** Equal for all that mean the same. */
  readonly key: string
  readonly entityId: string
  /** The event's data, made anew each time the question goes out. */
  readonly compose: () => EventData
  /**
   * Looks whether the platform has the answer now. What is only told has none: it is done as soon
   * as the webhook accepts it.
   */
  readonly look: (() => 'answered' | 'declined' | 'open') | 'accepted'
}

/** A question that has no answer yet. */
export type OpenQuestion = { readonly question: Question; readonly state: QuestionState }

/** Sends questions, one webhook each, and notices their answers. */
export type Desk = {
  /** Asks, unless the same question is open already. */
  readonly ask: (question: Question) => void
  readonly open: () => readonly OpenQuestion[]
  /** How many events went out, and how many of them have neither answer nor verdict yet. */
  readonly counts: () => { readonly sent: number; readonly waiting: number }
  /** Sends what was declined, refused or left without an answer once more. */
  readonly askAgain: () => void
  /** Called whenever a question was answered or given up. */
  readonly onChange: (listener: () => void) => void
  readonly close: () => void
}

/** How events leave: the platform's dispatcher, or what a test puts before it. */
export type Deliver = Dispatcher['deliver']

/**
 * A desk between one node and the signer's webhook; answers come as mutations of the platform.
 *
 * @param note - hears of each question that was not answered.
 */
export function createDesk(
  platform: Platform,
  deliver: Deliver,
  note: (line: string) => void,
): Desk {
  const open = new Map<string, OpenQuestion>()
  const listeners = new Set<() => void>()
  const count = { sent: 0, underWay: 0 }
  const changed = () => {
    for (const listener of listeners) listener()
  }
  const post = async (entityId: string, data: EventData): Promise<Delivery> => {
    count.sent += 1
    count.underWay += 1
    try {
      return await deliver(remoteSigningEvent(platform, entityId, data))
    } finally {
      count.underWay -= 1
      if (count.underWay === 0) changed()
    }
  }
  const settle = (question: Question, outcome: Delivery['outcome']) => {
    // The answer may have come by a mutation before the webhook's own.
    if (open.get(question.key)?.state !== 'asked') return
    if (outcome === 'refused' || outcome === 'unanswered') {
      note(`${outcome}: ${question.key}`)
      open.set(question.key, { question, state: outcome })
    } else if (question.look === 'accepted') open.delete(question.key)
    else return
    changed()
  }
  const send = (question: Question) => {
    open.set(question.key, { question, state: 'asked' })
    void post(question.entityId, question.compose()).then(({ outcome }) =>
      settle(question, outcome),
    )
  }
  const unsubscribe = platform.mutations.subscribe((record) => {
    if (record.error !== undefined) return
    for (const [key, { question, state }] of [...open]) {
      const seen = question.look === 'accepted' ? 'open' : question.look()
      if (seen === 'answered') open.delete(key)
      else if (seen !== 'declined' || state === 'declined') continue
      else {
        note(`declined: ${key}`)
        open.set(key, { question, state: 'declined' })
      }
      changed()
    }
  })
  return {
    ask: (question) => {
      if (!open.has(question.key)) send(question)
    },
    open: () => [...open.values()],
    counts: () => ({
      sent: count.sent,
      waiting: Math.max(
        count.underWay,
        [...open.values()].filter(({ state }) => state === 'asked').length,
      ),
    }),
    askAgain: () => {
      const stale = [...open.values()].filter(({ state }) => state !== 'asked')
      for (const { question } of stale) send(question)
    },
    onChange: (listener) => {
      listeners.add(listener)
    },
    close: () => {
      unsubscribe()
      listeners.clear()
    },
  }
}
