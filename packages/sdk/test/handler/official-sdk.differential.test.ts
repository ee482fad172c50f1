import { type MutationSender, RemoteSigningWebhookHandler, signWebhook } from '@boltwarden/sdk'
import * as official from '@lightsparkdev/lightspark-sdk'
import { describe, expect, test } from 'vitest'
import { encode, eventBody, jobBody, signingBody } from '../webhook/bodies.ts'

const seed = new Uint8Array(32).fill(7)
const secret = 'webhook secret'
const { id } = jobBody()

/** What either handler made of one event: the variables that it sent, or how it ended. */
async function outcomes(body: unknown, yes: boolean) {
  const data = encode(body)
  const validator = { should_sign: () => yes }
  const auth = new official.AccountTokenAuthProvider('id', 'secret')
  const client = new official.LightsparkClient(auth)
  const sent: { theirs?: unknown; ours?: unknown } = {}
  client.executeRawQuery = async ({ variables }) => {
    sent.theirs = variables
    return null
  }
  const theirs = new official.RemoteSigningWebhookHandler(client, seed, validator)
  const sender: MutationSender = {
    async send({ variables }) {
      sent.ours = variables
      return []
    },
  }
  const ours = new RemoteSigningWebhookHandler(sender, seed, validator)
  const call = [data, signWebhook(data, secret), secret] as const
  const ending = (handled: Promise<unknown>) =>
    handled.catch((error) => `rejected: ${error instanceof Error ? error.message : 'no error'}`)
  const ended = {
    theirs: await ending(theirs.handleWebhookRequest(...call)),
    ours: await ending(ours.handleWebhookRequest(...call)),
  }
  ours.dispose()
  return { sent, ...ended }
}

describe('npm @lightsparkdev/lightspark-sdk 1.9.19', () => {
  test.each([
    'DERIVE_KEY_AND_SIGN',
    'RELEASE_PAYMENT_PREIMAGE',
    'GET_PER_COMMITMENT_POINT',
    'RELEASE_PER_COMMITMENT_SECRET',
    'ECDH',
    'SIGN_INVOICE',
  ] as const)('answers %s with the same variables', async (name) => {
    const { sent } = await outcomes(signingBody(name), true)
    expect(sent.ours).toBeDefined()
    expect(sent.ours).toEqual(sent.theirs)
  })

  test('declines the same jobs', async () => {
    const { sent } = await outcomes(signingBody('DERIVE_KEY_AND_SIGN'), false)
    expect(sent.theirs).toMatchObject({ payload_ids: [id, id] })
    expect(sent.ours).toEqual(sent.theirs)
  })

  test('rejects where we refuse by name: a no to what no mutation declines', async () => {
    const { sent, theirs, ours } = await outcomes(signingBody('GET_PER_COMMITMENT_POINT'), false)
    expect(sent).toEqual({})
    expect(theirs).toBe('rejected: Remote signing handler error')
    expect(ours).toMatchObject({ kind: 'refused', refusal: { code: 'VALIDATOR_DECLINED' } })
  })

  test('rejects where we refuse by name: a sub-event that is not answered', async () => {
    const { theirs, ours } = await outcomes(eventBody({ sub_event_type: 'VLS_MESSAGE' }), true)
    expect(theirs).toBe('rejected: Webhook parsing error')
    expect(ours).toMatchObject({ kind: 'refused', refusal: { code: 'SUB_EVENT_UNSUPPORTED' } })
  })

  test('rejects an event that is not about signing, which we ignore', async () => {
    const body = eventBody({ amount: 1 }, { event_type: 'PAYMENT_FINISHED' })
    const { theirs, ours } = await outcomes(body, true)
    expect(theirs).toBe('rejected: Webhook parsing error')
    expect(ours).toEqual({ kind: 'ignored', eventType: 'PAYMENT_FINISHED' })
  })

  test('rejects a body `[]` without a reason', async () => {
    const { theirs, ours } = await outcomes([], true)
    expect(theirs).toBe('rejected: Webhook parsing error')
    expect(ours).toBe('rejected: WEBHOOK_MALFORMED: the body expected an object')
  })

  test.each(['m/0', "m/4'", 'm/5', 'm', 'm/3/7h/0'])(
    'signs with %s, which we do not',
    async (derivation_path) => {
      const signing_jobs = [{ ...jobBody(), derivation_path }]
      const body = signingBody('DERIVE_KEY_AND_SIGN', { signing_jobs })
      const { sent, ours } = await outcomes(body, true)
      expect(sent.theirs).toMatchObject({ signatures: [{ id }] })
      expect(ours).toMatchObject({ kind: 'refused', refusal: { code: 'NOT_GRANTABLE' } })
    },
  )
})
