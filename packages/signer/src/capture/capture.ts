import { toHex } from '@boltwarden/core/hex'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import { violationsOf } from '@boltwarden/policy/decision'
import type { Ruling } from '@boltwarden/store'
import type { WebhookCall } from '../http/webhook-server.ts'
import type { Logger } from '../logging.ts'
import type { Metrics } from '../metrics.ts'
import type { CaptureFile } from './capture-file.ts'
import type { Issued } from './line.ts'

/** A decision, and the hash of the policy that made it, in hex. */
export type Ruled = Ruling & { readonly policyHash: string }

/** Keeps events as they arrive, with what was decided of them. */
export type Capture = {
  add(call: Pick<WebhookCall, 'body' | 'receivedAtMs'>, ruled?: Ruled): void
}

/** Nothing is kept. */
export const noCapture: Capture = { add() {} }

/** Keeps events in a file. What cannot be written is counted, and the first of a row is logged. */
export function captureInto(
  file: CaptureFile,
  deps: { readonly keychain: Keychain; readonly metrics: Metrics; readonly logger: Logger },
): Capture {
  let failing = false
  return {
    add({ body, receivedAtMs }, ruled) {
      const issued = issuedOf(ruled, deps.keychain)
      const result = file.add({
        body,
        receivedAtMs,
        ...(issued !== undefined && { issued }),
        ...(ruled !== undefined && { decided: decidedOf(ruled) }),
      })
      deps.metrics.captured(result)
      if (result === 'failed' && !failing) {
        deps.logger.error({ code: 'WRITE_FAILED' }, 'events are not captured')
      }
      failing = result === 'failed'
    },
  }
}

function decidedOf({ decision, policyHash }: Ruled) {
  const tags = [...new Set(violationsOf(decision).map(({ tag }) => tag))]
  return { verdict: decision.verdict, tags, policy: policyHash }
}

/** Nonce and hash go to the platform, so they are no secrets; the preimage needs the key. */
function issuedOf(ruled: Ruled | undefined, keychain: Keychain): Issued | undefined {
  const grant = ruled?.permit?.grant
  if (grant?.kind !== 'payment-hash') return undefined
  return { nonce: toHex(grant.nonce), paymentHash: toHex(keychain.paymentHash(grant.nonce)) }
}
