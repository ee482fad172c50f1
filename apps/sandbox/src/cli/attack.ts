import { readFile } from 'node:fs/promises'
import type { Network } from '@boltwarden/core/network'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { attacks } from '../adversary/attacks.ts'
import { sequences } from '../adversary/sequences/sequences.ts'
import { type OwnerPolicy, ownerPolicies } from '../adversary/stage/attack.ts'
import { absentOwner, ownerWith } from '../adversary/stage/owner.ts'
import {
  type AttackResult,
  openTheatre,
  type SequenceResult,
  type Theatre,
} from '../adversary/stage/play.ts'
import type { Owner } from '../adversary/stage/stage.ts'
import { attackLine, listLine, paintFor, sequenceLine, summaryOf } from '../adversary/table.ts'
import { parsePairing } from '../pairing/pairing.ts'
import { startSandbox } from '../sandbox.ts'
import { readSecretFile } from './secret-file.ts'

type Options = {
  readonly webhook: string
  readonly port: number
  readonly clientId: string
  readonly clientSecretFile: string
  readonly webhookSecretFile: string
  readonly pairingFile: string
  readonly policy: OwnerPolicy
  readonly admin?: string
  readonly adminTokenFile?: string
  readonly seed?: string
  readonly json?: true
}

/** `attack`: robs a signer in every way there is, and says what came out. */
export function attackCommand(): Command {
  return new Command('attack')
    .description(
      'rob a signer in every way there is, check what came out, and let honest life go on',
    )
    .addArgument(
      new Argument('[name]', 'an attack, a family, an honest sequence, or all').default('all'),
    )
    .requiredOption('--webhook <url>', "the signer's webhook")
    .option(
      '--port <number>',
      'where the signer finds the API; it must be its base URL',
      readPort,
      8090,
    )
    .requiredOption('--client-id <id>', 'client id of the API token')
    .requiredOption('--client-secret-file <file>', 'file with the client secret')
    .requiredOption('--webhook-secret-file <file>', 'file with the webhook secret')
    .requiredOption(
      '--pairing-file <file>',
      'what `boltwarden keys show --channels 0..299 --json` printed',
    )
    .addOption(
      new Option('--policy <name>', 'what the owner of this signer has chosen')
        .choices(ownerPolicies)
        .default('default'),
    )
    .option('--admin <url>', "the signer's admin API, to announce intents with")
    .option('--admin-token-file <file>', 'file with a name and its token')
    .option('--seed <text>', "makes the counterparties' keys: the same text, the same keys")
    .option('--json', 'print one JSON value a line: each result, then the summary')
    .addHelpText('after', help)
    .action(attack)
}

const help = `
Every attack takes channels of the pairing that are new to the signer: each run needs a new signer.
The policies that --policy names are those of docs/attacks.md.

Attacks and honest sequences:
${[...attacks, ...sequences].map((each) => `  ${listLine(each)}`).join('\n')}`

async function attack(name: string, options: Options): Promise<void> {
  const chosen = choose(name, options.policy)
  const sandbox = await startSandbox({
    port: options.port,
    credentials: {
      clientId: options.clientId,
      clientSecret: await readSecretFile(options.clientSecretFile),
    },
    webhookUrl: options.webhook,
    webhookSecret: await readSecretFile(options.webhookSecretFile),
    retrySchedule: [],
  })
  try {
    const pairing = parsePairing(JSON.parse(await readFile(options.pairingFile, 'utf8')))
    const { platform, dispatcher } = sandbox
    const seed = options.seed === undefined ? undefined : new TextEncoder().encode(options.seed)
    const owner = await ownerOf(options, pairing.network)
    const subject = { platform, dispatcher, pairing, owner }
    const theatre = await openTheatre({ ...subject, ...(seed && { seed }) })
    const ok = await play(theatre, chosen, options.json === true)
    process.exitCode = ok ? 0 : 1
  } finally {
    await sandbox.close()
  }
}

async function ownerOf({ admin, adminTokenFile }: Options, network: Network): Promise<Owner> {
  if (admin === undefined || adminTokenFile === undefined) return absentOwner
  const [, token = ''] = (await readSecretFile(adminTokenFile)).split(' ')
  return ownerWith({ url: admin, token, network })
}

type Chosen = ReturnType<typeof choose>

function choose(name: string, policy: OwnerPolicy) {
  const isChosen = (each: { readonly name: string; readonly policy?: OwnerPolicy }) =>
    (each.policy ?? 'default') === policy && (name === 'all' || each.name === name)
  const chosen = {
    attacks: attacks.flatMap(([family, each]) =>
      isChosen(each) || (family === name && isChosen({ ...each, name })) ? [each] : [],
    ),
    sequences: sequences.filter(isChosen),
  }
  if (chosen.attacks.length + chosen.sequences.length > 0) return chosen
  throw new InvalidArgumentError(`nothing of that name is for an owner with policy ${policy}`)
}

/** @returns whether nothing came out and all of the honest life was answered. */
async function play(theatre: Theatre, chosen: Chosen, json: boolean): Promise<boolean> {
  const paint = paintFor(process.stdout.isTTY)
  const tell = (value: object, line: string) => console.log(json ? JSON.stringify(value) : line)
  const attacked: AttackResult[] = []
  const answered: SequenceResult[] = []
  for (const each of chosen.attacks) {
    const result = await theatre.attack(each)
    attacked.push(result)
    tell({ attack: result }, attackLine(result, paint))
  }
  for (const each of chosen.sequences) {
    const result = await theatre.sequence(each)
    answered.push(result)
    tell({ sequence: result }, sequenceLine(result, paint))
  }
  const wrong = [
    ...attacked.filter(({ ok, outcome }) => !ok && outcome !== 'not-played'),
    ...answered.filter(({ ok, played }) => !ok && played),
  ]
  tell({ ok: wrong.length === 0, wrong: wrong.length }, `\n${summaryOf(attacked, answered)}`)
  return wrong.length === 0
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port
  throw new InvalidArgumentError('expected 1..65535')
}
