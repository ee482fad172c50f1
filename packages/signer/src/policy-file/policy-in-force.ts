import { errorFacts, type Logger } from '../logging.ts'
import type { Metrics } from '../metrics.ts'
import { diffPolicies, type PolicyChange } from './diff.ts'
import type { ExpandDeps } from './expand.ts'
import { type LoadedPolicy, loadPolicy } from './load.ts'

/** What a reload needs to tell of itself. */
export type PolicyDeps = ExpandDeps & { readonly logger: Logger; readonly metrics: Metrics }

/** What a reload changed. */
export type PolicyReload = {
  /** Hash of the policy in force from now on, in hex. */
  readonly hash: string
  readonly previous: string
  readonly changes: readonly PolicyChange[]
}

/** Who asks for a reload, and of which file, where it is another one from now on. */
export type ReloadRequest = { readonly who: string; readonly file?: string | undefined }

/** The policy that the next decision is made by. It changes as a whole or not at all. */
export class PolicyInForce {
  readonly #deps: PolicyDeps
  #file: string | undefined
  #current: LoadedPolicy
  #last: Promise<unknown> = Promise.resolve()

  private constructor(file: string | undefined, current: LoadedPolicy, deps: PolicyDeps) {
    this.#deps = deps
    this.#file = file
    this.#current = current
    deps.metrics.policyInForce(current)
  }

  /** @throws {SignerFault} where the file cannot be used. */
  static async load(file: string | undefined, deps: PolicyDeps): Promise<PolicyInForce> {
    const current = await loadPolicy(file, deps)
    if (current.policy.mode === 'observe') {
      deps.logger.warn({ mode: 'observe' }, 'only mandatory rules are enforced')
    }
    return new PolicyInForce(file, current, deps)
  }

  get current(): LoadedPolicy {
    return this.#current
  }

  /**
   * Reads the file again. Decisions that are being made keep the policy they began with; later ones
   * use the new one. One reload at a time.
   *
   * @throws {SignerFault} where the file cannot be used; the policy before stays in force.
   */
  reload(request: ReloadRequest): Promise<PolicyReload> {
    const turn = this.#last.then(() => this.#reload(request))
    this.#last = turn.catch(() => {})
    return turn
  }

  async #reload({ who, ...request }: ReloadRequest): Promise<PolicyReload> {
    const { logger, metrics } = this.#deps
    const file = 'file' in request ? request.file : this.#file
    const before = this.#current
    try {
      const loaded = await loadPolicy(file, this.#deps)
      this.#file = file
      this.#current = loaded
      const changes = diffPolicies(before.file, loaded.file)
      const told = { hash: loaded.hash, previous: before.hash, changes }
      metrics.policyInForce(loaded)
      metrics.policyReloaded(changes.length > 0 ? 'applied' : 'unchanged')
      logger.info({ who, ...told, mode: loaded.policy.mode }, 'policy reloaded')
      return told
    } catch (error) {
      metrics.policyReloaded('refused')
      const facts = { who, hash: before.hash, error: errorFacts(error) }
      logger.error(facts, 'policy not reloaded; the one before stays')
      throw error
    }
  }
}
