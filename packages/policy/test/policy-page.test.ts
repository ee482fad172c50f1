import { renderPolicyPage } from '@boltwarden/policy/policy-page'
import { rules } from '@boltwarden/policy/rules/index'
import { mandatoryTags, optionalTags, tags } from '@boltwarden/policy/tags'
import { describe, expect, test } from 'vitest'

describe('docs/policy.md', () => {
  // Written anew by `vitest run packages/policy/test/policy-page.test.ts -u`.
  test('says what the rules say', async () => {
    await expect(renderPolicyPage()).toMatchFileSnapshot('../../../docs/policy.md')
  })
})

describe('the rules', () => {
  test.each(tags)('%s stands under its own tag, frozen, and says its limits', (tag) => {
    const rule = rules[tag]
    expect(rule.tag).toBe(tag)
    expect(rule.mandatory).toBe(mandatoryTags.some((mandatory) => mandatory === tag))
    expect(Object.isFrozen(rule) && Object.isFrozen(rule.appliesTo)).toBe(true)
    expect(rule.limits).toMatch(/\.$/)
    expect(rule.source).toMatch(/^https:/)
  })

  test('every tag is mandatory or optional, never both', () => {
    expect(new Set([...mandatoryTags, ...optionalTags]).size).toBe(tags.length)
  })
})
