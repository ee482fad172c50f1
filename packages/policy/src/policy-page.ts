import { rules } from './rules/index.ts'
import type { Rule } from './rules/rule.ts'
import { tags } from './tags.ts'

/** `docs/policy.md`, from the rules' own words. */
export function renderPolicyPage(): string {
  return [head, ...tags.map((tag) => section(rules[tag]))].join('\n')
}

const head = `# Rules

This page is generated from \`packages/policy/src/rules\`; a test compares the two. One section is one
rule is one file. Tags that exist in Validating Lightning Signer (VLS) keep their VLS name.

A **mandatory** rule cannot be demoted. What a violation of another rule leads to is the owner's
choice, by tag: \`error\` declines, \`hold\` gives no answer and may be asked again, \`warn\` signs and
records. Every violation is reported, not only the first.
`

function section(rule: Rule): string {
  const strength = rule.mandatory ? 'mandatory' : `\`${rule.severity}\` unless chosen otherwise`
  const paragraphs = [
    `## ${rule.tag}`,
    `Refuses ${rule.summary}.`,
    `*Why.* ${rule.why}`,
    ...(rule.limits === undefined ? [] : [`*Limits.* ${rule.limits}`]),
    `Strength: ${strength}. Applies to: ${rule.appliesTo.join(', ')}. [Source](${rule.source}).`,
  ]
  return `${paragraphs.join('\n\n')}\n`
}
