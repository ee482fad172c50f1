/** A call of the admin API whose caller is known. */
export type AdminCall = {
  /** The name of the token. */
  readonly who: string
  /** Of the path, as `:id` names them. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  /** The JSON body; undefined where there is none. */
  readonly body: unknown
}

/** What a route answers: an object of public facts, sent as JSON. */
export type AdminReply = { readonly status: number; readonly body: object }

/** One thing that an operator may ask of a running signer. */
export type AdminRoute = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With `:name` for what varies. */
  readonly url: string
  /** What it throws as a fault is told to the caller. */
  readonly act: (call: AdminCall) => AdminReply | Promise<AdminReply>
}
