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
  /** Looks whether the platform has the answer now. */
  readonly look: () => 'answered' | 'declined' | 'open'
}

/** A question that has no answer yet. */
export type OpenQuestion = { readonly question: Question; readonly state: QuestionState }

/** Sends questions, one webhook each, and notices their answers. */
export type Desk = {
  /** Asks, unless the same question is open already. */
  readonly ask: (question: Question) => void
  /** Tells something that has no answer. */
  readonly tell: (entityId: string, data: EventData) => void
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

/** A desk between one node and the signer's webhook; answers come as mutations of the platform. */
export function createDesk(platform: Platform, deliver: Deliver): Desk {
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
  const settle = (question: Question, state: QuestionState) => {
    // The answer may have come by a mutation before the webhook's own.
    if (open.get(question.key)?.state !== 'asked') return
    open.set(question.key, { question, state })
    changed()
  }
  const send = (question: Question) => {
    open.set(question.key, { question, state: 'asked' })
    void post(question.entityId, question.compose()).then(({ outcome }) => {
      if (outcome === 'refused' || outcome === 'unanswered') settle(question, outcome)
    })
  }
  const unsubscribe = platform.mutations.subscribe((record) => {
    if (record.error !== undefined) return
    for (const [key, { question, state }] of [...open]) {
      const seen = question.look()
      if (seen === 'answered') open.delete(key)
      else if (seen !== 'declined' || state === 'declined') continue
      else open.set(key, { question, state: 'declined' })
      changed()
    }
  })
  return {
    ask: (question) => {
      if (!open.has(question.key)) send(question)
    },
    tell: (entityId, data) => {
      void post(entityId, data)
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
