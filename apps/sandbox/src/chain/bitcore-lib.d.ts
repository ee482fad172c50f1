/** What is used of bitcore-lib, which has no types of its own: its script interpreter. */
declare module 'bitcore-lib' {
  import type { Buffer } from 'node:buffer'

  class ParsedScript {
    constructor(bytes: Buffer)
  }

  class ParsedTransaction {
    constructor(raw: Buffer)
  }

  /** One run; its stack is not shared with another. */
  class Interpreter {
    constructor()
    static readonly SCRIPT_VERIFY_P2SH: number
    static readonly SCRIPT_VERIFY_STRICTENC: number
    static readonly SCRIPT_VERIFY_DERSIG: number
    static readonly SCRIPT_VERIFY_LOW_S: number
    static readonly SCRIPT_VERIFY_NULLDUMMY: number
    static readonly SCRIPT_VERIFY_SIGPUSHONLY: number
    static readonly SCRIPT_VERIFY_MINIMALDATA: number
    static readonly SCRIPT_VERIFY_DISCOURAGE_UPGRADABLE_NOPS: number
    static readonly SCRIPT_VERIFY_CHECKLOCKTIMEVERIFY: number
    static readonly SCRIPT_VERIFY_CHECKSEQUENCEVERIFY: number
    static readonly SCRIPT_VERIFY_WITNESS: number
    static readonly SCRIPT_VERIFY_DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM: number
    static readonly SCRIPT_VERIFY_MINIMALIF: number
    static readonly SCRIPT_VERIFY_NULLFAIL: number
    static readonly SCRIPT_VERIFY_WITNESS_PUBKEYTYPE: number
    static readonly SCRIPT_VERIFY_CONST_SCRIPTCODE: number
    /** Which rule said no; empty where none did. */
    readonly errstr: string
    verify(
      scriptSig: ParsedScript,
      scriptPubKey: ParsedScript,
      transaction: ParsedTransaction,
      inputIndex: number,
      flags: number,
      witness: readonly Buffer[],
      satoshis: number,
    ): boolean
  }

  const bitcore: {
    readonly Transaction: typeof ParsedTransaction
    readonly Script: typeof ParsedScript & { readonly Interpreter: typeof Interpreter }
  }
  // biome-ignore lint/style/noDefaultExport: how an ES module sees a CommonJS one
  export default bitcore
}
