import type { ChannelMonitor } from 'lightningdevkit'
import { ChannelMonitor_free } from 'lightningdevkit/bindings.mjs'
import { CommonBase } from 'lightningdevkit/structs/CommonBase.mjs'

declare module 'lightningdevkit/bindings.mjs' {
  /** Frees a monitor in WebAssembly; its types have left it out. */
  export function ChannelMonitor_free(pointer: bigint): void
}

/** The bindings show an object's pointer to classes of their own kind only. */
abstract class Owned extends CommonBase {
  static free(monitor: ChannelMonitor): void {
    const pointer = CommonBase.get_ptr_of(monitor)
    CommonBase.set_null_skip_free(monitor)
    ChannelMonitor_free(pointer)
  }
}

/**
 * Frees a monitor at once; it must not be used any more. A collection of garbage would free it too, but
 * V8 sees the few bytes of the object and not the monitor behind it, and lets hundreds of them wait.
 */
export function freeMonitor(monitor: ChannelMonitor): void {
  Owned.free(monitor)
}
