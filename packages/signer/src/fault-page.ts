import { exitCodes, faultTable } from './fault-table.ts'

/** The text of docs/errors.md. A test compares it with the file. */
export function faultPage(): string {
  return [
    '# Errors',
    '',
    '<!-- Made from packages/signer/src/fault-table.ts; do not edit. -->',
    '',
    'Every failure has a code. Codes are stable: programs may rely on them. A refusal by policy is',
    'not an error: it has a tag, see the policy pages.',
    '',
    '## Exit codes of `boltwarden`',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.entries(exitCodes).map(([name, code]) => `| ${code} | ${name} |`),
    '',
    '## Faults',
    '',
    ...Object.entries(faultTable).flatMap(([code, entry]) => [
      `### ${code}`,
      '',
      entry.cause,
      '',
      `- HTTP status: ${entry.status ?? 'none (not during a request)'}`,
      `- exit code: ${entry.exit}`,
      `- may succeed when repeated: ${entry.retryable ? 'yes' : 'no'}`,
      `- what to do: ${entry.fix}`,
      '',
    ]),
  ].join('\n')
}
