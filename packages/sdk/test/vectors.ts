import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../../vectors/', import.meta.url)

function read(path: string): string {
  return readFileSync(new URL(path, folder), 'utf8')
}

export type Expected = {
  readonly operation: string
  readonly variables?: { readonly preimage_nonce?: string }
}

/** Bodies of the platform with their signatures, of the official SDK's tests. */
export const officialEvents: {
  readonly source: string
  readonly master_seed: string
  readonly webhook_secret: string
  readonly cases: readonly {
    readonly name: string
    readonly body: string
    readonly signature: string
    readonly expected: Expected | null
  }[]
} = JSON.parse(read('lightspark-webhooks/remote-signing-events.json'))

/** One body and signatures that are right and wrong. */
export const officialSignatures: {
  readonly source: string
  readonly webhook_secret: string
  readonly body: string
  readonly cases: readonly {
    readonly name: string
    readonly signature: string
    readonly valid: boolean
  }[]
} = JSON.parse(read('lightspark-webhooks/webhook-signature.json'))

type CorpusEvent = {
  /** The webhook's body. */
  readonly body: string
  readonly signature: string
  readonly expected: Expected | null
}

export type Scenario = {
  readonly scenario: string
  readonly seed: string
  readonly webhook_secret: string
  readonly events: readonly CorpusEvent[]
}

/** A recorded scenario: see vectors/corpus/README.md. */
function scenario(name: string): Scenario {
  const header: Omit<Scenario, 'events'> = JSON.parse(read(`corpus/${name}.header.json`))
  const lines = read(`corpus/${name}.ndjson`).trim().split('\n')
  const events = lines.map((line) => {
    const { event, signature, expected } = JSON.parse(line)
    return { body: JSON.stringify(event), signature, expected }
  })
  return { ...header, events }
}

/** All recorded scenarios. */
export const scenarios: readonly Scenario[] = readdirSync(new URL('corpus/', folder))
  .filter((name) => name.endsWith('.ndjson'))
  .map((name) => scenario(name.replace('.ndjson', '')))

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
