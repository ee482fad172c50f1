import type { StepResult, WalkReport } from '../walk/step.ts'
import type { Delivery } from '../webhook/delivery.ts'

/** The sandbox did not do what was asked; says why. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

/** What a walk is asked with. */
export type WalkRequest = { readonly pairing: unknown; readonly seed?: string }

/**
 * Asks a running sandbox to walk, and hears of each step as it is made.
 *
 * @param sandboxUrl - the base URL of the sandbox.
 * @throws {ControlError} if the sandbox refuses, or goes away before the report.
 */
export async function requestWalk(
  sandboxUrl: string,
  request: WalkRequest,
  onStep: (step: StepResult) => void,
  signal?: AbortSignal,
): Promise<WalkReport> {
  const response = await post(`${sandboxUrl}/sandbox/walk`, request, signal)
  try {
    for await (const value of jsonLines(response)) {
      if (isStep(value)) onStep(value.step)
      if (isReport(value)) return value.report
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new ControlError('the sandbox broke the walk off', { cause })
  }
  throw new ControlError('the sandbox ended the walk without a report')
}

/** @throws {ControlError} if the sandbox refuses. */
export async function requestTestEvent(sandboxUrl: string, type: string): Promise<Delivery> {
  const response = await post(`${sandboxUrl}/sandbox/test-event`, { sub_event_type: type })
  const value: unknown = await response.json()
  if (!isDelivery(value)) throw new ControlError('the sandbox answered something else')
  return value
}

async function post(url: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  }).catch((cause: unknown) => {
    throw new ControlError(`no sandbox answers at ${new URL(url).origin}`, { cause })
  })
  if (response.ok) return response
  throw new ControlError(`the sandbox answered ${response.status}: ${await response.text()}`)
}

async function* jsonLines(response: Response): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line)
  }
}

// Both ends are this package: the tags of the lines are enough to tell them apart.
function isStep(value: unknown): value is { readonly step: StepResult } {
  return typeof value === 'object' && value !== null && 'step' in value
}

function isReport(value: unknown): value is { readonly report: WalkReport } {
  return typeof value === 'object' && value !== null && 'report' in value
}

function isDelivery(value: unknown): value is Delivery {
  return typeof value === 'object' && value !== null && 'attempts' in value
}
