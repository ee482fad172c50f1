import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { initializeWasmFromBinary } from 'lightningdevkit'

const loading: { once?: Promise<void> } = {}

/**
 * Loads LDK's WebAssembly, once in a process: all nodes of a process live in the same instance. A
 * panic inside it (its words appear on stderr) leaves the whole instance unusable.
 */
export function loadLdk(): Promise<void> {
  loading.once ??= instantiate()
  return loading.once
}

async function instantiate(): Promise<void> {
  const file = createRequire(import.meta.url).resolve('lightningdevkit/liblightningjs.wasm')
  const binary = await readFile(file)
  const { log } = console
  // biome-ignore lint/suspicious/noConsole: the bindings greet on stdout, where a command's lines belong.
  console.log = console.error
  try {
    await initializeWasmFromBinary(binary)
  } finally {
    console.log = log
  }
}
