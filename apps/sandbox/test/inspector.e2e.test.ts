import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox, testEvent } from '../src/index.ts'
import { credentials, webhookSecret } from './pairing.ts'
import { type Receiver, startReceiver } from './webhook-receiver.ts'

let sandbox: Sandbox
let receiver: Receiver

beforeAll(async () => {
  receiver = await startReceiver([403], '{"tags":["policy-lightspark-path"]}')
  sandbox = await startSandbox({ credentials, webhookUrl: receiver.url, webhookSecret })
})

afterAll(async () => {
  await sandbox.close()
  await receiver.close()
})

/** fetch would not send another Host. */
function getAs(host: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    request(`${sandbox.url}/inspector.json`, { headers: { host } }, (response) => {
      void text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }))
    })
      .once('error', reject)
      .end()
  })
}

describe('inspector', () => {
  test('the page brings everything with it, and its policy lets nothing else in', async () => {
    const response = await fetch(`${sandbox.url}/`)
    const html = await response.text()
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    for (const [tag, directive] of [
      ['script', 'script-src'],
      ['style', 'style-src'],
    ]) {
      const inline = html.split(`<${tag}>`)[1]?.split(`</${tag}>`)[0] ?? ''
      const hash = createHash('sha256').update(inline).digest('base64')
      expect(policy).toContain(`${directive} 'sha256-${hash}'`)
    }
    expect(html.replace('href="data:,"', '')).not.toMatch(/https?:|src=|href=/)
  })

  test('its script parses and never makes HTML of what was received', async () => {
    const html = await (await fetch(`${sandbox.url}/`)).text()
    const script = html.split('<script>')[1]?.split('</script>')[0] ?? ''
    expect(() => new Function(script)).not.toThrow()
    expect(script).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write/)
  })

  test('the JSON has what was sent and what was answered', async () => {
    await sandbox.dispatcher.deliver(testEvent(sandbox.platform, 'DERIVE_KEY_AND_SIGN'))
    const snapshot = await (await fetch(`${sandbox.url}/inspector.json`)).json()
    expect(snapshot).toMatchObject({
      webhookUrl: receiver.url,
      deliveries: [
        {
          subject: 'DERIVE_KEY_AND_SIGN',
          outcome: 'refused',
          attempts: [{ status: 403, reply: '{"tags":["policy-lightspark-path"]}' }],
        },
      ],
      mutations: [],
      payloads: { CREATED: 1 },
    })
  })

  test('neither the API secret nor the webhook secret is shown', async () => {
    const body = await (await fetch(`${sandbox.url}/inspector.json`)).text()
    expect(body).not.toContain(credentials.clientSecret)
    expect(body).not.toContain(webhookSecret)
  })

  test('a name that was rebound to this machine gets nothing', async () => {
    expect(await getAs('evil.example:8090')).toEqual({ status: 403, body: '' })
    expect((await getAs('localhost:8090')).status).toBe(200)
  })
})
