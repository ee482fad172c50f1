import { createHash } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { expect, test } from 'vitest'
import { digestOf } from '../../src/channel/job.ts'
import type { RemoteKeys } from '../../src/lightning/remote-signer/remote-keys.ts'
import { boltwardenStages } from './kit.ts'

// What passes here elsewhere means something only if what is wrong is noticed.

const stage = boltwardenStages()
const otherKey = new Uint8Array(32).fill(0x42)
const hashed = (bytes: Uint8Array | undefined) =>
  bytes && new Uint8Array(createHash('sha256').update(bytes).digest())

/** From `start` on, the signature at a place of each batch is by another key. */
function wrongSignature(place: number, when: (path: string) => boolean) {
  return (keys: RemoteKeys): RemoteKeys => ({
    ...keys,
    signatures: (entityId, drafts) => {
      const draft = drafts[place]
      const signatures = keys.signatures(entityId, drafts)
      if (draft === undefined || !when(draft.path)) return signatures
      const wrong = secp256k1.sign(digestOf(draft), otherKey, { prehash: false })
      return signatures?.map((signature, at) => (at === place ? wrong : signature))
    },
  })
}

/** Why the peer closed the channel while we tried to pay it. */
async function reasonToClose(tamper: (keys: RemoteKeys) => RemoteKeys): Promise<string> {
  const started = { wrong: false }
  const play = await stage({
    tamper: (keys) => {
      const tampered = tamper(keys)
      const now = () => (started.wrong ? tampered : keys)
      return {
        ...keys,
        secret: (...args) => now().secret(...args),
        signatures: (...args) => now().signatures(...args),
      }
    },
  })
  const reasons: string[] = []
  play.bob.onEvent((event) => {
    if (event.type === 'channel-closed') reasons.push(event.reason)
  })
  await play.open(play.alice(), play.bob, { kind: 'anchors' })
  started.wrong = true
  play.alice().send(await play.bob.createInvoice({ amountMsat: 30_000_000n }))
  return play.until('the end of the channel', () => reasons[0])
}

test('another key for the commitment', async () => {
  const reason = await reasonToClose(wrongSignature(0, (path) => path.endsWith('/0')))
  expect(reason).toBe('Invalid commitment tx signature from peer')
})

test('another key for an HTLC only', async () => {
  const reason = await reasonToClose(wrongSignature(1, (path) => path.endsWith('/4')))
  expect(reason).toBe('Invalid HTLC tx signature from peer')
})

test('another secret', async () => {
  const reason = await reasonToClose((keys) => ({
    ...keys,
    secret: (channel, index) => hashed(keys.secret(channel, index)),
  }))
  expect(reason).toMatch("Got a revoke commitment secret which didn't correspond")
})

test('another preimage: the payment is not paid', async () => {
  const play = await stage({
    tamper: (keys) => ({ ...keys, preimage: (invoiceId) => hashed(keys.preimage(invoiceId)) }),
  })
  await play.open(play.bob, play.alice(), { kind: 'anchors' })
  const hash = play.bob.send(await play.alice().createInvoice({ amountMsat: 30_000_000n }))
  await play.until('its preimage', () => {
    const asked = play.alice().desk.counts().waiting === 0
    return asked && play.alice().received.arrived().length === 0 ? true : undefined
  })
  await play.settle()
  expect(play.bob.payments.get(hash)).toEqual({ state: 'pending' })
  expect(play.alice().payments.isClaimed(hash)).toBe(false)
})

test('another key for a sweep: the chain takes nothing', async () => {
  const play = await stage({ tamper: wrongSignature(0, (path) => path.endsWith('/3')) })
  const channel = await play.open(play.alice(), play.bob, { kind: 'anchors' })
  await play.forceClose(play.alice(), channel.id)
  await play.mine(2)
  await play.mineUntil('the sweep', () => play.alice().pendingClaims() === 0)
  await play.mine(2)
  expect(play.alice().journal.lines()).toContainEqual(expect.stringContaining('broadcast: script'))
  expect(play.alice().wallet.balance()).toBeLessThan(9_100_000n)
})
