import { toHex } from '@boltwarden/core/hex'
import { type Sats, sats } from '@boltwarden/core/units'
import { createPolicy, type Policy, policyHash } from '@boltwarden/policy/policy'
import { rules } from '@boltwarden/policy/rules/index'
import { isOptionalTag, isTag, type OptionalTag, type Severity } from '@boltwarden/policy/tags'
import { parseTomlAs, readText } from '../config/toml.ts'
import { type ConfigProblem, SignerFault } from '../fault.ts'
import { type ExpandDeps, expandAllowList } from './expand.ts'
import { type PolicyFile, policyFileSchema } from './schema.ts'

/** A policy that is ready to judge by. */
export type LoadedPolicy = {
  readonly policy: Policy
  /** In hex. */
  readonly hash: string
  /** As it is written, with defaults filled in. */
  readonly file: PolicyFile
}

/**
 * Reads, checks and expands a policy file. Without one every default holds.
 *
 * @throws {SignerFault} `CONFIG_UNREADABLE` or `CONFIG_INVALID`, which name every key at fault.
 */
export async function loadPolicy(
  file: string | undefined,
  deps: ExpandDeps,
): Promise<LoadedPolicy> {
  return file === undefined
    ? parsePolicy('', 'defaults', deps)
    : parsePolicy(readText(file), file, deps)
}

/**
 * The same from a text.
 *
 * @throws {SignerFault} as {@link loadPolicy}.
 */
export async function parsePolicy(
  text: string,
  name: string,
  deps: ExpandDeps,
): Promise<LoadedPolicy> {
  const file = parseTomlAs(policyFileSchema, text, name, explainRule)
  const { scripts, problems } = await expandAllowList(file.onchain, deps)
  const all = [...problems, ...contradictions(file)]
  if (all.length > 0) throw new SignerFault({ code: 'CONFIG_INVALID', file: name, problems: all })
  const policy = policyOf(file, scripts)
  return { policy, hash: toHex(policyHash(policy)), file }
}

/** Why a rule that always holds has no severity. */
function explainRule(path: readonly string[], key: string): string | undefined {
  if (path.join('.') !== 'rules' || !isTag(key) || isOptionalTag(key)) return undefined
  return `no entry, as this rule is mandatory and cannot be demoted. ${rules[key].why}`
}

/** What each value allows and both together do not. */
function contradictions({ channels, payments, onchain }: PolicyFile): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const check = (fits: boolean, key: string, expected: string) => {
    if (!fits) problems.push({ key, expected })
  }
  const isBelow = (low: number | undefined, high: number | undefined) =>
    low === undefined || high === undefined || low <= high
  const { min_feerate_sat_per_kw: min, max_feerate_sat_per_kw: max } = channels
  check(isBelow(min, max), 'channels.min_feerate_sat_per_kw', 'at most max_feerate_sat_per_kw')
  check(
    isBelow(payments.hourly_sats, payments.daily_sats),
    'payments.hourly_sats',
    'at most daily_sats',
  )
  check(
    isBelow(onchain.hourly_sats, onchain.daily_sats),
    'onchain.hourly_sats',
    'at most daily_sats',
  )
  check(
    isBelow(onchain.fee_hourly_sats, onchain.fee_daily_sats),
    'onchain.fee_hourly_sats',
    'at most fee_daily_sats',
  )
  return problems
}

function policyOf(file: PolicyFile, allowedScripts: readonly string[]): Policy {
  const { mode, events, channels, payments, onchain } = file
  return createPolicy({
    mode,
    maxJobs: events.max_jobs,
    maxEventAgeMs: events.max_age_seconds * 1000,
    maxEventAheadMs: events.max_ahead_seconds * 1000,
    severities: severitiesOf(file),
    channels: {
      adopt: channels.adopt,
      lookAheadPoints: channels.look_ahead_points,
      maxFundingSats: amount(channels.max_channel_value_sats),
      ...optional('maxPushSats', channels.max_push_sats),
      minFeeratePerKw: channels.min_feerate_sat_per_kw,
      maxFeeratePerKw: channels.max_feerate_sat_per_kw,
      maxHtlcs: channels.max_htlcs,
      maxHtlcInflightSats: amount(channels.max_htlc_inflight_sats),
      maxTrimmedSats: amount(channels.max_trimmed_sats),
      maxHtlcCltvSpreadBlocks: channels.max_htlc_cltv_spread_blocks,
      revealGraceMs: channels.reveal_grace_ms,
      maxCloseFeeSats: amount(channels.max_close_fee_sats),
    },
    payments: {
      receiveOnly: payments.receive_only,
      requireIntents: payments.require_intents,
      ...optional('hourlySats', payments.hourly_sats),
      ...optional('dailySats', payments.daily_sats),
      maxFeeSats: amount(payments.max_fee_sats),
      allowTrimmedBelowSats: amount(payments.allow_trimmed_below_sats),
      maxTrimmedDaily: payments.max_trimmed_daily,
      invoiceLifeMs: payments.invoice_life_seconds * 1000,
    },
    onchain: {
      requireIntents: onchain.require_intents,
      ...optional('hourlySats', onchain.hourly_sats),
      ...optional('dailySats', onchain.daily_sats),
      ...optional('feeHourlySats', onchain.fee_hourly_sats),
      feeDailySats: amount(onchain.fee_daily_sats),
      maxFeeratePerKw: onchain.max_feerate_sat_per_kw,
      maxTransactionWeight: onchain.max_transaction_weight,
      unlinkedFundingMaxSats: amount(onchain.unlinked_funding_max_sats),
      maxWalletIndex: onchain.max_wallet_index,
      allowedScripts,
    },
  })
}

function amount(value: number): Sats {
  return sats(BigInt(value))
}

function optional<Key extends string>(
  key: Key,
  value: number | undefined,
): { readonly [K in Key]?: Sats } | Record<never, never> {
  return value === undefined ? {} : { [key]: amount(value) }
}

function severitiesOf({ rules: chosen }: PolicyFile): Partial<Record<OptionalTag, Severity>> {
  const severities: Partial<Record<OptionalTag, Severity>> = {}
  for (const [tag, severity] of Object.entries(chosen)) {
    if (isOptionalTag(tag) && severity !== undefined) severities[tag] = severity
  }
  return severities
}
