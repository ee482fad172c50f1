import type { Request } from '@boltwarden/core/request'
import { type Decision, violationsOf } from './decision.ts'

/**
 * Whether the platform is told of a decision by a mutation. It is told of no refusal but that of
 * signing jobs, which closes the channel; so an event id that was used for another question before,
 * which says that the sender is confused or forged, is refused without one.
 */
export function isAnswerOwed({ kind }: Request, decision: Decision): boolean {
  switch (decision.verdict) {
    case 'sign':
      return kind !== 'reveal-counterparty-per-commitment-secret'
    case 'decline':
      return kind === 'derive-key-and-sign' && !isReplay(decision)
    case 'hold':
      return false
  }
}

function isReplay(decision: Decision): boolean {
  return violationsOf(decision).some(({ tag }) => tag === 'policy-lightspark-replay')
}
