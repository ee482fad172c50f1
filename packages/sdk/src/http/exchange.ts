/** One HTTP request to the API, complete. */
export type ApiRequest = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

/** What came back. */
export type HttpAnswer = {
  readonly status: number
  /** The `Retry-After` header. */
  readonly retryAfter: string | undefined
  /** Nothing where it is longer than was to be read. */
  readonly body: Uint8Array | undefined
}

/**
 * Posts a request once. Follows no redirect: that would carry the credentials and the answer to
 * another place. Rejects where there is no whole answer, with a `code` where the system gives one.
 */
export type Exchange = (request: ApiRequest, signal: AbortSignal) => Promise<HttpAnswer>

/** The most bytes of an answer that are read; what a remote signer asks for needs far less. */
export const maxAnswerBytes = 1024 * 1024
