import { randomBytes } from 'node:crypto'

/** The wall clock of the tests that set none. */
export const testTime = '2026-01-01T00:00:00Z'

const node = 'node_with_server_signing:1'

/** An event's body as the platform writes it; `fields` replace those of the envelope. */
export function eventBody(data: object | undefined, fields: object = {}): string {
  return JSON.stringify({
    event_type: 'REMOTE_SIGNING',
    event_id: randomBytes(16).toString('hex'),
    api_version: '2023-09-13',
    timestamp: testTime,
    entity_id: node,
    ...(data !== undefined && { data }),
    ...fields,
  })
}

/** Asks for the payment hash of an invoice. */
export function hashRequest(invoice = 'Invoice:1', fields: object = {}): string {
  const data = { invoice_id: invoice, bitcoin_network: 'REGTEST' }
  return eventBody({ sub_event_type: 'REQUEST_INVOICE_PAYMENT_HASH', ...data }, fields)
}

/** Asks for a point of channel `m/3/n`. */
export function pointRequest(index: number, fields: object = {}, data: object = {}): string {
  return eventBody(
    {
      sub_event_type: 'GET_PER_COMMITMENT_POINT',
      bitcoin_network: 'REGTEST',
      derivation_path: 'm/3/7',
      per_commitment_point_idx: index,
      node_id: node,
      ...data,
    },
    { entity_id: 'Channel:1', ...fields },
  )
}

/** Asks for a signature that no honest platform asks for: the script belongs to nobody. */
export function badJobs(count = 1, fields: object = {}): string {
  const job = (i: number) => ({
    id: `SignablePayload:${i}`,
    derivation_path: "m/84'/2'/0'/0/0",
    message: '11'.repeat(32),
    is_raw: true,
    script: `0014${'22'.repeat(20)}`,
    transaction: `0200000001${'33'.repeat(32)}0000000000fdffffff01e803000000000000160014${'44'.repeat(20)}00000000`,
    amount: 2000,
  })
  const signing_jobs = Array.from({ length: count }, (_, i) => job(i))
  const data = { sub_event_type: 'DERIVE_KEY_AND_SIGN', bitcoin_network: 'REGTEST', signing_jobs }
  return eventBody(data, fields)
}
