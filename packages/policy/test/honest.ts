import { createHash } from 'node:crypto'
import { preimageNonce } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { eventId } from '@boltwarden/core/ids'
import type { Request, SigningJob } from '@boltwarden/core/request'
import { type Decision, violationsOf } from '@boltwarden/policy/decision'
import type { Delivery } from '@boltwarden/policy/event'
import type { Judgement } from '@boltwarden/policy/judge'
import { type Recorded, readScenario, type Scenario } from './corpus.ts'
import { Signer } from './signer.ts'

export type Of<Kind extends Request['kind']> = Extract<Request, { kind: Kind }>

/** An honest request of recorded traffic, with a signer that has seen everything before it. */
export type Honest<Kind extends Request['kind']> = {
  readonly signer: Signer
  readonly delivery: Delivery & { readonly request: Of<Kind> }
  readonly nonce: Uint8Array | undefined
  readonly scenario: Scenario
}

/** The first event of a scenario that has this kind and passes `wanted`. */
export function honest<Kind extends Request['kind']>(
  name: string,
  kind: Kind,
  wanted: (recorded: Recorded, request: Of<Kind>) => boolean = () => true,
): Honest<Kind> {
  const scenario = readScenario(name)
  for (const [at, recorded] of scenario.events.entries()) {
    const { delivery, nonce } = recorded
    if (!isKind(delivery.request, kind) || !wanted(recorded, delivery.request)) continue
    const signer = Signer.of(scenario)
    signer.play(scenario, at)
    const request = delivery.request
    return {
      signer,
      scenario,
      delivery: { ...delivery, request },
      nonce: nonce === undefined ? undefined : hexToBytes(nonce),
    }
  }
  throw new RangeError(`no such event in ${name}`)
}

/** An honest signing request with this label. */
export function signing(name: string, label: string): Honest<'derive-key-and-sign'> {
  return honest(name, 'derive-key-and-sign', (recorded) => recorded.label === label)
}

/** The delivery with another request, under an id and a body of its own. */
export function changed<T extends Request>(
  delivery: Delivery & { request: T },
  change: Partial<T>,
) {
  return renamed({ ...delivery, request: { ...delivery.request, ...change } })
}

/** The delivery with one of its signing jobs changed. */
export function changedJob(
  { delivery }: Honest<'derive-key-and-sign'>,
  change: (job: SigningJob) => SigningJob,
  at = 0,
): Delivery {
  const { request } = delivery
  return changed(delivery, { jobs: request.jobs.map((job, i) => (i === at ? change(job) : job)) })
}

/** The same request as a new event. */
export function renamed<T extends Delivery>(delivery: T): T {
  const event = eventId(`${delivery.event}-changed`)
  return { ...delivery, event, bodyHash: hash(event) }
}

export function hash(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest())
}

/** The tags of a decision, with the verdict: what most tests assert. Each has to say why. */
export function outcome({ decision }: Judgement): readonly [Decision['verdict'], ...string[]] {
  const tags = violationsOf(decision).map(({ tag, message }) => {
    if (!message) throw new TypeError(`${tag} does not say why`)
    return tag
  })
  return [decision.verdict, ...tags]
}

/** A field that is left out. */
export function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _left, ...rest } = value
  return rest
}

export function nonceOf(fill: number) {
  return preimageNonce(new Uint8Array(32).fill(fill))
}

function isKind<Kind extends Request['kind']>(request: Request, kind: Kind): request is Of<Kind> {
  return request.kind === kind
}
