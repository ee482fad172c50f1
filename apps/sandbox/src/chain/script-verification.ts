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

/** What consensus asks of a script since segwit. */
export const consensusFlags =
  Interpreter.SCRIPT_VERIFY_P2SH |
  Interpreter.SCRIPT_VERIFY_DERSIG |
  Interpreter.SCRIPT_VERIFY_NULLDUMMY |
  Interpreter.SCRIPT_VERIFY_CHECKLOCKTIMEVERIFY |
  Interpreter.SCRIPT_VERIFY_CHECKSEQUENCEVERIFY |
  Interpreter.SCRIPT_VERIFY_WITNESS

/** What nodes ask besides before they relay. */
const standardFlags =
  consensusFlags |
  Interpreter.SCRIPT_VERIFY_STRICTENC |
  Interpreter.SCRIPT_VERIFY_LOW_S |
  Interpreter.SCRIPT_VERIFY_MINIMALDATA |
  Interpreter.SCRIPT_VERIFY_MINIMALIF |
  Interpreter.SCRIPT_VERIFY_NULLFAIL |
  Interpreter.SCRIPT_VERIFY_WITNESS_PUBKEYTYPE |
  Interpreter.SCRIPT_VERIFY_DISCOURAGE_UPGRADABLE_NOPS |
  Interpreter.SCRIPT_VERIFY_DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM

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
  const parsed = new ParsedTransaction(Buffer.from(serialiseTransaction(transaction)))
  for (const [inputIndex, output] of spent.entries()) {
    const version = witnessProgramOf(output.scriptPubKey)?.version ?? 0
    if (version > 0) {
      return { inputIndex, reason: `witness version ${version} is unknown`, breaks: 'consensus' }
    }
    const reason = failure(parsed, transaction, inputIndex, output, standardFlags)
    if (reason === undefined) continue
    const isFatal = failure(parsed, transaction, inputIndex, output, consensusFlags) !== undefined
    return { inputIndex, reason, breaks: isFatal ? 'consensus' : 'policy' }
  }
  return undefined
}

function failure(
  parsed: InstanceType<typeof ParsedTransaction>,
  transaction: Transaction,
  inputIndex: number,
  output: TxOut,
  flags: number,
): string | undefined {
  const input = transaction.inputs[inputIndex]
  if (input === undefined) throw new RangeError(`"inputIndex" ${inputIndex} has no input`)
  return runScripts({
    parsed,
    inputIndex,
    scriptSig: input.scriptSig,
    scriptPubKey: output.scriptPubKey,
    witness: input.witness,
    value: output.value,
    flags,
  })
}

/** One run of the interpreter, in its own terms. */
export type ScriptRun = {
  readonly parsed: InstanceType<typeof ParsedTransaction>
  readonly inputIndex: number
  readonly scriptSig: Uint8Array
  readonly scriptPubKey: Uint8Array
  readonly witness: readonly Uint8Array[]
  readonly value: bigint
  readonly flags: number
}

/** Why the interpreter refuses an input, in its words; undefined where it accepts. */
export function runScripts(run: ScriptRun): string | undefined {
  const interpreter = new Interpreter()
  try {
    const accepted = interpreter.verify(
      new Script(Buffer.from(run.scriptSig)),
      new Script(Buffer.from(run.scriptPubKey)),
      run.parsed,
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
