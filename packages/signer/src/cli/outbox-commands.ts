import type { Command } from 'commander'
import { adminUrl, config, json, run, runWith } from './options.ts'
import type { Terminal } from './terminal.ts'

type Outbox = typeof import('./outbox.ts')

/** `boltwarden outbox …`. */
export function addOutboxCommands(program: Command, terminal: Terminal): void {
  const outbox = program.command('outbox').description('answers that the platform has not accepted')
  outbox
    .command('list')
    .description('all of them, with what became of each')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      run(terminal, async (flags: Parameters<Outbox['runOutboxList']>[0]) => {
        const { runOutboxList } = await import('./outbox.ts')
        await runOutboxList(flags, terminal)
      }),
    )
  outbox
    .command('retry')
    .description('try an answer again that was set aside')
    .argument('<event>', 'the id of its event')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      runWith(terminal, async (event: string, flags: Parameters<Outbox['runOutboxRetry']>[1]) => {
        const { runOutboxRetry } = await import('./outbox.ts')
        await runOutboxRetry(event, flags, terminal)
      }),
    )
  outbox
    .command('drop')
    .description('give an answer up; the platform gets it where it asks again')
    .argument('<event>', 'the id of its event')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      runWith(terminal, async (event: string, flags: Parameters<Outbox['runOutboxDrop']>[1]) => {
        const { runOutboxDrop } = await import('./outbox.ts')
        await runOutboxDrop(event, flags, terminal)
      }),
    )
}
