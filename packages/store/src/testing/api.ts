import type { Backend } from '../backend.ts'

/** What the suite needs of a test runner; Vitest, Jest and Node's with an `expect` have it. */
export type TestApi = {
  readonly describe: (name: string, body: () => void) => void
  readonly test: (name: string, body: () => Promise<void>) => void
  readonly expect: (value: unknown) => Expectation
}

/** The assertions that the suite uses. */
export type Expectation = {
  toBe(expected: unknown): void
  toEqual(expected: unknown): void
  readonly rejects: { toMatchObject(expected: object): Promise<void> }
}

/** One database of a backend, empty at first. */
export type TestDatabase = {
  /** Connects to it; several connections at once must be possible. */
  open(): Promise<Backend>
  /** Removes it, after every connection was closed. */
  destroy(): Promise<void>
}

/** How the suite gets its databases. */
export type Harness = { readonly create: () => Promise<TestDatabase> }
