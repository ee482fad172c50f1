import type { JsonObject } from '../json/json-value.ts'
import { Malformed } from '../json/malformed.ts'
import { field, matching, type Shape } from '../json/shape.ts'
import {
  type GetPerCommitmentPointData,
  perCommitmentData,
  type ReleasePerCommitmentSecretData,
  type RevealCounterpartyPerCommitmentSecretData,
  revealCounterpartySecretData,
} from './commitment-data.ts'
import { type EcdhData, ecdhData } from './ecdh-data.ts'
import { withExtraFields } from './extra-fields.ts'
import type { BothNames } from './names.ts'
import {
  type DeriveKeyAndSignData,
  deriveKeyAndSignData,
  type ReleasePaymentPreimageData,
  type RequestInvoicePaymentHashData,
  releasePaymentPreimageData,
  requestInvoicePaymentHashData,
  type SignInvoiceData,
  signInvoiceData,
} from './signing-data.ts'
import type { UnknownSubEventType } from './sub-event-type.ts'

/** What a signing request asks, told apart by `subEventType`. */
export type RemoteSigningData =
  | DeriveKeyAndSignData
  | RequestInvoicePaymentHashData
  | ReleasePaymentPreimageData
  | GetPerCommitmentPointData
  | ReleasePerCommitmentSecretData
  | RevealCounterpartyPerCommitmentSecretData
  | EcdhData
  | SignInvoiceData

/** A sub-event that is not answered: `VLS_MESSAGE`, or one that was added after this version. */
export type UnsupportedData = BothNames<{
  readonly subEventType: 'VLS_MESSAGE' | UnknownSubEventType
}>

/** What `data` of a `REMOTE_SIGNING` event turned out to be. */
export type SubEvent =
  | { readonly supported: true; readonly data: RemoteSigningData }
  | { readonly supported: false; readonly data: UnsupportedData }

const readers: Readonly<
  Record<RemoteSigningData['subEventType'], (raw: JsonObject, path: string) => RemoteSigningData>
> = {
  DERIVE_KEY_AND_SIGN: deriveKeyAndSignData,
  REQUEST_INVOICE_PAYMENT_HASH: requestInvoicePaymentHashData,
  RELEASE_PAYMENT_PREIMAGE: releasePaymentPreimageData,
  GET_PER_COMMITMENT_POINT: (raw, path) => perCommitmentData('GET_PER_COMMITMENT_POINT', raw, path),
  RELEASE_PER_COMMITMENT_SECRET: (raw, path) =>
    perCommitmentData('RELEASE_PER_COMMITMENT_SECRET', raw, path),
  REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET: revealCounterpartySecretData,
  ECDH: ecdhData,
  SIGN_INVOICE: signInvoiceData,
}

// The name of an unknown sub-event goes into refusals and logs, hence its narrow form.
const subEventField = matching(/^[A-Za-z0-9_]{1,64}$/, '1 to 64 letters, digits or underscores')

/**
 * Reads `data` of a `REMOTE_SIGNING` event.
 *
 * @throws {Malformed} if a field of a known sub-event is not what it should be.
 */
export function subEvent(raw: JsonObject, path: string): SubEvent {
  const name = field(raw, path, 'sub_event_type', subEventField)
  if (isSupported(name)) {
    return { supported: true, data: withExtraFields(readers[name](raw, path), raw) }
  }
  const unsupported = field(raw, path, 'sub_event_type', unsupportedField)
  const names = { subEventType: unsupported, sub_event_type: unsupported }
  return { supported: false, data: withExtraFields(names, raw) }
}

function isSupported(name: string): name is RemoteSigningData['subEventType'] {
  return Object.hasOwn(readers, name)
}

const unsupportedField: Shape<UnsupportedData['subEventType']> = (value, path) => {
  if (typeof value === 'string' && isUnsupported(value)) return value
  throw new Malformed(path, 'a sub-event that is not supported')
}

function isUnsupported(name: string): name is UnsupportedData['subEventType'] {
  return !isSupported(name)
}
