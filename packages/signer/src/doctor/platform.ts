import type { Clock } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import { platformFault } from '../pipeline/deliver.ts'
import type { SecretFileRules } from '../secret-source.ts'
import { openClient } from '../service.ts'
import { type Finding, failure, failureOf, fine, skipped, warning } from './check.ts'

const limitMs = 8_000
/** The policy refuses events that are 5 minutes ahead of our clock by default. */
const maxSkewMs = 60_000

/** Whether the platform is reached and takes the credentials: asks which account they are of. */
export async function checkPlatform(config: Config, rules: SecretFileRules): Promise<Finding> {
  const check = 'platform'
  if (config.platform.answer === 'respond-directly') {
    return skipped(check, 'answers go into the webhook reply')
  }
  try {
    const client = openClient(config, rules)
    const account = await client.currentAccount({ deadlineMs: limitMs })
    if (account !== undefined) return fine(check, `${client.url} takes the credentials`)
    const fix = 'Make an API token of the account that owns the node.'
    return warning(check, 'the credentials are taken, but belong to no account', fix)
  } catch (error) {
    return failureOf(check, platformFault(error))
  }
}

/** Whether our clock agrees with the platform's `Date` header. */
export async function checkClock(
  config: Config,
  clock: Clock,
  rules: SecretFileRules,
): Promise<Finding> {
  const check = 'clock'
  if (config.platform.answer === 'respond-directly')
    return skipped(check, 'nothing to compare with')
  try {
    const { url } = openClient(config, rules)
    const signal = AbortSignal.timeout(limitMs)
    const reply = await fetch(url, { method: 'HEAD', redirect: 'manual', signal })
    const theirs = Date.parse(reply.headers.get('date') ?? '')
    if (Number.isNaN(theirs)) return skipped(check, 'the platform does not tell its time')
    const skewMs = Math.abs(clock.nowMs() - theirs)
    const detail = `${Math.round(skewMs / 1000)} s from the platform's`
    if (skewMs <= maxSkewMs) return fine(check, detail)
    return failure(check, detail, 'Set the clock: run an NTP client such as chrony.')
  } catch {
    // Why it is not reached is what the check of the platform tells.
    return skipped(check, 'the platform is not reached')
  }
}
