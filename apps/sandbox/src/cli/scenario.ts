import { Argument, Command, Option } from 'commander'
import { scenarios } from '../scenarios/scenarios.ts'
import { everyKind, openTheatre, type Played } from '../scenarios/theatre.ts'
import { type SignerName, signerNames } from '../signers/signer.ts'
import { interruption } from './interruption.ts'
import { tellRecorded } from './recorded.ts'

type Options = {
  readonly json?: true
  readonly signer: SignerName
  readonly kind?: 'anchors' | 'static-remotekey'
  readonly record?: string
}

/** `scenario`: plays a piece of a node's life with real Lightning nodes. */
export function scenarioCommand(): Command {
  const names = scenarios.map(({ name }) => name)
  return new Command('scenario')
    .description('play a piece of a real Lightning node’s life, whose keys the signer holds')
    .addArgument(new Argument('<name>', 'which one').choices(['all', 'list', ...names]))
    .addOption(
      new Option('--signer <name>', 'who signs').choices([...signerNames]).default('boltwarden'),
    )
    .addOption(new Option('--kind <kind>', 'only this channel kind').choices([...everyKind]))
    .option('--record <folder>', 'keep the run, for boltwarden policy replay')
    .option('--json', 'print one JSON value a line')
    .action(playNamed)
}

async function playNamed(name: string, options: Options): Promise<void> {
  if (name === 'list') return list(options)
  const chosen = scenarios.filter((each) => name === 'all' || each.name === name)
  const playable = chosen.filter((each) => options.signer !== 'official' || !each.notByOfficial)
  const kinds = everyKind.filter((kind) => options.kind === undefined || kind === options.kind)
  const signal = interruption()
  if (!options.json) progress(`starting ${options.signer} and the sandbox`)
  const theatre = await openTheatre(options.signer, playable.length * kinds.length, {
    signal,
    record: options.record,
  })
  const results: Played[] = []
  try {
    for (const scenario of playable) {
      for (const kind of kinds) {
        if (signal.aborted) break
        if (!options.json) progress(`${scenario.name}, ${kind}`)
        const played = await theatre.play(scenario, kind)
        results.push(played)
        console.log(options.json ? JSON.stringify(played) : lineOf(played))
      }
    }
    if (!signal.aborted) await tellRecorded(theatre.signer, options)
  } finally {
    await theatre.close()
  }
  if (!options.json) console.log(summaryOf(results))
  process.exitCode = signal.aborted ? 130 : results.every(({ ok }) => ok) ? 0 : 1
}

function list({ json }: Options): void {
  for (const { name, story } of scenarios) {
    console.log(json ? JSON.stringify({ name, story }) : `${name.padEnd(26)}${story}`)
  }
}

/** One line that the next one overwrites; nothing where nobody looks. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K… ${text}\r`)
}

function lineOf({ name, kind, ok, note, events, milliseconds }: Played): string {
  const figures = `${String(events).padStart(5)} events ${(milliseconds / 1000).toFixed(1).padStart(6)} s`
  return `${ok ? 'ok   ' : 'WRONG'} ${name.padEnd(26)} ${kind.padEnd(17)}${figures}  ${note.split('\n', 1).join('')}`.trimEnd()
}

function summaryOf(results: readonly Played[]): string {
  const wrong = results.filter(({ ok }) => !ok).length
  const events = results.reduce((sum, each) => sum + each.events, 0)
  return `${results.length} played, ${wrong} wrong, ${events} events answered by the signer`
}
