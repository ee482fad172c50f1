import type { Network } from '@boltwarden/core/network'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { Intent } from '@boltwarden/policy/state/intent'
import { type Author, isStoreFault, type Store } from '@boltwarden/store'
import type { Clock } from '../clock.ts'
import type { Entropy } from '../entropy.ts'
import { SignerFault } from '../fault.ts'
import type { Logger } from '../logging.ts'
import { intentOf, isSameTerms, isUsed, showIntent, type Terms } from './intent-terms.ts'

/** What the register works with. */
export type IntentDeps = {
  readonly store: Store
  readonly network: Network
  readonly secp256k1: Secp256k1
  readonly clock: Clock
  readonly entropy: Entropy
  readonly logger: Logger
}

/** An intent as it is shown to an operator. */
export type ShownIntent = ReturnType<typeof showIntent>

/** The payments and withdrawals that the owner announced. Every change is logged with its author. */
export class IntentRegister {
  readonly #deps: IntentDeps

  constructor(deps: IntentDeps) {
    this.#deps = deps
  }

  /**
   * Registers an intent. The same again is the first one, whose end stays; one that ended unused
   * makes room.
   *
   * @throws {SignerFault} `ADMIN_MALFORMED`, or `ADMIN_CONFLICT` where its id means something else.
   */
  async add(who: string, terms: Terms): Promise<{ created: boolean; intent: ShownIntent }> {
    const { store, network, secp256k1, clock, entropy } = this.#deps
    const nowMs = clock.nowMs()
    const freshId = () => Buffer.from(entropy.bytes(16)).toString('hex')
    const intent = intentOf(terms, { network, secp256k1, nowMs, freshId })
    if (!intent.ok) throw new SignerFault({ code: 'ADMIN_MALFORMED', ...intent.error })
    const { id } = intent.value
    const before = await store.intent(id)
    if (before !== undefined && !(before.expiresAtMs <= nowMs && !isUsed(before))) {
      return { created: false, intent: this.#show(sameAs(before, intent.value)) }
    }
    const author = { who, atMs: nowMs }
    if (before !== undefined) await store.removeIntent(id, author)
    await this.#register(intent.value, author)
    const shown = this.#show(intent.value)
    this.#log(who, 'intent added', shown)
    return { created: true, intent: shown }
  }

  /** Every intent, by id. */
  async list(): Promise<readonly ShownIntent[]> {
    const found: Intent[] = []
    for (let after = ''; ; ) {
      const page = await this.#deps.store.intents({ after, limit: pageSize })
      found.push(...page)
      const last = page.at(-1)
      if (page.length < pageSize || last === undefined) break
      after = last.id
    }
    return found.map((intent) => this.#show(intent))
  }

  /** @throws {SignerFault} `ADMIN_UNKNOWN`. */
  async get(id: string): Promise<ShownIntent> {
    const intent = await this.#deps.store.intent(id)
    if (intent === undefined) throw new SignerFault({ code: 'ADMIN_UNKNOWN', what: `intent ${id}` })
    return this.#show(intent)
  }

  /**
   * Takes an intent back. One that is not there is not there afterwards either.
   *
   * @throws {SignerFault} `ADMIN_CONFLICT` where HTLCs are in flight for it.
   */
  async revoke(who: string, id: string): Promise<{ readonly removed: boolean }> {
    const { store, clock } = this.#deps
    const intent = await store.intent(id)
    if (intent === undefined) return { removed: false }
    if (intent.kind === 'payment' && intent.inFlight.length > 0) {
      const reason = `intent ${id} has HTLCs in flight; wait until they are settled`
      throw new SignerFault({ code: 'ADMIN_CONFLICT', reason })
    }
    const removed = await store.removeIntent(id, { who, atMs: clock.nowMs() })
    if (removed) this.#log(who, 'intent revoked', this.#show(intent))
    return { removed }
  }

  async #register(intent: Intent, author: Author): Promise<void> {
    try {
      await this.#deps.store.registerIntent(intent, author)
    } catch (error) {
      if (!isStoreFault(error, 'STORE_CONFLICT')) throw error
      const reason = `intent ${intent.id} was registered at the same moment`
      throw new SignerFault({ code: 'ADMIN_CONFLICT', reason }, { cause: error })
    }
  }

  #show(intent: Intent): ShownIntent {
    return showIntent(intent, this.#deps.network, this.#deps.clock.nowMs())
  }

  #log(who: string, what: string, intent: ShownIntent): void {
    this.#deps.logger.info({ audit: true, who, intent }, what)
  }
}

const pageSize = 1000

function sameAs(before: Intent, asked: Intent): Intent {
  if (isSameTerms(before, asked)) return before
  const reason = `intent ${before.id} is registered with other terms`
  throw new SignerFault({ code: 'ADMIN_CONFLICT', reason })
}
