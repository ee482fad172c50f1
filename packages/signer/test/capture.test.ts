import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CaptureFile } from '../src/capture/capture-file.ts'
import { type CapturedEvent, formatLine, parseLine } from '../src/capture/line.ts'
import { readCapture } from '../src/capture/read-capture.ts'
import { readScenario, recordedNonces, scenarioNames } from './shared/corpus.ts'
import { hashRequest } from './shared/events.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'boltwarden-capture-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const bounds = { maxBytes: 65_536, keepFiles: 2 }
const event = (text: string): CapturedEvent => ({
  body: new TextEncoder().encode(text),
  receivedAtMs: 1_767_225_600_123,
})

async function read(file: string) {
  const events: CapturedEvent[] = []
  for await (const found of readCapture(file)) events.push(found)
  return events
}

const textOf = ({ body }: CapturedEvent) => new TextDecoder().decode(body)

describe('a line of a capture', () => {
  test('keeps the body byte for byte, and what is known of it', () => {
    const whole: CapturedEvent = {
      ...event(hashRequest()),
      issued: { nonce: '01'.repeat(32), paymentHash: '02'.repeat(32) },
      decided: { verdict: 'decline', tags: ['policy-lightspark-replay'], policy: '03'.repeat(32) },
    }
    expect(parseLine(formatLine(whole))).toEqual(whole)
    const notUtf8 = { ...event(''), body: Uint8Array.of(0x7b, 0xff, 0x7d) }
    expect(parseLine(formatLine(notUtf8))).toEqual(notUtf8)
    const withMark = { ...event(''), body: Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d) }
    expect(parseLine(formatLine(withMark))).toEqual(withMark)
  })

  test('may be a body by itself', () => {
    const body = hashRequest('Invoice:1', { timestamp: '2026-01-01T01:00:00+01:00' })
    expect(parseLine(body)).toEqual({
      body: new TextEncoder().encode(body),
      receivedAtMs: Date.parse('2026-01-01T00:00:00Z'),
    })
  })

  test.each(['', '{', '[]', 'null', '{"v":1}', '{"event":{}}', '{"v":2,"body":"{}"}'])(
    'is nothing else: %s',
    (text) => expect(parseLine(text)).toBeUndefined(),
  )
})

describe('recorded traffic', () => {
  test.each(scenarioNames)('%s is read as a capture', async (name) => {
    const scenario = readScenario(name)
    const file = new URL(`../../../vectors/corpus/${name}.ndjson`, import.meta.url)
    const events = await read(file.pathname)
    expect(events.map(textOf)).toEqual(scenario.events.map(({ body }) => body))
    expect(events.flatMap(({ issued }) => issued?.nonce ?? [])).toEqual(
      recordedNonces(scenario).map((nonce) => Buffer.from(nonce).toString('hex')),
    )
  })
})

describe('the file of a capture', () => {
  test('is for its owner only, and grows', async () => {
    const file = join(folder, 'deep', 'events.ndjson')
    for (const text of ['one', 'two']) {
      const capture = CaptureFile.open(file, bounds)
      expect(capture.add(event(text))).toBe('written')
      capture.close()
    }
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await read(file)).map(textOf)).toEqual(['one', 'two'])
  })

  test('is put aside at its size, and the oldest makes room', async () => {
    const file = join(folder, 'events.ndjson')
    const capture = CaptureFile.open(file, bounds)
    const large = 'x'.repeat(40_000)
    for (const number of [1, 2, 3, 4, 5]) capture.add(event(`${number}${large}`))
    capture.close()
    expect(readdirSync(folder).sort()).toEqual([
      'events.ndjson',
      'events.ndjson.1',
      'events.ndjson.2',
    ])
    const first = async (name: string) =>
      (await read(join(folder, name))).map(textOf).map((text) => text[0])
    expect(await first('events.ndjson')).toEqual(['5'])
    expect(await first('events.ndjson.1')).toEqual(['4'])
    expect(await first('events.ndjson.2')).toEqual(['3'])
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(bounds.maxBytes)
    }
  })

  test('leaves out what is larger than a file may be', () => {
    const capture = CaptureFile.open(join(folder, 'events.ndjson'), bounds)
    expect(capture.add(event('x'.repeat(70_000)))).toBe('too-large')
    expect(capture.add(event('small'))).toBe('written')
    capture.close()
  })

  test('goes on after half a line, which the reader names', async () => {
    const file = join(folder, 'events.ndjson')
    writeFileSync(file, `${formatLine(event('one'))}\n{"v":1,"rec`)
    const capture = CaptureFile.open(file, bounds)
    capture.add(event('two'))
    capture.close()
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(3)
    await expect(read(file)).rejects.toMatchObject({
      fault: { code: 'CAPTURE_UNREADABLE', reason: 'line 2 is no captured event' },
    })
  })

  test('does not throw where it cannot be written, and goes on where it can', () => {
    const file = join(folder, 'deep', 'events.ndjson')
    const capture = CaptureFile.open(file, bounds)
    const large = 'x'.repeat(60_000)
    capture.add(event(large))
    rmSync(join(folder, 'deep'), { recursive: true })
    // The rotation finds no folder to put a new file into.
    expect(capture.add(event(large))).toBe('failed')
    expect(capture.add(event(large))).toBe('failed')
    writeFileSync(join(folder, 'other'), '')
    expect(() => CaptureFile.open(join(folder, 'other', 'x'), bounds)).toThrow(
      expect.objectContaining({ code: 'WRITE_FAILED' }),
    )
  })

  test.each(['.', 'missing'])('cannot be read: %s', async (name) => {
    await expect(read(join(folder, name))).rejects.toMatchObject({ code: 'CAPTURE_UNREADABLE' })
  })
})
