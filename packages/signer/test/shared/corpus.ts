import { readdirSync, readFileSync } from 'node:fs'
import { isNetwork, type Network } from '@boltwarden/core/network'

const folder = new URL('../../../../vectors/corpus/', import.meta.url)

/** One recorded webhook with the recorded answer. */
export type Recorded = {
  readonly body: string
  readonly signature: string
  readonly timestampMs: number
  readonly eventId: string
  readonly subEvent: string
  readonly expected: { readonly operation: string; readonly variables: Variables } | null
}

type Variables = Readonly<Record<string, unknown>> & { readonly preimage_nonce?: string }

/** A recorded scenario. */
export type Scenario = {
  readonly seedHex: string
  readonly network: Network
  readonly webhookSecret: string
  readonly masterXpub: string
  readonly l1Xpub: string
  readonly events: readonly Recorded[]
}

/** The scenarios by name. */
export const scenarioNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.ndjson'))
  .map((name) => name.slice(0, -'.ndjson'.length))
  .sort()

export function readScenario(name: string): Scenario {
  const read = (file: string) => readFileSync(new URL(file, folder), 'utf8')
  const header = JSON.parse(read(`${name}.header.json`))
  if (!isNetwork(header.bitcoin_network)) throw new TypeError(name)
  return {
    seedHex: header.seed,
    network: header.bitcoin_network,
    webhookSecret: header.webhook_secret,
    masterXpub: header.master_xpub,
    l1Xpub: header.l1_xpub,
    events: read(`${name}.ndjson`).trim().split('\n').map(readEvent),
  }
}

function readEvent(line: string): Recorded {
  const { event, signature, expected } = JSON.parse(line)
  return {
    body: JSON.stringify(event),
    signature,
    timestampMs: Date.parse(event.timestamp),
    eventId: event.event_id,
    subEvent: event.data.sub_event_type,
    expected,
  }
}

/** The nonces that the recorded signer drew, in the order of their requests. */
export function recordedNonces({ events }: Scenario): readonly Uint8Array[] {
  return events.flatMap(({ expected }) => {
    if (expected?.operation !== 'SetInvoicePaymentHash') return []
    return [new Uint8Array(Buffer.from(String(expected.variables.preimage_nonce), 'hex'))]
  })
}
