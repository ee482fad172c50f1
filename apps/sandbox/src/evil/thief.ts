import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { publicKey } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'

/** Where stolen money goes: an address of nobody here, that of private key 3. */
export const thiefScript = p2wpkh(
  publicKey(hexToBytes('02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9')),
)
