/** The sandbox could not play an attack, or what it got was of no use; says what. */
export class EvilError extends Error {
  override readonly name = 'EvilError'
}
