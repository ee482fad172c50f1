import { Command, InvalidArgumentError } from 'commander'
import { graphqlPath } from '../graphql/api.ts'
import { isLoopbackHost } from '../http/loopback.ts'
import { startSandbox } from '../sandbox.ts'
import { readSecretFile } from './secret-file.ts'

type Options = {
  readonly host: string
  readonly port: number
  readonly clientId: string
  readonly clientSecretFile: string
  readonly webhookUrl: string
  readonly webhookSecretFile: string
  readonly retryScheduleMs?: readonly number[]
  readonly json?: true
}

/** `serve`: runs until it is interrupted. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the platform: GraphQL API, webhook dispatcher, inspector')
    .option('--host <address>', 'loopback address to listen on', readHost, '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', readPort, 8090)
    .requiredOption('--client-id <id>', 'client id of the API token')
    .requiredOption('--client-secret-file <file>', 'file with the client secret')
    .requiredOption('--webhook-url <url>', "the signer's webhook")
    .requiredOption('--webhook-secret-file <file>', 'file with the webhook secret')
    .option('--retry-schedule-ms <list>', 'pauses before retries: 500,2000', readSchedule)
    .option('--json', 'print what is served in JSON')
    .action(serve)
}

async function serve(options: Options): Promise<void> {
  const sandbox = await startSandbox({
    host: options.host,
    port: options.port,
    credentials: {
      clientId: options.clientId,
      clientSecret: await readSecretFile(options.clientSecretFile),
    },
    webhookUrl: options.webhookUrl,
    webhookSecret: await readSecretFile(options.webhookSecretFile),
    ...(options.retryScheduleMs && { retrySchedule: options.retryScheduleMs }),
  })
  const { url } = sandbox
  const served = { url, graphql: `${url}${graphqlPath}`, webhook: options.webhookUrl }
  if (options.json) console.log(JSON.stringify(served))
  else {
    console.log(`inspector  ${url}/`)
    console.log(`GraphQL    ${served.graphql}`)
    console.log(`webhook    ${served.webhook}`)
  }
  await interruption()
  await sandbox.close()
}

/** The first signal that asks to end; further ones change nothing. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve()).on('SIGTERM', () => resolve())
  })
}

function readHost(text: string): string {
  if (isLoopbackHost(text)) return text
  throw new InvalidArgumentError('expected a loopback address')
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError('expected 0..65535')
}

function readSchedule(text: string): readonly number[] {
  const pauses = text === '' ? [] : text.split(',').map(Number)
  if (pauses.every((pause) => Number.isSafeInteger(pause) && pause > 0)) return pauses
  throw new InvalidArgumentError('expected milliseconds with commas between them')
}
