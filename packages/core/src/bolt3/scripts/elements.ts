import { parseScript, type ScriptElement } from '../../bitcoin/script.ts'

/** Longer than every script of BOLT 3: what exceeds it is not taken apart. */
const maxTemplateBytes = 160

/** The steps of a script; none where it is malformed or longer than any template. */
export function elementsOf(script: Uint8Array): readonly ScriptElement[] {
  if (script.length > maxTemplateBytes) return []
  const parsed = parseScript(script)
  return parsed.ok ? parsed.value : []
}
