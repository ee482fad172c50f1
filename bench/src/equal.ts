/** Stops the benchmark when a contestant computes something else: a fast wrong answer is none. */
export function equal(label: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) {
    throw new Error(`${label}: computed ${String(actual)}, expected ${String(expected)}`)
  }
}
