import type { EventId } from '@boltwarden/core/ids'

/** Wakes those who wait for an answer to be brought. */
export class Settlements {
  readonly #waiting = new Map<EventId, Set<() => void>>()

  of(event: EventId): { readonly brought: Promise<void>; readonly forget: () => void } {
    const wakers = this.#waiting.get(event) ?? new Set()
    this.#waiting.set(event, wakers)
    let wake = () => {}
    const brought = new Promise<void>((resolve) => {
      wake = resolve
    })
    wakers.add(wake)
    const forget = () => {
      wakers.delete(wake)
      if (wakers.size === 0) this.#waiting.delete(event)
    }
    return { brought, forget }
  }

  /** The events that somebody waits for. */
  awaited(): readonly EventId[] {
    return [...this.#waiting.keys()]
  }

  brought(event: EventId): void {
    for (const wake of this.#waiting.get(event) ?? []) wake()
    this.#waiting.delete(event)
  }
}
