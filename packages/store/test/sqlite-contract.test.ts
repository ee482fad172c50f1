import { storeContract } from '@boltwarden/store/testing'
import { describe, expect, test } from 'vitest'
import { sqliteHarness } from './sqlite-database.ts'

describe('SQLite', () => storeContract({ describe, test, expect }, sqliteHarness))
