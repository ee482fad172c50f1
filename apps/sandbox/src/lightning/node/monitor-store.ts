import { toHex } from '@boltwarden/core/hex'
import { type ChannelMonitor, ChannelMonitorUpdateStatus, Persist } from 'lightningdevkit'
import { guarded } from '../ldk/guarded.ts'

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
 * The bindings lend a monitor only while LDK asks to keep it, so its bytes are taken at each update.
 */
export function createMonitorStore(report: (fault: unknown) => void): MonitorStore {
  const states = new Map<string, Uint8Array>()
  const completed = () => ChannelMonitorUpdateStatus.LDKChannelMonitorUpdateStatus_Completed
  const keep = (outpoint: Uint8Array, monitor: ChannelMonitor) => {
    states.set(toHex(outpoint), monitor.write())
    return completed()
  }
  const persist = Persist.new_impl({
    persist_new_channel: guarded(report, completed, (outpoint, monitor) =>
      keep(outpoint.write(), monitor),
    ),
    update_persisted_channel: guarded(report, completed, (outpoint, _update, monitor) =>
      keep(outpoint.write(), monitor),
    ),
    archive_persisted_channel: guarded(
      report,
      () => undefined,
      (outpoint) => {
        states.delete(toHex(outpoint.write()))
      },
    ),
  })
  return { persist, states: () => new Map(states) }
}
