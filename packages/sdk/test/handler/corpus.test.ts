import { hexToBytes } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { computeAnswer, type Mutation, parseWebhook, toMutation } from '@boltwarden/sdk'
import { describe, expect, test } from 'vitest'
import { type Expected, officialEvents, scenarios, utf8 } from '../vectors.ts'

const secp256k1 = await loadSecp256k1('auto')

/** Our answer to a body, the nonce being the recorded one. */
function answered(body: string, keychain: Keychain, expected: Expected | null) {
  const event = parseWebhook(utf8(body))
  if (event.kind !== 'remote-signing') throw new Error(`parsed as ${event.kind}`)
  const nonce = expected?.variables?.preimage_nonce ?? ''
  const answer = computeAnswer(event, keychain, () => hexToBytes(nonce))
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return shown(toMutation(answer.value))
}

function shown(mutation: Mutation | undefined) {
  return mutation && { operation: mutation.operation, variables: mutation.variables }
}

describe('the recorded corpus is answered as the official signer answered it', () => {
  test.each(scenarios)('$scenario', ({ events, seed }) => {
    const keychain = Keychain.fromSeed(hexToBytes(seed), { secp256k1 })
    for (const { body, expected } of events) {
      expect(answered(body, keychain, expected)).toEqual(expected ?? undefined)
    }
    keychain.dispose()
  })
})

describe(officialEvents.source, () => {
  const keychain = Keychain.fromSeed(hexToBytes(officialEvents.master_seed), { secp256k1 })

  test.each(officialEvents.cases)('$name', ({ body, expected }) => {
    const mutation = answered(body, keychain, expected)
    if (expected === null) expect(mutation).toBeUndefined()
    else expect(mutation).toMatchObject(expected)
  })
})
