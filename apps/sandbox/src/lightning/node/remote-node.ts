import { serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { publicKey } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { KeysManager, type SpendableOutputDescriptor } from 'lightningdevkit'
import type { Environment } from '../../environment.ts'
import { type DestinationKey, l1PublicKey, type Pairing } from '../../pairing/pairing.ts'
import type { SignerNode } from '../../platform/entities.ts'
import type { Platform } from '../../platform/platform.ts'
import { createJournal } from '../ldk/journal.ts'
import { LdkError } from '../ldk/ldk-error.ts'
import { type ChannelIds, createRemoteChannels } from '../remote-signer/channels.ts'
import { createDesk, type Deliver, type Desk } from '../remote-signer/desk.ts'
import type { RemoteKeys } from '../remote-signer/remote-keys.ts'
import { createSignerProvider } from '../remote-signer/signer-provider.ts'
import { type SweepForm, sweepOf } from '../remote-signer/sweep-jobs.ts'
import { createWebhookKeys } from '../remote-signer/webhook-keys.ts'
import { invoiceOf } from '../signer-questions.ts'
import { createWallet, type Wallet } from '../wallet/wallet.ts'
import { withWitnesses } from '../wallet/witness.ts'
import { type Bell, waitUntil } from './bell.ts'
import type { ChainLink } from './chain-link.ts'
import type { ChannelView } from './channel-view.ts'
import { type NodeState, startNode } from './lightning-node.ts'
import type { InvoicingNode } from './peer-node.ts'
import type { Sweeping } from './sweeping.ts'

/** What our node is started with. */
export type RemoteOptions = {
  readonly name: string
  readonly platform: Platform
  readonly pairing: Pairing
  readonly deliver: Deliver
  readonly secp256k1: Secp256k1
  readonly chain: ChainLink
  readonly bell: Bell
  readonly environment: Environment
  /** Satoshis per 1000 weight. */
  readonly feerate: number
  /** How sweeps of channel outputs show their transaction. */
  readonly sweepForm?: SweepForm
  /** Stands between the node and its keys: what a test puts there to see what LDK notices. */
  readonly tamper?: (keys: RemoteKeys) => RemoteKeys
  readonly saved?: RemoteState | undefined
}

/** What is kept of our node over a restart. Points and secrets are kept by the platform. */
export type RemoteState = {
  readonly node: NodeState
  readonly nodeId: string
  readonly channels: ChannelIds
  /** 32 bytes: the identity of the Lightning node, which takes no money. */
  readonly identity: Uint8Array
}

/** Our node: it holds no key, and asks for whatever needs one. */
export type RemoteNode = InvoicingNode & {
  readonly desk: Desk
  /** The node as an entity of the platform. */
  readonly entity: SignerNode
  /** The platform's id of a channel. */
  readonly entityOf: (channel: ChannelView) => string | undefined
  readonly saveAll: () => RemoteState
}

/** Starts a node whose keys a signer holds. Public keys come from the pairing; no seed is known. */
export function startRemoteNode(options: RemoteOptions): RemoteNode {
  const { platform, pairing, bell, saved } = options
  const entity = saved
    ? platform.get('LightsparkNodeWithRemoteSigning', saved.nodeId)
    : platform.createNode({ publicKey: pairing.nodeId, network: pairing.network })
  const journal = createJournal()
  const desk = createDesk(platform, options.deliver, journal.note)
  const asking = createWebhookKeys({ platform, node: entity, desk })
  const keys = options.tamper?.(asking) ?? asking
  const channels = createRemoteChannels(platform, entity.id, pairing, saved?.channels)
  const destination = firstDestination(pairing)
  const report = (fault: unknown) => journal.note(`fault: ${String(fault)}`)
  const signers = createSignerProvider({
    channels,
    keys,
    secp256k1: options.secp256k1,
    destination,
    report,
  })
  const seed = saved?.identity ?? options.environment.random(32)
  const wallet = createRemoteWallet(entity, pairing, keys, saved?.node)
  const sweep = (descriptor: SpendableOutputDescriptor, feerate: number): Sweeping => {
    const { channel, draft, witness } = sweepOf(descriptor, {
      channels,
      destination,
      to: wallet.newAddress(1),
      feerate,
      form: options.sweepForm ?? 'psbt',
    })
    return () => {
      const [signature] = keys.signatures(channel?.entityId ?? entity.id, [draft]) ?? []
      if (signature === undefined) return undefined
      return serialiseTransaction(withWitnesses(draft.transaction, [witness(signature)]))
    }
  }
  const node = startNode({
    name: options.name,
    identity: identityOf(seed, options.environment),
    signerProvider: signers.provider,
    wallet,
    chain: options.chain,
    bell,
    environment: options.environment,
    journal,
    feerate: options.feerate,
    preimageOf: (hash) => {
      const invoice = invoiceOf(platform, hash)
      return invoice && keys.preimage(invoice.id)
    },
    sweep,
    saved: saved?.node,
  })
  desk.onChange(() => node.pump.unblock())
  return {
    ...node,
    desk,
    entity,
    entityOf: ({ userChannelId }) => channels.entityOf(userChannelId),
    isIdle: () => node.isIdle() && desk.counts().waiting === 0,
    createInvoice: async ({ amountMsat, memo = '' }) => {
      const { id } = platform.createInvoice({
        node: entity.id,
        network: pairing.network,
        amountSats: amountMsat / 1000n,
        memo,
        signingHash: undefined,
      })
      const paymentHash = await waitUntil(bell, {
        what: 'the payment hash of an invoice',
        look: () => keys.paymentHash(id),
      })
      return node.invoice({ amountMsat, memo, paymentHash })
    },
    saveAll: () => ({
      node: node.save(),
      nodeId: entity.id,
      channels: channels.ids(),
      identity: seed,
    }),
    stop: () => {
      node.stop()
      desk.close()
    },
  }
}

function identityOf(seed: Uint8Array, environment: Environment): KeysManager {
  const now = environment.nowMicros()
  return KeysManager.constructor_new(seed, BigInt(Math.floor(now / 1e6)), (now % 1e6) * 1000)
}

function firstDestination({ destinations }: Pairing): DestinationKey {
  const [first] = destinations
  if (first === undefined) throw new LdkError('the pairing shows no key that closes can pay')
  return first
}

function createRemoteWallet(
  entity: SignerNode,
  pairing: Pairing,
  keys: RemoteKeys,
  saved: NodeState | undefined,
): Wallet {
  return createWallet(
    (change, index) => ({
      path: `m/84'/${pairing.coin}'/0'/${change}/${index}`,
      publicKey: publicKey(hexToBytes(l1PublicKey(pairing, change, index))),
    }),
    (drafts) => keys.signatures(entity.id, drafts),
    saved?.wallet,
  )
}
