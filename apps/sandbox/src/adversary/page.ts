import { attacks } from './attacks.ts'
import { sequences } from './sequences/sequences.ts'
import { type Attack, type Family, families } from './stage/attack.ts'

/** `docs/attacks.md`, from the attacks' own words. */
export function renderAttacksPage(): string {
  const wire = attacks.filter(([, attack]) => attack.isOfTheWire).length
  return [
    head(attacks.length - wire, wire),
    ...families.map(section),
    honest,
    ...table(
      ['sequence', 'what happens'],
      sequences.map(({ name, story }) => [`\`${name}\``, story]),
    ),
    '',
  ].join('\n')
}

function head(robbing: number, wire: number): string {
  return `# Attacks

This page is generated from \`apps/sandbox/src/adversary\`; a test compares the two. Each attack is
played over real HTTP after an honest prologue. It is checked, with curve code that the signer does
not share, that the prize did not come out, that the refusal named one of these rules, and that the
channel's honest life goes on. The same attack against the official SDK's handler, which signs what
it is asked, must bring the prize: so no check is empty.

${robbing} attacks that rob a blind signer, and ${wire} deliveries that no server should read.
All are refused: one that is not fails \`apps/sandbox/test/attacks.e2e.test.ts\`. What no signer can
see, and so no attack here shows, is in [threat-model.md](threat-model.md).

    boltwarden-sandbox attack --help
`
}

const honest = `
## Honest sequences

Traffic of which nothing may be refused, over the same HTTP, with every answer verified.
`

function section(family: Family): string {
  const rows = attacks.filter(([of]) => of === family).map(([, attack]) => row(attack))
  const title = `## ${family.charAt(0).toUpperCase()}${family.slice(1).replaceAll('-', ' ')}`
  const columns = [
    'attack',
    'what the thief does',
    'refused by any of',
    'a blind signer gives away',
  ]
  return [`\n${title}\n`, ...table(columns, rows)].join('\n')
}

function row({ name, story, expectedTags, policy, prize, isOfTheWire }: Attack): readonly string[] {
  const owner = policy === undefined ? '' : ` *(policy: ${policy})*`
  const reasons = expectedTags.map((tag) => `\`${tag}\``).join(', ')
  const rules = isOfTheWire ? reasons || 'status 401' : reasons || 'the same answer again'
  return [`\`${name}\`${owner}`, story, rules, isOfTheWire ? 'nothing' : prize]
}

function table(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(columns), `|${columns.map(() => '---').join('|')}|`, ...rows.map(line)]
}
