import { once } from 'node:events'
import { Command } from 'commander'
import { channelsPerDemo, type DemoReport, type DemoStep, playDemo } from '../demo/demo.ts'
import { type DemoSet, openSet } from '../demo/set.ts'
import { graphqlPath } from '../graphql/api.ts'
import { createNodeBackend } from '../lightning/node-backend.ts'
import { attachBackend } from '../lightning/payment-news.ts'
import { StateError } from '../lightning/state-error.ts'
import { openPlayground } from '../playground/playground.ts'
import { coloured, type Paint, plain } from '../walk/table.ts'
import { interruption, unlessAborted } from './interruption.ts'
import { tellRecorded } from './recorded.ts'

/** How many channels a visitor may have opened, one after the other. */
const channelsWhenKept = 200

type Options = {
  readonly json?: true
  readonly keep?: true
  readonly state?: string
  readonly record?: string
}

/** `demo`: a channel's life between real Lightning nodes, with a signer that holds our keys. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('play a channel’s life between real Lightning nodes, and try to rob ours')
    .option('--keep', 'leave all of it running, with a page to play on, until Ctrl-C')
    .option('--state <folder>', 'the same, and go on next time: all of it is kept there')
    .option('--record <folder>', 'keep the run, for boltwarden policy replay')
    .option('--json', 'print one JSON value a line: each step, then the report')
    .action(demo)
}

async function demo(options: Options): Promise<void> {
  const signal = interruption()
  const startedMs = performance.now()
  const print = options.json ? printJson : printText
  try {
    const { state, record } = options
    const isKept = options.keep === true || state !== undefined
    const channels = isKept ? channelsWhenKept : channelsPerDemo
    const set = await openSet({ channels, signal, record, state })
    try {
      if (!set.isOld) {
        const playing = playDemo(set, startedMs, (step) => print({ step }))
        const report = await unlessAborted(playing, signal)
        print({ report })
        process.exitCode = report.ok ? 0 : 1
      }
      if (isKept) await keep(set, print, signal)
      await tellRecorded(set.signer, options)
    } finally {
      await set.close()
    }
  } catch (error) {
    // What could not be saved has to be said, also to whoever has asked for the end.
    if (!signal.aborted || error instanceof StateError) throw error
    process.exitCode = 130
  }
}

/** Serves the page until it is interrupted, which is how this ends well. */
async function keep(set: DemoSet, print: (line: Line) => void, signal: AbortSignal): Promise<void> {
  const { stage, signer } = set
  if (!set.isOld) {
    const opening = stage.open(stage.alice(), stage.bob, { pushMsat: 400_000_000n })
    await unlessAborted(opening, signal)
  }
  const { platform } = signer.sandbox
  attachBackend(platform, await createNodeBackend(stage, platform))
  const { url, close } = await openPlayground(set)
  print({
    page: `${url}/`,
    api: {
      url: signer.sandbox.url,
      clientId: signer.credentials.clientId,
      clientSecretFile: signer.files.clientSecret,
    },
  })
  try {
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    await close()
  }
}

/** How a customer's program reaches the platform: what the official client is made with. */
type ApiAccess = {
  readonly url: string
  readonly clientId: string
  readonly clientSecretFile: string
}

type Line =
  | { readonly step: DemoStep }
  | { readonly report: DemoReport }
  | { readonly page: string; readonly api: ApiAccess }

/** Satoshis are far below what a JSON number holds exactly. */
function printJson(line: Line): void {
  const number = (_key: string, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value
  console.log(JSON.stringify(line, number))
}

function printText(line: Line): void {
  const paint = process.stdout.isTTY ? coloured : plain
  if ('step' in line) console.log(stepLine(line.step, paint))
  else if ('report' in line) console.log(summaryOf(line.report))
  else console.log(keptText(line.page, line.api))
}

function stepLine({ ok, act, text, milliseconds }: DemoStep, paint: Paint): string {
  const time = `${(milliseconds / 1000).toFixed(1).padStart(5)} s`
  const mark = paint(ok ? 'green' : 'red', (ok ? act : 'WRONG').padEnd(6))
  return `${paint('dim', time)}  ${mark}  ${text}`
}

function summaryOf({ timings, attacks, wrong, milliseconds }: DemoReport): string {
  const { events, answered, p50Ms, p99Ms } = timings
  return `
${answered} of ${events} honest events answered, ${attacks.length} attacks made, ${wrong} wrong, in ${(milliseconds / 1000).toFixed(1)} s
an answer took ${p50Ms.toFixed(1)} ms (p50), ${p99Ms.toFixed(1)} ms (p99)`
}

function keptText(page: string, { url, clientId, clientSecretFile }: ApiAccess): string {
  return `
All of it runs on, until Ctrl-C.

  page               ${page}
  inspector          ${url}/
  GraphQL API        ${url}${graphqlPath}
  client id          ${clientId}
  client secret in   ${clientSecretFile}`
}
