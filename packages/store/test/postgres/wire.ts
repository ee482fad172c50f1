import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** The message that asks for a commit: `Q`, its length, the text. */
const commit = Buffer.from('Q\0\0\0\x0bCOMMIT\0', 'latin1')

/** Where a connection breaks. */
export type Cut =
  /** The server never gets the commit, and sees the connection end. */
  | 'before'
  /** The server gets the commit; its answer is lost. */
  | 'after'
  /** The client sees the connection end; the commit is still on its way. */
  | 'held'

/** A wire to a server that can be cut at a commit. */
export class Wire {
  readonly port: number
  readonly #server: ReturnType<typeof createServer>
  readonly #sockets = new Set<Socket>()
  #cut: Cut | undefined
  #isDown = false
  #held: (() => void) | undefined

  private constructor(server: ReturnType<typeof createServer>, port: number) {
    this.#server = server
    this.port = port
  }

  static async to(port: number): Promise<Wire> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const wire = new Wire(server, addressOf(server.address()).port)
    server.on('connection', (client) => wire.#join(client, connect(port, '127.0.0.1')))
    return wire
  }

  /** Cuts the connection at the next commit. With `down` no other connection comes about then. */
  cutNext(cut: Cut, down = false): void {
    this.#cut = cut
    this.#isDown = down
  }

  /** Lets the commit arrive that was held. */
  deliver(): void {
    this.#held?.()
    this.#held = undefined
  }

  /** Lets connections come about again. */
  repair(): void {
    this.#cut = undefined
    this.#isDown = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket, server: Socket): void {
    if (this.#isDown && this.#cut === undefined) {
      client.destroy()
      server.destroy()
      return
    }
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => this.#sockets.delete(socket))
    }
    client.on('data', (chunk) => this.#carry(chunk, client, server))
    server.on('data', (chunk) => client.writable && client.write(chunk))
    server.on('close', () => client.destroy())
    client.on('close', () => this.#held === undefined && server.end())
  }

  #carry(chunk: Buffer, client: Socket, server: Socket): void {
    const at = this.#cut === undefined ? -1 : chunk.indexOf(commit)
    if (at === -1) {
      server.write(chunk)
      return
    }
    const cut = this.#cut
    this.#cut = undefined
    server.write(chunk.subarray(0, at))
    if (cut === 'after') server.write(chunk.subarray(at))
    if (cut === 'held') this.#held = () => server.end(chunk.subarray(at))
    client.destroy()
  }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new TypeError('no address')
  return address
}
