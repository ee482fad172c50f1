import { createHash } from 'node:crypto'
import { sandboxPrivateKey } from '../../channel/counterparty.ts'
import { publicKeyOf } from '../../verify/point.ts'
import { sharedSecretOf } from '../../verify/shared-secret.ts'
import { askInvoiceSignature } from '../asks/invoice-asks.ts'
import { askHonestly } from '../honest.ts'
import type { Scene } from '../player.ts'

/** What nodes made before 2023-10-06 are asked: their identity's ECDH and invoice signatures. */
export async function playLegacy(scene: Scene): Promise<void> {
  const { context, pairing, seed } = scene
  const { platform, node } = context
  const peer = sandboxPrivateKey(seed, 'peer')
  await askHonestly(context, {
    chapter: scene.chapter,
    name: 'ECDH with a peer',
    entityId: node.id,
    data: {
      sub_event_type: 'ECDH',
      bitcoin_network: pairing.network,
      peer_public_key: publicKeyOf(peer),
    },
    answeredFor: node.id,
    operation: 'update_node_shared_secret',
    check: () => {
      const { sharedSecret } = platform.get('LightsparkNodeWithRemoteSigning', node.id)
      const expected = sharedSecretOf(peer, pairing.nodeId)
      return sharedSecret === expected ? undefined : "not the peer's secret"
    },
    proves: 'the same secret as from the other side',
  })
  await askInvoiceSignature(
    scene,
    createHash('sha256').update(seed).update('invoice').digest('hex'),
  )
}
