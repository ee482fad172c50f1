import { z } from 'zod'
import { loadConfig } from '../config/load.ts'
import { describeChange } from '../policy-file/diff.ts'
import { type AdminFlags, adminClient } from './admin-client.ts'
import { print, type Terminal } from './terminal.ts'

/** The flags of `boltwarden policy reload`. */
export type PolicyReloadFlags = AdminFlags & { readonly json?: boolean }

const reloaded = z.object({
  hash: z.string(),
  previous: z.string(),
  changes: z.array(
    z.object({ key: z.string(), from: z.unknown().optional(), to: z.unknown().optional() }),
  ),
})

/** `boltwarden policy reload`: tells a running signer to read its policy file again. */
export async function runPolicyReload(flags: PolicyReloadFlags, terminal: Terminal): Promise<void> {
  const client = adminClient(loadConfig(flags.config), flags, terminal)
  const told = await client.call(reloaded, 'POST', '/policy/reload')
  const changes = told.changes.map(({ key, from, to }) => describeChange({ key, from, to }))
  const text =
    changes.length === 0 ? 'Nothing changed.\n' : changes.map((line) => `${line}\n`).join('')
  print(terminal, flags.json, told, `${text}policy ${told.hash}\n`)
}
