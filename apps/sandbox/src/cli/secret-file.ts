import { readFile } from 'node:fs/promises'

/** The secret in a file, without the line break at its end. */
export async function readSecretFile(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
}
