import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import type { Config } from '../config/schema.ts'
import { systemReason } from '../fault.ts'
import { isExposed, modeText } from '../secret-source.ts'
import { type Finding, failure, fine, warning } from './check.ts'

/** The oldest Node that is supported, and the oldest that is still maintained. */
const oldestNode = [20, 19] as const
const maintainedNode = 22

/** Whether this Node is one that is supported. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const [oldMajor, oldMinor] = oldestNode
  if (major < oldMajor || (major === oldMajor && minor < oldMinor)) {
    return failure('node', version, `Install Node ${oldMajor}.${oldMinor} or later; 24 is best.`)
  }
  if (major < maintainedNode) {
    return warning('node', `${version} is past its end of life`, 'Install Node 24.')
  }
  return fine('node', version)
}

/** Whether the files that hold secrets are for their owner only, and the data folder too. */
export function checkModes(config: Config): readonly Finding[] {
  const { keys, webhook, admin, platform, store } = config
  const secrets = [
    keys.key_store_file,
    ...(keys.passphrase_file === undefined ? [] : [keys.passphrase_file]),
    ...webhook.secret_files,
    ...(admin.token_file === undefined ? [] : [admin.token_file]),
    ...(platform.api_client_secret_file === undefined ? [] : [platform.api_client_secret_file]),
  ]
  const { backend, password_file } = store
  const ofStore =
    backend === 'sqlite'
      ? [dirname(store.file)]
      : password_file === undefined
        ? []
        : [password_file]
  return [...secrets, ...ofStore].map((file) => checkMode(file, config))
}

/** Whether others than its owner may change the configuration, or put another in its place. */
export function checkConfigModes(file: string): readonly Finding[] {
  const path = resolve(file)
  return [path, dirname(path)].map((name) => {
    const check = `mode of ${name}`
    const { mode } = statSync(name)
    const text = modeText(mode)
    // In a folder with the sticky bit nobody can replace the files of others.
    const isOpen = (mode & 0o022) !== 0 && (mode & 0o1000) === 0
    return isOpen ? failure(check, text, `chmod go-w ${name}`) : fine(check, text)
  })
}

function checkMode(file: string, config: Config): Finding {
  const check = `mode of ${file}`
  try {
    const stat = statSync(file)
    const mode = modeText(stat.mode)
    if (!isExposed(stat.mode)) return fine(check, mode)
    const fix = `chmod ${stat.isDirectory() ? '700' : '600'} ${file}`
    return stat.isDirectory() || config.insecure_secret_file_modes
      ? warning(check, mode, fix)
      : failure(check, mode, fix)
  } catch (error) {
    const reason = systemReason(error)
    return failure(
      check,
      reason,
      `Make ${file} readable by this user, or correct the configuration.`,
    )
  }
}

/** Whether an address can be listened on, or is this signer's own already. */
export async function checkPort(
  name: string,
  { host, port }: { readonly host: string; readonly port: number },
  isOwn: boolean,
): Promise<Finding> {
  const check = `${name} listener`
  const address = `${host}:${port}`
  const reason = await tryListening(host, port)
  if (reason === undefined) return fine(check, `${address} is free`)
  if (isOwn) return fine(check, `${address} is in use by a running signer`)
  return failure(
    check,
    `${address}: ${reason}`,
    `Stop what uses ${address}, or change ${name}.port.`,
  )
}

function tryListening(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(systemReason(error)))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** Whether a signer runs with this configuration: its admin listener says so. */
export async function isRunning({ admin }: Config): Promise<boolean> {
  if (admin.port === 0) return false
  try {
    const host = admin.host.includes(':') ? `[${admin.host}]` : admin.host
    const url = `http://${host}:${admin.port}/metrics`
    const reply = await fetch(url, { signal: AbortSignal.timeout(2000) })
    return (await reply.text()).includes('boltwarden_build_info')
  } catch {
    // Nothing replies, or nothing of ours: not running.
    return false
  }
}
