import { LightsparkFault } from '../fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts'
import { Malformed } from '../json/malformed.ts'
import { parseJson } from '../json/parse.ts'
import { field, object } from '../json/shape.ts'

// Letters only, so that no value which the platform might echo as a name gets into a log.
const shownErrorName = /^[A-Za-z_]{1,64}$/

/**
 * Reads a GraphQL answer and its `data`.
 *
 * @param read - reads what the operation asked for; throws `Malformed` where it is not there.
 * @throws {LightsparkFault} `GRAPHQL_REJECTED` or `BAD_ANSWER`.
 */
export function readAnswer<T>(
  operation: string,
  body: Uint8Array,
  read: (data: JsonObject) => T,
): T {
  try {
    const answer = object(parseJson(body), '')
    const { errors } = answer
    if (Array.isArray(errors) && errors.length > 0) {
      const errorName = errorNameOf(errors[0])
      throw new LightsparkFault({ code: 'GRAPHQL_REJECTED', operation, errorName })
    }
    return read(field(answer, '', 'data', object))
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const { path, expected } = error
    throw new LightsparkFault({ code: 'BAD_ANSWER', operation, path, expected })
  }
}

function errorNameOf(error: JsonValue | undefined): string | undefined {
  const { extensions } = isJsonObject(error) ? error : nothing
  const { error_name: name } = isJsonObject(extensions) ? extensions : nothing
  return typeof name === 'string' && shownErrorName.test(name) ? name : undefined
}

const nothing: JsonObject = {}
