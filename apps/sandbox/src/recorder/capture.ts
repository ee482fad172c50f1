import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Delivery } from '../webhook/delivery.ts'

/** Nonce and hash of an invoice, as the platform was told: no secrets. In hex. */
export type Issued = { readonly nonce: string; readonly paymentHash: string }

/** Keeps events in the format of the signer's own `capture.file`. */
export type Capture = {
  /** The file of the events. */
  readonly file: string
  /** Takes each state of a delivery; a line is written once it has ended. */
  readonly note: (delivery: Delivery) => void
  /** Writes what is still under way. */
  readonly end: () => void
  /** How many events were written. */
  readonly written: () => number
}

/**
 * Opens a capture in a folder, which is made where it is missing. Lines stand in the order in which
 * events were sent, because the state that they are judged by grows in it.
 *
 * @param issuedFor - what was issued for an invoice; undefined where nothing was.
 * @throws {Error} `EEXIST` if the folder holds a capture already.
 */
export function openCapture(
  folder: string,
  issuedFor: (invoice: string) => Issued | undefined,
): Capture {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'events.ndjson')
  writeFileSync(file, '', { flag: 'wx', mode: 0o600 })
  // What was sent and not written yet, by its number, in the order of sending.
  const waiting = new Map<number, Delivery>()
  const counter = { written: 0 }
  const write = (delivery: Delivery) => {
    waiting.delete(delivery.sequence)
    counter.written += 1
    appendFileSync(file, `${JSON.stringify(lineOf(delivery, issuedFor))}\n`)
  }
  return {
    file,
    note: (delivery) => {
      waiting.set(delivery.sequence, delivery)
      for (const first of waiting.values()) {
        if (first.outcome === 'under-way') break
        write(first)
      }
    },
    end: () => {
      for (const delivery of waiting.values()) write(delivery)
    },
    written: () => counter.written,
  }
}

function lineOf(
  { body, sentAt, subject, entityId }: Delivery,
  issuedFor: (invoice: string) => Issued | undefined,
) {
  const asked = subject === 'REQUEST_INVOICE_PAYMENT_HASH'
  const issued = asked ? issuedFor(entityId) : undefined
  return {
    v: 1,
    received_at: new Date(sentAt).toISOString(),
    signature: 'valid',
    ...(issued && { issued: { nonce: issued.nonce, payment_hash: issued.paymentHash } }),
    body,
  }
}
