/** Why the platform refuses a mutation: the `error_name` of its answer. */
export type PlatformErrorName = 'ENTITY_NOT_FOUND' | 'INVALID_INPUT' | 'CONFLICT'

/** A refusal of the platform that a client reads in `errors[].extensions.error_name`. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError'
  readonly errorName: PlatformErrorName

  constructor(errorName: PlatformErrorName, message: string) {
    super(message)
    this.errorName = errorName
  }
}
