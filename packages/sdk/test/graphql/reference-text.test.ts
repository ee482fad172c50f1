import { readdirSync, readFileSync } from 'node:fs'
import { type OperationDefinitionNode, parse, print } from 'graphql'
import { expect, test } from 'vitest'

// The mutations of the page "Remote Signing" of docs.lightspark.com: their variables and their types.
const mutations = {
  SignMessages: { signatures: '[IdAndSignature!]!' },
  DeclineToSignMessages: { payload_ids: '[ID!]!' },
  SetInvoicePaymentHash: {
    invoice_id: 'ID!',
    payment_hash: 'Hash32!',
    preimage_nonce: 'Hash32!',
  },
  ReleasePaymentPreimage: { invoice_id: 'ID!', payment_preimage: 'Hash32!' },
  ReleaseChannelPerCommitmentSecret: {
    channel_id: 'ID!',
    per_commitment_secret: 'Hash32!',
    per_commitment_index: 'Long!',
  },
  UpdateChannelPerCommitmentPoint: {
    channel_id: 'ID!',
    per_commitment_point: 'PublicKey!',
    per_commitment_point_index: 'Long!',
  },
}

const folder = new URL('../../graphql/operations/', import.meta.url)
const operations = new Map(
  readdirSync(folder)
    .flatMap((name) => parse(readFileSync(new URL(name, folder), 'utf8')).definitions)
    .filter((definition): definition is OperationDefinitionNode => 'operation' in definition)
    .map((definition) => [definition.name?.value ?? '', definition]),
)

test.each(Object.entries(mutations))('%s is sent as the text has it', (name, variables) => {
  const operation = operations.get(name)
  const sent = (operation?.variableDefinitions ?? []).map(({ variable, type }) => [
    variable.name.value,
    print(type),
  ])
  expect(Object.fromEntries(sent)).toEqual(variables)
  const [root] = operation?.selectionSet.selections ?? []
  const field = root?.kind === 'Field' ? root : undefined
  expect(field?.name.value).toBe(name.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase())
  const input = field?.arguments?.map(print).join()
  for (const variable of Object.keys(variables))
    expect(input).toContain(`${variable}: $${variable}`)
})
