import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchCrypto } from './crypto.ts'
import { benchInFlight } from './events-in-flight.ts'
import { benchInProcess } from './events-in-process.ts'
import { benchOverHttp } from './events-over-http.ts'
import { machineFacts } from './machine.ts'
import { type Comparison, table } from './report.ts'
import { loadWorkload } from './workload.ts'

// `npm run bench`; with --quick a tenth of the rounds, and nothing is written.
const quick = process.argv.includes('--quick')
const share = quick ? 10 : 1

const machine = machineFacts()
const facts = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.os}, Node ${machine.node}`
console.log(facts)
const tables: string[] = []
const show = (title: string, comparisons: readonly Comparison[]) => {
  const text = table(title, comparisons)
  tables.push(text)
  console.log(text)
}

const crypto = await benchCrypto(1000 / share)
show('Crypto primitives', crypto)

const workload = loadWorkload('justice-anchors', Date.now())
const inProcess = await benchInProcess(workload, 500 / share)
show('Events in process: raw body to the mutation, nothing sent', inProcess)

const inFlight = await benchInFlight(workload, 40 / share)
show('Events in process, 64 in flight: time for each', inFlight)

const overHttp = await benchOverHttp(workload, { rounds: 300 / share, windows: 40 / share })
show('Events over HTTP, one at a time', overHttp.sequential)
show('Events over HTTP, at once', [overHttp.concurrent])

if (!quick) {
  const folder = join(import.meta.dirname, '..', 'results')
  mkdirSync(folder, { recursive: true })
  const results = { machine, crypto, inProcess, inFlight, overHttp }
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results, null, 1)}\n`)
  const head = `# Results\n\n${machine.date}, commit ${machine.commit}: ${facts}`
  writeFileSync(join(folder, 'results.md'), `${head}\n\n\`\`\`\n${tables.join('\n\n')}\n\`\`\`\n`)
}
process.exit(0)
