import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { afterAll, expect, test } from 'vitest'

// Every ```ts fence of a docstring in packages/*/src and of README and docs is compiled strictly and
// run. A line `expression // literal` must give that literal.

const root = join(import.meta.dirname, '..')
const outDir = join(root, 'reports', 'examples')

type Example = { readonly source: string; readonly file: string }

const examples = extractAll()
afterAll(() => rmSync(outDir, { recursive: true, force: true }))

test('there are examples to run', () => {
  expect(examples.length).toBeGreaterThan(10)
})

test('every example compiles under the strict settings', () => {
  const config = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const program = ts.createProgram(
    examples.map((example) => example.file),
    {
      ...options,
      composite: false,
      declaration: false,
      declarationMap: false,
      noEmit: true,
      types: ['node'],
      noUnusedLocals: false,
    },
  )
  const complaints = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const file = diagnostic.file?.fileName ?? ''
    const example = examples.find((candidate) => candidate.file === file)
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')
    return `${example?.source ?? relative(root, file)}: ${text}`
  })
  expect(complaints).toEqual([])
})

test.each(examples)('$source runs', async ({ file }) => {
  await import(/* @vite-ignore */ file)
})

function extractAll(): readonly Example[] {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  const sources = [
    ...['core', 'policy', 'sdk', 'store', 'signer'].flatMap((name) =>
      list(join(root, 'packages', name, 'src')).filter((file) => file.endsWith('.ts')),
    ),
    join(root, 'README.md'),
    ...list(join(root, 'docs')).filter((file) => file.endsWith('.md')),
  ]
  return sources.flatMap((path) =>
    fences(readFileSync(path, 'utf8')).map(({ line, code }, at) => {
      const name = relative(root, path)
      const file = join(outDir, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${at}.ts`)
      writeFileSync(file, withAssertions(code))
      return { source: `${name}:${line}`, file }
    }),
  )
}

function list(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.includes('generated'))
    .map((name) => join(folder, name))
}

function fences(text: string): readonly { readonly line: number; readonly code: string }[] {
  const lines = text.split('\n')
  const found: { line: number; code: string }[] = []
  let open: { line: number; code: string[]; prefix: RegExp } | undefined
  lines.forEach((line, at) => {
    if (open !== undefined) {
      if (/^\s*(?:\* )?```\s*$/.test(line)) {
        found.push({ line: open.line, code: open.code.join('\n') })
        open = undefined
      } else open.code.push(line.replace(open.prefix, ''))
      return
    }
    const start = /^(\s*\* |)```ts\s*$/.exec(line)
    if (start !== null)
      open = { line: at + 1, code: [], prefix: start[1] === '' ? /^/ : /^\s*\* ?/ }
  })
  return found
}

function withAssertions(code: string): string {
  const literal =
    /^(?!\s*(?:import|const|let|\/\/|\}))(\s*(?:if \((?:[^()]|\([^()]*\))*\) )?)(.+?);? \/\/ ('[^']*'|-?[\d_]+n?|true|false|undefined|null)$/
  const checked = code.split('\n').map((line) => {
    const match = literal.exec(line)
    return match === null ? line : `${match[1]}__assert.deepEqual(${match[2]}, ${match[3]})`
  })
  return `import __assert from 'node:assert/strict'\nvoid __assert\n${checked.join('\n')}\nexport {}\n`
}
