const tag = /\bpolicy-[a-z0-9]+(?:-[a-z0-9]+)*\b/g
const code = /"code"\s*:\s*"([A-Z][A-Z0-9_]*)"/g

/**
 * The rules that a webhook's answer names, in its order, each once; error codes where it names no
 * rule. Any server's answer is read: nothing but the form of tags and codes is assumed.
 */
export function tagsOf(reply: string): readonly string[] {
  const tags = [...reply.matchAll(tag)].map(([text]) => text)
  const codes = [...reply.matchAll(code)].map(([, text]) => text ?? '')
  return [...new Set(tags.length > 0 ? tags : codes)]
}
