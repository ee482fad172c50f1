import type { Call } from '../shared/platform.ts'

/** An operation with its variables, as sent or as recorded. */
export type Told = Pick<Call, 'operation' | 'variables'>

/**
 * What an answer is about: two different answers about the same thing are a contradiction. Read off
 * the mutation alone, by nothing that the signer has.
 */
export function subjectsOf({ operation, variables }: Told): readonly (readonly [string, string])[] {
  const whole = JSON.stringify(Object.entries(variables).sort())
  switch (operation) {
    case 'SignMessages':
      return listOf(variables['signatures']).map((signed) => [
        `job ${signed['id']}`,
        String(signed['signature']),
      ])
    case 'DeclineToSignMessages':
      return [[`declined ${whole}`, 'declined']]
    case 'SetInvoicePaymentHash':
      return [[`hash of ${variables['invoice_id']}`, whole]]
    case 'ReleasePaymentPreimage':
      return [[`preimage of ${variables['invoice_id']}`, whole]]
    case 'UpdateChannelPerCommitmentPoint':
      return [
        [`point ${variables['per_commitment_point_index']} of ${variables['channel_id']}`, whole],
      ]
    case 'ReleaseChannelPerCommitmentSecret':
      return [[`secret ${variables['per_commitment_index']} of ${variables['channel_id']}`, whole]]
    default:
      return [[`${operation} ${whole}`, 'sent']]
  }
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value : []
}

/** Every answer that was ever seen on the wire, and where it is wrong. */
export class Book {
  readonly #expected: ReadonlyMap<string, string> | undefined
  readonly #first = new Map<string, string>()
  readonly #taken = new Set<string>()
  readonly #order: string[] = []
  readonly wrong: string[] = []

  /** @param expected - the recorded answers; without them answers have to agree with each other. */
  constructor(expected?: readonly Told[]) {
    this.#expected = expected && new Map(expected.flatMap(subjectsOf))
  }

  /** Notes an answer; `isTaken` where the platform kept it. */
  note(told: Told, isTaken: boolean): void {
    for (const [subject, answer] of subjectsOf(told)) {
      const first = this.#first.get(subject) ?? answer
      this.#first.set(subject, first)
      if (first !== answer) this.wrong.push(`two answers: ${subject}`)
      if (this.#expected !== undefined && this.#expected.get(subject) !== answer) {
        this.wrong.push(`not the recorded answer: ${subject}`)
      }
      if (!isTaken || this.#taken.has(subject)) continue
      this.#taken.add(subject)
      this.#order.push(subject)
    }
  }

  /** Whether the platform has all of an answer. */
  has(told: Told): boolean {
    return subjectsOf(told).every(([subject]) => this.#taken.has(subject))
  }

  /** What the platform took, each once, in the order in which it first came. */
  get order(): readonly string[] {
    return this.#order
  }

  /** How many different things were answered. */
  get size(): number {
    return this.#first.size
  }
}
