import { toHex } from '@boltwarden/core/hex'
import {
  type ChannelMonitor,
  ChannelMonitorUpdateStatus,
  type OutPoint,
  Persist,
} from 'lightningdevkit'
import { guarded } from '../ldk/guarded.ts'
import { freeMonitor } from '../ldk/owned.ts'

/** The bytes of a channel's monitor by its funding outpoint. */
export type MonitorStates = ReadonlyMap<string, Uint8Array>

/** Keeps what LDK wants to have kept of each channel. */
export type MonitorStore = {
  readonly persist: Persist
  /** The last state of each. */
  readonly states: () => MonitorStates
}

/**
 * A store in memory.
 *
 * Each time that LDK asks to keep a monitor the bindings make a copy of all of it, which is ours: the
 * newest is kept as it is, and written only for whoever asks. The one before is freed at once.
 */
export function createMonitorStore(report: (fault: unknown) => void): MonitorStore {
  const newest = new Map<string, ChannelMonitor>()
  const completed = () => ChannelMonitorUpdateStatus.LDKChannelMonitorUpdateStatus_Completed
  const forget = (name: string) => {
    const old = newest.get(name)
    newest.delete(name)
    if (old !== undefined) freeMonitor(old)
  }
  const keep = (outpoint: OutPoint, monitor: ChannelMonitor) => {
    const name = toHex(outpoint.write())
    forget(name)
    newest.set(name, monitor)
    return completed()
  }
  const persist = Persist.new_impl({
    persist_new_channel: guarded(report, completed, keep),
    update_persisted_channel: guarded(report, completed, (outpoint, _update, monitor) =>
      keep(outpoint, monitor),
    ),
    archive_persisted_channel: guarded(
      report,
      () => undefined,
      (outpoint) => forget(toHex(outpoint.write())),
    ),
  })
  return {
    persist,
    states: () => new Map([...newest].map(([name, monitor]) => [name, monitor.write()])),
  }
}
