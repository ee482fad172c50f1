import type { JsonObject } from '../json/json-value.ts'
import { field, matching, object, optional } from '../json/shape.ts'
import type { SignablePayloadStatus, SignablePayloadStatusQuery } from './generated/types.ts'

/**
 * What the platform holds of a signing job; `FUTURE_VALUE` is a status that was added after this
 * version.
 */
export type PayloadStatus = SignablePayloadStatus | 'FUTURE_VALUE'

type Payload = Extract<SignablePayloadStatusQuery['entity'], { readonly status: unknown }>

// A table of all of them: a status that the schema gains is a type error here.
const known: Readonly<Record<Payload['status'], true>> = {
  CREATED: true,
  SIGNED: true,
  VALIDATION_FAILED: true,
  INVALID_SIGNATURE: true,
}

const optionalObject = optional(object)
const optionalStatus = optional(matching(/^[A-Z_]{1,64}$/, 'a status'))

/** Reads the answer to the query for a payload's status; another kind of entity has none. */
export function readPayloadStatus(data: JsonObject): PayloadStatus | undefined {
  const entity = field(data, '', 'entity', optionalObject)
  const status = entity && field(entity, 'entity', 'status', optionalStatus)
  if (status === undefined) return undefined
  return isKnown(status) ? status : 'FUTURE_VALUE'
}

function isKnown(status: string): status is SignablePayloadStatus {
  return Object.hasOwn(known, status)
}
