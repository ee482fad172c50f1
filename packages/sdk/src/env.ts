import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { isNetwork, type Network } from '@boltwarden/core/network'
import { LightsparkFault } from './fault.ts'
import { defaultBaseUrl } from './graphql/base-url.ts'

/** What a client of the API needs, by the names of the official package. */
export type EnvCredentials = {
  readonly apiTokenClientId: string
  /** Secret. */
  readonly apiTokenClientSecret: string
  readonly bitcoinNetwork: Network
  readonly baseUrl: string
}

/** The environment variables that must be set. */
export const RequiredCredentials = {
  ClientId: 'LIGHTSPARK_API_TOKEN_CLIENT_ID',
  ClientSecret: 'LIGHTSPARK_API_TOKEN_CLIENT_SECRET',
  BitcoinNetwork: 'BITCOIN_NETWORK',
} as const

/** Variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/**
 * The credentials of the environment variables `LIGHTSPARK_API_TOKEN_CLIENT_ID`,
 * `LIGHTSPARK_API_TOKEN_CLIENT_SECRET` and `BITCOIN_NETWORK`, and the base URL of
 * `LIGHTSPARK_BASE_URL`, which is `api.lightspark.com` where it is not set. A variable that is not
 * set is looked up in the file `.lightsparkapienv` of the home directory, which the official
 * package reads.
 *
 * @param variables - instead of those of this process and the file.
 * @throws {LightsparkFault} `CREDENTIALS_MISSING` with the names of what is missing or, for the
 * network, not one of the four; never with a value.
 * @example
 * ```ts
 * import { getCredentialsFromEnvOrThrow } from '@boltwarden/sdk/env'
 * const credentials = getCredentialsFromEnvOrThrow({
 *   LIGHTSPARK_API_TOKEN_CLIENT_ID: 'client id',
 *   LIGHTSPARK_API_TOKEN_CLIENT_SECRET: 'client secret',
 *   BITCOIN_NETWORK: 'REGTEST',
 * })
 * credentials.baseUrl // 'api.lightspark.com'
 * ```
 */
export function getCredentialsFromEnvOrThrow(
  variables: Variables = processVariables(),
): EnvCredentials {
  const id = variables[RequiredCredentials.ClientId] ?? ''
  const secret = variables[RequiredCredentials.ClientSecret] ?? ''
  const { LIGHTSPARK_BASE_URL: baseUrl } = variables
  const network = variables[RequiredCredentials.BitcoinNetwork]?.toUpperCase()
  if (id === '' || secret === '' || !isNetwork(network)) {
    const names = [
      ...(id === '' ? [RequiredCredentials.ClientId] : []),
      ...(secret === '' ? [RequiredCredentials.ClientSecret] : []),
      ...(isNetwork(network) ? [] : [RequiredCredentials.BitcoinNetwork]),
    ]
    throw new LightsparkFault({ code: 'CREDENTIALS_MISSING', names })
  }
  return {
    apiTokenClientId: id,
    apiTokenClientSecret: secret,
    bitcoinNetwork: network,
    baseUrl: baseUrl || defaultBaseUrl,
  }
}

function processVariables(): Variables {
  return { ...fileVariables(join(homedir(), '.lightsparkapienv')), ...process.env }
}

function fileVariables(path: string): Variables {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
