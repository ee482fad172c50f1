import { hexToBytes } from '@boltwarden/core/hex'
import {
  Option_SocketAddressZ,
  type PeerManager,
  Result_boolPeerHandleErrorZ_OK,
  Result_CVec_u8ZPeerHandleErrorZ_OK,
  SocketDescriptor,
} from 'lightningdevkit'
import { LdkError } from '../ldk/ldk-error.ts'

/** One end of a connection inside the process. */
export type Socket = {
  readonly descriptor: SocketDescriptor
  /** Takes what arrived and hands it to LDK; false where there was nothing. */
  readonly receive: () => boolean
  /** Whether something has arrived that was not received yet. */
  readonly hasMail: () => boolean
  readonly close: () => void
  readonly isOpen: () => boolean
}

/** What a socket belongs to. */
export type SocketOwner = {
  readonly peers: PeerManager
  readonly nodeId: string
  /** Called when there is mail for it. */
  readonly wake: () => void
}

/** Two sockets that are each other's other end. */
export type Connection = { readonly outbound: Socket; readonly inbound: Socket }

const sequence = { last: 0n }

/**
 * Connects two nodes without a network: bytes that one sends are the other's mail.
 *
 * @throws {LdkError} if LDK does not begin the handshake.
 */
export function connectSockets(caller: SocketOwner, called: SocketOwner): Connection {
  const outbound = createEnd(caller)
  const inbound = createEnd(called)
  outbound.join(inbound)
  inbound.join(outbound)
  const none = () => Option_SocketAddressZ.constructor_none()
  called.peers.new_inbound_connection(inbound.descriptor, none())
  const opening = caller.peers.new_outbound_connection(
    hexToBytes(called.nodeId),
    outbound.descriptor,
    none(),
  )
  if (!(opening instanceof Result_CVec_u8ZPeerHandleErrorZ_OK)) {
    throw new LdkError('LDK does not connect')
  }
  inbound.put(opening.res)
  return { outbound, inbound }
}

type End = Socket & {
  readonly put: (data: Uint8Array) => void
  readonly join: (other: End) => void
}

function createEnd(owner: SocketOwner): End {
  sequence.last += 1n
  const id = sequence.last
  const mail: Uint8Array[] = []
  const state: { open: boolean; other?: End } = { open: true }
  const close = () => {
    if (!state.open) return
    state.open = false
    mail.length = 0
    owner.peers.socket_disconnected(end.descriptor)
    state.other?.close()
    owner.wake()
  }
  const descriptor = SocketDescriptor.new_impl({
    send_data: (data) => {
      if (state.open) state.other?.put(data)
      return data.length
    },
    // LDK calls this in the middle of its own work, and forgets the socket itself.
    disconnect_socket: () => {
      state.open = false
      setImmediate(() => state.other?.close())
    },
    eq: (other) => other.hash() === id,
    hash: () => id,
  })
  const end: End = {
    descriptor,
    hasMail: () => mail.length > 0,
    isOpen: () => state.open,
    receive: () => {
      const data = mail.shift()
      if (data === undefined) return false
      const read = owner.peers.read_event(descriptor, data)
      if (!(read instanceof Result_boolPeerHandleErrorZ_OK)) {
        state.open = false
        state.other?.close()
      }
      return true
    },
    put: (data) => {
      if (!state.open) return
      mail.push(data.slice())
      owner.wake()
    },
    join: (other) => {
      state.other = other
    },
    close,
  }
  return end
}
