import { createHash } from 'node:crypto'
import { p2wpkhOfHash, p2wsh, publicKeyHashOf } from '@boltwarden/core/bitcoin/output-script'
import { createPsbt, serialisePsbt } from '@boltwarden/core/bitcoin/psbt'
import { serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { parseUnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
import { digest } from '@boltwarden/core/bytes'
import type { SigningJob } from '@boltwarden/core/request'
import { sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { changedJob, hash, signing, without } from './honest.ts'

import { commitment, decide, resigned, shapes, withHtlc } from './signing.ts'

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return createHash('sha256').update(Buffer.concat(parts)).digest()
}

/** The BIP 143 preimage of a commitment: one input, SIGHASH_ALL. */
function preimageOf(job: SigningJob): Uint8Array {
  const raw = Buffer.from(job.transaction ?? [])
  // Version 4, count 1, outpoint 36, empty script 1, sequence 4, count of outputs 1, then outputs.
  const outpoint = raw.subarray(5, 41)
  const sequence = raw.subarray(42, 46)
  const script = Buffer.from(job.script ?? [])
  const amount = Buffer.alloc(8)
  amount.writeBigUInt64LE(job.amount ?? 0n)
  return Buffer.concat([
    raw.subarray(0, 4),
    sha256(sha256(outpoint)),
    sha256(sha256(sequence)),
    outpoint,
    Buffer.of(script.length),
    script,
    amount,
    sequence,
    sha256(sha256(raw.subarray(47, -4))),
    raw.subarray(-4),
    Buffer.of(1, 0, 0, 0),
  ])
}

describe('policy-lightspark-sighash', () => {
  const refused = ['decline', 'policy-lightspark-sighash']

  test.each(shapes)('%s: another message', (_name, scenario, label) => {
    const honest = signing(scenario, label)
    const message = digest(hash('another'))
    expect(
      decide(
        honest,
        changedJob(honest, (job) => ({ ...job, message })),
      ),
    ).toEqual(refused)
  })

  test.each(['transaction', 'script', 'amount'] as const)('no %s', (field) => {
    const honest = commitment()
    expect(
      decide(
        honest,
        changedJob(honest, (job) => without(job, field)),
      ),
    ).toEqual(refused)
  })

  test('a bare message, as a public channel is announced with', () => {
    const honest = commitment()
    const bare = changedJob(honest, ({ id, path, message }) => ({ id, path, message, isRaw: true }))
    expect(honest.signer.decide(bare).decision).toEqual({
      verdict: 'decline',
      violations: [
        {
          tag: 'policy-lightspark-sighash',
          message: 'the job lacks transaction, script, amount',
          job: honest.delivery.request.jobs[0]?.id,
        },
      ],
    })
  })

  test('another amount', () => {
    const honest = commitment()
    const delivery = changedJob(honest, (job) => ({
      ...job,
      amount: sats((job.amount ?? 0n) + 1n),
    }))
    expect(decide(honest, delivery)).toEqual(refused)
  })

  test('one bit of the transaction', () => {
    const honest = commitment()
    const delivery = changedJob(honest, (job) => {
      const transaction = Uint8Array.from(job.transaction ?? [])
      transaction[4 + 1 + 3] = Number(transaction[8]) ^ 1
      return { ...job, transaction }
    })
    expect(decide(honest, delivery)).toEqual(refused)
  })

  test('a transaction that does not parse', () => {
    const honest = commitment()
    const transaction = new Uint8Array(3)
    expect(
      decide(
        honest,
        changedJob(honest, (job) => ({ ...job, transaction })),
      ),
    ).toEqual(refused)
  })

  test('SINGLE|ANYONECANPAY for a commitment', () => {
    const honest = commitment()
    const delivery = changedJob(honest, (job) => resigned(job, 'single-anyonecanpay'))
    expect(decide(honest, delivery)).toEqual(refused)
  })

  test('SINGLE|ANYONECANPAY for an HTLC of a channel without anchors', () => {
    const honest = withHtlc('receive-legacy')
    const delivery = changedJob(honest, (job) => resigned(job, 'single-anyonecanpay'), 1)
    expect(decide(honest, delivery)).toEqual(refused)
  })

  test('SINGLE|ANYONECANPAY for an HTLC of our own commitment', () => {
    const honest = signing('force-close-by-us-anchors', 'sign_holder_htlc_transaction')
    const delivery = changedJob(honest, (job) => resigned(job, 'single-anyonecanpay'))
    expect(decide(honest, delivery)).toEqual(refused)
  })
})

describe('is_raw', () => {
  test('false with the digest itself: the digest is signed', () => {
    const honest = commitment()
    const delivery = changedJob(honest, (job) => ({ ...job, isRaw: false }))
    const { decision, grant } = honest.signer.decide(delivery)
    expect(decision.verdict).toBe('sign')
    expect(grant).toMatchObject({ jobs: [{ digest: honest.delivery.request.jobs[0]?.message }] })
  })

  test('false with what hashes to the digest: the digest is signed, not the message', () => {
    const honest = commitment()
    const { signer, delivery } = honest
    const hashedOnce = (isRaw: boolean) =>
      changedJob(honest, (job) => ({ ...job, isRaw, message: digest(sha256(preimageOf(job))) }))
    expect(decide(honest, hashedOnce(true))).toEqual(['decline', 'policy-lightspark-sighash'])
    const { decision, grant } = signer.decide({ ...hashedOnce(false), event: delivery.event })
    expect(decision.verdict).toBe('sign')
    expect(grant).toMatchObject({ jobs: [{ digest: delivery.request.jobs[0]?.message }] })
  })
})

describe('PSBT', () => {
  /** The job with its transaction as a PSBT that says what `claim` returns of input 0. */
  function asPsbt(
    job: SigningJob,
    claim: { amount?: bigint; script?: Uint8Array; type?: number } = {},
  ) {
    const unsigned = parseUnsignedTransaction(job.transaction ?? new Uint8Array())
    if (!unsigned.ok || !job.script || !job.amount) throw new RangeError('not signable')
    const script = claim.script ?? job.script
    const publicKeyHash = publicKeyHashOf(script)
    const psbt = createPsbt(unsigned.value.transaction, [
      {
        witnessUtxo: {
          value: sats(claim.amount ?? job.amount),
          scriptPubKey: publicKeyHash ? p2wpkhOfHash(publicKeyHash) : p2wsh(script),
        },
        ...(!publicKeyHash && { witnessScript: script }),
        ...(claim.type !== undefined && { sighashType: claim.type }),
      },
    ])
    return { ...job, transaction: serialisePsbt(psbt) }
  }
  const sweep = () => signing('force-close-by-peer-legacy', 'sweep_static_payment')
  const delayed = () => signing('force-close-by-us-anchors', 'sweep_delayed')

  test.each([
    ['P2WPKH', sweep],
    ['P2WSH', delayed],
  ])('%s: what agrees with the job is signed', (_name, of) => {
    const honest = of()
    expect(
      decide(
        honest,
        changedJob(honest, (job) => asPsbt(job)),
      ),
    ).toEqual(['sign'])
    const typed = changedJob(honest, (job) => asPsbt(job, { type: 1 }))
    expect(decide(honest, { ...typed, event: honest.delivery.event })).toEqual(['sign'])
  })

  test.each([
    ['another amount', { amount: 1n }],
    ['another script', { script: Uint8Array.of(0x51) }],
    ['another sighash type', { type: 0x83 }],
  ])('%s is refused', (_name, claim) => {
    const honest = delayed()
    expect(
      decide(
        honest,
        changedJob(honest, (job) => asPsbt(job, claim)),
      ),
    ).toEqual([
      'decline',
      'policy-lightspark-sighash',
      ...('script' in claim ? ['policy-lightspark-sighash'] : []),
    ])
  })

  test('another transaction is refused', () => {
    const honest = delayed()
    const delivery = changedJob(honest, (job) => {
      const unsigned = parseUnsignedTransaction(job.transaction ?? new Uint8Array())
      if (!unsigned.ok) throw new RangeError('not signable')
      const transaction = { ...unsigned.value.transaction, locktime: 1 }
      return { ...asPsbt({ ...job, transaction: serialiseTransaction(transaction) }) }
    })
    expect(decide(honest, delivery)).toEqual(['decline', 'policy-lightspark-sighash'])
  })
})
