import { Argument, Command } from 'commander'
import { requestTestEvent } from '../control/client.ts'
import { lastAttempt } from '../webhook/delivery.ts'
import { subEventTypes } from '../webhook/envelope.ts'

type Options = { readonly sandbox: string; readonly json?: true }

/** `send-test-event`: what the account page's button does. */
export function sendTestEventCommand(): Command {
  const names = [...subEventTypes, 'all']
  return new Command('send-test-event')
    .description('send the signer a test event about random ids')
    .addArgument(new Argument('<sub-event>', 'which one, or all of them').choices(names))
    .option('--sandbox <url>', 'base URL of the running sandbox', 'http://127.0.0.1:8090')
    .option('--json', 'print one delivery a line in JSON')
    .action(sendTestEvent)
}

async function sendTestEvent(type: string, options: Options): Promise<void> {
  for (const each of type === 'all' ? subEventTypes : [type]) {
    const delivery = await requestTestEvent(options.sandbox, each)
    if (options.json) {
      console.log(JSON.stringify(delivery))
      continue
    }
    const last = lastAttempt(delivery)
    const status = String(last?.status ?? last?.fault ?? '-')
    const latency = `${(last?.latencyMs ?? 0).toFixed(1)} ms`
    console.log(
      `${delivery.outcome.padEnd(11)} ${status.padEnd(8)} ${latency.padStart(10)}  ${each}`,
    )
    if (last?.reply) console.log(`            ${last.reply}`)
  }
}
