import type { Command } from 'commander'
import { adminUrl, config, json, run } from './options.ts'
import type { Terminal } from './terminal.ts'

/** `boltwarden policy …`. */
export function addPolicyCommands(program: Command, terminal: Terminal): void {
  const policy = program.command('policy').description('what is signed, and why')
  policy
    .command('reload')
    .description('tell a running signer to read its policy file again')
    .addOption(config())
    .addOption(adminUrl())
    .addOption(json())
    .action(
      run(
        terminal,
        async (flags: Parameters<typeof import('./policy-reload.ts').runPolicyReload>[0]) => {
          const { runPolicyReload } = await import('./policy-reload.ts')
          await runPolicyReload(flags, terminal)
        },
      ),
    )
}
