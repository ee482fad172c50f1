import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** The loopback ports of one demo. */
export type DemoPorts = {
  readonly webhook: number
  readonly admin: number
  readonly sandbox: number
}

/**
 * Takes each usual port that is free, and another free one where it is not; or those that were taken
 * before, which a signer's configuration names.
 *
 * @param file - where they are kept.
 */
export async function choosePorts(file: string): Promise<DemoPorts> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const ports = {
    webhook: await choose(8080),
    admin: await choose(8081),
    sandbox: await choose(8090),
  }
  writeFileSync(file, `${JSON.stringify(ports)}\n`, { mode: 0o600 })
  return ports
}

async function choose(usual: number): Promise<number> {
  return (await probe(usual)) ?? (await probe(0)) ?? usual
}

/** The port, if it can be listened on; for 0 one that can. */
function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const found = typeof address === 'object' && address !== null ? address.port : undefined
      server.close(() => resolve(found))
    })
  })
}
