import type { Grant } from '@boltwarden/core/grant'

const key = Symbol('minted by the store')
let mint: (grant: Grant) => Permit

/**
 * Leave to use the keys for one {@link Grant}. Only a {@link Store} makes one, and only after the
 * decision is on disk; so what takes a `Permit` cannot be called before that.
 *
 * @example
 * ```ts
 * import { Permit } from '@boltwarden/store'
 * Permit.isPermit({ grant: { kind: 'acknowledgement' } }) // false
 * ```
 */
export class Permit {
  readonly #minted = true
  readonly grant: Grant

  private constructor(minted: typeof key, grant: Grant) {
    if (minted !== key) throw new TypeError('"permit" is made by the store only')
    this.grant = grant
    Object.freeze(this)
  }

  /** Whether `value` was made by a store; an object that only looks like one was not. */
  static isPermit(value: unknown): value is Permit {
    return typeof value === 'object' && value !== null && #minted in value
  }

  static {
    mint = (grant) => new Permit(key, grant)
  }
}

/** Makes a permit. For the store alone, once the backend has committed. */
export function mintPermit(grant: Grant): Permit {
  return mint(grant)
}
