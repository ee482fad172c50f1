import { afterEach, describe, expect, test } from 'vitest'
import { crashPoints } from '../src/pipeline/probe.ts'
import { hashRequest } from './shared/events.ts'
import { initFolder, webhookSecret } from './shared/folder.ts'
import { startPlatform } from './shared/platform.ts'
import { boltwarden, type Running, runScript } from './shared/process.ts'
import { postEvent, sign } from './shared/service.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const main = new URL('./torture/main.mjs', import.meta.url)

async function readyUrl(running: Running): Promise<string> {
  closers.push(() => running.child.kill('SIGKILL'))
  const { webhook = '' } = await running.line((line) => line.message === 'ready')
  return webhook
}

/** Whether the answer was on the disk when the process died. */
const isRecorded = (point: string) => point !== 'after-receive' && point !== 'before-commit'

describe('a signer that is killed', () => {
  test.each(crashPoints)('%s: the answer is not lost, and there is one only', async (point) => {
    const platform = await startPlatform()
    const folder = await initFolder(platform.url)
    closers.push(platform.close, folder.remove)
    // The lease of the dead must not be waited for too long.
    folder.edit((text) =>
      text
        .replace('# decision_deadline_ms = 8500', 'decision_deadline_ms = 2000')
        .replace('# poll_ms = 1000', 'poll_ms = 50'),
    )
    const dying = runScript(main, [folder.config, folder.passphraseFile, point])
    const body = hashRequest('Invoice:1', { timestamp: new Date().toISOString() })
    const post = (webhookUrl: string) =>
      postEvent({ webhookUrl }, body, sign(body, webhookSecret)).then(
        ({ status }) => status,
        () => 'cut off',
      )
    await Promise.all([post(await readyUrl(dying)), dying.ended])
    expect((await dying.ended).signal).toBe('SIGKILL')
    const again = boltwarden(['serve', ...folder.unlock])
    const url = await readyUrl(again)
    // What was recorded comes by itself; what was not, the platform asks for again.
    if (isRecorded(point)) await platform.until(() => platform.calls.length >= 1)
    expect(await post(url)).toBe(200)
    const answers = new Set(platform.calls.map(({ variables }) => JSON.stringify(variables)))
    expect(answers.size).toBe(1)
    again.child.kill('SIGTERM')
    expect((await again.ended).code).toBe(0)
  })
})
