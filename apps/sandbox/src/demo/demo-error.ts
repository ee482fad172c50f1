/** The demo could not be played; says what stood in the way. */
export class DemoError extends Error {
  override readonly name = 'DemoError'
}
