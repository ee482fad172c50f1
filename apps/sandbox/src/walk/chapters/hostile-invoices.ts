import { toHex } from '@boltwarden/core/hex'
import { settles } from '../../verify/payment.ts'
import { ask } from '../asking.ts'
import {
  aboutPaymentHash,
  aboutPreimage,
  askPaymentHash,
  type IssuedInvoice,
} from '../asks/invoice-asks.ts'
import { askHostilely } from '../hostile.ts'
import type { Scene } from '../player.ts'
import { failed } from '../step.ts'

/** Preimages of nonces that were never issued, and a second hash for an invoice that has one. */
export async function forgeInvoiceRequests(scene: Scene): Promise<void> {
  const { environment } = scene.context.platform
  const ours = await askPaymentHash(scene, 21_000n)
  const other = await askPaymentHash(scene, 22_000n)
  await askAgain(scene, ours)
  const random = toHex(environment.random(32))
  await askStolenPreimage(scene, ours, random, 'a preimage of a nonce from nowhere')
  await askStolenPreimage(scene, ours, other.nonce, "a preimage of another invoice's nonce", other)
}

/** A second request for an invoice must give the first hash again. */
async function askAgain(scene: Scene, { id }: IssuedInvoice): Promise<void> {
  const { platform, node } = scene.context
  const { paymentHash: before } = platform.get('Invoice', id)
  await ask(scene.context, {
    chapter: scene.chapter,
    name: 'a second payment hash for an invoice',
    kind: 'hostile',
    entityId: node.id,
    data: aboutPaymentHash(scene, id),
    answeredFor: id,
    judge: ({ mutation, accepted }) => {
      if (!accepted || mutation === undefined) return failed('no payment hash came')
      const { paymentHash: after } = platform.get('Invoice', id)
      return before === after
        ? { outcome: 'refused', ok: true, note: 'the first one is given again' }
        : { outcome: 'extracted', ok: false, note: 'gave away a second payment hash' }
    },
  })
}

async function askStolenPreimage(
  scene: Scene,
  invoice: IssuedInvoice,
  nonce: string,
  name: string,
  owner?: IssuedInvoice,
): Promise<void> {
  const { platform, node } = scene.context
  await askHostilely(scene.context, {
    chapter: scene.chapter,
    name,
    entityId: node.id,
    data: aboutPreimage(scene, invoice.id, nonce),
    answeredFor: invoice.id,
    refusedBy: ['policy-lightspark-preimage-issued'],
    extracted: ({ mutation }) => {
      const { payment_preimage: preimage } = mutation?.input ?? {}
      if (typeof preimage !== 'string') return undefined
      const hash = owner && platform.get('Invoice', owner.id).paymentHash
      return hash !== undefined && settles(preimage, hash)
        ? 'the preimage of an invoice that nobody paid'
        : 'a preimage of a nonce it never issued'
    },
  })
}
