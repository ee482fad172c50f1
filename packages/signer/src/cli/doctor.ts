import { systemClock } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { type Finding, failureOf, fine, skipped } from '../doctor/check.ts'
import { checkCurve, checkKeyStore, checkWebhookSecrets } from '../doctor/keys.ts'
import { checkConfigModes, checkModes, checkNode, checkPort, isRunning } from '../doctor/machine.ts'
import { checkClock, checkPlatform } from '../doctor/platform.ts'
import { checkAdminTokens, checkPolicy } from '../doctor/policy.ts'
import { checkStore } from '../doctor/store.ts'
import { exitCodes } from '../fault-table.ts'
import { findPassphrase } from '../keystore/passphrase.ts'
import type { SecretFileRules } from '../secret-source.ts'
import { askerOf, passphraseOptions, type UnlockFlags } from './open-keychain.ts'
import { paint, print, type Terminal } from './terminal.ts'

/** The flags of `boltwarden doctor`. */
export type DoctorFlags = UnlockFlags & {
  readonly config: string
  readonly offline?: boolean
  readonly json?: boolean
}

/**
 * `boltwarden doctor`: checks everything that `serve` needs.
 *
 * @returns 0 where nothing fails; warnings do not count.
 */
export async function runDoctor(flags: DoctorFlags, terminal: Terminal): Promise<number> {
  const findings = await diagnose(flags, terminal)
  const healthy = findings.every(({ status }) => status !== 'fail')
  print(terminal, flags.json, { healthy, findings }, describe(findings, terminal))
  return healthy ? exitCodes.ok : exitCodes.unhealthy
}

async function diagnose(flags: DoctorFlags, terminal: Terminal): Promise<readonly Finding[]> {
  const node = checkNode(process.version)
  try {
    const config = loadConfig(flags.config)
    const found = [fine('configuration', flags.config), ...checkConfigModes(flags.config)]
    return [node, ...found, ...(await diagnoseConfig(config, flags, terminal))]
  } catch (error) {
    return [node, failureOf('configuration', error)]
  }
}

async function diagnoseConfig(
  config: Config,
  flags: DoctorFlags,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  // Modes have a check of their own; here they must not stand in the way of the others.
  const rules: SecretFileRules = { allowExposed: true, warn: () => {} }
  const curve = await checkCurve(config)
  const passphrase = () =>
    findPassphrase(passphraseOptions(config, flags, terminal), { rules, ask: askerOf(terminal) })
  const keys = await checkKeyStore(config, curve.secp256k1, passphrase)
  try {
    return [
      ...checkModes(config),
      curve.finding,
      ...keys.findings,
      ...checkWebhookSecrets(config, rules),
      await checkPolicy(config, curve.secp256k1),
      checkAdminTokens(config, rules),
      await checkStore(config, keys.keychain, rules),
      ...(await checkPorts(config)),
      ...(await checkWorld(config, flags, rules)),
    ]
  } finally {
    keys.keychain?.dispose()
  }
}

async function checkPorts(config: Config): Promise<readonly Finding[]> {
  const running = await isRunning(config)
  return [
    await checkPort('webhook', config.webhook, running),
    await checkPort('admin', config.admin, running),
  ]
}

async function checkWorld(
  config: Config,
  { offline }: DoctorFlags,
  rules: SecretFileRules,
): Promise<readonly Finding[]> {
  if (offline === true) return [skipped('platform', '--offline'), skipped('clock', '--offline')]
  return [await checkPlatform(config, rules), await checkClock(config, systemClock, rules)]
}

const marks = {
  ok: ['green', 'ok  '],
  warn: ['yellow', 'warn'],
  fail: ['red', 'FAIL'],
  skip: ['dim', 'skip'],
} as const

function describe(findings: readonly Finding[], terminal: Terminal): string {
  return findings
    .map(({ check, status, detail, fix }) => {
      const [style, mark] = marks[status]
      const advice = fix === undefined ? '' : `       ${fix}\n`
      return `${paint(terminal, style, mark)}   ${check}: ${detail}\n${advice}`
    })
    .join('')
}
