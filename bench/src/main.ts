import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchCrypto } from './crypto.ts'
import { benchEventCost } from './event-cost.ts'
import { benchInFlight } from './events-in-flight.ts'
import { benchInProcess } from './events-in-process.ts'
import { benchOverHttp } from './events-over-http.ts'
import { benchHostile, hostileTable } from './hostile-cost.ts'
import { machineFacts } from './machine.ts'
import { benchPayments, paymentsTable } from './payments.ts'
import { type Comparison, table } from './report.ts'
import { benchScaling, scalingTable } from './scaling.ts'
import { loadWorkload } from './workload.ts'

// `npm run bench`; with --quick a tenth of the rounds, and nothing is written. With --in-flight or
// --over-http those tables alone, for a profile of what is in them; nothing is written either. With
// --scaling only signers on one database are measured, and the official server beside them; with
// --payments only payments between Lightning nodes.
const quick = process.argv.includes('--quick')
const share = quick ? 10 : 1
const isInFlightOnly = process.argv.includes('--in-flight')
const isOverHttpOnly = process.argv.includes('--over-http')

const machine = machineFacts()
const facts = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.os}, Node ${machine.node}`
console.log(facts)
const tables: string[] = []
const print = (text: string) => {
  tables.push(text)
  console.log(text)
}
const show = (title: string, comparisons: readonly Comparison[]) => print(table(title, comparisons))

const workload = loadWorkload('justice-anchors', Date.now())
if (isInFlightOnly || isOverHttpOnly) {
  if (isInFlightOnly) await showInFlight()
  if (isOverHttpOnly) await showOverHttp()
  process.exit(0)
}
if (process.argv.includes('--payments')) {
  print(paymentsTable(await benchPayments(quick ? 20 : 100)))
  process.exit(0)
}
if (process.argv.includes('--scaling')) {
  const scaling = await benchScaling(workload, {
    events: 2000 / share,
    share: quick ? 1000 : 1,
    counts: quick ? [1, 2] : [1, 2, 4, 8],
    // The whole of it takes long.
    onResult: (result) => console.log(JSON.stringify(result)),
  })
  print(scalingTable(scaling))
  if (!quick) writeResults('scaling', { machine, scaling })
  process.exit(0)
}

const crypto = await benchCrypto(1000 / share)
show('Crypto primitives', crypto)

const inProcess = await benchInProcess(workload, 500 / share)
show('Events in process: raw body to the mutation, nothing sent', inProcess)

const inFlight = await showInFlight()
const overHttp = await showOverHttp()

const eventCost = await benchEventCost(200 / share, share)
show('What an event costs the signer, much remembered against little', eventCost)

const hostile = await benchHostile(quick ? 1 : 5)
print(hostileTable(hostile))

const payments = await benchPayments(quick ? 20 : 100)
print(paymentsTable(payments))

if (!quick) {
  const events = { inProcess, inFlight, overHttp, eventCost, hostile }
  writeResults('results', { machine, crypto, ...events, payments })
}
process.exit(0)

async function showInFlight() {
  const comparisons = await benchInFlight(workload, 40 / share)
  show('Events in process, 64 in flight: time for each', comparisons)
  return comparisons
}

async function showOverHttp() {
  const comparisons = await benchOverHttp(workload, { rounds: 300 / share, windows: 40 / share })
  show('Events over HTTP, one at a time', comparisons.sequential)
  show('Events over HTTP, at once', [comparisons.concurrent])
  return comparisons
}

/** Writes what was printed, and the same for programs. */
function writeResults(name: string, results: object): void {
  const folder = join(import.meta.dirname, '..', 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, null, 1)}\n`)
  const head = `# Results\n\n${machine.date}, commit ${machine.commit}: ${facts}`
  writeFileSync(join(folder, `${name}.md`), `${head}\n\n\`\`\`\n${tables.join('\n\n')}\n\`\`\`\n`)
}
