import { Command, InvalidArgumentError, Option } from 'commander'
import { everyKind, openTheatre } from '../scenarios/theatre.ts'
import { type SignerName, signerNames } from '../signers/signer.ts'
import { isFlat, type Reading, type SoakBounds, type Soaked, soak } from '../soak/soak.ts'
import { interruption, unlessAborted } from './interruption.ts'

type Options = SoakBounds & {
  readonly payments: number
  readonly kind: 'anchors' | 'static-remotekey'
  readonly signer: SignerName
  readonly json?: true
}

/** `soak`: many payments over one channel, and whether memory stays flat. */
export function soakCommand(): Command {
  return new Command('soak')
    .description('pay back and forth over one channel many times, and watch the memory')
    .addOption(count('--payments <number>', 'how many', 1000))
    .addOption(
      new Option('--kind <kind>', 'the channel kind').choices([...everyKind]).default('anchors'),
    )
    .addOption(
      new Option('--signer <name>', 'who signs').choices([...signerNames]).default('boltwarden'),
    )
    .addOption(count('--max-heap-per-payment <bytes>', 'more growth than this fails', 16_384))
    .addOption(
      count('--max-external-per-payment <bytes>', 'the same for WebAssembly and buffers', 8_192),
    )
    .option('--json', 'print one JSON value')
    .action(run)
}

async function run(options: Options): Promise<void> {
  const { payments, json } = options
  const signal = interruption()
  const theatre = await openTheatre(options.signer, 1, { signal })
  const every = Math.max(Math.ceil(payments / 10), 10)
  const show = (reading: Reading) => {
    if (!json) console.log(readingLine(reading))
  }
  try {
    const playing = soak(theatre, options.kind, { payments, every }, show)
    const soaked = await unlessAborted(playing, signal)
    console.log(json ? JSON.stringify(soaked) : summaryOf(soaked))
    process.exitCode = isFlat(soaked, options) ? 0 : 1
  } catch (error) {
    if (!signal.aborted) throw error
    process.exitCode = 130
  } finally {
    await theatre.close()
  }
}

function count(flags: string, text: string, fallback: number): Option {
  return new Option(flags, text).default(fallback).argParser((value) => {
    if (!/^[1-9]\d{0,6}$/.test(value)) throw new InvalidArgumentError('expected a number from 1')
    return Number(value)
  })
}

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`.padStart(10)

function readingLine({ payments, heap, external, resident }: Reading): string {
  return `${String(payments).padStart(6)} payments  heap ${mebibytes(heap)}  WebAssembly and buffers ${mebibytes(external)}  all but the heap ${mebibytes(resident)}`
}

function summaryOf(soaked: Soaked): string {
  const { payments, events, seconds, signerShare, heapPerPayment, externalPerPayment } = soaked
  return `
${payments} payments, ${events} events, ${seconds.toFixed(1)} s: ${(payments / seconds).toFixed(1)} payments a second
${(100 * signerShare).toFixed(0)} % of the time a webhook waited for the signer
a payment grew the heap by ${heapPerPayment.toFixed(0)} bytes, WebAssembly and buffers by ${externalPerPayment.toFixed(0)}`
}
