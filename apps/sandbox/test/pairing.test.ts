import { describe, expect, test } from 'vitest'
import { PairingError, parsePairing } from '../src/index.ts'
import { pairingOf } from './pairing.ts'

const valid = () => JSON.parse(JSON.stringify(pairingOf(new Uint8Array(32).fill(1))))

describe('pairing', () => {
  test('reads what `keys show` prints', () => {
    const pairing = parsePairing(valid())
    expect(pairing).toMatchObject({ network: 'REGTEST', coin: 2 })
    expect(pairing.channels.map(({ channel }) => channel)).toEqual([0, 1, 2, 3])
  })

  test('a key of m/1 is known by its number, not by its place', () => {
    const shown = { ...valid(), destinations: valid().destinations.slice(1) }
    expect(parsePairing(shown).destinations.map(({ index }) => index)).toEqual([1, 2])
  })

  test('the keys of m/1 may be missing', () => {
    expect(parsePairing({ ...valid(), destinations: undefined }).destinations).toEqual([])
  })

  test.each([
    ['pairing: expected an object', () => null],
    ['network: expected a name of a network', () => ({ ...valid(), network: 'LUNAR' })],
    [
      'nodeId: expected a compressed public key in hex',
      () => ({ ...valid(), nodeId: `02${'00'.repeat(32)}` }),
    ],
    ['l1Xpub: expected an extended public key', () => ({ ...valid(), l1Xpub: 'xpub' })],
    ['channels: expected an array', () => ({ ...valid(), channels: {} })],
    ['channels[0].keys.: expected an object', () => ({ ...valid(), channels: [{ channel: 1 }] })],
    [
      'channels[0].channel: expected a whole number',
      () => ({ ...valid(), channels: [{ ...valid().channels[0], channel: -1 }] }),
    ],
  ])('%s', (message, value) => {
    expect(() => parsePairing(value())).toThrow(new PairingError(message))
  })
})
