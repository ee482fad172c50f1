// A signer for the torture: signer.mjs LIFE, where LIFE names a JSON file with its configuration, the
// file of its seed, the nonce of each invoice that is asked for, and the place at which it ends
// itself, if any. It runs what was built; no configuration and no flag of the command has such a way.
import { readFileSync } from 'node:fs'
import { argv } from 'node:process'
import { hexToBytes } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { pino } from 'pino'
import { systemClock } from '../../dist/clock.js'
import { loadConfig } from '../../dist/config/load.js'
import { systemEntropy } from '../../dist/entropy.js'
import { openCurve } from '../../dist/keystore/curve.js'
import { createLogger } from '../../dist/logging.js'
import { startService } from '../../dist/service.js'

const life = JSON.parse(readFileSync(argv[2], 'utf8'))
let passes = 0
let current = ''

function probe(point, event) {
  if (point === 'after-receive' && event in life.nonces) current = event
  if (point !== life.place) return
  passes++
  if (passes === life.nth) process.kill(process.pid, 'SIGKILL')
}

/**
 * The invoice that the recording asked for gets the recorded nonce. It stays for whoever asks next: a
 * copy of the same event draws one as well, and may be decided first.
 */
const entropy = {
  bytes(length) {
    const nonce = length === 32 ? life.nonces[current] : undefined
    return nonce === undefined ? systemEntropy.bytes(length) : hexToBytes(nonce)
  },
}

const config = loadConfig(life.config)
const target = pino.destination({ fd: 1, sync: true })
const logger = createLogger({ level: 'info' }, { clock: systemClock, target })
const secp256k1 = await openCurve('auto')
const seed = hexToBytes(readFileSync(life.seedFile, 'utf8').trim())
const keychain = Keychain.fromSeed(seed, { secp256k1 })
const service = await startService(config, { keychain, clock: systemClock, entropy, logger, probe })
process.once('SIGTERM', () => void service.close())
