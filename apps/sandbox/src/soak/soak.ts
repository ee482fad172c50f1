import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { payWell } from '../scenarios/parts.ts'
import type { Theatre } from '../scenarios/theatre.ts'
import type { Delivery } from '../webhook/delivery.ts'

/** How the memory stood after some payments, with what was garbage collected. In bytes. */
export type Reading = {
  readonly payments: number
  /** What JavaScript's objects take. */
  readonly heap: number
  /** LDK's WebAssembly, which never gives back what it has taken, and buffers. */
  readonly external: number
  /** All of the process but the heap's objects: the pages that V8 keeps ready for more among it. */
  readonly resident: number
}

/** What a soak came to. */
export type Soaked = {
  readonly payments: number
  readonly events: number
  readonly seconds: number
  /** The part of the time in which at least one webhook waited for the signer, 0 to 1. */
  readonly signerShare: number
  readonly readings: readonly Reading[]
  /** By how much a payment grew the heap between the first and the last reading, in bytes. */
  readonly heapPerPayment: number
  readonly externalPerPayment: number
}

/** The most that memory may grow by with a payment, in bytes. */
export type SoakBounds = {
  readonly maxHeapPerPayment: number
  readonly maxExternalPerPayment: number
}

/** Whether memory grew by no more than that, inside the heap and outside. */
export function isFlat(
  { heapPerPayment, externalPerPayment }: Pick<Soaked, 'heapPerPayment' | 'externalPerPayment'>,
  { maxHeapPerPayment, maxExternalPerPayment }: SoakBounds,
): boolean {
  return heapPerPayment <= maxHeapPerPayment && externalPerPayment <= maxExternalPerPayment
}

/** Payments before the first reading: caches fill, code is compiled. */
const warmUp = 20

/** After how many payments LDK is told that a minute has passed; it forgets payments seven later. */
const paymentsPerMinute = 20

/**
 * Pays back and forth over one channel, and reads the memory of this process, in which the nodes, the
 * chain and the platform live; the signer is another one.
 *
 * @param payments - how many, after the warm-up.
 * @param every - after how many of them the memory is read.
 */
export async function soak(
  theatre: Theatre,
  kind: CommitmentType,
  { payments, every }: { readonly payments: number; readonly every: number },
  onReading: (reading: Reading) => void = () => {},
): Promise<Soaked> {
  const { dispatcher } = theatre.signer.sandbox
  const { stage } = await theatre.stage()
  try {
    await stage.open(stage.alice(), stage.bob, { kind, pushMsat: 400_000_000n })
    const pay = async (at: number) => {
      await payWell(stage, at % 2 === 0 ? 'bob' : 'alice', 10_000_000n)
      if (at % paymentsPerMinute > 0) return
      for (const node of [stage.alice(), stage.bob]) node.tick()
      await stage.settle()
    }
    for (let at = 0; at < warmUp; at++) await pay(at)
    const readings: Reading[] = []
    const read = async (done: number) => {
      const reading = { payments: done, ...(await memory()) }
      readings.push(reading)
      onReading(reading)
    }
    await read(0)
    const seen = dispatcher.count()
    const waits: Span[] = []
    let [seconds, noted] = [0, seen]
    for (let done = 0; done < payments; ) {
      const from = performance.now()
      const until = Math.min(done + every, payments)
      for (; done < until; done++) await pay(done)
      seconds += (performance.now() - from) / 1000
      waits.push(...dispatcher.deliveries(noted).flatMap(spansOf))
      noted = dispatcher.count()
      await read(done)
    }
    const perPayment = (of: 'heap' | 'external') =>
      ((readings.at(-1)?.[of] ?? 0) - (readings[0]?.[of] ?? 0)) / payments
    return {
      payments,
      events: dispatcher.count() - seen,
      seconds,
      signerShare: covered(waits) / (1000 * seconds),
      readings,
      heapPerPayment: perPayment('heap'),
      externalPerPayment: perPayment('external'),
    }
  } finally {
    stage.close()
  }
}

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** LDK's objects are freed when the event loop turns after a collection. */
async function memory(): Promise<Omit<Reading, 'payments'>> {
  if (typeof collect !== 'function') throw new TypeError('"gc" expected function')
  for (let turn = 0; turn < 4; turn++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed, external, resident: rss - heapUsed }
}

/** From when to when, in milliseconds. */
type Span = readonly [number, number]

function spansOf({ attempts }: Delivery): readonly Span[] {
  return attempts.map(({ startedAt, latencyMs }) => {
    const from = Date.parse(startedAt)
    return [from, from + latencyMs]
  })
}

/** How long at least one of the spans lasts, in milliseconds. */
function covered(spans: readonly Span[]): number {
  let [sum, end] = [0, Number.NEGATIVE_INFINITY]
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    sum += Math.max(to - Math.max(from, end), 0)
    end = Math.max(end, to)
  }
  return sum
}
