import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { grouped } from '../demo/demo.ts'
import type { SignerName } from '../signers/signer.ts'
import { type Paint, plain } from '../walk/table.ts'
import type { EvilAttack } from './attack.ts'
import type { EvilEnd, EvilResult } from './play.ts'

const widths = { attack: 26, answer: 39, lost: 9 } as const

/** One attack as a line of the list. */
export function listLine({ name, story }: EvilAttack): string {
  return `${name.padEnd(widths.attack)}${story}`
}

/** All that was played in one channel kind: a line for each attack, the signers side by side. */
export function tableOf(
  kind: CommitmentType,
  signers: readonly SignerName[],
  results: readonly EvilResult[],
  paint: Paint = plain,
): string {
  const ofKind = results.filter((each) => each.kind === kind)
  const names = [...new Set(ofKind.map(({ attack }) => attack))]
  const head = [kind.padEnd(widths.attack), ...signers.map((name) => cell(name, 'sat lost'))]
  const lines = names.map((name) => [
    name.padEnd(widths.attack),
    ...signers.map((signer) => {
      const result = ofKind.find((each) => each.attack === name && each.signer === signer)
      return result === undefined ? cell('not played', '') : resultCell(result, paint)
    }),
  ])
  const sums = signers.map((signer) => cell('', grouped(lostBy(ofKind, signer))))
  return [head, ...lines, [''.padEnd(widths.attack), ...sums]]
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n')
}

function resultCell({ rules, how, lostSats, ok }: EvilResult, paint: Paint): string {
  const [first = 'refused without a reason'] = rules
  return paint(ok ? 'green' : 'red', cell(how === '' ? first : how, grouped(lostSats)))
}

function cell(answer: string, lost: string): string {
  return `${answer.padEnd(widths.answer)}${lost.padStart(widths.lost)}`
}

/** How a stage ended, in one line. */
export function endLine({ signer, accounts, ...end }: EvilEnd): string {
  const { honestEvents, unanswered } = end
  const answered = `${honestEvents - unanswered} of ${honestEvents} honest events answered`
  const { wallets, fees, anchors, elsewhere, gave } = accounts
  const parts = [
    ...wallets.map(({ name, sats }) => `${name} ${grouped(sats)}`),
    `fees ${grouped(fees)}`,
    ...(anchors > 0n ? [`anchors ${grouped(anchors)}`] : []),
    ...(elsewhere > 0n ? [`elsewhere ${grouped(elsewhere)}`] : []),
  ]
  const late = end.late.length > 0 ? `; given after all: ${end.late.join(', ')}` : ''
  const note = end.note === '' ? '' : `; ${end.note.split('\n', 1).join('')}`
  const sum = `${parts.join(' + ')} ${end.addsUp ? '=' : 'is not'} ${grouped(gave)} sat`
  return `${signer}: ${answered}, paid and closed; ${sum}${late}${note}`
}

/** What all attacks on one signer took, in satoshis. */
export function lostBy(results: readonly EvilResult[], signer: SignerName): bigint {
  return results
    .filter((each) => each.signer === signer)
    .reduce((sum, { lostSats }) => sum + lostSats, 0n)
}
