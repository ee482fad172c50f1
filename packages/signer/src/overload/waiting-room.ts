import type { Clock } from '../clock.ts'
import { type OverloadLimit, SignerFault } from '../fault.ts'
import type { Deadline } from '../pipeline/deadline.ts'
import { ServiceTime } from './service-time.ts'

/** How many deliveries are worked on and how many may wait, in all and of one lane. */
export type RoomLimits = {
  readonly maxInFlight: number
  readonly maxInFlightPerLane: number
  readonly maxQueued: number
  readonly maxQueuedPerLane: number
}

/** A place among those that are worked on. */
export type Place = {
  /** Gives the place away while `wait` waits for another delivery, then takes the next one. */
  stepAside<T>(wait: () => Promise<T>): Promise<T>
  /** Gives the place away for good. */
  leave(): void
}

type Lane = {
  readonly name: string
  working: number
  /** Who stepped aside comes back to the same lane. */
  aside: number
  readonly waiting: (() => void)[]
  readonly serviceTime: ServiceTime
}

/**
 * Lets deliveries in to be worked on: so many at once, so many of one lane, the lanes in turns.
 * A lane that floods, or whose lock is held elsewhere, fills its own places and its own queue; the
 * others pass by it. Whoever could not be answered in time is refused on arrival, not later.
 */
export class WaitingRoom {
  readonly #limits: RoomLimits
  readonly #clock: Clock
  readonly #lanes = new Map<string, Lane>()
  /** Lanes that have somebody waiting and a place free, in the order of their turns. */
  readonly #turns = new Set<Lane>()
  readonly #serviceTime = new ServiceTime()
  #working = 0
  #waiting = 0

  constructor(limits: RoomLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** How many are worked on. */
  get inFlight(): number {
    return this.#working
  }

  /** How many wait for their turn. */
  get queued(): number {
    return this.#waiting
  }

  /**
   * Resolves when it is this delivery's turn.
   *
   * @throws {SignerFault} `OVERLOADED` at once where a queue is full or the wait would take too
   *   long; `DEADLINE_PASSED` where it took too long.
   */
  async enter(name: string, deadline: Deadline): Promise<Place> {
    const lane = this.#lane(name)
    if (!this.#hasPlace(lane)) this.#refuseHopeless(lane, deadline)
    await this.#turnOf(lane, deadline, 'back')
    return this.#placeIn(lane, deadline)
  }

  #placeIn(lane: Lane, deadline: Deadline): Place {
    let isHere = true
    let since = this.#clock.monotonicMs()
    let workedMs = 0
    const stepOut = () => {
      isHere = false
      workedMs += this.#clock.monotonicMs() - since
      this.#freePlace(lane)
    }
    return {
      stepAside: async (wait) => {
        lane.aside++
        stepOut()
        try {
          return await wait()
        } finally {
          lane.aside--
          // It waited once already: it is next in its lane.
          await this.#turnOf(lane, deadline, 'front')
          isHere = true
          since = this.#clock.monotonicMs()
        }
      },
      leave: () => {
        if (!isHere) return
        // Counted before the next one is let in, which may ask for the mean.
        const totalMs = workedMs + this.#clock.monotonicMs() - since
        lane.serviceTime.measured(totalMs)
        this.#serviceTime.measured(totalMs)
        stepOut()
      },
    }
  }

  async #turnOf(lane: Lane, deadline: Deadline, end: 'front' | 'back'): Promise<void> {
    if (this.#hasPlace(lane)) {
      this.#takePlace(lane)
      return
    }
    let admit = () => {}
    const turn = new Promise<void>((resolve) => {
      admit = resolve
    })
    if (end === 'front') lane.waiting.unshift(admit)
    else lane.waiting.push(admit)
    this.#waiting++
    this.#queueUp(lane)
    try {
      await deadline.hold(() => turn)
    } catch (error) {
      this.#giveUp(lane, admit)
      throw error
    }
  }

  /** The turn may have come in the very moment in which the deadline passed. */
  #giveUp(lane: Lane, admit: () => void): void {
    const at = lane.waiting.indexOf(admit)
    if (at < 0) {
      this.#freePlace(lane)
      return
    }
    lane.waiting.splice(at, 1)
    this.#waiting--
    if (lane.waiting.length === 0) this.#turns.delete(lane)
    this.#forgetIdle(lane)
  }

  #refuseHopeless(lane: Lane, deadline: Deadline): void {
    const { maxInFlight, maxInFlightPerLane, maxQueued, maxQueuedPerLane } = this.#limits
    const queuedHere = lane.waiting.length
    const refuse = (limit: OverloadLimit, waitMs: number) => {
      this.#forgetIdle(lane)
      throw new SignerFault({ code: 'OVERLOADED', limit, waitMs: Math.ceil(waitMs) })
    }
    // In its own lane it waits for those before it; and for one of every lane each time round.
    const inLaneMs = ((queuedHere + 1) / maxInFlightPerLane) * lane.serviceTime.ms
    const before = Math.min(this.#waiting + 1, (queuedHere + 1) * this.#lanes.size)
    const inAllMs = (before / maxInFlight) * this.#serviceTime.ms
    const waitMs = Math.max(inLaneMs, inAllMs)
    if (this.#waiting >= maxQueued) refuse('max_queued', waitMs)
    if (queuedHere >= maxQueuedPerLane) refuse('max_queued_per_channel', waitMs)
    const workMs = Math.max(lane.serviceTime.ms, this.#serviceTime.ms)
    if (waitMs + workMs > deadline.leftMs()) refuse('decision_deadline_ms', waitMs)
  }

  #lane(name: string): Lane {
    const known = this.#lanes.get(name)
    if (known !== undefined) return known
    const lane = { name, working: 0, aside: 0, waiting: [], serviceTime: new ServiceTime() }
    this.#lanes.set(name, lane)
    return lane
  }

  #hasPlace(lane: Lane): boolean {
    const { maxInFlight, maxInFlightPerLane } = this.#limits
    return this.#working < maxInFlight && lane.working < maxInFlightPerLane
  }

  #takePlace(lane: Lane): void {
    this.#working++
    lane.working++
  }

  #freePlace(lane: Lane): void {
    this.#working--
    lane.working--
    this.#queueUp(lane)
    this.#admitNext()
    this.#forgetIdle(lane)
  }

  #queueUp(lane: Lane): void {
    if (lane.waiting.length === 0 || lane.working >= this.#limits.maxInFlightPerLane) return
    this.#turns.add(lane)
  }

  #admitNext(): void {
    for (const lane of this.#turns) {
      if (this.#working >= this.#limits.maxInFlight) return
      // What is added anew comes last.
      this.#turns.delete(lane)
      const admit = lane.waiting.shift()
      if (admit === undefined) continue
      this.#waiting--
      this.#takePlace(lane)
      this.#queueUp(lane)
      admit()
    }
  }

  /** What is remembered of lanes is bounded by what is here. */
  #forgetIdle(lane: Lane): void {
    const here = lane.working + lane.aside + lane.waiting.length
    if (here === 0) this.#lanes.delete(lane.name)
  }
}
