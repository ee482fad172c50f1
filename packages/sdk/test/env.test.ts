import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isFault } from '@boltwarden/sdk'
import { getCredentialsFromEnvOrThrow, type Variables } from '@boltwarden/sdk/env'
import { expect, onTestFinished, test, vi } from 'vitest'

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

test('a variable of the process goes before the file that the official package reads', () => {
  const home = mkdtempSync(join(tmpdir(), 'boltwarden-env-'))
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(home, { recursive: true })
  })
  for (const name of [...Object.keys(all), 'LIGHTSPARK_BASE_URL']) vi.stubEnv(name, undefined)
  vi.stubEnv('HOME', home)
  expect(() => getCredentialsFromEnvOrThrow()).toThrow('CREDENTIALS_MISSING')
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(home, '.lightsparkapienv'), lines.join(''))
  vi.stubEnv('LIGHTSPARK_API_TOKEN_CLIENT_ID', 'id of the process')
  expect(getCredentialsFromEnvOrThrow()).toMatchObject({
    apiTokenClientId: 'id of the process',
    apiTokenClientSecret: 'canary',
    bitcoinNetwork: 'REGTEST',
  })
})

test('names what is missing, never a value', () => {
  expect(missing({})).toEqual(Object.keys(all))
  expect(missing({ ...all, LIGHTSPARK_API_TOKEN_CLIENT_ID: '' })).toEqual([
    'LIGHTSPARK_API_TOKEN_CLIENT_ID',
  ])
  expect(missing({ ...all, BITCOIN_NETWORK: 'canary' })).toEqual(['BITCOIN_NETWORK'])
})
