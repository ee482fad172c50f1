/** Why the platform refuses a mutation: the `error_name` of its answer. */
export type PlatformErrorName =
  | 'ENTITY_NOT_FOUND'
  | 'INVALID_INPUT'
  | 'CONFLICT'
  | 'REMOTE_SIGNER_ERROR'
  | 'INSUFFICIENT_BALANCE'
  | 'NODE_NOT_READY'

/** A refusal of the platform that a client reads in `errors[].extensions.error_name`. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError'
  readonly errorName: PlatformErrorName

  constructor(errorName: PlatformErrorName, message: string) {
    super(message)
    this.errorName = errorName
  }
}
