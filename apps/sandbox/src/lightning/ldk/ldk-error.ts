/** LDK refused what it was asked, or a promise about its bindings does not hold. */
export class LdkError extends Error {
  override readonly name = 'LdkError'
}

/** The value that the bindings promise to be there. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new LdkError(`LDK gave no ${what}`)
  return value
}
