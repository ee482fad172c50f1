import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchCrypto } from './crypto.ts'
import { benchEventCost } from './event-cost.ts'
import { benchInFlight } from './events-in-flight.ts'
import { benchInProcess } from './events-in-process.ts'
import { benchOverHttp } from './events-over-http.ts'
import { benchHostile, hostileTable } from './hostile-cost.ts'
import { machineFacts } from './machine.ts'
import { type Comparison, table } from './report.ts'
import { benchScaling, scalingTable } from './scaling.ts'
import { loadWorkload } from './workload.ts'

// `npm run bench`; with --quick a tenth of the rounds, and nothing is written. With --scaling only
// signers on one database are measured, and the official server beside them.
const quick = process.argv.includes('--quick')
const share = quick ? 10 : 1

const machine = machineFacts()
const facts = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.os}, Node ${machine.node}`
console.log(facts)
const tables: string[] = []
const print = (text: string) => {
  tables.push(text)
  console.log(text)
}
const show = (title: string, comparisons: readonly Comparison[]) => print(table(title, comparisons))

if (process.argv.includes('--scaling')) {
  const events = loadWorkload('justice-anchors', Date.now())
  const scaling = await benchScaling(events, {
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

const workload = loadWorkload('justice-anchors', Date.now())
const inProcess = await benchInProcess(workload, 500 / share)
show('Events in process: raw body to the mutation, nothing sent', inProcess)

const inFlight = await benchInFlight(workload, 40 / share)
show('Events in process, 64 in flight: time for each', inFlight)

const overHttp = await benchOverHttp(workload, { rounds: 300 / share, windows: 40 / share })
show('Events over HTTP, one at a time', overHttp.sequential)
show('Events over HTTP, at once', [overHttp.concurrent])

const eventCost = await benchEventCost(200 / share, share)
show('What an event costs the signer, much remembered against little', eventCost)

const hostile = await benchHostile(quick ? 1 : 5)
print(hostileTable(hostile))

if (!quick) {
  writeResults('results', { machine, crypto, inProcess, inFlight, overHttp, eventCost, hostile })
}
process.exit(0)

/** Writes what was printed, and the same for programs. */
function writeResults(name: string, results: object): void {
  const folder = join(import.meta.dirname, '..', 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, null, 1)}\n`)
  const head = `# Results\n\n${machine.date}, commit ${machine.commit}: ${facts}`
  writeFileSync(join(folder, `${name}.md`), `${head}\n\n\`\`\`\n${tables.join('\n\n')}\n\`\`\`\n`)
}
