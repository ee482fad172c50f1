import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'

let loading: Promise<Secp256k1> | undefined

/** The curve, loaded and tested once in a process: the reference text makes a handler per event. */
export function sharedCurve(): Promise<Secp256k1> {
  loading ??= loadSecp256k1('auto')
  return loading
}
