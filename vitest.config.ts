import { defineConfig } from 'vitest/config'

const source = ['@boltwarden/source']

/** Tests that do nothing but compute. */
const computing = [
  'packages/{core,policy,sdk}/test/**/*.test.ts',
  'apps/sandbox/test/**/!(*.e2e).test.ts',
  'test/**/*.test.ts',
]

export default defineConfig({
  resolve: { conditions: source },
  ssr: { resolve: { conditions: source } },
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['packages/{core,policy}/src/**'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'computing',
          include: computing,
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        // These start processes, databases and nodes, and have deadlines to keep.
        extends: true,
        test: {
          name: 'processes',
          include: ['{packages,apps}/*/test/**/*.test.ts'],
          exclude: computing,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
