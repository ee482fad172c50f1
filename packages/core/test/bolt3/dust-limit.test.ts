import { dustLimitOf } from '@boltwarden/core/bolt3/dust-limit'
import { hexToBytes } from '@boltwarden/core/hex'
import { expect, test } from 'vitest'

test.each<[string, string, bigint]>([
  ['P2PKH', `76a914${'00'.repeat(20)}88ac`, 546n],
  ['P2SH', `a914${'00'.repeat(20)}87`, 540n],
  ['P2WPKH', `0014${'00'.repeat(20)}`, 294n],
  ['P2WSH', `0020${'00'.repeat(32)}`, 330n],
  ['P2A', '51024e73', 240n],
  ['another program of 2 bytes', '51024e74', 354n],
  ['P2TR', `5120${'00'.repeat(32)}`, 354n],
  ['a program of version 16', '60020102', 354n],
  ['OP_RETURN', '6a', 0n],
  ['nothing', '', 546n],
])('BOLT 3 dust limits: %s', (_, script, limit) => {
  expect(dustLimitOf(hexToBytes(script))).toBe(limit)
})
