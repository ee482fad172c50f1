import { integer } from '../assert.ts'
import { type PublicKey, publicKey } from '../bytes.ts'
import type { Result } from '../result.ts'
import { type ByteReader, type ParseProblem, parseBytes } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

/** One step of a script: an opcode, or the bytes that are pushed. */
export type ScriptElement = number | Uint8Array

/** The opcodes of BOLT 3's scripts. */
export const opcodes = {
  OP_0: 0x00,
  OP_1: 0x51,
  OP_2: 0x52,
  OP_16: 0x60,
  OP_IF: 0x63,
  OP_NOTIF: 0x64,
  OP_ELSE: 0x67,
  OP_ENDIF: 0x68,
  OP_IFDUP: 0x73,
  OP_DROP: 0x75,
  OP_DUP: 0x76,
  OP_SWAP: 0x7c,
  OP_SIZE: 0x82,
  OP_EQUAL: 0x87,
  OP_EQUALVERIFY: 0x88,
  OP_HASH160: 0xa9,
  OP_CHECKSIG: 0xac,
  OP_CHECKSIGVERIFY: 0xad,
  OP_CHECKMULTISIG: 0xae,
  OP_CHECKLOCKTIMEVERIFY: 0xb1,
  OP_CHECKSEQUENCEVERIFY: 0xb2,
} as const

const OP_PUSHDATA1 = 0x4c
const OP_PUSHDATA2 = 0x4d
const OP_PUSHDATA4 = 0x4e
const OP_1NEGATE = 0x4f

/** The longest script that consensus allows, in bytes. */
export const maxScriptBytes = 10_000
/** The longest push that consensus allows, in bytes. */
const maxPushBytes = 520

/**
 * Reads a script's steps. Every push must be in its shortest form (BIP 62's rule 3), so that one
 * list of steps has one script.
 *
 * @see https://github.com/bitcoin/bips/blob/master/bip-0062.mediawiki
 * @example
 * ```ts
 * import { parseScript } from '@boltwarden/core/bitcoin/script'
 * parseScript(Uint8Array.of(0x51, 0xb2)) // ok: [0x51, 0xb2]
 * parseScript(Uint8Array.of(0x01, 0x01)) // error: 1 has an opcode of its own
 * ```
 */
export function parseScript(script: Uint8Array): Result<readonly ScriptElement[], ParseProblem> {
  return parseBytes(script, maxScriptBytes, (reader) => {
    const elements: ScriptElement[] = []
    while (reader.remaining > 0) elements.push(readElement(reader))
    return elements
  })
}

function readElement(reader: ByteReader): ScriptElement {
  const start = reader.offset
  const opcode = reader.u8()
  if (opcode === 0 || opcode > OP_PUSHDATA4) return opcode
  const length =
    opcode < OP_PUSHDATA1
      ? opcode
      : opcode === OP_PUSHDATA1
        ? reader.u8()
        : opcode === OP_PUSHDATA2
          ? reader.u16()
          : reader.u32()
  if (length > maxPushBytes) reader.fail(`push of ${length} bytes is too long`, start)
  const data = reader.take(length)
  if (pushOpcode(data) !== opcode) reader.fail('push is not in its shortest form', start)
  return data
}

/** The opcode that starts the shortest push of `data`. */
function pushOpcode(data: Uint8Array): number {
  const [first] = data
  if (first === undefined) return opcodes.OP_0
  if (data.length === 1 && first >= 1 && first <= 16) return opcodes.OP_1 + first - 1
  if (data.length === 1 && first === 0x81) return OP_1NEGATE
  if (data.length < OP_PUSHDATA1) return data.length
  return data.length < 0x100 ? OP_PUSHDATA1 : OP_PUSHDATA2
}

/**
 * The script of some steps, each push in its shortest form.
 *
 * @throws {RangeError} if an opcode is none (push opcodes 0x01 to 0x4e are written by giving the
 * bytes), or a push is above 520 bytes.
 */
export function buildScript(...elements: readonly ScriptElement[]): Uint8Array {
  const writer = new ByteWriter(160)
  for (const element of elements) {
    if (typeof element === 'number') {
      if (element !== 0) integer('opcode', element, OP_1NEGATE, 0xff)
      writer.u8(element)
    } else {
      writePush(writer, element)
    }
  }
  return writer.finish()
}

function writePush(writer: ByteWriter, data: Uint8Array): void {
  integer('push length', data.length, 0, maxPushBytes)
  const opcode = pushOpcode(data)
  writer.u8(opcode)
  if (opcode === OP_PUSHDATA1) writer.u8(data.length)
  if (opcode === OP_PUSHDATA2) writer.u16(data.length)
  if (opcode >= 1 && opcode <= OP_PUSHDATA2) writer.bytes(data)
}

/**
 * The step that puts a number from 0 to 2^31-1 on the stack: an opcode up to 16, else the fewest
 * little-endian bytes whose top bit, the sign, is clear.
 *
 * @throws {RangeError} if `value` is out of the range.
 */
export function numberElement(value: number): ScriptElement {
  integer('script number', value, 0, 0x7fff_ffff)
  if (value === 0) return opcodes.OP_0
  if (value <= 16) return opcodes.OP_1 + value - 1
  const data: number[] = []
  for (let rest = value; rest > 0; rest >>>= 8) data.push(rest & 0xff)
  if ((data.at(-1) ?? 0) > 0x7f) data.push(0)
  return Uint8Array.from(data)
}

/** The inverse of {@link numberElement}: undefined where the step is not exactly what it writes. */
export function numberOfElement(element: ScriptElement | undefined): number | undefined {
  if (element === undefined) return undefined
  if (typeof element === 'number') {
    if (element === opcodes.OP_0) return 0
    return element >= opcodes.OP_1 && element <= opcodes.OP_16
      ? element - opcodes.OP_1 + 1
      : undefined
  }
  const last = element.at(-1) ?? 0
  const isMinimal = last !== 0 || (element.at(-2) ?? 0) > 0x7f
  if (element.length > 4 || last > 0x7f || !isMinimal) return undefined
  const value = element.reduceRight((sum, byte) => sum * 256 + byte, 0)
  return value > 16 ? value : undefined
}

/** The compressed public key that a step pushes; undefined where it pushes something else. */
export function publicKeyOfElement(element: ScriptElement | undefined): PublicKey | undefined {
  if (!(element instanceof Uint8Array) || element.length !== 33) return undefined
  return element[0] === 2 || element[0] === 3 ? publicKey(element) : undefined
}
