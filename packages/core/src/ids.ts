import { typeName } from './assert.ts'
import type { Brand } from './brand.ts'

/** The id of one webhook event; a retry carries the same one. */
export type EventId = Brand<string, 'EventId'>
/** Lightspark's id of a channel, `Channel:…`. */
export type ChannelId = Brand<string, 'ChannelId'>
/** Lightspark's id of a node, `node_with_server_signing:…`. */
export type NodeId = Brand<string, 'NodeId'>
/** Lightspark's id of an invoice, BOLT 11 or BOLT 12. */
export type InvoiceId = Brand<string, 'InvoiceId'>
/** Lightspark's id of one thing to sign, `SignablePayload:…`. */
export type PayloadId = Brand<string, 'PayloadId'>

/** The longest id that is read, in characters. */
export const maxIdLength = 256

// Printable ASCII without space: an id goes into logs, keys of tables and metrics of others.
const idText = /^[\x21-\x7e]{1,256}$/

function id(label: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new TypeError(`"${label}" expected string, got ${typeName(value)}`)
  }
  if (!idText.test(value)) {
    throw new RangeError(`"${label}" expected 1..${maxIdLength} printable ASCII characters`)
  }
  return value
}

/** @throws {RangeError} if `value` is not 1 to 256 printable ASCII characters. */
export function eventId(value: string): EventId {
  return id('eventId', value) as EventId
}

/** @throws {RangeError} if `value` is not 1 to 256 printable ASCII characters. */
export function channelId(value: string): ChannelId {
  return id('channelId', value) as ChannelId
}

/** @throws {RangeError} if `value` is not 1 to 256 printable ASCII characters. */
export function nodeId(value: string): NodeId {
  return id('nodeId', value) as NodeId
}

/** @throws {RangeError} if `value` is not 1 to 256 printable ASCII characters. */
export function invoiceId(value: string): InvoiceId {
  return id('invoiceId', value) as InvoiceId
}

/** @throws {RangeError} if `value` is not 1 to 256 printable ASCII characters. */
export function payloadId(value: string): PayloadId {
  return id('payloadId', value) as PayloadId
}
