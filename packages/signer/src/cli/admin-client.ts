import { isIP } from 'node:net'
import { z } from 'zod'
import type { Config } from '../config/schema.ts'
import { SignerFault, systemReason } from '../fault.ts'
import { firstToken } from '../http/admin-tokens.ts'
import { configRules } from './open-keychain.ts'
import type { Terminal } from './terminal.ts'

/** The flags of commands that speak to a running signer. */
export type AdminFlags = { readonly config: string; readonly adminUrl?: string }

/** A way to the admin API of a running signer. */
export type AdminClient = {
  /**
   * Makes a call and reads what it answers.
   *
   * @throws {SignerFault} `ADMIN_UNREACHABLE`, or `ADMIN_REFUSED` with the reason.
   */
  call<S extends z.ZodType>(
    answer: S,
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<z.output<S>>
}

/** A running signer answers at once; a policy with many addresses takes a little. */
const limitMs = 30_000

/**
 * The admin API of the signer that runs with this configuration.
 *
 * @throws {SignerFault} `USAGE` where no token file is configured, or as the file demands.
 */
export function adminClient(config: Config, flags: AdminFlags, terminal: Terminal): AdminClient {
  const { token_file } = config.admin
  if (token_file === undefined) {
    throw new SignerFault({ code: 'USAGE', expected: 'admin.token_file in the configuration' })
  }
  const token = firstToken(token_file, configRules(config, terminal))
  const base = flags.adminUrl ?? urlOf(config)
  return {
    async call(answer, method, path, body) {
      const url = new URL(path, base)
      const { status, text } = await send(url, method, token, body)
      const read = answer.safeParse(jsonOf(text))
      if (status >= 200 && status < 300 && read.success) return read.data
      throw new SignerFault({ code: 'ADMIN_REFUSED', status, reason: reasonOf(text) })
    },
  }
}

/** A listener on every address is called on this machine's own. */
function urlOf({ admin: { host, port } }: Config): string {
  const own = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${isIP(own) === 6 ? `[${own}]` : own}:${port}`
}

async function send(url: URL, method: string, token: string, body: object | undefined) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  try {
    const reply = await fetch(url, {
      method,
      headers,
      signal: AbortSignal.timeout(limitMs),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: reply.status, text: await reply.text() }
  } catch (cause) {
    const reason = systemReason(cause instanceof Error ? (cause.cause ?? cause) : cause)
    throw new SignerFault({ code: 'ADMIN_UNREACHABLE', url: url.origin, reason }, { cause })
  }
}

const errorShape = z.object({
  error: z.object({ code: z.string(), message: z.string().optional() }),
})

function reasonOf(text: string): string {
  const read = errorShape.safeParse(jsonOf(text))
  if (!read.success) return 'an answer that is not of this API'
  const { code, message } = read.data.error
  return message === undefined ? code : `${code}: ${message}`
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
