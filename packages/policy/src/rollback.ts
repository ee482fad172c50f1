import { indexOf } from '@boltwarden/core/units'
import { reviewCommitments } from './channel/commitment-review.ts'
import type { Question } from './evaluate.ts'
import { channelOf, nextRelease, releaseOf } from './rules/channel-of.ts'

/** How many points may be asked for out of their turn, as calls overtake each other. */
const maxSkippedPoints = 2

/**
 * What a request shows that can only be where this memory is older than the channel, in words: a
 * copy of a store was put into its place, or an honest platform would not ask so. Undefined where it
 * shows nothing of that. Pure.
 */
export function rollbackSign(question: Question): string | undefined {
  switch (question.facts.delivery.request.kind) {
    case 'get-per-commitment-point':
      return ofPoint(question)
    case 'release-per-commitment-secret':
      return ofRelease(question)
    case 'reveal-counterparty-per-commitment-secret':
      return ofReveal(question)
    case 'derive-key-and-sign':
      return ofCommitments(question)
    default:
      return undefined
  }
}

function ofPoint({ facts, view }: Question): string | undefined {
  const { request } = facts.delivery
  const channel = channelOf(facts)
  const state = channel === undefined ? undefined : view.channels.get(channel)
  if (request.kind !== 'get-per-commitment-point' || state === undefined) return undefined
  const skipped = state.lowestPoint - request.index - 1
  return skipped > maxSkippedPoints
    ? `the points of ${skipped} indexes above ${request.index} are not remembered as given`
    : undefined
}

function ofRelease({ facts, view }: Question): string | undefined {
  const release = releaseOf(facts, view)
  const due = release && nextRelease(release.state)
  if (release === undefined || due === undefined || release.index >= due) return undefined
  return `the secrets above ${release.index} are not remembered as released, from ${due} on`
}

function ofReveal({ facts, view }: Question): string | undefined {
  const { request } = facts.delivery
  const last = view.channelById?.commitments.at(-1)
  if (request.kind !== 'reveal-counterparty-per-commitment-secret' || last === undefined) {
    return undefined
  }
  // What has no successor is not revoked.
  return request.index <= indexOf(last.number)
    ? `no commitment after number ${last.number} is remembered, and it is revoked`
    : undefined
}

function ofCommitments({ facts, view, policy }: Question): string | undefined {
  for (const { side, number, last } of reviewCommitments(facts, view, policy)) {
    if (side === 'counterparty' && last !== undefined && number > last.number + 1) {
      return `no commitment between number ${last.number} and ${number} is remembered as signed`
    }
  }
  return undefined
}
