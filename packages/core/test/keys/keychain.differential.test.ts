import { compactSignature, digest, preimageNonce, publicKey, tweak } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { ExtendedPrivateKey, hardenedOffset, xpubVersions } from '@boltwarden/core/keys/bip32'
import { formatKeyPath } from '@boltwarden/core/keys/key-path'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { commitmentIndex } from '@boltwarden/core/units'
import { LightsparkSigner, Network } from '@lightsparkdev/crypto-wasm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyScalars, native, outcome, privateKeys } from '../secp256k1/backends.ts'
import { childNumbers, keyPaths, signingKeyPaths } from './key-paths.ts'

// The official WASM signer, built from Rust's bindings of libsecp256k1.
const seed = Uint8Array.from({ length: 64 }, (_, i) => 31 * i + 7)
const official = LightsparkSigner.from_bytes(seed, Network.Regtest)
const keychain = Keychain.fromSeed(seed, { secp256k1: native })
const master = ExtendedPrivateKey.fromSeed(seed, native)
const some = { numRuns: 60 }
const indexes = fc
  .bigInt({ min: 0n, max: 2n ** 48n - 1n })
  .map((index) => commitmentIndex(Number(index)))

describe('@lightsparkdev/crypto-wasm agrees on', () => {
  test('the master key', () => {
    expect(master.toXpub(xpubVersions.testnet)).toBe(official.get_master_public_key())
  })

  test('the L1 account', () => {
    expect(keychain.l1AccountXpub('REGTEST')).toBe(official.derive_public_key("m/84'/2'/0'"))
  })

  test('public keys', () => {
    fc.assert(
      fc.property(keyPaths, (path) => {
        expect(toHex(keychain.publicKey(path))).toBe(
          official.derive_public_key_hex(formatKeyPath(path)),
        )
      }),
      some,
    )
  })

  test('signatures, with all combinations of tweaks and any digest', () => {
    const tweaks = fc.record({
      mulTweak: fc.option(privateKeys.map(tweak), { nil: undefined }),
      addTweak: fc.option(privateKeys.map(tweak), { nil: undefined }),
    })
    fc.assert(
      fc.property(signingKeyPaths, anyScalars, tweaks, (path, message, { mulTweak, addTweak }) => {
        const text = formatKeyPath(path)
        const theirs = official.derive_key_and_sign(message, text, true, addTweak, mulTweak)
        const ours = keychain.sign(path, digest(message), { mulTweak, addTweak })
        expect(toHex(ours)).toBe(toHex(theirs))
      }),
      some,
    )
  })

  test('private keys and tweaks of hardened children', () => {
    fc.assert(
      fc.property(childNumbers, (number) => {
        const ours = master.child(number + hardenedOffset)
        expect(ours.toXpub(xpubVersions.testnet, master)).toBe(
          official.derive_public_key(`m/${number}'`),
        )
      }),
      some,
    )
  })

  test('per-commitment points and secrets', () => {
    fc.assert(
      fc.property(childNumbers, indexes, (channel, index) => {
        const path = `m/3/${channel}`
        expect(toHex(keychain.perCommitmentPoint(channel, index))).toBe(
          toHex(official.get_per_commitment_point(path, BigInt(index))),
        )
        expect(toHex(keychain.perCommitmentSecret(channel, index))).toBe(
          toHex(official.release_per_commitment_secret(path, BigInt(index))),
        )
      }),
      some,
    )
  })

  test('preimages and payment hashes', () => {
    fc.assert(
      fc.property(anyScalars.map(preimageNonce), (nonce) => {
        expect(toHex(keychain.paymentPreimage(nonce))).toBe(
          toHex(official.generate_preimage(nonce)),
        )
        expect(toHex(keychain.paymentHash(nonce))).toBe(
          toHex(official.generate_preimage_hash(nonce)),
        )
      }),
      some,
    )
  })

  test('ECDH, and on what is no point', () => {
    const peers = fc
      .tuple(fc.constantFrom(2, 3), anyScalars)
      .map(([prefix, x]) => publicKey(Uint8Array.of(prefix, ...x)))
    fc.assert(
      fc.property(
        fc.oneof(
          peers,
          privateKeys.map((key) => native.publicKey(key)),
        ),
        (peer) => {
          const ours = outcome(() => keychain.sharedSecret(peer))
          if (native.isPublicKey(peer)) expect(ours).toBe(`"${toHex(official.ecdh(peer))}"`)
          else expect(() => official.ecdh(peer)).toThrow()
          expect(ours.startsWith('RangeError')).toBe(!native.isPublicKey(peer))
        },
      ),
      some,
    )
  })

  test('recoverable signatures of invoices', () => {
    fc.assert(
      fc.property(anyScalars.map(digest), (hash) => {
        const theirs = official.sign_invoice_hash_wasm(hash)
        const { signature, recoveryId } = keychain.signInvoiceHash(hash)
        expect(signature).toEqual(compactSignature(Uint8Array.from(theirs.get_signature())))
        expect(recoveryId).toBe(theirs.get_recovery_id())
      }),
      some,
    )
  })
})
