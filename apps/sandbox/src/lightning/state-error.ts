/**
 * Why the state of a folder is not played on:
 * - `STATE_VERSION`: another format or version than this program writes.
 * - `STATE_OLD`: something happened after it was saved. A Lightning node that goes on with an old state
 *   loses its money.
 * - `STATE_FOREIGN`: chain, platform and nodes are not of one moment.
 */
export type StateErrorCode = 'STATE_VERSION' | 'STATE_OLD' | 'STATE_FOREIGN'

/** The state of a folder cannot be used; the folder is left as it is. */
export class StateError extends Error {
  override readonly name = 'StateError'
  readonly code: StateErrorCode

  constructor(code: StateErrorCode, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}
