import { toHex } from '@boltwarden/core/hex'
import type { JobDraft } from '../../channel/job.ts'
import { settles } from '../../verify/payment.ts'
import { publicKeyOf, tweakPublicKey } from '../../verify/point.ts'
import { type SighashName, sighashOf } from '../../verify/sighash.ts'
import { isSignature } from '../../verify/signature.ts'
import type { Haul } from './haul.ts'

/** Whether the dangerous value itself came out, found without the signer's own code. */
export type Target = (haul: Haul) => boolean

/** A signature under that key, over that digest; both in hex. */
export function signature(publicKey: string, digest: string): Target {
  return ({ signatures }) => signatures.some((each) => isSignature(each, digest, publicKey))
}

/** A signature that spends what the draft shows, under the draft's tweaked key. */
export function signed(draft: JobDraft, sighash: SighashName = draft.sighash ?? 'all'): Target {
  const [mulTweak, addTweak] = [draft.mulTweak, draft.addTweak].map((each) => each && toHex(each))
  const key = tweakPublicKey(toHex(draft.publicKey), { mulTweak, addTweak })
  return signature(key, toHex(sighashOf(draft, sighash)))
}

/** All of several. */
export function all(...targets: readonly Target[]): Target {
  return (haul) => targets.every((target) => target(haul))
}

/** Any of several. */
export function any(...targets: readonly Target[]): Target {
  return (haul) => targets.some((target) => target(haul))
}

/** The secret of a point. */
export function secretOf(point: string): Target {
  return ({ words }) => words.some((word) => isKeyOf(word, point))
}

/** The private key of a point; a word that is no scalar has none. */
export function isKeyOf(word: string, point: string): boolean {
  try {
    return publicKeyOf(word) === point
  } catch {
    // noble tells by throwing that 0 or a number above the order is no private key.
    return false
  }
}

/** The preimage of a payment hash. */
export function preimageOf(paymentHash: string): Target {
  return ({ words }) => words.some((word) => settles(word, paymentHash))
}

/** Two different payment hashes for one invoice. */
export function secondHash(invoice: string): Target {
  return ({ paymentHashes }) => (paymentHashes.get(invoice)?.size ?? 0) > 1
}

/** More answers by that mutation than the honest part had: for what nobody else can check. */
export function moreThan(honest: number, operation: string): Target {
  return ({ operations }) => operations.filter((each) => each === operation).length > honest
}

/** An amount and the signature that lets it go. */
export type Spending = { readonly sats: bigint; readonly draft: JobDraft }

/** More money than the limit, counted over every spending whose signature came out. */
export function moneyAbove(limitSats: bigint, spendings: readonly Spending[]): Target {
  return (haul) => {
    const gone = spendings.filter(({ draft }) => signed(draft)(haul))
    return gone.reduce((sum, { sats }) => sum + sats, 0n) > limitSats
  }
}
