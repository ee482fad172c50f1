import { SignerFault } from '../fault.ts'
import { terminalDialogue } from './dialogue.ts'
import type { Terminal } from './terminal.ts'

/**
 * Asks before what cannot be undone.
 *
 * @throws {SignerFault} `CANCELLED`, or `USAGE` where nobody can be asked and `--yes` is not given.
 */
export async function confirm(
  terminal: Terminal,
  { yes }: { readonly yes?: boolean },
  lines: readonly string[],
): Promise<void> {
  if (yes === true) return
  if (!terminal.interactive) throw new SignerFault({ code: 'USAGE', expected: '--yes' })
  const dialogue = await terminalDialogue(terminal)
  dialogue.say(lines.join('\n'))
  const options = [
    { value: 'no', label: 'No' },
    { value: 'yes', label: 'Yes' },
  ] as const
  const answer = await dialogue.choose('Go on?', options)
  if (answer !== 'yes') throw new SignerFault({ code: 'CANCELLED' })
}
