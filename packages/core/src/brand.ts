declare const brand: unique symbol

/**
 * A value whose type carries a name, so that two values of one shape cannot be swapped.
 *
 * Each brand has one constructor, which validates; that constructor holds the only cast.
 */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
