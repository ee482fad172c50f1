/** `signingJobs` as the wire spells it: `signing_jobs`. */
type SnakeCase<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : Name

/**
 * `T` readable by the names of the documentation's SDK (`eventType`) and by those of the wire
 * (`event_type`); both hold the same value.
 */
export type BothNames<T> = T & { readonly [K in keyof T & string as `${SnakeCase<K>}`]: T[K] }
