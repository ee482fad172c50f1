/** Why nothing is decided with a store until somebody accepts it. */
export type Halt = {
  /**
   * `restored`: it came from a backup, which is old by nature. `moved`: another store took its place.
   * `filling`: a move into it has not ended.
   */
  readonly cause: (typeof haltCauses)[number]
  /** Public facts, short. */
  readonly detail: string
}

/** Why a store may be halted. */
export const haltCauses = ['restored', 'moved', 'filling'] as const
