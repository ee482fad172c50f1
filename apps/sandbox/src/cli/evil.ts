import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { Argument, Command, Option } from 'commander'
import type { EvilAttack } from '../evil/attack.ts'
import { evilAttacks } from '../evil/attacks.ts'
import { type EvilEnd, type EvilResult, openEvilTheatre } from '../evil/play.ts'
import { endLine, listLine, tableOf } from '../evil/table.ts'
import { everyKind } from '../scenarios/theatre.ts'
import { type SignerName, signerNames } from '../signers/signer.ts'
import { coloured, plain } from '../walk/table.ts'
import { interruption } from './interruption.ts'

type Options = {
  readonly json?: true
  readonly signer: SignerName | 'both'
  readonly kind?: CommitmentType
}

/** `evil`: the platform robs our node in the middle of a real channel. */
export function evilCommand(): Command {
  const names = evilAttacks.map(({ name }) => name)
  return new Command('evil')
    .description(
      'let the platform turn hostile in a real channel, and look on the chain what is lost',
    )
    .addArgument(new Argument('<name>', 'which attack').choices(['all', 'list', ...names]))
    .addOption(
      new Option('--signer <name>', 'who signs').choices([...signerNames, 'both']).default('both'),
    )
    .addOption(new Option('--kind <kind>', 'only this channel kind').choices([...everyKind]))
    .option('--json', 'print one JSON value a line: each result, each end, then the summary')
    .addHelpText('after', help)
    .action(evil)
}

const help = `
The peer of the channel is the platform's accomplice: it signs what the thief needs, with its keys of
the channel. What is lost is counted on the chain. Afterwards there must be a payment, a close, and
a sum of all money to the satoshi.

Exit code 1: something was lost with the one signer, or with boltwarden where both are robbed; a stage
did not end as it must; or the official signer lost nothing, so that an attack proves nothing.`

type Show = {
  readonly signers: readonly SignerName[]
  readonly kinds: readonly CommitmentType[]
  readonly attacks: readonly EvilAttack[]
  readonly results: EvilResult[]
  readonly ends: EvilEnd[]
}

async function evil(name: string, options: Options): Promise<void> {
  const attacks = evilAttacks.filter(
    (each) => name === 'all' || name === 'list' || each.name === name,
  )
  if (name === 'list') {
    for (const each of attacks) console.log(options.json ? jsonOf(each) : listLine(each))
    return
  }
  const show: Show = {
    signers: options.signer === 'both' ? signerNames : [options.signer],
    kinds: everyKind.filter((kind) => options.kind === undefined || kind === options.kind),
    attacks,
    results: [],
    ends: [],
  }
  const signal = interruption()
  for (const signer of show.signers) await playAll(show, signer, options, signal)
  const ok = isGood(show)
  if (options.json) console.log(jsonOf({ ok }))
  else printTables(show)
  process.exitCode = signal.aborted ? 130 : ok ? 0 : 1
}

async function playAll(
  { kinds, attacks, results, ends }: Show,
  signer: SignerName,
  { json }: Options,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return
  if (!json) progress(`starting ${signer} and the sandbox`)
  const theatre = await openEvilTheatre(signer, kinds.length, signal)
  try {
    for (const kind of kinds) {
      if (signal.aborted) break
      const end = await theatre.play(kind, attacks, (result) => {
        results.push(result)
        if (json) console.log(jsonOf({ result }))
        else progress(`${signer}, ${kind}: ${result.attack}`)
      })
      ends.push(end)
      if (json) console.log(jsonOf({ end }))
    }
  } finally {
    await theatre.close()
  }
}

/** Where both are robbed, the official signer is there to show that no attack is empty. */
function isGood({ signers, attacks, kinds, results, ends }: Show): boolean {
  const judged = results.filter(({ signer }) => signers.length === 1 || signer === 'boltwarden')
  const empty = signers.length > 1 && results.some((each) => isEmpty(each))
  const complete = results.length === signers.length * kinds.length * attacks.length
  return complete && !empty && judged.every(({ ok }) => ok) && ends.every(({ ok }) => ok)
}

function isEmpty({ signer, lostSats }: EvilResult): boolean {
  return signer === 'official' && lostSats === 0n
}

function printTables({ kinds, signers, results, ends }: Show): void {
  const paint = process.stdout.isTTY ? coloured : plain
  progress('')
  for (const kind of kinds) {
    console.log(`${tableOf(kind, signers, results, paint)}\n`)
    for (const end of ends.filter((each) => each.kind === kind)) console.log(endLine(end))
    console.log()
  }
}

/** One line that the next one overwrites; nothing where nobody looks. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}\r`)
}

/** Amounts of the sandbox are far below 2^53. */
function jsonOf(value: object): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint' ? Number(each) : each,
  )
}
