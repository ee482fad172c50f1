import { type PreimageNonce, type Tweak, tweak } from './bytes.ts'
import type { Grant, GrantedJob } from './grant.ts'
import type { PayloadId } from './ids.ts'
import { isSigningKeyPath, parseKeyPath } from './keys/key-path.ts'
import type { Request, SigningJob } from './request.ts'
import { err, ok, type Result } from './result.ts'
import { portable } from './secp256k1/portable.ts'
import { isScalar } from './secp256k1/scalar.ts'

/** Why a request cannot be granted whatever a policy says. */
export type GrantProblem = {
  /** The job it is about, where it is about one. */
  readonly job?: PayloadId
  /** Where in the request it stands, as in `jobs[2].mulTweak`. */
  readonly path: string
  /** What was expected. Quotes nothing of the request. */
  readonly message: string
}

type Granted = Result<Grant, readonly GrantProblem[]>
type ChannelRequest = Extract<
  Request,
  { kind: 'get-per-commitment-point' | 'release-per-commitment-secret' }
>

/**
 * What a request asks for, as a grant: the paths read as keys of the table, the tweaks as scalars.
 * It does not judge; a policy decides whether the grant is used. Every job's `message` is taken as
 * the digest to sign, whatever its `isRaw` says, as the official webhook handler does.
 *
 * @param nonce - for `request-invoice-payment-hash`: 32 fresh random bytes, or the nonce issued for
 * this invoice before. Not looked at otherwise.
 * @returns the grant, or every problem found.
 * @throws {TypeError} if a payment hash is requested and there is no nonce.
 * @example
 * ```ts
 * import { preimageNonce } from '@boltwarden/core/bytes'
 * import { toGrant } from '@boltwarden/core/granting'
 * import { invoiceId } from '@boltwarden/core/ids'
 * const invoice = invoiceId('Invoice:1')
 * const request = { kind: 'request-invoice-payment-hash', network: 'REGTEST', invoice } as const
 * toGrant(request, preimageNonce(new Uint8Array(32))).ok // true
 * ```
 */
export function toGrant(request: Request, nonce: PreimageNonce | undefined): Granted {
  switch (request.kind) {
    case 'derive-key-and-sign':
      return grantSignatures(request.jobs)
    case 'request-invoice-payment-hash':
      if (nonce === undefined) throw new TypeError('"nonce" expected for a payment hash')
      return ok({ kind: 'payment-hash', invoice: request.invoice, nonce })
    case 'release-payment-preimage':
      return ok({ kind: 'payment-preimage', invoice: request.invoice, nonce: request.nonce })
    case 'get-per-commitment-point':
      return grantCommitment('commitment-point', request)
    case 'release-per-commitment-secret':
      return grantCommitment('commitment-secret', request)
    case 'reveal-counterparty-per-commitment-secret':
      return ok({ kind: 'acknowledgement' })
    case 'ecdh':
      // The type vouches for the form only; off the curve there is no shared secret to answer with.
      return portable.isPublicKey(request.peer)
        ? ok({ kind: 'shared-secret', node: request.node, peer: request.peer })
        : err([{ path: 'peer', message: 'expected a point on secp256k1' }])
    case 'sign-invoice':
      return ok({ kind: 'invoice-signature', invoice: request.invoice, hash: request.hash })
  }
}

function grantCommitment(
  kind: 'commitment-point' | 'commitment-secret',
  request: ChannelRequest,
): Granted {
  const path = parseKeyPath(request.path)
  if (!path.ok) return err([{ path: 'path', message: `expected ${path.error.expected}` }])
  if (path.value.purpose !== 'channel-seed') {
    return err([{ path: 'path', message: 'expected the path of a channel, m/3/n' }])
  }
  const { channel: channelId, index } = request
  return ok({ kind, channelId, channel: path.value.channel, index })
}

function grantSignatures(jobs: readonly SigningJob[]): Granted {
  const granted: GrantedJob[] = []
  const problems: GrantProblem[] = []
  for (const [at, job] of jobs.entries()) {
    const result = grantJob(job, `jobs[${at}]`)
    if (result.ok) granted.push(result.value)
    else problems.push(...result.error)
  }
  return problems.length === 0 ? ok({ kind: 'signatures', jobs: granted }) : err(problems)
}

function grantJob(job: SigningJob, at: string): Result<GrantedJob, readonly GrantProblem[]> {
  const problems: GrantProblem[] = []
  const problem = (field: string, message: string): undefined => {
    problems.push({ job: job.id, path: `${at}.${field}`, message })
    return undefined
  }
  const scalar = (field: string, value: Uint8Array | undefined): Tweak | undefined => {
    if (value === undefined || isScalar(value)) return value && tweak(value)
    const length = value.length === 32 ? '' : `, got ${value.length} bytes`
    return problem(field, `expected 32 bytes from 1 to n-1${length}`)
  }
  const path = parseKeyPath(job.path)
  const key = path.ok ? path.value : problem('path', `expected ${path.error.expected}`)
  const addTweak = scalar('addTweak', job.addTweak)
  const mulTweak = scalar('mulTweak', job.mulTweak)
  if (key !== undefined && !isSigningKeyPath(key)) problem('path', 'expected a key that may sign')
  if (key === undefined || !isSigningKeyPath(key) || problems.length > 0) return err(problems)
  return ok({
    id: job.id,
    key,
    digest: job.message,
    ...(mulTweak && { mulTweak }),
    ...(addTweak && { addTweak }),
  })
}
