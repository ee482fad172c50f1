import type { JsonObject } from '../json/json-value.ts'
import { field, object, optional, text } from '../json/shape.ts'
import { idField } from '../webhook/wire-field.ts'
import type { CurrentAccountQuery } from './generated/types.ts'

/** The account that an API token belongs to. */
export type CurrentAccount = NonNullable<CurrentAccountQuery['current_account']>

const optionalObject = optional(object)
const optionalName = optional(text(0, 1024))

/** Reads the answer to the query for the current account. */
export function readCurrentAccount(data: JsonObject): CurrentAccount | undefined {
  const path = 'current_account'
  const account = field(data, '', path, optionalObject)
  if (account === undefined) return undefined
  return {
    id: field(account, path, 'id', idField),
    name: field(account, path, 'name', optionalName) ?? null,
  }
}
