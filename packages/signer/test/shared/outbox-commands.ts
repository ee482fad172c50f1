import { expect } from 'vitest'
import { badJobs } from './events.ts'
import { type Answer, accept, type startPlatform } from './platform.ts'
import { boltwarden } from './process.ts'

/** Refuses answers, and holds the job as signed: then an answer is set aside at once. */
const refuse: Answer = (call, response) => {
  if (call.operation !== 'SignablePayloadStatus') {
    return void response.end('{"errors":[{"message":"no"}]}')
  }
  response.setHeader('content-type', 'application/json')
  const entity = { __typename: 'SignablePayload', status: 'SIGNED' }
  response.end(JSON.stringify({ data: { entity } }))
}

/** Lists, retries and drops answers on the command line, whatever the database. */
export async function outboxCommands(
  folder: { readonly config: string },
  platform: Pick<Awaited<ReturnType<typeof startPlatform>>, 'answerWith'>,
  serve: () => Promise<{
    readonly post: (body: string) => Promise<number>
    readonly stop: () => Promise<number | null>
    readonly adminUrl: string
  }>,
): Promise<void> {
  const { post, stop, adminUrl } = await serve()
  const command = async (...args: readonly string[]) => {
    const at = ['--config', folder.config, '--admin-url', adminUrl, '--json']
    const { code, out, err } = await boltwarden(['outbox', ...args, ...at]).ended
    return { code, told: JSON.parse(out === '' ? err : out) }
  }
  expect(await command('list')).toEqual({ code: 0, told: { answers: [] } })
  platform.answerWith(refuse)
  const asked = { timestamp: new Date().toISOString() }
  for (const event_id of ['e-1', 'e-2'])
    expect(await post(badJobs(1, { ...asked, event_id }))).toBe(503)
  const setAside = { state: 'set-aside', reason: 'ANSWER_REFUSED', verdict: 'decline' }
  expect(await command('list')).toMatchObject({
    code: 0,
    told: {
      answers: [
        { event: 'e-1', ...setAside },
        { event: 'e-2', ...setAside },
      ],
    },
  })
  expect(await command('drop', 'e-1')).toEqual({ code: 0, told: { event: 'e-1', dropped: true } })
  expect((await command('drop', 'e-1')).told.error.fault).toMatchObject({ status: 404 })
  platform.answerWith(accept)
  expect(await command('retry', 'e-2')).toEqual({ code: 0, told: { event: 'e-2', retried: true } })
  // What is brought leaves the outbox; each look is a process, so that this is no busy loop.
  let left = await command('list')
  while (left.told.answers.length > 0) left = await command('list')
  expect((await command('retry', 'e-2')).told.error.fault).toMatchObject({ status: 404 })
  expect(await stop()).toBe(0)
}
