import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { requestWalk } from '../control/client.ts'
import type { StepResult } from '../walk/step.ts'
import { coloured, headLine, plain, stepLines, summaryLines } from '../walk/table.ts'

type Options = {
  readonly sandbox: string
  readonly pairingFile: string
  readonly seed?: string
  readonly json?: true
}

/** `walk`: plays a node's life against the signer and checks every answer. */
export function walkCommand(): Command {
  return new Command('walk')
    .description("play a node's life against the signer and check every answer")
    .option('--sandbox <url>', 'base URL of the running sandbox', 'http://127.0.0.1:8090')
    .requiredOption('--pairing-file <file>', 'what `boltwarden keys show --json` printed')
    .option('--seed <text>', "makes the counterparty's keys: the same text, the same keys")
    .option('--json', 'print one JSON value a line: each step, then the report')
    .action(walk)
}

async function walk(options: Options): Promise<void> {
  const pairing: unknown = JSON.parse(await readFile(options.pairingFile, 'utf8'))
  const request = { pairing, ...(options.seed !== undefined && { seed: options.seed }) }
  const print = options.json ? printJson : createTablePrinter()
  const report = await requestWalk(options.sandbox, request, (step) => print({ step }))
  print({ report })
  if (!report.ok) process.exitCode = 1
}

type Line = { readonly step: StepResult } | { readonly report: Parameters<typeof summaryLines>[0] }

function printJson(line: Line): void {
  console.log(JSON.stringify(line))
}

/** Prints steps as the table grows, then the summary. */
export function createTablePrinter(): (line: Line) => void {
  const paint = process.stdout.isTTY ? coloured : plain
  let previous: StepResult | undefined
  return (line) => {
    if ('report' in line) {
      for (const text of summaryLines(line.report, paint)) console.log(text)
      return
    }
    if (previous === undefined) console.log(headLine(paint))
    for (const text of stepLines(line.step, previous, paint)) console.log(text)
    previous = line.step
  }
}
