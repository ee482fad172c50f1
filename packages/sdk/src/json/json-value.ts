/**
 * A number of a JSON text that a JavaScript number would not keep as it was written: an integer
 * beyond 2^53-1, or one written with a fraction or an exponent (`1.0`, `1e3`, `-0`).
 *
 * It never passes for an integer, so `281474976710655.0000001` cannot become an index.
 */
export class JsonNumber {
  readonly #text: string

  /** @param text - the number as it stands in the JSON text. */
  constructor(text: string) {
    this.#text = text
  }

  /** The nearest double; infinite where it is out of range. */
  valueOf(): number {
    return Number(this.#text)
  }

  toString(): string {
    return this.#text
  }

  toJSON(): number {
    return this.valueOf()
  }
}

/** An object of a JSON text; its keys are own properties and each stood there once. */
export type JsonObject = { readonly [key: string]: JsonValue }

/** A value of a JSON text. */
export type JsonValue = null | boolean | number | JsonNumber | string | JsonValue[] | JsonObject

/** Whether `value` is a JSON object, rather than an array, a number kept as text or null. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof JsonNumber)
  )
}
