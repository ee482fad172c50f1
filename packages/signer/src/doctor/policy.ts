import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { Config } from '../config/schema.ts'
import { AdminTokens } from '../http/admin-tokens.ts'
import { loadPolicy } from '../policy-file/load.ts'
import type { SecretFileRules } from '../secret-source.ts'
import { type Finding, failureOf, fine, skipped, warning } from './check.ts'

/** Whether the policy file can be used, and whether what it says is enforced. */
export async function checkPolicy(
  { network, policy: { file } }: Config,
  secp256k1: Secp256k1 | undefined,
): Promise<Finding> {
  const check = 'policy'
  if (secp256k1 === undefined) return skipped(check, 'there is no curve')
  try {
    const { policy, hash } = await loadPolicy(file, { network, secp256k1 })
    const name = `${file ?? 'every default'}: ${policy.mode}, ${hash.slice(0, 16)}`
    if (policy.mode === 'observe') {
      const fix =
        'Once boltwarden policy replay shows nothing honest refused, set mode = "enforce".'
      return warning(check, `${name}: only mandatory rules are enforced`, fix)
    }
    return fine(check, name)
  } catch (error) {
    return failureOf(check, error)
  }
}

/** Whether the tokens of the admin API can be used, where there are to be some. */
export function checkAdminTokens(
  { admin: { token_file } }: Config,
  rules: SecretFileRules,
): Finding {
  const check = 'admin tokens'
  if (token_file === undefined) {
    return skipped(check, 'no admin.token_file: a running signer takes no orders but signals')
  }
  try {
    const { names } = AdminTokens.load(token_file, rules)
    return fine(check, names.join(', '))
  } catch (error) {
    return failureOf(check, error)
  }
}
