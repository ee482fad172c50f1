import {
  BroadcasterInterface,
  BumpTransactionEvent_ChannelClose,
  type ChannelMonitor,
  Event_BumpTransaction,
  EventHandler,
  type FeeEstimator,
  type KeysManager,
  type Logger,
  Result_C2Tuple_ThirtyTwoBytesChannelMonitorZDecodeErrorZ_OK,
  Result_NoneReplayEventZ,
  UtilMethods,
} from 'lightningdevkit'
import { LdkError } from '../ldk/ldk-error.ts'
import type { MonitorStates } from './monitor-store.ts'

/** What a cheat needs: its own keys, and what it kept when it was still honest. */
export type OldState = {
  readonly identity: KeysManager
  readonly logger: Logger
  readonly estimator: FeeEstimator
  readonly monitors: MonitorStates
}

/**
 * The signed commitments of an old state: what a cheat broadcasts, and whatever LDK would send
 * with them. The node's present state knows nothing of it.
 */
export function oldCommitments(old: OldState): readonly Uint8Array[] {
  const transactions: Uint8Array[] = []
  const broadcaster = BroadcasterInterface.new_impl({
    broadcast_transactions: (sent) => {
      transactions.push(...sent)
    },
  })
  // On anchor channels LDK leaves the broadcast to whoever pays the fee.
  const handler = EventHandler.new_impl({
    handle_event: (event) => {
      const bump = event instanceof Event_BumpTransaction ? event.bump_transaction : undefined
      if (bump instanceof BumpTransactionEvent_ChannelClose) transactions.push(bump.commitment_tx)
      return Result_NoneReplayEventZ.constructor_ok()
    },
  })
  for (const bytes of old.monitors.values()) {
    const monitor = readMonitor(old, bytes)
    monitor.broadcast_latest_holder_commitment_txn(broadcaster, old.estimator, old.logger)
    monitor.process_pending_events(handler, old.logger)
  }
  return transactions
}

function readMonitor({ identity }: OldState, bytes: Uint8Array): ChannelMonitor {
  const read = UtilMethods.constructor_C2Tuple_ThirtyTwoBytesChannelMonitorZ_read(
    bytes,
    identity.as_EntropySource(),
    identity.as_SignerProvider(),
  )
  if (read instanceof Result_C2Tuple_ThirtyTwoBytesChannelMonitorZDecodeErrorZ_OK) {
    return read.res.get_b()
  }
  throw new LdkError('a saved monitor cannot be read')
}
