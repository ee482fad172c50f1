import { commitmentTypes } from '@boltwarden/core/bolt3/commitment-type'
import { describe } from 'vitest'
import { playChannelLife } from './channel-life.ts'
import { boltwardenKit } from './kit.ts'

describe.each(commitmentTypes)('a channel with %s, whose keys are with boltwarden', (kind) => {
  playChannelLife(boltwardenKit(), kind)
})
