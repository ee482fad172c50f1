import { type Digest, digest, type Tweak, tweak } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import {
  childTweak,
  type ExtendedPublicKey,
  publicChild,
} from '../../pairing/extended-public-key.ts'
import { isSignature, recoverSigner } from '../../verify/signature.ts'
import type { Stage } from './stage.ts'
import { NotPlayed } from './stage.ts'
import type { Target } from './target.ts'

const { Fn } = secp256k1.Point

/** What turns the key of one child into that of its sibling, from the xpub of both alone. */
export function siblingTweak(parent: ExtendedPublicKey, from: number, to: number): Tweak {
  return scalar(Fn.sub(childTweak(parent, to).tweak, childTweak(parent, from).tweak))
}

/** The xpub above the L1 wallet's addresses of one kind. */
export function walletBranch({ pairing }: Stage, change: 0 | 1): ExtendedPublicKey {
  return publicChild(pairing.l1Account, change)
}

/**
 * The xpub of a channel.
 *
 * @throws {NotPlayed} if the pairing does not have it: a signer does not show it.
 */
export function channelXpub({ pairing }: Stage, channel: number): ExtendedPublicKey {
  const keys = pairing.channels.find((each) => each.channel === channel)
  if (keys?.xpub === undefined) throw new NotPlayed("the pairing has no xpub of the channel's")
  return keys.xpub
}

/** Any scalar will do; this one is a thief's choice. */
const factor = 0x1234_5678_9abc_def0_1234_5678_9abc_def0n

/** The factor by which key and digest are multiplied. */
export const mulTweak: Tweak = scalar(factor)

/** The digest times the factor: signed with the key times the factor, it unmasks the key's own. */
export function multiplied(message: Digest): Digest {
  return digest(scalar(Fn.mul(Fn.create(numberOf(message)), factor)))
}

/** What is to be added so that factor · (key of `from`) is factor · (key of `to`). */
export function multipliedSiblingTweak(parent: ExtendedPublicKey, from: number, to: number): Tweak {
  return scalar(Fn.mul(numberOf(siblingTweak(parent, from, to)), factor))
}

/** A signature of the key itself over the digest itself, divided out of that of the products. */
export function dividedSignature(publicKey: string, message: string): Target {
  return ({ signatures }) =>
    signatures.some((each) => isSignature(divided(each), message, publicKey))
}

/** What divides the factor out of a signature of the products, hex. */
export function divided(signature: string): string {
  const { r, s } = secp256k1.Signature.fromBytes(hexToBytes(signature), 'compact')
  const own = Fn.mul(s, Fn.inv(factor))
  const low = own > Fn.ORDER / 2n ? Fn.neg(own) : own
  return toHex(new secp256k1.Signature(r, low).toBytes('compact'))
}

/** Two signatures of one and the same key over two digests: some key signs what it is given. */
export function oneKeySigned(first: string, second: string): Target {
  return ({ signatures }) =>
    signatures.some((a, at) => {
      const keys = signersOf(a, first)
      return signatures.some(
        (b, other) => other !== at && signersOf(b, second).some((key) => keys.includes(key)),
      )
    })
}

function signersOf(signature: string, message: string): readonly string[] {
  return [0, 1, 2, 3].flatMap((id) => recoverSigner(signature, id, message) ?? [])
}

function scalar(value: bigint): Tweak {
  return tweak(Fn.toBytes(value))
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}
