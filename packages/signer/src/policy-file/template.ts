import { stringify } from 'smol-toml'
import { type Field, type Table, tablesOf } from './fields.ts'
import { policyFileSchema } from './schema.ts'

const head = `# What this signer signs. Every key stands here with its default; take away the # to change one.
# A change takes effect with boltwarden policy reload, or SIGHUP: all of it, or nothing.
# docs/policy-file.md explains each key, docs/policy.md each rule.
`

/** The policy file that `init` writes: every key as a comment, with its default. */
export function policyTemplate(): string {
  return [head, ...tablesOf(policyFileSchema).map(tableText)].join('\n')
}

function tableText({ path, description, repeated, fields }: Table): string {
  const name = path.join('.')
  const about = path.length === 0 ? '' : comment(description)
  // A list's entries are examples as a whole: an empty one would be refused.
  const title = path.length === 0 ? '' : repeated ? `# [[${name}]]\n` : `[${name}]\n`
  return `${about}${title}${fields.map(fieldText).join('')}`
}

function fieldText({ key, description, preset, example }: Field): string {
  const line = stringify({ [key]: preset ?? example }).trimEnd()
  return `${comment(description)}# ${line}\n`
}

function comment(text: string): string {
  return text === ''
    ? ''
    : `${wrap(text, 98)
        .map((line) => `# ${line}`)
        .join('\n')}\n`
}

/** Breaks a text at spaces. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines
}
