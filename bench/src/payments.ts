import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { round1 } from './interleave.ts'
import { columns } from './report.ts'

/** What many payments between real Lightning nodes came to, by who signs for ours. */
export type Payments = {
  readonly signer: string
  readonly paymentsPerSecond: number
  readonly eventsPerPayment: number
  /** The part of the time in which at least one webhook waited for the signer, 0 to 1. */
  readonly signerShare: number
}

const command = join(import.meta.dirname, '../../apps/sandbox/dist/cli/main.js')
const signers = ['official', 'boltwarden'] as const

/**
 * Pays back and forth over one channel of the sandbox, one payment after the other: first with the
 * official SDK's handler as our signer, then with ours.
 *
 * @param payments - how many with each, after a warm-up.
 */
export async function benchPayments(payments: number): Promise<readonly Payments[]> {
  const results: Payments[] = []
  for (const signer of signers) {
    const options = ['--payments', String(payments), '--signer', signer, '--json']
    // Memory is not what is measured here.
    options.push('--max-heap-per-payment', '9999999', '--max-external-per-payment', '9999999')
    const { stdout } = await promisify(execFile)(process.execPath, [command, 'soak', ...options])
    const { events, seconds, signerShare } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    results.push({
      signer,
      paymentsPerSecond: round1(payments / seconds),
      eventsPerPayment: round1(events / payments),
      signerShare,
    })
  }
  return results
}

/** The results as lines of text. */
export function paymentsTable(results: readonly Payments[]): string {
  const header = ['signer', 'payments/s', 'events each', 'time that a webhook waits for the signer']
  const rows = results.map(({ signer, paymentsPerSecond, eventsPerPayment, signerShare }) => [
    signer,
    String(paymentsPerSecond),
    String(eventsPerPayment),
    `${Math.round(100 * signerShare)} %`,
  ])
  return columns('Payments between real Lightning nodes, one after the other', header, rows)
}
