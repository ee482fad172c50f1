import { Histogram, type Registry } from 'prom-client'
import { prefix } from './prefix.ts'

/** Seconds; the last bucket is the platform's own limit. */
const answerBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 10]
const headroomBuckets = [0, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** What is measured. */
export function histogramsOf(registry: Registry) {
  const histogram = <T extends string>(
    name: string,
    help: string,
    buckets: number[],
    ...labelNames: T[]
  ) => new Histogram({ name: `${prefix}${name}`, help, buckets, labelNames, registers: [registry] })
  return {
    deliverySeconds: histogram(
      'delivery_seconds',
      'From the arrival of a webhook call to its reply',
      answerBuckets,
      'outcome',
    ),
    answerSeconds: histogram(
      'answer_seconds',
      'From the arrival of a request to its answer having been accepted',
      answerBuckets,
      'kind',
    ),
    headroom: histogram(
      'deadline_headroom_seconds',
      'Time left to the deadline when an answer had been accepted',
      headroomBuckets,
    ),
    queueSeconds: histogram(
      'queue_wait_seconds',
      'From a request having been read to its turn',
      answerBuckets,
    ),
    lockSeconds: histogram(
      'lock_wait_seconds',
      'From a decision having been asked of the store to its turn, behind other commits and locks',
      answerBuckets,
    ),
    commitSeconds: histogram(
      'commit_seconds',
      'Durable commits, the waiting for locks included',
      answerBuckets,
    ),
    commitParts: histogram(
      'commit_parts',
      'Decisions and accepted answers that shared a commit',
      [1, 2, 4, 8, 16, 32, 64],
    ),
    calls: histogram(
      'platform_call_seconds',
      'Mutations sent to the platform, retries included',
      answerBuckets,
      'operation',
      'result',
    ),
  }
}
