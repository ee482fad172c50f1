import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import { toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Chain, openChain } from '../src/index.ts'
import { open, openScript, pay, raw } from './open-coins.ts'

const options = { nowSeconds: () => 1_700_000_000 }

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chain-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const hashes = (chain: Chain) =>
  Array.from({ length: chain.tip().height + 1 }, (_, at) =>
    toHex(chain.blockAt(at)?.hash ?? new Uint8Array()),
  )
const waiting = (chain: Chain) => chain.mempool().map(({ txid }) => toHex(txid))

describe('a chain in a folder', () => {
  test('comes back with its blocks, its mempool and its coins', () => {
    const folder = newFolder()
    const chain = openChain(folder, options)
    const coin = chain.fund(openScript, sats(100_000n))
    chain.mine()
    const parent = pay([coin], [open(90_000n)])
    chain.submit(raw(parent))
    const child = { txid: transactionId(parent), vout: 0, ...open(90_000n) }
    chain.submit(raw(pay([child], [open(80_000n)])))
    const again = openChain(folder, options)
    expect(hashes(again)).toEqual(hashes(chain))
    expect(waiting(again)).toEqual(waiting(chain))
    expect(again.unspent(openScript)).toEqual(chain.unspent(openScript))
    expect(again.mine().map(({ hash }) => toHex(hash))).toEqual(
      chain.mine().map(({ hash }) => toHex(hash)),
    )
  })

  test('comes back after a reorganisation and a replacement', () => {
    const folder = newFolder()
    const chain = openChain(folder, options)
    const coin = chain.fund(openScript, sats(100_000n))
    chain.mine(3)
    chain.submit(raw(pay([coin], [open(99_000n)])))
    chain.submit(raw(pay([coin], [open(95_000n)])))
    chain.mine()
    chain.reorganise({ depth: 2 })
    const again = openChain(folder, options)
    expect(hashes(again)).toEqual(hashes(chain))
    expect(waiting(again)).toEqual(waiting(chain))
    expect(() => again.reorganise({ depth: 6 })).toThrow('"depth" expected at most 5')
  })

  test('ignores what a crash left of a last line', () => {
    const folder = newFolder()
    const chain = openChain(folder, options)
    chain.mine()
    appendFileSync(join(folder, 'chain.ndjson'), '{"connected":"00')
    const again = openChain(folder, options)
    expect(hashes(again)).toEqual(hashes(chain))
    again.mine()
    expect(openChain(folder, options).tip()).toEqual(again.tip())
  })

  test('is refused where a block was changed, and where it is of another version', () => {
    const folder = newFolder()
    openChain(folder, options).mine()
    const file = join(folder, 'chain.ndjson')
    const content = readFileSync(file, 'utf8')
    const lines = content.trimEnd().split('\n')
    const last = lines.at(-1) ?? ''
    // A byte of the coinbase's value.
    const changed = last.replace('00f2052a01000000', '00f2052a02000000')
    expect(changed).not.toBe(last)
    writeFileSync(file, `${[...lines.slice(0, -1), changed].join('\n')}\n`)
    expect(() => openChain(folder, options)).toThrow('"block" 121 merkle root does not fit')
    writeFileSync(file, content.replace('"version":1', '"version":2'))
    expect(() => openChain(folder, options)).toThrow('expected version 1, got 2')
  })
})
