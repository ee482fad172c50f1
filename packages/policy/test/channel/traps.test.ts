import { bip143Digest } from '@boltwarden/core/bitcoin/bip143'
import { psbtMagic } from '@boltwarden/core/bitcoin/psbt'
import { parseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { digest, tweak } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { eventId } from '@boltwarden/core/ids'
import type { SigningJob } from '@boltwarden/core/request'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { commitmentIndex, maxCommitmentIndex, sats } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import { judge } from '@boltwarden/policy/judge'
import { HDKey } from '@scure/bip32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hash, outcome } from '../honest.ts'
import { answered, commit, open, opened, stage } from './play.ts'
import { SimulatedChannel } from './simulated-channel.ts'

const secp256k1 = await loadSecp256k1('auto')
const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const pushMsat = 400_000_000n
const types = ['static-remotekey', 'anchors'] as const
const play = (type: (typeof types)[number] = 'anchors') =>
  opened({ type, funder: 'holder', pushMsat })

function jobsOf({ request }: Delivery): readonly SigningJob[] {
  if (request.kind !== 'derive-key-and-sign') throw new TypeError('no jobs')
  return request.jobs
}

function firstJob(delivery: Delivery): SigningJob {
  const [job] = jobsOf(delivery)
  if (job === undefined) throw new RangeError('no job')
  return job
}

/** What turns the second key into the first. Without hardening an extended public key tells it. */
function differenceOf(one: string, other: string) {
  const master = HDKey.fromMasterSeed(new Uint8Array(32).fill(5))
  const [a, b] = [one, other].map((path) =>
    BigInt(`0x${toHex(master.derive(path).privateKey ?? new Uint8Array())}`),
  )
  const difference = ((a ?? 0n) - (b ?? 0n) + curveOrder) % curveOrder
  return tweak(hexToBytes(difference.toString(16).padStart(64, '0')))
}

describe('traps', () => {
  test('an HTLC key with the tweak that turns it into the funding key', () => {
    const { signer, channel } = play()
    const job = firstJob(channel.commitment())
    const funding = { purpose: 'channel-key', channel: channel.channel, key: 'funding' } as const
    const addTweak = differenceOf(`${channel.path}/0`, `${channel.path}/4`)
    const turned = secp256k1.publicKeyTweakAdd(
      signer.keys.publicKey({ ...funding, key: 'htlc-basepoint' }),
      addTweak,
    )
    expect(turned).toEqual(signer.keys.publicKey(funding))
    const disguised = channel.sign([{ ...job, path: `${channel.path}/4`, addTweak }])
    expect(outcome(signer.decide(disguised))).toContain('policy-lightspark-key-purpose')
  })

  test('a digest that is multiplied with the mul tweak, to get a signature of the base key', () => {
    const { signer, channel } = play()
    const job = firstJob(channel.commitment())
    const mulTweak = new Uint8Array(32).fill(7)
    const multiplied = digest(new Uint8Array(32).fill(9))
    for (const key of [0, 1, 2, 3, 4]) {
      const path = `${channel.path}/${key}`
      const delivery = channel.sign([{ ...job, path, mulTweak, message: multiplied }])
      const tags = outcome(signer.decide(delivery))
      expect(tags[0]).toBe('decline')
      expect(tags).toContain('policy-lightspark-sighash')
      if (key !== 1) expect(tags).toContain('policy-lightspark-tweak')
    }
  })

  test('an index above 2^48-1, which the official signer takes for a lower one', () => {
    expect(() => commitmentIndex(maxCommitmentIndex + 1)).toThrow(RangeError)
    expect(() => commitmentIndex(2 ** 48 + 5)).toThrow(RangeError)
  })

  test.each(["m/3/7'/0", '3/7/0', 'm/3/07/0', 'm/3/7h/0', 'M/3/7/0', 'm//3/7/0'])(
    'a path that is spelt in another way: %s',
    (path) => {
      const { signer, channel } = play()
      const job = firstJob(channel.commitment())
      expect(outcome(signer.decide(channel.sign([{ ...job, path }])))).toContain(
        'policy-lightspark-path',
      )
    },
  )

  test('two commitments of one number at the same time: in either order one is signed', () => {
    for (const turn of [0, 1]) {
      const { signer, channel } = play()
      const one = channel.commitment()
      channel.agreement = { ...channel.agreement, feerate: 1001 }
      const all = [one, channel.commitment()]
      // Both were recomposed before either was judged, as in two instances.
      const facts = all.map((delivery) => signer.facts(delivery))
      const verdicts = [turn, 1 - turn].map((at) => {
        const [delivery, recomposed] = [all[at], facts[at]]
        if (delivery === undefined || recomposed === undefined) throw new RangeError('no delivery')
        const judgement = judge(signer.policy, recomposed, signer.view(delivery))
        signer.write(judgement.writes)
        return judgement.decision.verdict
      })
      expect(verdicts).toEqual(['sign', 'decline'])
    }
  })

  test('a crash between the decision and the answer: the same event is signed again', () => {
    const { signer, channel } = play()
    const delivery = channel.commitment()
    const { grant } = answered(signer, delivery)
    const again = signer.decide(delivery)
    expect(again.repeated).toBe(true)
    expect(again.grant).toEqual(grant)
  })

  test('a crash before the decision was written: nothing was signed, so another may be', () => {
    const { signer, channel } = play()
    const lost = channel.commitment()
    judge(signer.policy, signer.facts(lost), signer.view(lost))
    channel.agreement = { ...channel.agreement, feerate: 1001 }
    answered(signer, channel.commitment())
  })

  test.each(types)(
    "a revoked commitment of our own that looks like the other side's: %s",
    (type) => {
      const busy = play(type)
      const { signer, channel } = busy
      for (let round = 0; round < 3; round++) commit(busy)
      for (const number of [0, 1, 2]) {
        const tags = outcome(signer.decide(channel.holderCommitment(number)))
        expect(tags[0]).toBe('decline')
        expect(tags).toContain('policy-commitment-holder-not-revoked')
      }
    },
  )

  test.each(types)('our own commitment in place of the next of the other side: %s', (type) => {
    const { signer, channel } = play(type)
    answered(signer, channel.commitment(1))
    answered(signer, channel.reveal(0))
    const before = signer.channel(channel.channel)?.commitments
    // Number 2 is next there, and not ours yet: it is not signed, as whoever's it is taken.
    expect(outcome(signer.decide(channel.holderCommitment(2)))[0]).toBe('decline')
    expect(signer.channel(channel.channel)?.commitments).toEqual(before)
  })

  test('a PSBT that shows one transaction while the digest is that of another', () => {
    const { signer, channel } = play()
    const job = firstJob(channel.commitment())
    const other = firstJob(
      channel.commitment(channel.next, {
        transaction: (tx) => ({
          ...tx,
          outputs: tx.outputs.map((it) => ({ ...it, value: sats(it.value / 2n) })),
        }),
      }),
    )
    const shown = job.transaction ?? new Uint8Array()
    const psbt = Uint8Array.of(
      ...psbtMagic,
      ...[1, 0, shown.length],
      ...shown,
      ...[0, 0],
      ...jobsOf(channel.sign([job])).map(() => 0),
    )
    for (const transaction of [shown, psbt]) {
      const disguised = channel.sign([{ ...job, message: other.message, transaction }])
      expect(outcome(signer.decide(disguised))).toContain('policy-lightspark-sighash')
    }
  })

  test('what spends a funding output and is neither commitment, close nor anchor', () => {
    const { signer, channel } = play()
    const honest = parseTransaction(firstJob(channel.commitment()).transaction ?? new Uint8Array())
    if (!honest.ok) throw new TypeError('no transaction')
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.integer({ min: 0, max: 0xffff_ffff }),
        (sequence, locktime) => {
          const isCommitment = sequence >>> 24 === 0x80 && locktime >>> 24 === 0x20
          fc.pre(!isCommitment && sequence !== 0xffff_ffff && sequence !== 0xffff_fffd)
          const transaction = {
            ...honest.value,
            locktime,
            inputs: honest.value.inputs.map((it) => ({ ...it, sequence })),
          }
          const tags = outcome(signer.decide(channel.sign([channel.fundingJob(transaction)])))
          expect(tags).toContain('policy-lightspark-key-purpose')
        },
      ),
      { numRuns: 50 },
    )
  })

  test('the announcement of a public channel: a bare message under the funding key', () => {
    const { signer, channel } = play()
    const { id, path } = firstJob(channel.commitment())
    const message = digest(hash('announcement'))
    const bare = channel.sign([{ id, path, message, isRaw: true }])
    expect(outcome(signer.decide(bare))).toEqual(['decline', 'policy-lightspark-sighash'])
  })

  test('a commitment that pays our payment key, made of our own revoked one by its sender', () => {
    // A counterparty whose payment key is ours makes our own commitment pay us: it is taken for its
    // own, and then has to leave us what we have.
    const busy = play('static-remotekey')
    const { signer, channel } = busy
    commit(busy)
    const poorer = channel.commitment(channel.next, {
      parameters: (it) => ({ ...it, toLocalMsat: it.toRemoteMsat, toRemoteMsat: it.toLocalMsat }),
    })
    expect(outcome(signer.decide(poorer))).toContain('policy-routing-deltas-only-htlc')
  })

  test('a second channel with the funding output of the first', () => {
    const first = stage({ type: 'anchors', funder: 'holder', pushMsat })
    open(first)
    const second = new SimulatedChannel(first.signer.keys, {
      type: 'anchors',
      funder: 'holder',
      pushMsat,
      channel: 7 + 256,
    })
    answered(first.signer, second.point(0))
    // Its keys are its own, so its script is another: signing it gives nothing of the first.
    expect(first.channel.fundingScript).not.toEqual(second.fundingScript)
    expect(outcome(first.signer.decide(second.commitment()))).toEqual(['sign'])
  })

  test('the funding amount of another commitment, with a digest that fits it', () => {
    const { signer, channel } = play()
    const job = firstJob(channel.commitment())
    const parsed = parseTransaction(job.transaction ?? new Uint8Array())
    if (!parsed.ok || job.script === undefined) throw new TypeError('no transaction')
    const amount = sats(channel.amount + 1n)
    const message = bip143Digest(parsed.value, 0, job.script, amount, 'all')
    expect(outcome(signer.decide(channel.sign([{ ...job, amount, message }])))).toContain(
      'policy-commitment-input-match-funding',
    )
  })

  test('the same commitment under many event ids changes nothing', () => {
    const { signer, channel } = play()
    const delivery = channel.commitment()
    answered(signer, delivery)
    const state = signer.channel(channel.channel)
    for (let at = 0; at < 5; at++) {
      const event = eventId(`again-${at}`)
      answered(signer, { ...delivery, event, bodyHash: hash(event) })
    }
    expect(signer.channel(channel.channel)).toEqual(state)
  })
})
