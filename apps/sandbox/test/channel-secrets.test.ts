import { describe, expect, test } from 'vitest'
import { createPlatform, machine, type Platform } from '../src/index.ts'
import { pointOf, secretOf } from '../src/platform/channel-secrets.ts'
import {
  releaseChannelPerCommitmentSecret,
  updateChannelPerCommitmentPoint,
} from '../src/platform/mutations.ts'
import { PlatformError } from '../src/platform/platform-error.ts'
import { deriveSecret } from '../src/verify/commitment-secrets.ts'
import { publicKeyOf } from '../src/verify/point.ts'

const lastIndex = 2 ** 48 - 1
// BOLT 3 derives each secret from the seed, which has the place of index 0.
const secretAt = (number: number) => deriveSecret('2a'.repeat(32), 0, lastIndex - number) ?? ''

function givePoint(platform: Platform, channel: string, number: number, secret: string): void {
  updateChannelPerCommitmentPoint(platform, {
    channel_id: channel,
    per_commitment_point: publicKeyOf(secret),
    per_commitment_point_index: lastIndex - number,
  })
}

function release(platform: Platform, channel: string, number: number, secret: string): void {
  releaseChannelPerCommitmentSecret(platform, {
    channel_id: channel,
    per_commitment_secret: secret,
    per_commitment_index: lastIndex - number,
  })
}

describe('the points and secrets of a channel', () => {
  const platform = createPlatform(machine)
  const { id } = platform.createChannel({ node: 'node', capacitySats: 1n })
  const channel = () => platform.get('Channel', id)
  const released = 300
  givePoint(platform, id, 0, secretAt(0))
  givePoint(platform, id, 1, secretAt(1))
  for (let number = 0; number < released; number++) {
    release(platform, id, number, secretAt(number))
    givePoint(platform, id, number + 2, secretAt(number + 2))
  }

  test('few are kept, and all of the past are known', () => {
    expect(channel().secrets.size).toBeLessThanOrEqual(49)
    expect(channel().points.size).toBeLessThanOrEqual(51)
    for (let number = 0; number < released; number++) {
      expect(secretOf(channel(), lastIndex - number)).toBe(secretAt(number))
      expect(pointOf(channel(), lastIndex - number)).toBe(publicKeyOf(secretAt(number)))
    }
    expect(secretOf(channel(), lastIndex - released)).toBe(undefined)
    expect(pointOf(channel(), lastIndex - released)).toBe(publicKeyOf(secretAt(released)))
    expect(pointOf(channel(), lastIndex - released - 2)).toBe(undefined)
  })

  test('one that was left out may come again, but not another in its place', () => {
    const before = channel()
    release(platform, id, 7, secretAt(7))
    givePoint(platform, id, 7, secretAt(7))
    expect(channel()).toMatchObject({ points: before.points, secrets: before.secrets })
    expect(() => release(platform, id, 7, secretAt(8))).toThrow(PlatformError)
    expect(() => givePoint(platform, id, 7, secretAt(8))).toThrow('another point')
    expect(channel().secrets).toEqual(before.secrets)
  })

  test('a secret without a point is refused where it contradicts one before', () => {
    const { id: other } = platform.createChannel({ node: 'node', capacitySats: 1n })
    release(platform, other, 0, secretAt(0))
    expect(() => release(platform, other, 1, 'ab'.repeat(32))).toThrow('contradicts')
    release(platform, other, 1, secretAt(1))
    expect([...platform.get('Channel', other).secrets.keys()]).toEqual([lastIndex - 1])
  })
})
