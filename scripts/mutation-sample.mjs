// What `npm run mutation` needs besides Stryker: which mutants are tried, and what became of each.
//
// Which are tried. All of them would take many hours, so a share is drawn: a mutant is in it where the
// hash of its place, its kind and the seed is below the share. Another run, and a run after a change
// elsewhere, draws the same ones; a larger share holds a smaller.
//
// reports/mutation.ndjson gets a line for each as soon as it was tried: a run takes hours, and what is
// stopped is not lost.
//
//   MUTATION_SHARE=0.1     the share, 0 to 1; MUTATION_FROM=0.05 leaves out what an earlier run had
//   MUTATION_SEED=1        another draw
import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync } from 'node:fs'
import { relative } from 'node:path'

const { MUTATION_SHARE = '0.05', MUTATION_FROM = '0', MUTATION_SEED = '1' } = process.env

const notDrawn = 'not drawn'

/** Where in [0, 1) the hash of a mutant lies. */
function draw({ fileName, location, mutatorName, replacement }) {
  const file = relative(process.cwd(), fileName).replace(/^.*(?=packages\/)/, '')
  const { start, end } = location
  const place = [start.line, start.column, end.line, end.column].join(':')
  const text = [MUTATION_SEED, file, place, mutatorName, replacement].join('|')
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32
}

/** Lets the drawn mutants pass; the others count as not tried ("CompileError" in the report). */
class SampleChecker {
  async init() {}

  async check(mutants) {
    return Object.fromEntries(
      mutants.map((mutant) => {
        const at = draw(mutant)
        const drawn = at >= Number(MUTATION_FROM) && at < Number(MUTATION_SHARE)
        return [
          mutant.id,
          drawn ? { status: 'passed' } : { status: 'compileError', reason: notDrawn },
        ]
      }),
    )
  }

  async group(mutants) {
    return [mutants.map(({ id }) => id)]
  }
}

/** Writes down what became of each mutant. */
class LineReporter {
  constructor() {
    mkdirSync('reports', { recursive: true })
  }

  onMutantTested({ fileName, location, mutatorName, replacement, status, statusReason }) {
    if (status === 'Ignored' || statusReason === notDrawn) return
    const file = relative(process.cwd(), fileName)
    const line = { file, line: location.start.line, mutatorName, replacement, status }
    appendFileSync('reports/mutation.ndjson', `${JSON.stringify(line)}\n`)
  }
}

export const strykerPlugins = [
  { kind: 'Checker', name: 'sample', injectableClass: SampleChecker },
  { kind: 'Reporter', name: 'lines', injectableClass: LineReporter },
]
