// The module has no types of its own.
/// <reference path="./bitcore-lib.d.ts" />
import { Buffer } from 'node:buffer'
import { witnessProgramOf } from '@boltwarden/core/bitcoin/output-script'
import {
  serialiseTransaction,
  type Transaction,
  type TxOut,
} from '@boltwarden/core/bitcoin/transaction'
import bitcore from 'bitcore-lib'

const { Transaction: ParsedTransaction, Script } = bitcore
const { Interpreter } = Script

/** The interpreter's rules by Bitcoin Core's names, as bits. */
export const scriptFlags: Readonly<Record<ScriptFlag, number>> = {
  P2SH: Interpreter.SCRIPT_VERIFY_P2SH,
  STRICTENC: Interpreter.SCRIPT_VERIFY_STRICTENC,
  DERSIG: Interpreter.SCRIPT_VERIFY_DERSIG,
  LOW_S: Interpreter.SCRIPT_VERIFY_LOW_S,
  NULLDUMMY: Interpreter.SCRIPT_VERIFY_NULLDUMMY,
  SIGPUSHONLY: Interpreter.SCRIPT_VERIFY_SIGPUSHONLY,
  MINIMALDATA: Interpreter.SCRIPT_VERIFY_MINIMALDATA,
  DISCOURAGE_UPGRADABLE_NOPS: Interpreter.SCRIPT_VERIFY_DISCOURAGE_UPGRADABLE_NOPS,
  CHECKLOCKTIMEVERIFY: Interpreter.SCRIPT_VERIFY_CHECKLOCKTIMEVERIFY,
  CHECKSEQUENCEVERIFY: Interpreter.SCRIPT_VERIFY_CHECKSEQUENCEVERIFY,
  WITNESS: Interpreter.SCRIPT_VERIFY_WITNESS,
  DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM:
    Interpreter.SCRIPT_VERIFY_DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM,
  MINIMALIF: Interpreter.SCRIPT_VERIFY_MINIMALIF,
  NULLFAIL: Interpreter.SCRIPT_VERIFY_NULLFAIL,
  WITNESS_PUBKEYTYPE: Interpreter.SCRIPT_VERIFY_WITNESS_PUBKEYTYPE,
  CONST_SCRIPTCODE: Interpreter.SCRIPT_VERIFY_CONST_SCRIPTCODE,
}

/** A rule that scripts may be held to. */
export type ScriptFlag =
  | 'P2SH'
  | 'STRICTENC'
  | 'DERSIG'
  | 'LOW_S'
  | 'NULLDUMMY'
  | 'SIGPUSHONLY'
  | 'MINIMALDATA'
  | 'DISCOURAGE_UPGRADABLE_NOPS'
  | 'CHECKLOCKTIMEVERIFY'
  | 'CHECKSEQUENCEVERIFY'
  | 'WITNESS'
  | 'DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM'
  | 'MINIMALIF'
  | 'NULLFAIL'
  | 'WITNESS_PUBKEYTYPE'
  | 'CONST_SCRIPTCODE'

/** What consensus asks of a script since segwit. */
const consensusFlags = together([
  'P2SH',
  'DERSIG',
  'NULLDUMMY',
  'CHECKLOCKTIMEVERIFY',
  'CHECKSEQUENCEVERIFY',
  'WITNESS',
])

/** What nodes ask besides before they relay. */
const standardFlags =
  consensusFlags |
  together([
    'STRICTENC',
    'LOW_S',
    'MINIMALDATA',
    'MINIMALIF',
    'NULLFAIL',
    'WITNESS_PUBKEYTYPE',
    'DISCOURAGE_UPGRADABLE_NOPS',
    'DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM',
  ])

function together(flags: readonly ScriptFlag[]): number {
  return flags.reduce((sum, flag) => sum | scriptFlags[flag], 0)
}

/** An input whose scripts fail, and whether a block could contain it nevertheless. */
export type ScriptProblem = {
  readonly inputIndex: number
  readonly reason: string
  readonly breaks: 'consensus' | 'policy'
}

/**
 * Runs the scripts of every input in bitcore-lib's interpreter, which shares no code with the
 * signer. What spends a taproot output, or one of a later witness version, is refused: the
 * interpreter is proven for version 0 only, and without its rules anyone could spend the others.
 *
 * @param spent - the outputs that the inputs spend, in their order.
 */
export function verifyScripts(
  transaction: Transaction,
  spent: readonly TxOut[],
): ScriptProblem | undefined {
  const raw = serialiseTransaction(transaction)
  for (const [inputIndex, output] of spent.entries()) {
    const input = transaction.inputs[inputIndex]
    if (input === undefined) throw new RangeError(`"spent" has no input ${inputIndex}`)
    const version = witnessProgramOf(output.scriptPubKey)?.version ?? 0
    if (version > 0) {
      return { inputIndex, reason: `witness version ${version} is unknown`, breaks: 'consensus' }
    }
    const { scriptSig, witness } = input
    const run = { transaction: raw, inputIndex, scriptSig, witness, ...output }
    const reason = runScripts({ ...run, flags: standardFlags })
    if (reason === undefined) continue
    const isFatal = runScripts({ ...run, flags: consensusFlags }) !== undefined
    return { inputIndex, reason, breaks: isFatal ? 'consensus' : 'policy' }
  }
  return undefined
}

/** One run of the interpreter, in its own terms. */
export type ScriptRun = TxOut & {
  /** The spending transaction as it goes over the wire. */
  readonly transaction: Uint8Array
  readonly inputIndex: number
  readonly scriptSig: Uint8Array
  readonly witness: readonly Uint8Array[]
  /** Some of {@link scriptFlags}, or together. */
  readonly flags: number
}

/** Why the interpreter refuses an input, in its words; undefined where it accepts. */
export function runScripts(run: ScriptRun): string | undefined {
  if (signsItself(run.witness)) return 'a signature stands in the script that it satisfies'
  const interpreter = new Interpreter()
  try {
    const accepted = interpreter.verify(
      new Script(Buffer.from(run.scriptSig)),
      new Script(Buffer.from(run.scriptPubKey)),
      new ParsedTransaction(Buffer.from(run.transaction)),
      run.inputIndex,
      run.flags,
      run.witness.map((item) => Buffer.from(item)),
      Number(run.value),
    )
    return accepted ? undefined : interpreter.errstr || 'script is false'
  } catch (error) {
    // It throws where a script does not parse, which is a refusal like any other.
    return `script is malformed: ${error instanceof Error ? error.message : String(error)}`
  }
}

/**
 * Whether a witness script contains one of the signatures beside it. The interpreter would cut it
 * out of what is hashed, which segwit has ended; no script of Lightning's does so, and what it
 * would get wrong is refused.
 */
function signsItself(witness: readonly Uint8Array[]): boolean {
  const script = Buffer.from(witness.at(-1) ?? [])
  return witness.slice(0, -1).some((item) => item[0] === 0x30 && script.includes(Buffer.from(item)))
}
