import { SignerFault } from '../fault.ts'
import type { Terminal } from './terminal.ts'

/** Questions to whoever sits at the terminal. */
export type Dialogue = {
  say(text: string): void
  /** Shows something that is not to stay on the screen, and wipes it once that is confirmed. */
  showOnce(title: string, text: string): Promise<void>
  choose<T extends string>(
    question: string,
    options: readonly { value: T; label: string }[],
  ): Promise<T>
  ask(question: string, options?: AskOptions): Promise<string>
  /** As {@link Dialogue.ask}, without showing what is typed. */
  askHidden(question: string, options?: AskOptions): Promise<string>
}

/** `check` returns what is wrong with an answer. */
export type AskOptions = {
  readonly preset?: string
  readonly check?: (answer: string) => string | undefined
}

/**
 * A dialogue on a terminal. Questions go to stderr: stdout is for results.
 *
 * @throws {SignerFault} `CANCELLED` from any question, where it is.
 */
export async function terminalDialogue(terminal: Pick<Terminal, 'in' | 'err'>): Promise<Dialogue> {
  const clack = await import('@clack/prompts')
  const { in: input, err: output } = terminal
  const settle = (answer: string | symbol): string => {
    if (typeof answer === 'symbol') throw new SignerFault({ code: 'CANCELLED' })
    return answer
  }
  const validator = (check: AskOptions['check']) => (answer: string | undefined) =>
    check?.(answer ?? '')
  return {
    say: (text) => clack.log.message(text, { output }),
    async showOnce(title, text) {
      // The alternate screen is not part of the scroll-back.
      output.write('\u001b[?1049h\u001b[2J\u001b[H')
      try {
        clack.note(text, title, { output })
        const message = 'Written down on paper?'
        const done = await clack.confirm({
          message,
          active: 'Yes',
          inactive: 'Cancel',
          input,
          output,
        })
        if (done !== true) throw new SignerFault({ code: 'CANCELLED' })
      } finally {
        output.write('\u001b[2J\u001b[H\u001b[?1049l')
      }
    },
    async choose(question, options) {
      const answer = settle(
        await clack.select<string>({ message: question, options: [...options], input, output }),
      )
      const chosen = options.find(({ value }) => value === answer)
      if (chosen === undefined) throw new SignerFault({ code: 'CANCELLED' })
      return chosen.value
    },
    async ask(question, { preset, check } = {}) {
      const presets = preset === undefined ? {} : { defaultValue: preset, placeholder: preset }
      const validate = validator(check)
      return settle(await clack.text({ message: question, validate, input, output, ...presets }))
    },
    async askHidden(question, { check } = {}) {
      const validate = validator(check)
      return settle(await clack.password({ message: question, validate, input, output }))
    },
  }
}
