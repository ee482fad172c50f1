import type { Command } from 'commander'
import { adminUrl, config, json, longNumber, run, runWith } from './options.ts'
import type { Terminal } from './terminal.ts'

type Intents = typeof import('./intents.ts')

/** `boltwarden intents …`: what the owner announces before it happens. */
export function addIntentCommands(program: Command, terminal: Terminal): void {
  const intents = program
    .command('intents')
    .description('payments and withdrawals that are announced to a running signer')
  const add = intents.command('add').description('announce one')
  add
    .command('payment')
    .description('a payment over Lightning')
    .option('--invoice <text>', 'a BOLT 11 invoice')
    .option('--payment-hash <hex>', 'without an invoice')
    .option(
      '--max-amount-sats <sats>',
      "the most it may take; the invoice's amount by default",
      longNumber,
    )
    .option(
      '--max-fee-sats <sats>',
      "the most routing may cost; the policy's by default",
      longNumber,
    )
    .option(
      '--expires-in <time>',
      "as 90s, 30m, 12h or 7d; the invoice's end, or a day, by default",
    )
    .option('--id <name>', 'the payment hash by default')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<Intents['runIntentsAddPayment']>[0]) => {
        const { runIntentsAddPayment } = await import('./intents.ts')
        await runIntentsAddPayment(flags, terminal)
      }),
    )
  add
    .command('withdrawal')
    .description('a payment on the chain')
    .requiredOption('--address <text>', 'whom it pays')
    .requiredOption('--amount-sats <sats>', 'what it pays', longNumber)
    .option('--expires-in <time>', 'as 90s, 30m, 12h or 7d; a day by default')
    .option('--id <name>', 'random by default: name it where the call may be made twice')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<Intents['runIntentsAddWithdrawal']>[0]) => {
        const { runIntentsAddWithdrawal } = await import('./intents.ts')
        await runIntentsAddWithdrawal(flags, terminal)
      }),
    )
  intents
    .command('list')
    .description('all that are known, with what became of them')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<Intents['runIntentsList']>[0]) => {
        const { runIntentsList } = await import('./intents.ts')
        await runIntentsList(flags, terminal)
      }),
    )
  intents
    .command('revoke')
    .description('take one back')
    .argument('<id>')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      runWith(terminal, async (id: string, flags: Parameters<Intents['runIntentsRevoke']>[1]) => {
        const { runIntentsRevoke } = await import('./intents.ts')
        await runIntentsRevoke(id, flags, terminal)
      }),
    )
}
