import { type Command, Option } from 'commander'
import { config, json, passphraseFd, passphraseFile, run } from './options.ts'
import type { Terminal } from './terminal.ts'

type Care = typeof import('./store-care.ts')
type Copies = typeof import('./store-copies.ts')
type Move = typeof import('./store-move.ts')
type State = typeof import('./store-state.ts')

/** `boltwarden store …`. */
export function addStoreCommands(program: Command, terminal: Terminal): void {
  const store = program
    .command('store')
    .description('what is remembered: look at it, copy it, move it')
  addLooking(store, terminal)
  addCopying(store, terminal)
  addState(store, terminal)
  addPruning(store, terminal)
  addMigrating(store, terminal)
}

function addLooking(store: Command, terminal: Terminal): void {
  keyed(store.command('status'))
    .description('how far it has come, and whether anything is signed with it')
    .action(
      run(terminal, async (flags: Parameters<Care['runStoreStatus']>[0]) => {
        const { runStoreStatus } = await import('./store-care.ts')
        return runStoreStatus(flags, terminal)
      }),
    )
  keyed(store.command('verify'))
    .description('look at every row, and at whether rows agree; no signer may run')
    .option('--public-key <hex>', 'of the audit key, so that the key store stays shut')
    .action(
      run(terminal, async (flags: Parameters<Care['runStoreVerify']>[0]) => {
        const { runStoreVerify } = await import('./store-care.ts')
        return runStoreVerify(flags, terminal)
      }),
    )
  keyed(store.command('accept'))
    .description('go on with a store that was restored, moved, rolled back or forked')
    .requiredOption('--reason <text>', 'why this is right; recorded in the audit log')
    .option('--moved', 'also where another store took its place')
    .option('--yes', 'ask nothing')
    .action(
      run(terminal, async (flags: Parameters<Care['runStoreAccept']>[0]) => {
        const { runStoreAccept } = await import('./store-care.ts')
        return runStoreAccept(flags, terminal)
      }),
    )
}

function addCopying(store: Command, terminal: Terminal): void {
  store
    .command('backup')
    .description('copy the store while the signer runs')
    .requiredOption('--out <file>', 'a new file')
    .addOption(config())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<Copies['runStoreBackup']>[0]) => {
        const { runStoreBackup } = await import('./store-copies.ts')
        return runStoreBackup(flags, terminal)
      }),
    )
  store
    .command('restore')
    .description('put a backup into its place; it has to be accepted before anything is signed')
    .requiredOption('--from <file>', 'a backup')
    .option('--aside <file>', 'where the store goes that stands there')
    .addOption(config())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<Copies['runStoreRestore']>[0]) => {
        const { runStoreRestore } = await import('./store-copies.ts')
        return runStoreRestore(flags, terminal)
      }),
    )
  store
    .command('move')
    .description('put everything into another database; nothing is signed with this one any more')
    .requiredOption('--to <place>', 'postgres://user@host:port/database, or a new file')
    .option('--password-file <file>', 'holds the password of that user, the owner of the tables')
    .option('--serving-role <name>', 'the role that the signer will use there')
    .option('--ca-file <file>', 'the certificates to trust, PEM')
    .option('--yes', 'ask nothing')
    .addOption(config())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<Move['runStoreMove']>[0]) => {
        const { runStoreMove } = await import('./store-move.ts')
        return runStoreMove(flags, terminal)
      }),
    )
}

function addState(store: Command, terminal: Terminal): void {
  store
    .command('export')
    .description('write what is remembered in JSON: docs/state-format.md')
    .requiredOption('--out <file>', 'a new file')
    .option('--minimal', 'only how far each channel has come')
    .addOption(config())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<State['runStoreExport']>[0]) => {
        const { runStoreExport } = await import('./store-state.ts')
        return runStoreExport(flags, terminal)
      }),
    )
  store
    .command('import')
    .description('add what another signer remembered; nothing that was promised is forgotten')
    .requiredOption('--from <file>', 'what export wrote')
    .option('--intents', 'also register intents that are not known here')
    .option('--dry-run', 'only tell what would change')
    .addOption(config())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<State['runStoreImport']>[0]) => {
        const { runStoreImport } = await import('./store-state.ts')
        return runStoreImport(flags, terminal)
      }),
    )
}

/** What every command takes that needs the keys. */
export function keyed(command: Command): Command {
  return command
    .addOption(config())
    .addOption(passphraseFile())
    .addOption(passphraseFd())
    .addOption(json())
}

/** A number of days. */
export const keepDays = () =>
  new Option('--keep-days <number>', 'what is of so many days stays')
    .argParser(Number)
    .makeOptionMandatory()

function addPruning(store: Command, terminal: Terminal): void {
  store
    .command('prune')
    .description('forget old events that are answered; channels and invoices stay')
    .addOption(keepDays())
    .addOption(config())
    .addOption(json())
    .action(
      run(
        terminal,
        async (flags: Parameters<typeof import('./store-prune.ts').runStorePrune>[0]) => {
          const { runStorePrune } = await import('./store-prune.ts')
          await runStorePrune(flags, terminal)
        },
      ),
    )
}

function addMigrating(store: Command, terminal: Terminal): void {
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
