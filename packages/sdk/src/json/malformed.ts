/**
 * Input that is not what it should be: where, and what was expected there. The value itself is
 * never part of it.
 */
export class Malformed extends Error {
  /** As in `data.signing_jobs[3].amount`; empty for the whole text. */
  readonly path: string
  /** What should have stood there. */
  readonly expected: string

  constructor(path: string, expected: string) {
    super(`${path === '' ? 'the text' : path} expected ${expected}`)
    this.name = 'Malformed'
    this.path = path
    this.expected = expected
  }
}

// A key comes from the sender: only what looks like a name is shown, so that no value slips out
// as one. 40 characters are too few for a key or a signature in hex.
const shownKey = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/

/** One step further down a path: `data` and `signing_jobs` give `data.signing_jobs`. */
export function below(path: string, step: string | number): string {
  if (typeof step === 'number') return `${path}[${step}]`
  const name = shownKey.test(step) ? step : '?'
  return path === '' ? name : `${path}.${name}`
}
