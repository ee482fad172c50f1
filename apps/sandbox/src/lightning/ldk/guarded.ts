/**
 * Makes a function safe to be called by LDK: what it throws is reported, and LDK gets `fallback`.
 * An exception that leaves a callback goes through WebAssembly and ends the process.
 *
 * @param report - hears the name of the callback and what it threw.
 */
export function guarded<A extends readonly unknown[], R>(
  report: (fault: unknown) => void,
  fallback: () => R,
  callback: (...args: A) => R,
): (...args: A) => R {
  return (...args) => {
    try {
      return callback(...args)
    } catch (fault) {
      report(fault)
      return fallback()
    }
  }
}
