import { readFileSync, writeFileSync } from 'node:fs'
import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { toHex } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { defaultPolicy, policyHash } from '@boltwarden/policy/policy'
import { mandatoryTags, optionalTags } from '@boltwarden/policy/tags'
import { describe, expect, test } from 'vitest'
import { isFault } from '../src/fault.ts'
import { describeChange, diffPolicies } from '../src/policy-file/diff.ts'
import { tablesOf } from '../src/policy-file/fields.ts'
import { parsePolicy } from '../src/policy-file/load.ts'
import { policyFileJsonSchema, policyFilePage } from '../src/policy-file/page.ts'
import { policyFileSchema } from '../src/policy-file/schema.ts'
import { policyTemplate } from '../src/policy-file/template.ts'

const deps = { network: 'REGTEST', secp256k1: portable } as const
const read = (text: string) => parsePolicy(text, 'policy.toml', deps)

async function problemsOf(text: string) {
  try {
    await read(text)
  } catch (error) {
    if (isFault(error, 'CONFIG_INVALID')) return error.fault.problems
    throw error
  }
  throw new Error('expected a fault')
}

describe('policy.toml', () => {
  test('empty, is the default policy', async () => {
    const { policy, hash } = await read('')
    expect(policy).toEqual(defaultPolicy)
    expect(hash).toBe(toHex(policyHash(defaultPolicy)))
  })

  test('reaches every field of the policy', async () => {
    const { policy } = await read(`
mode = "observe"
[events]
max_jobs = 1
max_age_seconds = 2
max_ahead_seconds = 3
[channels]
adopt = true
look_ahead_points = 4
max_channel_value_sats = 5
max_push_sats = 6
min_feerate_sat_per_kw = 7
max_feerate_sat_per_kw = 8
max_htlcs = 9
max_htlc_inflight_sats = 10
max_htlc_cltv_spread_blocks = 11
reveal_grace_ms = 12
max_close_fee_sats = 13
max_trimmed_sats = 28
[payments]
receive_only = true
require_intents = true
hourly_sats = 14
daily_sats = 15
max_fee_sats = 16
allow_trimmed_below_sats = 17
max_trimmed_daily = 18
invoice_life_seconds = 19
[onchain]
require_intents = true
hourly_sats = 20
daily_sats = 21
fee_hourly_sats = 22
fee_daily_sats = 23
max_feerate_sat_per_kw = 24
max_transaction_weight = 25
unlinked_funding_max_sats = 26
max_wallet_index = 27
[[onchain.scripts]]
script = "6A00"
[rules]
policy-lightspark-freshness = "hold"
`)
    expect(policy).toEqual({
      mode: 'observe',
      maxJobs: 1,
      maxEventAgeMs: 2000,
      maxEventAheadMs: 3000,
      severities: { 'policy-lightspark-freshness': 'hold' },
      channels: {
        adopt: true,
        lookAheadPoints: 4,
        maxFundingSats: 5n,
        maxPushSats: 6n,
        minFeeratePerKw: 7,
        maxFeeratePerKw: 8,
        maxHtlcs: 9,
        maxHtlcInflightSats: 10n,
        maxHtlcCltvSpreadBlocks: 11,
        maxTrimmedSats: 28n,
        revealGraceMs: 12,
        maxCloseFeeSats: 13n,
      },
      payments: {
        receiveOnly: true,
        requireIntents: true,
        hourlySats: 14n,
        dailySats: 15n,
        maxFeeSats: 16n,
        allowTrimmedBelowSats: 17n,
        maxTrimmedDaily: 18,
        invoiceLifeMs: 19_000,
      },
      onchain: {
        requireIntents: true,
        hourlySats: 20n,
        dailySats: 21n,
        feeHourlySats: 22n,
        feeDailySats: 23n,
        maxFeeratePerKw: 24,
        maxTransactionWeight: 25,
        unlinkedFundingMaxSats: 26n,
        maxWalletIndex: 27,
        allowedScripts: ['6a00'],
      },
    })
  })

  test.each([
    ['[chanels]\nadopt = true', 'chanels', 'channels'],
    ['[channels]\nmax_channel_value = 1', 'channels.max_channel_value', 'max_channel_value_sats'],
    ['[payments]\nhourly_sat = 1', 'payments.hourly_sat', 'hourly_sats'],
    ['[[onchain.xpubs]]\nxpub = "x"\nmax_idx = 1', 'onchain.xpubs.0.max_idx', 'max_index'],
    [
      '[rules]\npolicy-lightspark-fresness = "warn"',
      'rules.policy-lightspark-fresness',
      'policy-lightspark-freshness',
    ],
  ])('names an unknown key and the nearest known one: %s', async (text, key, nearest) => {
    expect(await problemsOf(text)).toContainEqual(expect.objectContaining({ key, nearest }))
  })

  test.each(mandatoryTags)('%s: says why it cannot be demoted', async (tag) => {
    const [problem] = await problemsOf(`[rules]\n${tag} = "warn"`)
    expect(problem?.key).toBe(`rules.${tag}`)
    expect(problem?.expected).toMatch(/mandatory and cannot be demoted\. .{20}/)
    expect(problem?.nearest).toBeUndefined()
  })

  test.each(optionalTags)('%s: may be demoted', async (tag) => {
    const { policy } = await read(`[rules]\n${tag} = "warn"`)
    expect(policy.severities).toEqual({ [tag]: 'warn' })
  })

  test.each([
    ['mode = "obey"', 'mode', 'one of enforce, observe'],
    ['[payments]\nhourly_sats = 1.5', 'payments.hourly_sats', 'int'],
    ['[payments]\nhourly_sats = "1"', 'payments.hourly_sats', 'number'],
    ['[payments]\nhourly_sats = -1', 'payments.hourly_sats', 'at least 0'],
    ['[payments]\nhourly_sats = 2\ndaily_sats = 1', 'payments.hourly_sats', 'at most daily_sats'],
    ['[onchain]\nhourly_sats = 2\ndaily_sats = 1', 'onchain.hourly_sats', 'at most daily_sats'],
    [
      '[onchain]\nfee_hourly_sats = 2\nfee_daily_sats = 1',
      'onchain.fee_hourly_sats',
      'at most fee_daily_sats',
    ],
    [
      '[channels]\nmin_feerate_sat_per_kw = 9\nmax_feerate_sat_per_kw = 8',
      'channels.min_feerate_sat_per_kw',
      'at most max_feerate_sat_per_kw',
    ],
    ['[[onchain.scripts]]\nscript = "0"', 'onchain.scripts.0.script', 'hex of at least one byte'],
    [
      '[[onchain.addresses]]\naddress = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"',
      'onchain.addresses.0.address',
      'an address of REGTEST: address is not of REGTEST',
    ],
    ['[[onchain.addresses]]\nlabel = "x"', 'onchain.addresses.0.address', 'string'],
  ])('refuses %s', async (text, key, expected) => {
    expect(await problemsOf(text)).toEqual([{ key, expected }])
  })

  test('names every fault at once', async () => {
    const text =
      'mode = "x"\n[channels]\nadopt = 1\n[[onchain.xpubs]]\nxpub = "tpub"\nmax_index = 10000'
    const keys = (await problemsOf(text)).map(({ key }) => key)
    expect(keys).toEqual(['mode', 'channels.adopt', 'onchain.xpubs.0.max_index'])
  })

  test('turns the allow-list into scripts', async () => {
    const keychain = Keychain.fromSeed(new Uint8Array(32).fill(7), { secp256k1: portable })
    const account = keychain.l1AccountXpub('REGTEST')
    const script = (change: 0 | 1, index: number) =>
      toHex(p2wpkh(keychain.publicKey({ purpose: 'l1-wallet', coin: 2, change, index })))
    const { policy } = await read(`
[[onchain.addresses]]
address = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202"
label = "burnt"
[[onchain.xpubs]]
xpub = "${account}"
max_index = 70
[[onchain.xpubs]]
xpub = "${account}"
branch = [1]
max_index = 0
`)
    const { allowedScripts } = policy.onchain
    expect(allowedScripts).toHaveLength(1 + 71 + 1)
    expect(allowedScripts).toEqual([...allowedScripts].sort())
    for (const allowed of [script(0, 0), script(0, 70), script(1, 0), `0014${'00'.repeat(20)}`]) {
      expect(allowedScripts).toContain(allowed)
    }
    for (const other of [script(0, 71), script(1, 1)]) expect(allowedScripts).not.toContain(other)
    keychain.dispose()
  })
})

