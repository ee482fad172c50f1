import { stringify } from 'smol-toml'
import type { Config } from './schema.ts'

/**
 * A configuration as TOML. With `redacted`, what tells a stranger where to attack is hidden: the
 * API client's id. Secrets are never in it: it names files.
 */
export function printConfig(config: Config, options: { readonly redacted: boolean }): string {
  return stringify(options.redacted ? redact(config) : config)
}

/** The configuration without the values that `--redacted` hides. */
export function redact(config: Config): Config {
  const { platform } = config
  const baseUrl = withoutCredentials(platform.base_url)
  return {
    ...config,
    platform: {
      ...platform,
      base_url: baseUrl,
      ...(platform.api_client_id !== undefined && { api_client_id: '[redacted]' }),
    },
  }
}

/** A URL may carry a user and a password: `https://user:password@host`. */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z]+:\/\/)?[^/@]*@/i, '$1[redacted]@')
}
