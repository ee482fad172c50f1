/** A value as GraphQL's default resolvers read it: the wire's field names. */
export type Presented = { readonly [field: string]: unknown }

/** An amount in whole satoshis. */
export function satoshis(value: bigint): Presented {
  return {
    original_value: Number(value),
    original_unit: 'SATOSHI',
    preferred_currency_unit: 'SATOSHI',
    preferred_currency_value_rounded: Number(value),
    preferred_currency_value_approx: Number(value),
  }
}

/** An amount in millisatoshis, preferred in satoshis, rounded down. */
export function millisatoshis(value: bigint): Presented {
  return {
    original_value: Number(value),
    original_unit: 'MILLISATOSHI',
    preferred_currency_unit: 'SATOSHI',
    preferred_currency_value_rounded: Number(value / 1000n),
    preferred_currency_value_approx: Number(value) / 1000,
  }
}

/** The part of a list that a client asks for. */
export type PageArguments = { readonly first?: number | null; readonly after?: string | null }

/** One page of a list; a cursor is the id of an entity. */
export function connection<T extends { readonly id: string }>(
  all: readonly T[],
  { first, after }: PageArguments,
  present: (entity: T) => Presented,
): Presented {
  const start = after ? all.findIndex(({ id }) => id === after) + 1 : 0
  const page = all.slice(start, first ? start + first : undefined)
  return {
    count: all.length,
    page_info: {
      has_next_page: start + page.length < all.length,
      has_previous_page: start > 0,
      start_cursor: page[0]?.id,
      end_cursor: page.at(-1)?.id,
    },
    entities: page.map(present),
  }
}
