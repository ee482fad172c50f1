import { describe, test } from 'vitest'
import { checkAgainstModel, runs } from './model.ts'
import { sqliteFile } from './sqlite-database.ts'

describe('SQLite', () => {
  test('does what the model does, whatever is asked and however often it is reopened', () =>
    checkAgainstModel(async () => sqliteFile(), runs))
})
