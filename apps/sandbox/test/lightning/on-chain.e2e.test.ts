import { commitmentTypes } from '@boltwarden/core/bolt3/commitment-type'
import { describe } from 'vitest'
import { boltwardenKit } from './kit.ts'
import { playEndsOnChain } from './on-chain.ts'

describe.each(commitmentTypes)(
  'the end of a channel with %s, whose keys are with boltwarden',
  (kind) => {
    playEndsOnChain(boltwardenKit(), kind)
  },
)
