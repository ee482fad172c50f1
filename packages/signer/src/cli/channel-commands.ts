import type { Command } from 'commander'
import { adminUrl, config, json, longNumber, run, runWith } from './options.ts'
import type { Terminal } from './terminal.ts'

type Channels = typeof import('./channels.ts')

/** `boltwarden channels …`. */
export function addChannelCommands(program: Command, terminal: Terminal): void {
  const channels = program
    .command('channels')
    .description('what a running signer knows of its channels')
  channels
    .command('list')
    .description('all of them')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<Channels['runChannelsList']>[0]) => {
        const { runChannelsList } = await import('./channels.ts')
        await runChannelsList(flags, terminal)
      }),
    )
  channels
    .command('show')
    .description('everything that was learnt of one')
    .argument('<n>', 'of its path m/3/n')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      runWith(terminal, async (n: string, flags: Parameters<Channels['runChannelsShow']>[1]) => {
        const { runChannelsShow } = await import('./channels.ts')
        await runChannelsShow(n, flags, terminal)
      }),
    )
  channels
    .command('adopt')
    .description('let in a channel that was opened before this signer knew of it')
    .requiredOption('--channel <n>', 'of its path m/3/n', longNumber)
    .requiredOption('--id <id>', "the platform's id: Channel:…")
    .requiredOption('--node <id>', "the platform's id of the node")
    .option('--last-released <index>', 'of the last secret that was released', longNumber)
    .option('--lowest-point <index>', 'the lowest whose point was given', longNumber)
    .option('--confirm', 'record it; without this, what would be recorded is shown')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<Channels['runChannelsAdopt']>[0]) => {
        const { runChannelsAdopt } = await import('./channels.ts')
        return runChannelsAdopt(flags, terminal)
      }),
    )
}
