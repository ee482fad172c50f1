type Lane = {
  /** Answers that are being brought. */
  count: number
  /** Whether nothing older waits to be brought again. */
  isClear: boolean
}

/**
 * Which lanes this process brings fresh answers of at this moment. What was asked for at the same
 * time may go out at the same time; what is asked for later does not overtake what waits.
 */
export class LiveLanes {
  readonly #lanes = new Map<string, Lane>()

  /**
   * Begins to bring an answer, unless an older one of its lane waits to be brought again.
   *
   * @param isFirst - whether it is the only one of its lane in the outbox.
   * @returns whether it may go out now; it is to be ended then.
   */
  begin(name: string, isFirst: boolean): boolean {
    const lane = this.#lanes.get(name) ?? { count: 0, isClear: false }
    if (isFirst) lane.isClear = true
    if (!lane.isClear) return false
    lane.count++
    this.#lanes.set(name, lane)
    return true
  }

  /** It is out of the outbox, or waits to be brought again. */
  end(name: string, result: 'accepted' | 'waits'): void {
    const lane = this.#lanes.get(name)
    if (lane === undefined) return
    lane.count--
    if (result === 'waits') lane.isClear = false
    if (lane.count === 0) this.#lanes.delete(name)
  }
}
