/** A node cannot do what it was asked; says why in LDK's words. */
export class NodeError extends Error {
  override readonly name = 'NodeError'
}
