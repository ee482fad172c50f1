/** What a webhook call is answered with. A body is an object of public facts, sent as JSON. */
export type Reply = {
  readonly status: number
  readonly body?: Readonly<Record<string, unknown>>
  readonly retryAfterSeconds?: number
  /** To be called once the reply has been written, and never where it could not be. */
  readonly whenWritten?: () => void
}
