#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander'
import { exitCodes } from '../fault-table.ts'
import { version } from '../version.ts'
import { addAuditCommands } from './audit-commands.ts'
import { addChannelCommands } from './channel-commands.ts'
import { addIntentCommands } from './intent-commands.ts'
import { config, json, passphraseFd, passphraseFile, run, several, whole } from './options.ts'
import { addOutboxCommands } from './outbox-commands.ts'
import { addPolicyCommands } from './policy-commands.ts'
import { addStoreCommands } from './store-commands.ts'
import { printError, processTerminal } from './terminal.ts'

// Each command's code is loaded when it runs, so that --help and small commands start at once.

const terminal = processTerminal()

const program = new Command('boltwarden')
  .description('A remote signer for Lightspark Lightning nodes that validates what it signs')
  .version(version)
  .showHelpAfterError('(--help tells more)')
  .exitOverride()

program
  .command('init')
  .description('make or import a seed, write the key store and the configuration')
  .option('-d, --dir <folder>', 'the folder to make', 'boltwarden')
  .option('-n, --network <name>', 'mainnet, testnet, signet or regtest')
  .option('--non-interactive', 'ask nothing: everything comes from flags')
  .option('--generate', 'make a new phrase of 24 words')
  .option('--phrase-out-file <file>', 'where a new phrase is written, mode 600')
  .option('--phrase-file <file>', 'import the 24 words in this file')
  .addOption(
    new Option('--phrase-fd <number>', 'the same, from a file descriptor').argParser(whole),
  )
  .option('--seed-hex-file <file>', 'import the hex seed in this file, 16 to 64 bytes')
  .addOption(
    new Option('--seed-hex-fd <number>', 'the same, from a file descriptor').argParser(whole),
  )
  .addOption(passphraseFile())
  .addOption(passphraseFd())
  .addOption(
    new Option('--webhook-secret-file <file>', 'holds a webhook secret; may be repeated').argParser(
      several,
    ),
  )
  .option('--answer <way>', 'mutation or respond-directly', 'mutation')
  .option('--api-base-url <url>', 'the platform, if not api.lightspark.com')
  .option('--api-client-id <id>', 'the client id of the API token')
  .option('--api-client-secret-file <file>', 'holds its client secret')
  .addOption(new Option('--webhook-port <port>', 'the webhook listener').argParser(whole))
  .addOption(new Option('--admin-port <port>', 'the admin listener').argParser(whole))
  .option('--insecure-fast-kdf', 'a weak key store that opens at once; for sandboxes only')
  .addOption(json())
  .action(
    run(terminal, async (flags: Parameters<typeof import('./init.ts').runInit>[0]) => {
      const { runInit } = await import('./init.ts')
      await runInit(flags, terminal)
      return exitCodes.ok
    }),
  )

program
  .command('serve')
  .description('answer webhooks until told to stop')
  .addOption(config())
  .addOption(passphraseFile())
  .addOption(passphraseFd())
  .option('--insecure-seed-from-env', 'take the seed from BOLTWARDEN_SEED_HEX; never in production')
  .action(
    run(terminal, async (flags: Parameters<typeof import('./serve.ts').runServe>[0]) => {
      const { runServe } = await import('./serve.ts')
      return runServe(flags, terminal)
    }),
  )

program
  .command('doctor')
  .description('check everything and say what to do')
  .addOption(config())
  .addOption(passphraseFile())
  .addOption(passphraseFd())
  .option('--offline', 'do not call the platform')
  .addOption(json())
  .action(
    run(terminal, async (flags: Parameters<typeof import('./doctor.ts').runDoctor>[0]) => {
      const { runDoctor } = await import('./doctor.ts')
      return runDoctor(flags, terminal)
    }),
  )

program
  .command('keys')
  .description('the public side of the keys')
  .command('show')
  .description('fingerprint, node id, L1 xpub, and public keys of channels and destinations')
  .addOption(config())
  .addOption(passphraseFile())
  .addOption(passphraseFd())
  .option('--channels <numbers>', 'channels by their n in m/3/n, as 0..4,7')
  .option('--destinations <numbers>', 'where closes and sweeps pay, by their k in m/1/k, as 0..4')
  .addOption(json())
  .action(
    run(terminal, async (flags: Parameters<typeof import('./keys-show.ts').runKeysShow>[0]) => {
      const { runKeysShow } = await import('./keys-show.ts')
      await runKeysShow(flags, terminal)
      return exitCodes.ok
    }),
  )

program
  .command('config')
  .description('the configuration')
  .command('print')
  .description('what is in force, defaults included')
  .addOption(config())
  .option('--redacted', 'hide what a stranger could use')
  .addOption(json())
  .action(
    run(
      terminal,
      async (flags: Parameters<typeof import('./config-print.ts').runConfigPrint>[0]) => {
        const { runConfigPrint } = await import('./config-print.ts')
        runConfigPrint(flags, terminal)
        return exitCodes.ok
      },
    ),
  )

program
  .command('send-test-event')
  .description('send a signed event, as the platform would')
  .requiredOption('-u, --url <url>', 'the webhook')
  .requiredOption('-s, --secret-file <file>', 'holds the webhook secret')
  .requiredOption('-e, --event <name>', 'a remote-signing sub-event, or another event type')
  .option('-n, --network <name>', 'mainnet, testnet, signet or regtest', 'regtest')
  .option('--data-file <file>', 'JSON whose fields replace those of the made-up data')
  .option('--entity-id <id>', 'the node or channel it is about')
  .option('--event-id <id>', 'its id; random by default')
  .option('--timestamp <time>', 'when it happened, RFC 3339; now by default')
  .addOption(json())
  .action(
    run(
      terminal,
      async (flags: Parameters<typeof import('./send-test-event.ts').runSendTestEvent>[0]) => {
        const { runSendTestEvent } = await import('./send-test-event.ts')
        return runSendTestEvent(flags, terminal)
      },
    ),
  )

addPolicyCommands(program, terminal)
addIntentCommands(program, terminal)
addChannelCommands(program, terminal)
addStoreCommands(program, terminal)
addOutboxCommands(program, terminal)
addAuditCommands(program, terminal)

program.addHelpText(
  'after',
  `
Exit codes: ${Object.entries(exitCodes)
    .map(([name, code]) => `${code} ${name}`)
    .join(', ')}. docs/errors.md explains every error code.`,
)

try {
  await program.parseAsync()
} catch (error) {
  // Commander has written what is wrong; help and version are no errors.
  process.exitCode =
    error instanceof CommanderError && error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (!(error instanceof CommanderError)) process.exitCode = printError(terminal, false, error)
}
