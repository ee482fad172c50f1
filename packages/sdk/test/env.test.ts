import { isFault } from '@boltwarden/sdk'
import { getCredentialsFromEnvOrThrow, type Variables } from '@boltwarden/sdk/env'
import { expect, test } from 'vitest'

const all = {
  LIGHTSPARK_API_TOKEN_CLIENT_ID: 'id',
  LIGHTSPARK_API_TOKEN_CLIENT_SECRET: 'canary',
  BITCOIN_NETWORK: 'regtest',
}

/** The names that are missing. */
function missing(variables: Variables): readonly string[] {
  try {
    getCredentialsFromEnvOrThrow(variables)
  } catch (error) {
    if (!isFault(error, 'CREDENTIALS_MISSING')) throw error
    expect(error.message).toBe(`CREDENTIALS_MISSING: set ${error.fault.names.join(', ')}`)
    return error.fault.names
  }
  return []
}

test('reads the variables of the official package', () => {
  expect(getCredentialsFromEnvOrThrow({ ...all, LIGHTSPARK_BASE_URL: 'localhost:8090' })).toEqual({
    apiTokenClientId: 'id',
    apiTokenClientSecret: 'canary',
    bitcoinNetwork: 'REGTEST',
    baseUrl: 'localhost:8090',
  })
  expect(getCredentialsFromEnvOrThrow(all).baseUrl).toBe('api.lightspark.com')
})

test('names what is missing, never a value', () => {
  expect(missing({})).toEqual(Object.keys(all))
  expect(missing({ ...all, LIGHTSPARK_API_TOKEN_CLIENT_ID: '' })).toEqual([
    'LIGHTSPARK_API_TOKEN_CLIENT_ID',
  ])
  expect(missing({ ...all, BITCOIN_NETWORK: 'canary' })).toEqual(['BITCOIN_NETWORK'])
})