describe('what differs between two policies', () => {
  test('is told by the keys that an owner writes', async () => {
    const before = await read('[rules]\npolicy-lightspark-freshness = "hold"')
    const after = await read(`
mode = "observe"
[payments]
hourly_sats = 5
[[onchain.scripts]]
script = "6a00"
label = "nobody"
`)
    const changes = diffPolicies(before.file, after.file)
    expect(changes).toEqual([
      { key: 'mode', from: 'enforce', to: 'observe' },
      { key: 'onchain.scripts[6a00]', from: undefined, to: { label: 'nobody' } },
      { key: 'payments.hourly_sats', from: undefined, to: 5 },
      { key: 'rules.policy-lightspark-freshness', from: 'hold', to: undefined },
    ])
    expect(changes.map(describeChange)[2]).toBe('payments.hourly_sats: (none) → 5')
    expect(diffPolicies(after.file, after.file)).toEqual([])
  })
})

describe('the policy file that init writes', () => {
  /** With every key in force: the commented lines that are TOML. */
  const uncommented = (text: string) =>
    text.replaceAll(/^# ([a-z][\w-]* = .*|\[\[?[\w.]+\]\]?)$/gm, '$1')

  test('is the default policy as it stands', async () => {
    expect((await read(policyTemplate())).policy).toEqual(defaultPolicy)
  })

  test('shows every key there is, with its default or an example', async () => {
    const text = policyTemplate()
    for (const { fields } of tablesOf(policyFileSchema)) {
      for (const { key } of fields) expect(text).toContain(`# ${key} = `)
    }
    const shown = uncommented(text)
      .replace('bc1q…', 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202')
      .replace('0014…', '6a00')
      .replace(/\[\[onchain\.xpubs\]\]\n(?:.*\n)*?(?=\[)/, '')
    expect((await read(shown)).policy).toMatchObject({
      mode: 'enforce',
      channels: { maxFundingSats: defaultPolicy.channels.maxFundingSats },
    })
  })

  test('fits into a hundred columns', () => {
    for (const line of policyTemplate().split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })
})

describe('generated pages', () => {
  test.each([
    ['policy-file.md', policyFilePage],
    ['policy-file.schema.json', policyFileJsonSchema],
  ])('docs/%s is what the schema says', (name, render) => {
    const page = new URL(`../../../docs/${name}`, import.meta.url)
    // UPDATE_DOCS=1 writes the page anew.
    const { UPDATE_DOCS } = process.env
    if (UPDATE_DOCS === '1') writeFileSync(page, render())
    expect(readFileSync(page, 'utf8')).toBe(render())
  })

  test('every key has a description, and a default or an example', () => {
    for (const { fields, path, description } of tablesOf(policyFileSchema)) {
      if (path.length > 0) expect([path, description]).toEqual([path, expect.stringMatching(/\.$/)])
      for (const { key, table, description: about, preset, example } of fields) {
        const name = [...table, key].join('.')
        if (table[0] !== 'rules')
          expect([name, about]).toEqual([name, expect.stringMatching(/\.$/)])
        expect([name, preset ?? example]).not.toEqual([name, undefined])
      }
    }
  })
})
