import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as launcher, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Running, start } from './built-command.ts'

let folder: string
let running: Running
let url: string
let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'boltwarden-playground-test-'))
  running = start(['demo', '--keep', '--json'], { TMPDIR: folder })
  url = /"page":"([^"]+)"/.exec(await running.printed('"page":'))?.[1] ?? ''
  browser = await launcher.launch({
    args: chromium.args,
    executablePath: process.env['CHROMIUM_PATH'] ?? (await chromium.executablePath()),
  })
  page = await (await browser.newContext()).newPage()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
}, 120_000)

afterAll(async () => {
  await browser.close()
  running.signal('SIGINT')
  expect((await running.ended).code).toBe(0)
  expect(readdirSync(folder)).toEqual([])
  rmSync(folder, { recursive: true })
})

const channel = () => page.locator('#channels tr')
const number = async (column: number) =>
  Number((await channel().first().locator('td').nth(column).innerText()).replaceAll(',', ''))
const note = (text: RegExp) => page.locator('#notes li', { hasText: text }).first()
const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

function post(headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}act`, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .once('error', reject)
      .end('{"act":"mine"}')
  })
}

describe('the page of a demo that is kept, in a real browser', () => {
  test('shows the nodes, the channel, the chain and what the signer decided', async () => {
    await expect.poll(() => channel().count()).toBe(1)
    expect(await channel().first().innerText()).toMatch(/bob\s+anchors\s+1,000,000/)
    expect(await page.locator('#nodes tr').count()).toBe(3)
    expect(await page.locator('#height').innerText()).toMatch(/^1\d\d$/)
    expect(await page.locator('#events tr').count()).toBe(40)
    expect(await page.locator('#events-refused').innerText()).toBe('4')
  })

  test('pay and receive change the balance', async () => {
    const before = await number(3)
    await press('Pay')
    await expect.poll(() => number(3)).toBe(before - 10_000)
    await note(/alice has paid 10,000 sat to bob/).waitFor()
    await press('Receive')
    await expect.poll(() => number(3)).toBe(before + 10_000)
  })

  test('mine, with the keyboard alone', async () => {
    const height = () => page.locator('#height').innerText()
    const before = Number(await height())
    await page.getByRole('button', { name: 'Open', exact: true }).focus()
    for (let step = 0; step < 4; step++) await page.keyboard.press('Tab')
    await expect.poll(() => page.locator('#busy').innerText()).toBe('')
    await page.keyboard.press('Enter')
    await expect.poll(async () => Number(await height())).toBe(before + 1)
  })

  test('a test event is sent, and the decision is shown', async () => {
    await page.getByLabel('Test event').selectOption('RELEASE_PER_COMMITMENT_SECRET')
    await press('Send')
    await note(/RELEASE_PER_COMMITMENT_SECRET: refused, policy-/).waitFor()
    await expect.poll(() => page.locator('#events-refused').innerText()).toBe('5')
  })

  test('cheat: it is punished', async () => {
    await press('Cheat')
    await note(/punished: 99\d,\d{3} of 1,000,000 sat come to our wallet/).waitFor()
    expect(await channel().count()).toBe(1)
  })

  test('close, and open another one', async () => {
    await press('Close')
    await expect.poll(() => channel().count()).toBe(0)
    await note(/all channels to bob are closed/).waitFor()
    await press('Close')
    await note(/there is no channel to bob/).waitFor()
    await press('Open')
    await expect.poll(() => channel().count()).toBe(1)
    await note(/a channel to bob .* is open/).waitFor()
  })

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
  })

  test('the content security policy and the script had nothing to complain of', () => {
    expect(complaints).toEqual([])
  })

  test.each([
    ['a form of another site', { 'content-type': 'text/plain' }, 403],
    [
      'a page of another site',
      { 'content-type': 'application/json', origin: 'http://evil.example' },
      403,
    ],
    ['a rebound name', { 'content-type': 'application/json', host: 'evil.example' }, 403],
  ])('%s gives no orders', async (_who, headers, status) => {
    expect(await post(headers)).toBe(status)
  })

  test('what is no order is refused', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = '{"act":"steal"}'
    expect((await fetch(`${url}act`, { method: 'POST', headers, body })).status).toBe(400)
  })
})
