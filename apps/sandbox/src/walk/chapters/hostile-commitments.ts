import { createHash } from 'node:crypto'
import { txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { commitmentNumber, indexOf, sats } from '@boltwarden/core/units'
import type { ChannelKeys } from '../../pairing/pairing.ts'
import { publicKeyOf } from '../../verify/point.ts'
import { type AskedChannel, aboutIndex, askPoint, tellSecret } from '../asks/commitment-asks.ts'
import { askCommitment, exchange, type LiveChannel } from '../asks/exchange.ts'
import { askHostilely } from '../hostile.ts'
import { draftChannel, type Scene } from '../player.ts'

/** Opens the channel that the hostile requests are about, with the first of them on the way. */
export async function openWithHostility(scene: Scene, keys: ChannelKeys): Promise<LiveChannel> {
  const capacity = sats(400_000n)
  const plan = { type: 'static-remotekey', opener: 'counterparty', capacity, keys } as const
  const draft = draftChannel(scene, plan)
  const channel = { channel: keys.channel, channelId: draft.channelId }
  await askPoint(scene, channel, 0)
  await askSecret(scene, channel, 0, 'the only secret, before there is a next point', [
    'policy-lightspark-release-before-point',
  ])
  await askPoint(scene, channel, 1)
  const hash = createHash('sha256').update(scene.seed).update(`hostile/${keys.channel}`).digest()
  const terms = draft.fundedBy({ txid: txid(new Uint8Array(hash)), vout: 0 })
  const balances = { holderMsat: 0n, counterpartyMsat: capacity * 1000n, htlcs: [] }
  await askCommitment(scene, terms, commitmentNumber(0), balances)
  const opened = { terms, number: commitmentNumber(0), balances }
  return exchange(scene, opened, 'counterparty', balances)
}

/** Secrets and points that must stay with the signer, and a lie about the counterparty's. */
export async function forgeCommitmentRequests(scene: Scene, channel: LiveChannel): Promise<void> {
  const { terms, number } = channel
  await askPoint(scene, terms, number + 2)
  await askSecret(scene, terms, number + 1, 'secret out of order: one is left out', [
    'policy-lightspark-release-order',
  ])
  await askUnderAnotherId(scene, terms)
  await askCommitment(scene, terms, commitmentNumber(number + 1), channel.balances)
  await tellFalseSecret(scene, channel)
  await tellSecret(scene, terms, number)
}

async function askSecret(
  scene: Scene,
  channel: AskedChannel,
  number: number,
  name: string,
  refusedBy: readonly string[],
): Promise<void> {
  const { platform } = scene.context
  const index = indexOf(commitmentNumber(number))
  await askHostilely(scene.context, {
    chapter: scene.chapter,
    name,
    entityId: channel.channelId,
    data: aboutIndex(scene, 'RELEASE_PER_COMMITMENT_SECRET', channel, number),
    answeredFor: channel.channelId,
    refusedBy,
    extracted: ({ mutation }) => {
      if (mutation === undefined) return undefined
      const { points, secrets } = platform.get('Channel', channel.channelId)
      const secret = secrets.get(index)
      const isIt = secret !== undefined && publicKeyOf(secret) === points.get(index)
      return isIt ? `the secret of commitment ${number}` : 'a secret'
    },
  })
}

async function askUnderAnotherId(scene: Scene, { channel }: AskedChannel): Promise<void> {
  const { platform, node } = scene.context
  const other = platform.createChannel({ node: node.id, capacitySats: 400_000n })
  const channelId = other.id
  await askHostilely(scene.context, {
    chapter: scene.chapter,
    name: 'the same keys for a second channel id',
    entityId: channelId,
    data: aboutIndex(scene, 'GET_PER_COMMITMENT_POINT', { channel, channelId }, 0),
    answeredFor: channelId,
    refusedBy: ['policy-channel-original-channel-id-reuse'],
    extracted: ({ mutation }) => mutation && 'a point of keys that belong to another channel',
  })
}

/** Index 2^48-2 gives that of 2^48-1 by BOLT 3, so a made-up secret shows at once. */
async function tellFalseSecret(scene: Scene, { terms, number }: LiveChannel): Promise<void> {
  const { platform, node } = scene.context
  await askHostilely(scene.context, {
    chapter: scene.chapter,
    name: 'a revealed secret that contradicts the one before',
    entityId: terms.channelId,
    data: {
      sub_event_type: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
      bitcoin_network: scene.pairing.network,
      per_commitment_secret_idx: indexOf(number),
      per_commitment_secret: toHex(platform.environment.random(32)),
      node_id: node.id,
    },
    refusedBy: ['policy-lightspark-reveal-consistent'],
    extracted: ({ accepted }) => (accepted ? 'its belief: the false secret was taken' : undefined),
  })
}
