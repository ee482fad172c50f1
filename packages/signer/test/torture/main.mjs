// A signer that ends itself, as a power cut does, where it passes a named place for the nth time:
// main.mjs CONFIG PASSPHRASE-FILE PLACE [NTH]. The command has no way to this: only this file passes
// a probe in. It runs what was built, as a child that compiles itself would take too long to start.
import { argv } from 'node:process'
import { pino } from 'pino'
import { openKeychain } from '../../dist/cli/open-keychain.js'
import { processTerminal } from '../../dist/cli/terminal.js'
import { systemClock } from '../../dist/clock.js'
import { loadConfig } from '../../dist/config/load.js'
import { systemEntropy } from '../../dist/entropy.js'
import { createLogger } from '../../dist/logging.js'
import { startService } from '../../dist/service.js'

const [file, passphraseFile, place, nth = '1'] = argv.slice(2)
let passes = 0

function probe(point) {
  if (point !== place) return
  passes++
  if (passes === Number(nth)) process.kill(process.pid, 'SIGKILL')
}

const config = loadConfig(file)
const target = pino.destination({ fd: 1, sync: true })
const logger = createLogger({ level: 'info' }, { clock: systemClock, target })
const keychain = await openKeychain(config, { passphraseFile }, processTerminal())
await startService(config, {
  keychain,
  clock: systemClock,
  entropy: systemEntropy,
  logger,
  probe,
})
