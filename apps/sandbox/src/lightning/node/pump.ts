import { type Event, EventHandler, Result_NoneReplayEventZ } from 'lightningdevkit'
import { guarded } from '../ldk/guarded.ts'
import type { Assembly } from './assembly.ts'
import type { Bell } from './bell.ts'
import type { Errands } from './errands.ts'
import type { Socket } from './socket.ts'

/** What keeps a node going. */
export type Pump = {
  /** Works in the next turn of the event loop. */
  readonly wake: () => void
  /** The signer has answered: LDK may ask for what it waited for. */
  readonly unblock: () => void
  /** Whether there is nothing to do. */
  readonly isIdle: () => boolean
  readonly stop: () => void
}

/** What a pump moves. */
export type PumpParts = {
  readonly assembly: () => Assembly
  readonly sockets: () => readonly Socket[]
  readonly errands: Errands
  readonly onEvent: (event: Event) => void
  /** Asks LDK to try again what waited for a signature. */
  readonly retry: () => void
  readonly bell: Bell
  readonly report: (fault: unknown) => void
}

/**
 * A pump that works whenever it is woken. Each turn is a macrotask: LDK's objects are freed by
 * finalisers, which run only when the event loop turns, and a program that only awaits promises
 * would never free any.
 */
export function createPump(parts: PumpParts): Pump {
  const state = { scheduled: false, unblocked: false, stopped: false }
  const takeEvents = createEventTaking(parts)
  const wake = () => {
    if (state.scheduled || state.stopped) return
    state.scheduled = true
    setImmediate(() => {
      state.scheduled = false
      if (!state.stopped) turn()
    })
  }
  const turn = () => {
    if (state.unblocked) {
      state.unblocked = false
      parts.errands.run()
      parts.retry()
    }
    const mail = parts.sockets().some((socket) => socket.receive())
    parts.assembly().peers.process_events()
    const events = takeEvents()
    for (const event of events) parts.onEvent(event)
    if (events.length > 0) parts.assembly().peers.process_events()
    if (mail || events.length > 0) wake()
    parts.bell.ring()
  }
  return {
    wake,
    unblock: () => {
      state.unblocked = true
      wake()
    },
    isIdle: () => !state.scheduled && !parts.sockets().some((socket) => socket.hasMail()),
    stop: () => {
      state.stopped = true
    },
  }
}

/** Takes the events that wait. One handler for good: the bindings never forget one that was made. */
function createEventTaking({ assembly, report }: PumpParts): () => readonly Event[] {
  const events: Event[] = []
  const taken = () => Result_NoneReplayEventZ.constructor_ok()
  const handler = EventHandler.new_impl({
    handle_event: guarded(report, taken, (event) => {
      events.push(event)
      return taken()
    }),
  })
  return () => {
    const { manager, monitor } = assembly()
    manager.as_EventsProvider().process_pending_events(handler)
    monitor.as_EventsProvider().process_pending_events(handler)
    return events.splice(0)
  }
}
