import type { Command } from 'commander'
import { config, json, run } from './options.ts'
import type { Terminal } from './terminal.ts'

/** `boltwarden store …`. */
export function addStoreCommands(program: Command, terminal: Terminal): void {
  const store = program.command('store').description('what is remembered, and where')
  store
    .command('migrate')
    .description('make the tables in PostgreSQL, or bring them to this version')
    .addOption(config())
    .requiredOption('--user <role>', 'the role that owns the tables; not the one that serves')
    .option('--password-file <file>', 'holds its password')
    .addOption(json())
    .action(
      run(
        terminal,
        async (flags: Parameters<typeof import('./store-migrate.ts').runStoreMigrate>[0]) => {
          const { runStoreMigrate } = await import('./store-migrate.ts')
          await runStoreMigrate(flags, terminal)
        },
      ),
    )
}
