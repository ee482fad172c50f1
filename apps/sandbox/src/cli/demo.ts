import { relative } from 'node:path'
import { Command } from 'commander'
import { type Demo, playDemo } from '../demo/demo.ts'
import { destinationsPerWalk } from '../walk/player.ts'
import { channelsPerWalk } from '../walk/walk.ts'
import { interruption } from './interruption.ts'
import { createTablePrinter } from './walk.ts'

type Options = {
  readonly keep?: true
  readonly json?: true
  readonly signer?: string
}

/** `demo`: a sandbox and a signer as two processes, and a walk between them. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('start a sandbox and a signer, walk every request between them, and check it all')
    .option('--keep', 'leave both running and say what to try next')
    .option('--signer <file>', 'the built boltwarden command, if not that of this repository')
    .option('--json', 'print one JSON value a line: each step, then the report')
    .action(demo)
}

async function demo(options: Options): Promise<void> {
  const signal = interruption()
  const print = options.json
    ? (line: unknown) => console.log(JSON.stringify(line))
    : createTablePrinter()
  try {
    const played = await playDemo({
      signal,
      onProgress: (text) => console.error(`… ${text}`),
      onStep: (step) => print({ step }),
      ...(options.signer !== undefined && { signerMain: options.signer }),
    })
    try {
      print({ report: played.report })
      process.exitCode = played.report.ok ? 0 : 1
      if (options.keep) await keep(played, signal)
    } finally {
      await played.stop()
    }
  } catch (error) {
    if (!signal.aborted) throw error
    process.exitCode = 130
  }
}

/** Waits until it is interrupted, or a process ends. */
async function keep(played: Demo, signal: AbortSignal): Promise<void> {
  console.log(whatNext(played))
  if (signal.aborted) return
  const interrupted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([interrupted, played.died])
}

function whatNext({ urls, files, ...mains }: Demo): string {
  const here = process.cwd()
  const signerMain = relative(here, mains.signerMain)
  const sandboxMain = relative(here, mains.sandboxMain)
  const unlock = `--config ${files.signer}/boltwarden.toml --passphrase-file ${files.passphrase}`
  const next = (count: number) => `${count}..${2 * count - 1}`
  const fresh = `--channels ${next(channelsPerWalk)} --destinations ${next(destinationsPerWalk)}`
  return `
Both are running; Ctrl-C ends them and removes their files.

  inspector        ${urls.sandbox}/
  signer           ${urls.signer}
  metrics          ${urls.admin}/metrics
  readiness        ${urls.admin}/readyz
  signer's log     ${files.log('signer')}

Try, in another terminal:

  # a test event, as the account page sends it: see what the signer answers
  node ${sandboxMain} send-test-event DERIVE_KEY_AND_SIGN --sandbox ${urls.sandbox}

  # what the signer checks of itself
  node ${signerMain} doctor ${unlock}

  # another walk, with channels that are new to the signer
  node ${signerMain} keys show ${unlock} ${fresh} --json > ${files.folder}/again.json
  node ${sandboxMain} walk --sandbox ${urls.sandbox} --pairing-file ${files.folder}/again.json
`
}
