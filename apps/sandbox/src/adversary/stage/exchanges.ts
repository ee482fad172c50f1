import { exchange, type LiveChannel } from '../../walk/asks/exchange.ts'
import type { Stage } from './stage.ts'

/** Moves a channel on by so many commitments on each side, with nothing changed. */
export async function exchangeMany(
  stage: Stage,
  channel: LiveChannel,
  times: number,
): Promise<LiveChannel> {
  let at = channel
  for (let done = 0; done < times; done++) {
    at = await exchange(stage, at, 'counterparty', at.balances)
  }
  return at
}
