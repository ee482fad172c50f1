import { Transaction } from '@scure/btc-signer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  parsePairing,
  type Sandbox,
  type StepResult,
  startSandbox,
  subEventTypes,
  type WalkReport,
  walk,
} from '../src/index.ts'
import { startOfficialSigner } from './official-signer.ts'
import { credentials, webhookSecret } from './pairing.ts'

type Job = {
  readonly message: string
  readonly script: string
  readonly transaction: string
  readonly amount: number
  readonly destination_derivation_path: string | null
}

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))

/** Every digest that a job may ask for, computed by a second implementation of BIP 143. */
function digestsOf({ script, transaction, amount }: Job): readonly string[] {
  const options = { allowUnknownInputs: true, allowUnknownOutputs: true, disableScriptCheck: true }
  const isPsbt = transaction.startsWith('70736274ff')
  const parse = isPsbt ? Transaction.fromPSBT : Transaction.fromRaw
  const parsed = parse(bytes(transaction), options)
  const isP2wpkh = script.startsWith('0014')
  const code = bytes(isP2wpkh ? `76a9${script.slice(2)}88ac` : script)
  const inputs = Array.from({ length: parsed.inputsLength }, (_, i) => i)
  return inputs.flatMap((input) =>
    [0x01, 0x83].map((type) =>
      Buffer.from(parsed.preimageWitnessV0(input, code, type, BigInt(amount))).toString('hex'),
    ),
  )
}

describe('@lightsparkdev/lightspark-sdk 1.9.19 as a blind signer', () => {
  const seed = new Uint8Array(64).fill(7)
  let sandbox: Sandbox
  let signer: Awaited<ReturnType<typeof startOfficialSigner>>
  let report: WalkReport

  beforeAll(async () => {
    signer = await startOfficialSigner(seed)
    sandbox = await startSandbox({
      credentials,
      webhookUrl: signer.webhookUrl,
      webhookSecret,
      retrySchedule: [],
    })
    signer.connect(sandbox.url)
    const pairing = parsePairing(signer.pairing)
    const { platform, dispatcher } = sandbox
    report = await walk({ platform, dispatcher, pairing }, { seed: new Uint8Array(32) })
  })

  afterAll(async () => {
    await sandbox.close()
    await signer.close()
  })

  const stepsOf = (kind: StepResult['kind']) => report.steps.filter((step) => step.kind === kind)

  test('every honest answer verifies', () => {
    expect(stepsOf('honest').filter(({ ok }) => !ok)).toEqual([])
    expect(report.verified).toBeGreaterThan(50)
  })

  test('every sub-event was walked', () => {
    const seen = new Set(stepsOf('honest').map(({ subject }) => subject))
    expect(subEventTypes.filter((type) => !seen.has(type))).toEqual([])
  })

  test('every honest job asks for a BIP 143 digest of what it shows (@scure/btc-signer)', () => {
    const honest = new Set(stepsOf('honest').map(({ eventId }) => eventId))
    const jobs = sandbox.dispatcher
      .deliveries()
      .filter(({ eventId, subject }) => honest.has(eventId) && subject === 'DERIVE_KEY_AND_SIGN')
      .flatMap(({ body }): Job[] => JSON.parse(body).data.signing_jobs)
    expect(jobs.length).toBeGreaterThan(20)
    expect(jobs.filter(({ transaction }) => transaction.startsWith('70736274ff'))).toHaveLength(1)
    expect(jobs.filter((job) => !digestsOf(job).includes(job.message))).toEqual([])
  })

  test('a close and both kinds of sweep pay the keys of m/1', () => {
    const paid = sandbox.dispatcher
      .deliveries()
      .filter(({ subject }) => subject === 'DERIVE_KEY_AND_SIGN')
      .flatMap(({ body }): Job[] => JSON.parse(body).data.signing_jobs)
      .map((job) => job.destination_derivation_path)
    expect(paid).toEqual(expect.arrayContaining(['m/1/0', 'm/1/1', 'm/1/2']))
  })

  test('the platform holds what was answered', () => {
    const payloads = sandbox.platform
      .entities()
      .filter((entity) => entity.type === 'SignablePayload')
    expect(new Set(payloads.map(({ status }) => status))).toEqual(new Set(['SIGNED']))
  })

  test('every hostile request that asks for something gets it', () => {
    const outcomes = stepsOf('hostile').map(
      ({ name, outcome, note }) => `${outcome}: ${name} (${note})`,
    )
    expect(outcomes).toMatchInlineSnapshot(`
      [
        "extracted: the only secret, before there is a next point (gave away the secret of commitment 0)",
        "extracted: a commitment that leaves numbers out (gave away a good signature under m/3/3/0)",
        "extracted: a close that burns the channel (gave away a good signature under m/3/3/0)",
        "extracted: a coin of the wallet to a stranger (gave away a good signature under m/84'/2'/0'/0/9)",
        "extracted: the digest of another transaction than the one shown (gave away a good signature under m/3/3/0)",
        "extracted: a multiplied funding key (gave away a good signature under m/3/3/0)",
        "extracted: an added-to funding key (gave away a good signature under m/3/3/0)",
        "extracted: the node's identity key (gave away a good signature under m/0)",
        "extracted: the payment key on the funding output (gave away a good signature under m/3/3/2)",
        "extracted: the funding key by another spelling of its path (gave away a good signature under m/3/3/00)",
        "extracted: secret out of order: one is left out (gave away the secret of commitment 2)",
        "extracted: the same keys for a second channel id (gave away a point of keys that belong to another channel)",
        "extracted: a revealed secret that contradicts the one before (gave away its belief: the false secret was taken)",
        "extracted: a second payment hash for an invoice (gave away a second payment hash)",
        "extracted: a preimage of a nonce from nowhere (gave away a preimage of a nonce it never issued)",
        "extracted: a preimage of another invoice's nonce (gave away the preimage of an invoice that nobody paid)",
        "extracted: a known event id with another body (gave away an answer: update_channel_per_commitment_point)",
        "extracted: an event of two days ago (gave away an answer: update_channel_per_commitment_point)",
        "extracted: a request for another network (gave away an answer: update_channel_per_commitment_point)",
        "refused: a sub-event of another protocol (refused)",
        "refused: a wrong HMAC (refused)",
        "refused: no HMAC at all (refused)",
        "refused: a body that is no JSON (refused)",
        "refused: a body that is a list (refused)",
        "refused: an index as text (refused)",
        "refused: a doubled key (refused)",
      ]
    `)
  })
})
