import { loadConfig } from '../config/load.ts'
import { printConfig, redact } from '../config/print.ts'
import { print, type Terminal } from './terminal.ts'

/** The flags of `boltwarden config print`. */
export type ConfigPrintFlags = {
  readonly config: string
  readonly redacted?: boolean
  readonly json?: boolean
}

/** `boltwarden config print`: the configuration in force, defaults included, paths absolute. */
export function runConfigPrint(flags: ConfigPrintFlags, terminal: Terminal): void {
  const config = loadConfig(flags.config)
  const redacted = flags.redacted === true
  print(terminal, flags.json, redacted ? redact(config) : config, printConfig(config, { redacted }))
}
