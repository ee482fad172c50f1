import type { Answer } from './answer.ts'
import type { Grant, GrantedJob } from './grant.ts'
import type { Keychain } from './keys/keychain.ts'

/**
 * Does what a grant says with the keys: the only way from a request to a secret or a signature.
 * The jobs of one grant are signed in their order. The same grant always gives the same bytes.
 *
 * @param grant - as `toGrant` makes it; for such a grant this does not fail.
 * @throws {TypeError} if the keychain was disposed of.
 * @throws {RangeError} if the grant was not made by `toGrant` and holds what the curve refuses.
 * @example
 * ```ts
 * import { answer } from '@boltwarden/core/answering'
 * import { channelId } from '@boltwarden/core/ids'
 * import { Keychain } from '@boltwarden/core/keys/keychain'
 * import { portable } from '@boltwarden/core/secp256k1/portable'
 * import { commitmentIndex } from '@boltwarden/core/units'
 * const keychain = Keychain.fromSeed(new Uint8Array(32), { secp256k1: portable })
 * const channel = { channelId: channelId('Channel:1'), channel: 7, index: commitmentIndex(0) }
 * answer({ kind: 'commitment-point', ...channel }, keychain).kind // 'commitment-point'
 * ```
 */
export function answer(grant: Grant, keychain: Keychain): Answer {
  switch (grant.kind) {
    case 'signatures':
      return {
        kind: 'signatures',
        signatures: grant.jobs.map((job) => ({ id: job.id, signature: sign(job, keychain) })),
      }
    case 'payment-hash': {
      const { kind, invoice, nonce } = grant
      return { kind, invoice, hash: keychain.paymentHash(nonce), nonce }
    }
    case 'payment-preimage': {
      const { kind, invoice, nonce } = grant
      return { kind, invoice, preimage: keychain.paymentPreimage(nonce) }
    }
    case 'commitment-point': {
      const { kind, channelId, channel, index } = grant
      return { kind, channelId, index, point: keychain.perCommitmentPoint(channel, index) }
    }
    case 'commitment-secret': {
      const { kind, channelId, channel, index } = grant
      return { kind, channelId, index, secret: keychain.perCommitmentSecret(channel, index) }
    }
    case 'shared-secret': {
      const { kind, node, peer } = grant
      return { kind, node, sharedSecret: keychain.sharedSecret(peer) }
    }
    case 'invoice-signature': {
      const { kind, invoice, hash } = grant
      return { kind, invoice, ...keychain.signInvoiceHash(hash) }
    }
    case 'acknowledgement':
      return { kind: 'acknowledgement' }
  }
}

function sign({ key, digest, mulTweak, addTweak }: GrantedJob, keychain: Keychain) {
  return keychain.sign(key, digest, { mulTweak, addTweak })
}
