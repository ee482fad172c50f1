import { isFault, parseWebhook, toRequest } from '@boltwarden/sdk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scenarios, utf8 } from '../vectors.ts'
import { signingBody, subEventNames } from './bodies.ts'

/** Reads a body to its end: only the one fault may come out. */
function readOrRefuse(data: Uint8Array): void {
  try {
    const event = parseWebhook(data)
    if (event.kind === 'remote-signing') toRequest(event)
  } catch (error) {
    expect(isFault(error, 'WEBHOOK_MALFORMED'), String(error)).toBe(true)
  }
}

const honest = fc.constantFrom(
  ...subEventNames.map((name) => JSON.stringify(signingBody(name))),
  ...scenarios.flatMap(({ events }) => events.slice(0, 12).map(({ body }) => body)),
)

describe('whatever arrives is read or refused', () => {
  test('honest bodies with bytes changed, cut out or put in', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }),
    })
    fc.assert(
      fc.property(honest, fc.array(change, { minLength: 1, maxLength: 4 }), (body, changes) => {
        let data = [...utf8(body)]
        for (const { at, remove, insert } of changes) {
          data = data.toSpliced(Math.floor(at * data.length), remove, ...insert)
        }
        readOrRefuse(Uint8Array.from(data))
      }),
      { numRuns: 1_000 },
    )
  })

  test('honest bodies with one value replaced by any other', () => {
    fc.assert(
      fc.property(honest, fc.nat(), fc.jsonValue(), (body, nth, value) => {
        const places: (() => void)[] = []
        const tree: unknown = JSON.parse(body, function (this: object, key, old) {
          places.push(() => Object.assign(this, { [key]: value }))
          return old
        })
        places[nth % places.length]?.()
        readOrRefuse(utf8(JSON.stringify(tree)))
      }),
      { numRuns: 1_000 },
    )
  })
})
