/** A reply's JSON, as far as tests look at it. */
export type Body = {
  readonly code?: string
  readonly tags?: readonly string[]
  readonly ready?: boolean
  readonly checks?: Readonly<Record<string, unknown>>
}

export async function bodyOf(reply: Response): Promise<Body> {
  return JSON.parse(await reply.text())
}
