import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evilAttacks } from '../src/evil/attacks.ts'
import {
  type EvilEnd,
  type EvilResult,
  type EvilTheatre,
  openEvilTheatre,
} from '../src/evil/play.ts'
import { everyKind } from '../src/scenarios/theatre.ts'
import { type SignerName, signerNames } from '../src/signers/signer.ts'
import { start } from './built-command.ts'

const names = evilAttacks.map(({ name }) => name)
const walletSats = 10_000_000n
const pushedSats = 400_000n
const paidSats = 10_000n

/** What a blind signer loses: by the chain, what was ours in whatever the thief spent. */
function lossOf(attack: string): readonly [least: bigint, most: bigint] {
  switch (attack) {
    case 'wallet-withdrawal':
      return [8_990_000n, 9_000_000n]
    case 'unpaid-preimage':
      return [40_000n, 40_000n]
    default:
      // 600,000 less a payment; where our commitment or the peer's is broadcast, less its fee.
      return [588_000n, 590_000n]
  }
}

function satsOf({ accounts }: EvilEnd, name: string): bigint {
  return accounts.wallets.find((each) => each.name === name)?.sats ?? 0n
}

describe.each(signerNames)('%s, whose platform turns hostile', (signer: SignerName) => {
  let theatre: EvilTheatre
  beforeAll(async () => {
    theatre = await openEvilTheatre(signer, everyKind.length)
  })
  afterAll(() => theatre.close())

  test.each(everyKind)(
    'every attack in channels with %s',
    async (kind) => {
      const results: EvilResult[] = []
      const end = await theatre.play(kind, evilAttacks, (result) => results.push(result))
      expect(end).toMatchObject({ ok: true, note: '', late: [], unanswered: 0, addsUp: true })
      expect(results.map(({ attack }) => attack)).toEqual(names)
      if (signer === 'boltwarden') {
        expect(results.filter(({ ok, lostSats }) => !ok || lostSats !== 0n)).toEqual([])
        expect(satsOf(end, 'thief')).toBe(0n)
        // Three channels, and a payment at the opening of each, after each attack that leaves it open,
        // and at the end. What else is missing are fees and anchors.
        const payments = BigInt(3 + names.length - 2 + 1)
        const expected = walletSats - 3n * pushedSats - payments * paidSats
        const fees = expected - satsOf(end, 'alice')
        expect(fees).toBeGreaterThan(0n)
        expect(fees).toBeLessThanOrEqual(end.accounts.fees + end.accounts.anchors)
      } else {
        for (const { attack, lostSats, rules } of results) {
          const [least, most] = lossOf(attack)
          expect(rules).toEqual([])
          expect(lostSats, attack).toBeGreaterThanOrEqual(least)
          expect(lostSats, attack).toBeLessThanOrEqual(most)
        }
        // Beside what was ours the thief has what the peer gave it; the preimage is no coin.
        const lost = results.reduce((sum, { lostSats }) => sum + lostSats, -40_000n)
        expect(satsOf(end, 'thief')).toBeGreaterThan(lost - 20_000n)
      }
    },
    240_000,
  )
})

describe('boltwarden-sandbox evil, as it is built', () => {
  test('list', async () => {
    const { code, out } = await start(['evil', 'list']).ended
    expect(code).toBe(0)
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(names)
  })

  test('one attack with the official signer: it says what was lost, exit code 1', async () => {
    const flags = ['--signer', 'official', '--kind', 'static-remotekey', '--json']
    const { code, out } = await start(['evil', 'forged-close', ...flags]).ended
    const [result, end, last] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(result).toMatchObject({ result: { attack: 'forged-close', lostSats: 590_000 } })
    expect(end).toMatchObject({ end: { ok: true, addsUp: true } })
    expect(last).toEqual({ ok: false })
    expect(code).toBe(1)
  }, 120_000)
})
