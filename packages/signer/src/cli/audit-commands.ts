import type { Command } from 'commander'
import { config, json, run } from './options.ts'
import { keepDays, keyed } from './store-commands.ts'
import type { Terminal } from './terminal.ts'

type Audit = typeof import('./audit.ts')

/** `boltwarden audit …`. */
export function addAuditCommands(program: Command, terminal: Terminal): void {
  const audit = program.command('audit').description('the log of every decision')
  keyed(audit.command('verify'))
    .description('find what was altered, left out or cut off')
    .option('--file <file>', 'an export, instead of the store')
    .option('--public-key <hex>', 'of the audit key, so that the key store stays shut')
    .action(
      run(terminal, async (flags: Parameters<Audit['runAuditVerify']>[0]) => {
        const { runAuditVerify } = await import('./audit.ts')
        return runAuditVerify(flags, terminal)
      }),
    )
  audit
    .command('export')
    .description('write it as JSON Lines, which anybody can verify: docs/audit-log.md')
    .option('--out <file>', 'a new file; the standard output without it')
    .option('--since <when>', 'a row, or a time as in RFC 3339: only rows from there on')
    .option('--public-key <hex>', 'of the audit key, to stand in the header')
    .addOption(config())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<Audit['runAuditExport']>[0]) => {
        const { runAuditExport } = await import('./audit.ts')
        return runAuditExport(flags, terminal)
      }),
    )
  keyed(audit.command('prune'))
    .description('remove old rows; a signed anchor stays in their place')
    .addOption(keepDays())
    .action(
      run(terminal, async (flags: Parameters<Audit['runAuditPrune']>[0]) => {
        const { runAuditPrune } = await import('./audit.ts')
        return runAuditPrune(flags, terminal)
      }),
    )
}
