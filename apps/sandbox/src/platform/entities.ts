/** What every entity of the platform has. Times are RFC 3339 with microseconds. */
type Base = { readonly id: string; readonly createdAt: string; readonly updatedAt: string }

export type Account = Base & { readonly type: 'Account'; readonly name: string }

/** The node whose keys the signer holds. */
export type SignerNode = Base & {
  readonly type: 'LightsparkNodeWithRemoteSigning'
  readonly account: string
  readonly network: string
  readonly displayName: string
  /** Compressed point, hex; known from pairing. */
  readonly publicKey: string | undefined
  /** What the signer answered to ECDH, hex. */
  readonly sharedSecret: string | undefined
}

export type Channel = Base & {
  readonly type: 'Channel'
  readonly node: string
  readonly capacitySats: bigint
  readonly status: 'PENDING' | 'OK' | 'CLOSED'
  /** The signer's points by per-commitment index, compressed, hex. */
  readonly points: ReadonlyMap<number, string>
  /** The secrets the signer released by per-commitment index, hex. */
  readonly secrets: ReadonlyMap<number, string>
}

export type Invoice = Base & {
  readonly type: 'Invoice'
  readonly node: string
  readonly network: string
  readonly amountSats: bigint
  readonly memo: string
  readonly expiresAt: string
  readonly paymentHash: string | undefined
  readonly preimageNonce: string | undefined
  readonly preimage: string | undefined
  /** The hash that the node's identity is asked to sign (legacy nodes), hex. */
  readonly signingHash: string | undefined
  readonly signature: { readonly compact: string; readonly recoveryId: number } | undefined
}

/** The thing a payload belongs to: one transaction of a node or channel. */
export type Signable = Base & { readonly type: 'Signable' }

export type PayloadStatus = 'CREATED' | 'SIGNED' | 'VALIDATION_FAILED' | 'INVALID_SIGNATURE'

/** One thing to sign, and the public key under which the platform checks the answer. */
export type SignablePayload = Base & {
  readonly type: 'SignablePayload'
  readonly signable: string
  readonly payload: string
  readonly derivationPath: string
  readonly addTweak: string | undefined
  readonly mulTweak: string | undefined
  /** The signing key with its tweaks, compressed, hex; absent where the platform knows none. */
  readonly signingKey: string | undefined
  readonly status: PayloadStatus
  readonly signature: string | undefined
}

/** Anything that `entity(id)` finds. */
export type Entity = Account | SignerNode | Channel | Invoice | Signable | SignablePayload

/** The name of an entity's type in the API. */
export type EntityType = Entity['type']
