/** The generated files by name. */
export function generate(): Promise<ReadonlyMap<string, string>>
