import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Delivery } from '@boltwarden/policy/event'
import type { Facts } from '@boltwarden/policy/facts'
import { type Judgement, judge } from '@boltwarden/policy/judge'
import type { Policy } from '@boltwarden/policy/policy'
import { scopeOf, type View } from '@boltwarden/policy/view'
import { openScratch, type Realm, type Scratch } from '@boltwarden/store/sqlite'
import { SignerFault, systemReason } from '../fault.ts'

/** A judgement, and what was remembered when it was made. */
export type Judged = { readonly judgement: Judgement; readonly view: View }

/**
 * What a signer would remember, without being one: the same store, in memory or on a copy that is
 * thrown away. Nothing is signed here; there are no keys.
 */
export class World {
  readonly #scratch: Scratch
  readonly #forget: () => void

  private constructor(scratch: Scratch, forget: () => void) {
    this.#scratch = scratch
    this.#forget = forget
  }

  /** Nothing is known yet. */
  static empty(realm: Realm): World {
    return new World(openScratch({ realm }), () => {})
  }

  /**
   * What a store knows. The file itself is only read.
   *
   * @throws {SignerFault} `STATE_UNREADABLE`.
   * @throws {StoreFault} where it is no store of these keys.
   */
  static copyOf(file: string, realm: Realm): World {
    const folder = mkdtempSync(join(tmpdir(), 'boltwarden-replay-'))
    const forget = () => rmSync(folder, { recursive: true, force: true })
    const path = join(folder, 'state.sqlite')
    try {
      copyFileSync(file, path)
      // What was committed last may stand in the log beside it.
      if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${path}-wal`)
      return new World(openScratch({ copy: path, realm }), forget)
    } catch (cause) {
      forget()
      const reason = systemReason(cause)
      if (!/^E[A-Z]+$/.test(reason)) throw cause
      throw new SignerFault({ code: 'STATE_UNREADABLE', file, reason }, { cause })
    }
  }

  /** Judges as a signer does, and remembers what it would. */
  judge(policy: Policy, delivery: Delivery, facts: Facts): Promise<Judged> {
    return this.#scratch.update(scopeOf(delivery), (view) => {
      const judgement = judge(policy, facts, view)
      return { writes: judgement.writes, value: { judgement, view } }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scratch[Symbol.asyncDispose]()
    this.#forget()
  }
}
