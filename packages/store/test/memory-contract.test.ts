import { storeContract } from '@boltwarden/store/testing'
import { describe, expect, test } from 'vitest'
import { Memory, memoryBackend } from './memory-backend.ts'

// The model passes the suite too: the suite asks for nothing that only SQLite has.
describe('the model', () =>
  storeContract(
    { describe, test, expect },
    {
      create: async () => {
        const memory = new Memory()
        return { open: async () => memoryBackend(memory), destroy: async () => undefined }
      },
    },
  ))
