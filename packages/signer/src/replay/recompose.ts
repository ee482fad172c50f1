import { createHash } from 'node:crypto'
import { paymentHash, preimageNonce } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import type { Network } from '@boltwarden/core/network'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { Delivery } from '@boltwarden/policy/event'
import { type Candidate, type Facts, recompose } from '@boltwarden/policy/facts'
import type { CapturedEvent } from '../capture/line.ts'
import { type Incoming, readCall } from '../pipeline/receive.ts'
import type { PublicSide } from './public-keys.ts'

/** What recorded events are recomposed with: nothing secret. */
export type ReplayPorts = {
  readonly network: Network
  readonly keys: PublicSide
  readonly secp256k1: Secp256k1
}

/** What a captured event is. */
export function readCaptured({ body, receivedAtMs }: CapturedEvent): Incoming {
  return readCall({ body, receivedAtMs })
}

/** The facts of a captured event, with the nonce that was issued then. */
export function recomposeCaptured(
  delivery: Delivery,
  event: CapturedEvent,
  ports: ReplayPorts,
): Facts {
  return recompose(delivery, { ...ports, candidate: candidateOf(event) })
}

/**
 * What was issued for an invoice is known where it was recorded. Elsewhere nonce and hash stand for
 * ones that nobody knows: the preimage key is not at hand, and none is needed to judge.
 */
function candidateOf({ issued, body }: CapturedEvent): Candidate {
  if (issued !== undefined) {
    return {
      nonce: preimageNonce(hexToBytes(issued.nonce)),
      paymentHash: paymentHash(hexToBytes(issued.paymentHash)),
    }
  }
  const stand = (what: string) =>
    new Uint8Array(createHash('sha256').update(what).update(body).digest())
  return { nonce: preimageNonce(stand('nonce')), paymentHash: paymentHash(stand('hash')) }
}
