import { setTimeout as wait } from 'node:timers/promises'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import type { Network } from '@boltwarden/core/network'

/** After the start, calls that waited for it come first. */
const firstPauseMs = 1000
/** Between two chunks others have their turn: a chunk takes some 10 ms. */
const pauseMs = 20

/**
 * Derives the addresses of our own keys ahead, a chunk at a time, so that no request pays for a
 * whole search. While something is in flight it rests.
 *
 * @param inFlight - how much is being worked on.
 * @returns what stops it.
 */
export function searchAhead(
  keychain: Keychain,
  network: Network,
  inFlight: () => number,
): () => Promise<void> {
  const stopping = new AbortController()
  const scripts = keychain.ownScripts(network)
  const pause = (ms: number) =>
    wait(ms, undefined, { signal: stopping.signal, ref: false }).catch(() => {})
  const search = async () => {
    await pause(firstPauseMs)
    while (!stopping.signal.aborted && (inFlight() > 0 || scripts.searchOn())) await pause(pauseMs)
  }
  const searched = search()
  return async () => {
    stopping.abort()
    await searched
  }
}
