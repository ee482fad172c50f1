import { Buffer } from 'node:buffer'
import type { Environment } from './environment.ts'

/** Makes ids of the platform's form. */
export type Ids = {
  /** 32 hex digits. */
  readonly event: () => string
  /** `Channel:…`, `Invoice:…`, `Signable_payload:…`: a type's prefix and a time-ordered UUID. */
  readonly entity: (prefix: string) => string
}

/** Ids that start with the time in milliseconds, as the platform's do, and end in entropy. */
export function createIds(environment: Environment): Ids {
  const time = () =>
    Math.floor(environment.nowMicros() / 1000)
      .toString(16)
      .padStart(12, '0')
  const entropy = (length: number) => Buffer.from(environment.random(length)).toString('hex')
  return {
    event: () => `${time()}${entropy(10)}`,
    entity: (prefix) => {
      const t = time()
      const r = entropy(8)
      return `${prefix}:${t.slice(0, 8)}-${t.slice(8)}-${r.slice(0, 4)}-0000-${r.slice(4)}`
    },
  }
}
