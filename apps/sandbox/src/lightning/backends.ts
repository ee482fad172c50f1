import type { LightningBackend } from './lightning-backend.ts'

/** The Lightning nodes behind the platform's nodes, by the platform's id of the node. */
export type Backends = {
  readonly attach: (backend: LightningBackend) => void
  readonly of: (nodeId: string) => LightningBackend | undefined
}

/** No nodes yet. */
export function createBackends(): Backends {
  const byNode = new Map<string, LightningBackend>()
  return {
    attach: (backend) => {
      byNode.set(backend.nodeId, backend)
    },
    of: (nodeId) => byNode.get(nodeId),
  }
}
