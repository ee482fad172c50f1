import { z } from 'zod'
import { type Field, type Table, tablesOf } from './fields.ts'
import { policyFileSchema } from './schema.ts'

/** `docs/policy-file.schema.json`: what an editor checks a policy file with. */
export function policyFileJsonSchema(): string {
  const schema = z.toJSONSchema(policyFileSchema, { io: 'input' })
  return `${JSON.stringify({ title: 'Boltwarden policy file', ...schema }, null, 2)}\n`
}

const head = `# The policy file

<!-- Made from packages/signer/src/policy-file/schema.ts; do not edit. -->

\`policy.toml\` says what the signer signs. \`boltwarden init\` writes it with every key as a comment;
\`[policy] file\` in \`boltwarden.toml\` names it, and without that every default holds. Unknown keys
are errors. Amounts are in satoshis, and every unit stands in a key's name.

A change takes effect with \`boltwarden policy reload\` or \`SIGHUP\`: the whole file is read, checked
and expanded first. A file with a fault changes nothing: the policy before stays in force, and the
fault is logged and counted. Each decision's ledger row holds the hash of the policy that made it.

Editors that know JSON Schema check the file with [policy-file.schema.json](policy-file.schema.json).
`

/** `docs/policy-file.md`, from the schema's own words. */
export function policyFilePage(): string {
  return [head, ...tablesOf(policyFileSchema).map(section)].join('\n')
}

function section({ path, description, repeated, fields }: Table): string {
  const name = path.join('.')
  const title =
    path.length === 0 ? '## Top level' : `## \`${repeated ? `[[${name}]]` : `[${name}]`}\``
  const about = description === '' ? '' : `\n${description}\n`
  const table = `\n| key | default | fits | |\n|---|---|---|---|\n${fields.map(row).join('')}`
  return `${title}\n${about}${fields.length === 0 ? '' : table}`
}

function row({ key, preset, type, description }: Field): string {
  const shown = preset === undefined ? '' : `\`${String(preset)}\``
  return `| \`${key}\` | ${shown} | ${type} | ${description.replaceAll('|', '\\|')} |\n`
}
