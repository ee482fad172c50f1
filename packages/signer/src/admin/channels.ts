import { emptyCounterpartySecrets } from '@boltwarden/core/bolt3/counterparty-secrets'
import { type ChannelId, channelId, nodeId } from '@boltwarden/core/ids'
import { commitmentIndex } from '@boltwarden/core/units'
import { type ChannelState, unsignedChannel } from '@boltwarden/policy/state/channel-state'
import { isStoreFault, type Store } from '@boltwarden/store'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { SignerFault } from '../fault.ts'
import type { Logger } from '../logging.ts'
import { type ShownChannel, showChannel } from './show-channel.ts'

const maxIndex = 2 ** 48 - 1
const id = z.string().regex(/^[\x21-\x7e]{1,256}$/)

/** What adopts a channel, as the admin API takes it. */
export const adoptionSchema = z.strictObject({
  channel: z
    .int()
    .min(0)
    .max(2 ** 31 - 1),
  id,
  node: id,
  /** The index of the last secret that was released; one more than the next. */
  last_released: z.int().min(0).max(maxIndex).optional(),
  /** The lowest index whose point was given; two below the last secret released by default. */
  lowest_point: z.int().min(0).max(maxIndex).optional(),
  /** Without it nothing is recorded, and what would be is shown. */
  confirm: z.boolean().default(false),
})

/** What adopts a channel. */
export type Adoption = z.output<typeof adoptionSchema>

/** What the register works with. */
export type ChannelDeps = {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
}

/** The channels that the signer knows, for an operator. */
export class ChannelRegister {
  readonly #deps: ChannelDeps

  constructor(deps: ChannelDeps) {
    this.#deps = deps
  }

  /** Every channel, by ascending path. */
  async list(): Promise<readonly ShownChannel[]> {
    const found: ChannelState[] = []
    for (let after = -1; ; ) {
      const page = await this.#deps.store.channels({ after, limit: pageSize })
      found.push(...page)
      const last = page.at(-1)
      if (page.length < pageSize || last === undefined) break
      after = last.channel
    }
    return found.map(showChannel)
  }

  /** @throws {SignerFault} `ADMIN_UNKNOWN`. */
  async get(channel: number): Promise<ShownChannel> {
    const state = await this.#find(channel)
    if (state !== undefined) return showChannel(state)
    throw new SignerFault({ code: 'ADMIN_UNKNOWN', what: `channel m/3/${channel}` })
  }

  /**
   * Records a channel that was opened before this signer knew of it.
   *
   * @throws {SignerFault} `ADMIN_CONFLICT` where its path or its id is known, `ADMIN_MALFORMED`.
   */
  async adopt(
    who: string,
    adoption: Adoption,
  ): Promise<{ readonly adopted: boolean; readonly channel: ShownChannel }> {
    const { store, clock } = this.#deps
    const state = stateOf(adoption)
    await this.#refuseKnown(state.channel, state.id)
    const channel = showChannel(state)
    if (!adoption.confirm) return { adopted: false, channel }
    try {
      await store.adopt(state, { who, atMs: clock.nowMs() })
    } catch (error) {
      if (!isStoreFault(error, 'STORE_CONFLICT')) throw error
      throw conflict('the channel became known at the same moment', error)
    }
    this.#deps.logger.info({ audit: true, who, channel }, 'channel adopted')
    return { adopted: true, channel }
  }

  async #refuseKnown(channel: number, id: ChannelId): Promise<void> {
    const known = await this.#find(channel)
    if (known !== undefined) throw conflict(`m/3/${channel} is the path of ${known.id} already`)
    const named = await this.#deps.store.channelById(id)
    if (named !== undefined) throw conflict(`${id} has the path m/3/${named.channel} already`)
  }

  async #find(channel: number): Promise<ChannelState | undefined> {
    const [found] = await this.#deps.store.channels({ after: channel - 1, limit: 1 })
    return found?.channel === channel ? found : undefined
  }
}

const pageSize = 1000

function conflict(reason: string, cause?: unknown): SignerFault {
  return new SignerFault({ code: 'ADMIN_CONFLICT', reason }, { cause })
}

function stateOf(adoption: Adoption): ChannelState {
  const { last_released: last, lowest_point: given } = adoption
  // The node holds a newer commitment before it releases, so the points of two more were given.
  const expected = last === undefined ? maxIndex - 1 : Math.max(0, last - 2)
  const lowest = given ?? expected
  if (last !== undefined && lowest >= last && last > 0) {
    throw new SignerFault({
      code: 'ADMIN_MALFORMED',
      path: 'lowest_point',
      expected: `below last_released: the point of ${last - 1} was given before that secret was released`,
    })
  }
  return {
    channel: adoption.channel,
    id: channelId(adoption.id),
    node: nodeId(adoption.node),
    origin: 'adopted',
    lowestPoint: commitmentIndex(lowest),
    ...(last !== undefined && { lastReleased: commitmentIndex(last) }),
    counterpartySecrets: emptyCounterpartySecrets,
    ...unsignedChannel,
  }
}
