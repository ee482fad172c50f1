import { createHash, timingSafeEqual } from 'node:crypto'
import { SignerFault } from '../fault.ts'
import { readSecret, type SecretFileRules, secretText } from '../secret-source.ts'

/** A token's name, which logs tell, and the token itself, of 256 bits as `init` makes it. */
const linePattern = /^([a-z0-9][a-z0-9._-]{0,31}) ([A-Za-z0-9_-]{32,128})$/
const expected =
  'lines of a name, a space and a token: a-z, 0-9, dots and dashes; 32 to 128 letters of base64url'

type Token = { readonly name: string; readonly text: string; readonly hash: Uint8Array }

/**
 * Who may use the admin API: one named token a line, so that one can be taken back without the
 * others, and a log says who did what.
 */
export class AdminTokens {
  readonly #file: string
  readonly #rules: SecretFileRules
  #tokens: readonly Token[]

  private constructor(file: string, rules: SecretFileRules) {
    this.#file = file
    this.#rules = rules
    this.#tokens = readTokens(file, rules)
  }

  /** @throws {SignerFault} where the file cannot be used. */
  static load(file: string, rules: SecretFileRules): AdminTokens {
    return new AdminTokens(file, rules)
  }

  /** The names of the tokens that are accepted. */
  get names(): readonly string[] {
    return this.#tokens.map(({ name }) => name)
  }

  /** Whose token an `Authorization` header carries. Takes the same time for every wrong one. */
  nameOf(authorization: string | undefined): string | undefined {
    const token = /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(authorization ?? '')?.[1]
    if (token === undefined) return undefined
    const hash = hashOf(token)
    let name: string | undefined
    for (const known of this.#tokens) {
      if (timingSafeEqual(known.hash, hash)) name = known.name
    }
    return name
  }

  /**
   * Reads the file again: all of it, or nothing changes.
   *
   * @throws {SignerFault} where the file cannot be used; the tokens before stay.
   */
  reload(): void {
    this.#tokens = readTokens(this.#file, this.#rules)
  }
}

/**
 * The first token of a file, for the command line.
 *
 * @throws {SignerFault} where the file cannot be used.
 */
export function firstToken(file: string, rules: SecretFileRules): string {
  const [first] = readTokens(file, rules)
  if (first === undefined) throw invalid(file)
  return first.text
}

function readTokens(file: string, rules: SecretFileRules): readonly Token[] {
  const secret = readSecret({ kind: 'file', path: file }, rules)
  try {
    const lines = secretText(secret, file)
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
    const tokens = lines.map((line) => readLine(line, file))
    const names = new Set(tokens.map(({ name }) => name))
    if (tokens.length === 0 || names.size !== tokens.length) throw invalid(file)
    return tokens
  } finally {
    secret.dispose()
  }
}

function readLine(line: string, file: string): Token {
  const [, name, text] = linePattern.exec(line) ?? []
  if (name === undefined || text === undefined) throw invalid(file)
  return { name, text, hash: hashOf(text) }
}

function invalid(source: string): SignerFault {
  return new SignerFault({ code: 'SECRET_INVALID', source, expected })
}

/** Of one length, whatever the token's. */
function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}
