import { GraphQLScalarType, Kind } from 'graphql'
import { createGraphQLError } from 'graphql-yoga'

/** A scalar of lower-case hex of one length, as all binary values of the API are spelt. */
function hexScalar(name: string, bytes: number): GraphQLScalarType<string, string> {
  const text = new RegExp(`^[0-9a-f]{${2 * bytes}}$`)
  const check = (value: unknown): string => {
    if (typeof value === 'string' && text.test(value)) return value
    throw createGraphQLError(`${name}: expected ${bytes} bytes in lower-case hex`)
  }
  return new GraphQLScalarType({
    name,
    serialize: check,
    parseValue: check,
    parseLiteral: (node) => check(node.kind === Kind.STRING ? node.value : undefined),
  })
}

function checkLong(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw createGraphQLError('Long: expected a whole number')
}

/** The API's own scalars. */
export const scalars = {
  Hash32: hexScalar('Hash32', 32),
  PublicKey: hexScalar('PublicKey', 33),
  Signature: hexScalar('Signature', 64),
  Long: new GraphQLScalarType<number, number>({
    name: 'Long',
    serialize: checkLong,
    parseValue: checkLong,
    parseLiteral: (node) => checkLong(node.kind === Kind.INT ? Number(node.value) : undefined),
  }),
}
