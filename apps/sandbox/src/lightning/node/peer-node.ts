import { createHash } from 'node:crypto'
import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { publicKey } from '@boltwarden/core/bytes'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import {
  KeysManager,
  Option_u32Z,
  Result_TransactionNoneZ_OK,
  type SpendableOutputDescriptor,
} from 'lightningdevkit'
import { digestOf } from '../../channel/job.ts'
import type { Environment } from '../../environment.ts'
import { createJournal } from '../ldk/journal.ts'
import { LdkError } from '../ldk/ldk-error.ts'
import { createWallet, type Wallet } from '../wallet/wallet.ts'
import type { Bell } from './bell.ts'
import type { ChainLink } from './chain-link.ts'
import type { ChannelView } from './channel-view.ts'
import { type LightningNode, type NodeState, startNode } from './lightning-node.ts'
import type { InvoiceTerms } from './payments.ts'
import { type PeerChannelKeys, peerChannelKeys } from './peer-keys.ts'
import { oldCommitments } from './revoked-commitment.ts'

/** What a node of somebody else's is started with. */
export type PeerOptions = {
  readonly name: string
  /** 32 bytes. */
  readonly seed: Uint8Array
  readonly chain: ChainLink
  readonly bell: Bell
  readonly environment: Environment
  /** Satoshis per 1000 weight. */
  readonly feerate: number
  readonly saved?: NodeState | undefined
}

/** A node whose invoices anybody can ask for. */
export type InvoicingNode = LightningNode & {
  /** A BOLT 11 invoice. */
  readonly createInvoice: (terms: Omit<InvoiceTerms, 'paymentHash'>) => Promise<string>
}

/** A node of somebody else's, who may cheat. */
export type PeerNode = InvoicingNode & {
  /** The signed commitments of a state that was saved before: revoked ones, if it has changed. */
  readonly oldCommitments: (state: NodeState) => readonly Uint8Array[]
  /**
   * Its private keys of a channel that it accepted, with which it plays along with a thief.
   *
   * @param fundingKey - its own, compressed, as it stands in the funding script.
   */
  readonly channelKeys: (channel: ChannelView, fundingKey: Uint8Array) => PeerChannelKeys
}

/** A plain LDK node with keys of its own: the counterparty that checks each signature it gets. */
export function startPeerNode(options: PeerOptions): PeerNode {
  const { name, seed, environment, chain } = options
  const now = environment.nowMicros()
  const identity = KeysManager.constructor_new(
    seed,
    BigInt(Math.floor(now / 1e6)),
    (now % 1e6) * 1000,
  )
  const wallet = createPeerWallet(seed, options.saved)
  const node = startNode({
    name,
    identity,
    signerProvider: identity.as_SignerProvider(),
    wallet,
    chain,
    bell: options.bell,
    environment,
    journal: createJournal(),
    feerate: options.feerate,
    preimageOf: () => undefined,
    sweep: (descriptor, feerate) => () => sweepWithOwnKeys(identity, wallet, descriptor, feerate),
    saved: options.saved,
  })
  return {
    ...node,
    createInvoice: (terms) => Promise.resolve(node.invoice(terms)),
    oldCommitments: ({ monitors }) =>
      oldCommitments({
        identity,
        monitors,
        logger: node.journal.logger,
        estimator: node.fees.estimator,
      }),
    channelKeys: (channel, fundingKey) => peerChannelKeys(identity, channel, fundingKey),
  }
}

/** A wallet whose keys are hashes of the seed and their place. */
function createPeerWallet(seed: Uint8Array, saved: NodeState | undefined): Wallet {
  const keys = new Map<string, Uint8Array>()
  return createWallet(
    (change, index) => {
      const path = `${change}/${index}`
      const key = new Uint8Array(createHash('sha256').update(seed).update(path).digest())
      keys.set(path, key)
      return { path, publicKey: publicKey(secp256k1.getPublicKey(key, true)) }
    },
    (drafts) =>
      drafts.flatMap((draft) => {
        const key = keys.get(draft.path)
        return key ? [secp256k1.sign(digestOf(draft), key, { prehash: false })] : []
      }),
    saved?.wallet,
  )
}

function sweepWithOwnKeys(
  identity: KeysManager,
  wallet: Wallet,
  descriptor: SpendableOutputDescriptor,
  feerate: number,
): Uint8Array {
  const spent = identity
    .as_OutputSpender()
    .spend_spendable_outputs(
      [descriptor],
      [],
      p2wpkh(wallet.newAddress(1).publicKey),
      feerate,
      Option_u32Z.constructor_none(),
    )
  if (spent instanceof Result_TransactionNoneZ_OK) return spent.res
  throw new LdkError('LDK does not spend an output of its own')
}
