import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const corpus = join(import.meta.dirname, '..', '..', 'vectors', 'corpus')

/** A webhook call, signed. */
export type Call = { readonly body: Uint8Array; readonly signature: string }

type Event = {
  readonly event_id: string
  readonly timestamp: string
  readonly data: Readonly<Record<string, unknown>>
  readonly [key: string]: unknown
}

/** One kind of event, of which any number of fresh deliveries can be made. */
export type Work = {
  readonly name: string
  readonly call: (round: number) => Call
  /** What brings a signer with a memory to the state in which the work is honest. */
  readonly past: readonly Call[]
}

/** A recorded node: its keys, and events of its life that can be asked again and again. */
export type Workload = {
  readonly seed: Uint8Array
  readonly webhookSecret: string
  readonly works: readonly Work[]
}

/**
 * Everything a signer is asked for, from the recorded life of one channel. Each round has an event
 * id of its own, so that no answer comes out of a ledger, and an invoice of its own.
 */
export function loadWorkload(scenario: string, nowMs: number): Workload {
  const header = JSON.parse(readFileSync(join(corpus, `${scenario}.header.json`), 'utf8'))
  const lines = readFileSync(join(corpus, `${scenario}.ndjson`), 'utf8')
    .trim()
    .split('\n')
  const recorded = lines.map((line): { event: Event; label: string | null } => JSON.parse(line))
  const timestamp = new Date(nowMs).toISOString().replace('Z', '000+00:00')
  const sign = (event: Event): Call => {
    const body = Buffer.from(JSON.stringify(event))
    const hmac = createHmac('sha256', header.webhook_secret).update(body).digest('hex')
    return { body: new Uint8Array(body), signature: hmac }
  }
  const fresh = (event: Event, name: string, round: number): Event => ({
    ...event,
    event_id: createHash('md5').update(`${name} ${round}`).digest('hex'),
    timestamp,
  })
  const last = (matches: (event: Event, label: string | null) => boolean): Event => {
    const found = recorded.findLast(({ event, label }) => matches(event, label))
    if (found === undefined) throw new Error(`${scenario} has no such event`)
    return found.event
  }
  const preimages = new Set(['RELEASE_PAYMENT_PREIMAGE', 'REQUEST_INVOICE_PAYMENT_HASH'])
  // Recorded nonces are the recorder's: a signer with a memory knows only those that it drew.
  const pastOf = (last: Event) =>
    recorded
      .slice(0, recorded.findIndex(({ event }) => event === last) + 1)
      .filter(({ event }) => !preimages.has(String(event.data['sub_event_type'])))
      .map(({ event }) => sign({ ...event, timestamp }))
  const again = (name: string, event: Event): Work => ({
    name,
    call: (round) => sign(fresh(event, name, round)),
    past: pastOf(event),
  })
  const ofType = (type: string) => last((event) => event.data['sub_event_type'] === type)
  const jobsOf = (event: Event) => {
    const jobs = event.data['signing_jobs']
    return Array.isArray(jobs) ? jobs.length : 0
  }
  const commitment = (jobs: number) =>
    last((event, label) => label === 'sign_counterparty_commitment' && jobsOf(event) === jobs)
  const hash = ofType('REQUEST_INVOICE_PAYMENT_HASH')
  return {
    seed: new Uint8Array(Buffer.from(header.seed, 'hex')),
    webhookSecret: header.webhook_secret,
    works: [
      again('GET_PER_COMMITMENT_POINT', ofType('GET_PER_COMMITMENT_POINT')),
      again('RELEASE_PER_COMMITMENT_SECRET', ofType('RELEASE_PER_COMMITMENT_SECRET')),
      again(
        'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
        ofType('REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET'),
      ),
      {
        name: 'REQUEST_INVOICE_PAYMENT_HASH',
        call: (round) => {
          const data = { ...hash.data, invoice_id: `Invoice:${round}` }
          return sign(fresh({ ...hash, data }, 'hash', round))
        },
        past: [],
      },
      again('DERIVE_KEY_AND_SIGN, a commitment', commitment(1)),
      again('DERIVE_KEY_AND_SIGN, a commitment and 2 HTLCs', commitment(3)),
      again(
        'DERIVE_KEY_AND_SIGN, justice',
        last((_, label) => label === 'sign_justice_revoked_htlc'),
      ),
      again(
        'DERIVE_KEY_AND_SIGN, a sweep',
        last((_, label) => label === 'sweep_static'),
      ),
    ],
  }
}

/** The call that asks for the preimage of an invoice whose nonce is known. */
export function preimageCall(
  { works, webhookSecret }: Workload,
  invoice: string,
  nonce: string,
  round: number,
): Call {
  const template = works[0]?.call(round).body ?? new Uint8Array()
  const event = JSON.parse(Buffer.from(template).toString())
  const body = Buffer.from(
    JSON.stringify({
      ...event,
      event_id: createHash('md5').update(`preimage ${round}`).digest('hex'),
      data: {
        sub_event_type: 'RELEASE_PAYMENT_PREIMAGE',
        bitcoin_network: event.data.bitcoin_network,
        invoice_id: invoice,
        preimage_nonce: nonce,
      },
    }),
  )
  const signature = createHmac('sha256', webhookSecret).update(body).digest('hex')
  return { body: new Uint8Array(body), signature }
}
