import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// How the mutants of `packages/policy` are tried. They live in a copy of this folder, whose
// node_modules is a link to the real one: the copy's own sources have to be named, or the tests would
// try the package as it is.
export default defineConfig({
  resolve: {
    conditions: ['@boltwarden/source'],
    alias: [
      {
        find: /^@boltwarden\/policy\/(.*)$/,
        replacement: join(import.meta.dirname, 'packages/policy/src/$1.ts'),
      },
    ],
  },
  ssr: { resolve: { conditions: ['@boltwarden/source'] } },
  test: {
    // MUTATION_TESTS names others, with commas between: `packages/policy/test/**/*.test.ts` is all.
    include: process.env['MUTATION_TESTS']?.split(',') ?? [
      // What tries everything at random takes half of the time and covers every line, and so does
      // what tries how much work there is.
      'packages/policy/test/**/!(event-work|*.property).test.ts',
      // But for these, which are quick and try little else than `merge/` and `state/`.
      'packages/policy/test/{merge,state}.property.test.ts',
    ],
    // One worker without a fresh world for each file: the tests share nothing that they change, and most
    // of the time would go into starting.
    isolate: false,
    testTimeout: 60_000,
  },
})
