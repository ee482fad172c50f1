/** What a webhook call is answered with. A body is an object of public facts, sent as JSON. */
export type Reply = {
  readonly status: number
  readonly body?: Readonly<Record<string, unknown>>
  readonly retryAfterSeconds?: number
}
