import type { Command } from 'commander'
import { adminUrl, config, json, passphraseFd, passphraseFile, run, runWith } from './options.ts'
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
  judging(policy.command('explain'))
    .description('what is decided of one event, rule by rule')
    .argument('<event>', "a webhook's body, or a line of a capture")
    .option('--policy <file>', 'the policy; the configured one by default')
    .option('--facts', 'show what the rules compared, too')
    .action(
      runWith(
        terminal,
        async (
          file: string,
          flags: Parameters<typeof import('./policy-explain.ts').runPolicyExplain>[1],
        ) => {
          const { runPolicyExplain } = await import('./policy-explain.ts')
          await runPolicyExplain(file, flags, terminal)
        },
      ),
    )
  judging(policy.command('replay'))
    .description('what another policy would have decided of recorded events')
    .argument('<capture>', 'a file that capture.file wrote')
    .requiredOption('--policy <file>', 'the policy to try')
    .option('--against <file>', 'the one to compare with; the configured one by default')
    .action(
      runWith(
        terminal,
        async (
          capture: string,
          flags: Parameters<typeof import('./policy-replay.ts').runPolicyReplay>[1],
        ) => {
          const { runPolicyReplay } = await import('./policy-replay.ts')
          await runPolicyReplay(capture, flags, terminal)
        },
      ),
    )
}

/** What every command that judges recorded events takes. */
function judging(command: Command): Command {
  return command
    .option('--state <file>', 'a copy of the store to begin with; nothing is known without it')
    .option('--public-keys <file>', 'judge with these: the key store stays shut')
    .option('--write-public-keys <file>', 'write the public keys that these events ask for')
    .addOption(config())
    .addOption(passphraseFile())
    .addOption(passphraseFd())
    .addOption(json())
}
