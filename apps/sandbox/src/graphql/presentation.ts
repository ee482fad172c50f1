import type {
  Account,
  Channel,
  Entity,
  Invoice,
  SignablePayload,
  SignerNode,
} from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'

/** A value as GraphQL's default resolvers read it: the wire's field names. */
export type Presented = { readonly [field: string]: unknown }

/** The form in which the API shows an entity. Fields that the sandbox knows nothing of are null. */
export function present(platform: Platform, entity: Entity): Presented {
  const base = {
    __typename: entity.type,
    id: entity.id,
    created_at: entity.createdAt,
    updated_at: entity.updatedAt,
  }
  switch (entity.type) {
    case 'Account':
      return { ...base, ...presentAccount(platform, entity) }
    case 'LightsparkNodeWithRemoteSigning':
      return { ...base, ...presentNode(platform, entity) }
    case 'Channel':
      return { ...base, ...presentChannel(platform, entity) }
    case 'Invoice':
      return { ...base, ...presentInvoice(platform, entity) }
    case 'Signable':
      return base
    case 'SignablePayload':
      return { ...base, ...presentPayload(platform, entity) }
  }
}

function presentAccount(platform: Platform, account: Account): Presented {
  return {
    name: account.name,
    nodes: () => connection(platform, 'LightsparkNodeWithRemoteSigning'),
    channels: () => connection(platform, 'Channel'),
  }
}

function presentNode(platform: Platform, node: SignerNode): Presented {
  return {
    bitcoin_network: node.network,
    display_name: node.displayName,
    public_key: node.publicKey,
    owner: () => present(platform, platform.get('Account', node.account)),
    status: 'READY',
    uma_prescreening_utxos: [],
  }
}

function presentChannel(platform: Platform, channel: Channel): Presented {
  return {
    capacity: satoshis(channel.capacitySats),
    total_balance: satoshis(channel.capacitySats),
    status: channel.status,
    local_node: () =>
      present(platform, platform.get('LightsparkNodeWithRemoteSigning', channel.node)),
  }
}

function presentInvoice(platform: Platform, invoice: Invoice): Presented {
  return {
    status: 'OPEN',
    is_uma: false,
    is_lnurl: false,
    data: {
      __typename: 'InvoiceData',
      // Not an invoice anybody can pay: the sandbox's node has no network behind it.
      encoded_payment_request: `sandbox:${invoice.id}`,
      bitcoin_network: invoice.network,
      payment_hash: invoice.paymentHash ?? '0'.repeat(64),
      amount: satoshis(invoice.amountSats),
      created_at: invoice.createdAt,
      expires_at: invoice.expiresAt,
      memo: invoice.memo,
      destination: () =>
        present(platform, platform.get('LightsparkNodeWithRemoteSigning', invoice.node)),
    },
  }
}

function presentPayload(platform: Platform, payload: SignablePayload): Presented {
  return {
    payload: payload.payload,
    derivation_path: payload.derivationPath,
    status: payload.status,
    add_tweak: payload.addTweak,
    mul_tweak: payload.mulTweak,
    signable: () => present(platform, platform.get('Signable', payload.signable)),
  }
}

function connection(platform: Platform, type: 'Channel' | SignerNode['type']): Presented {
  const entities = platform.entities().filter((entity) => entity.type === type)
  return {
    count: entities.length,
    page_info: { has_next_page: false, has_previous_page: false },
    entities: entities.map((entity) => present(platform, entity)),
  }
}

function satoshis(value: bigint): Presented {
  return {
    original_value: Number(value),
    original_unit: 'SATOSHI',
    preferred_currency_unit: 'SATOSHI',
    preferred_currency_value_rounded: Number(value),
    preferred_currency_value_approx: Number(value),
  }
}
