import { hash160 } from '@boltwarden/core/bitcoin/hash'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { sats } from '@boltwarden/core/units'
import { emptyNodeState, type NodeState } from '@boltwarden/policy/state/node-state'
import { type Answerer, type Owner, openSigner } from './contestants.ts'
import { fillStore, type Past } from './filled-store.ts'
import { interleave } from './interleave.ts'
import { LongChannel } from './long-channel.ts'
import type { Comparison } from './report.ts'
import { type MadeRequest, wireCall } from './wire-call.ts'

const owner: Owner = { seed: new Uint8Array(32).fill(5), webhookSecret: 'a secret of the bench' }

const little: Past = { channels: 0, events: 0, commitments: 10 }

/** The most credits that a node waits for. */
const maxSettling = 4096

const crowded: NodeState = {
  ...emptyNodeState,
  settling: Array.from({ length: maxSettling }, (_, at) => ({
    paymentHash160: hash160(new Uint8Array(20).fill(at & 255)),
    amountSats: sats(BigInt(1000 + at)),
    cltvExpiry: 500 + at,
  })),
}

/** What is varied, from little to much. */
function pasts(share: number): Readonly<Record<string, readonly (readonly [string, Past])[]>> {
  const much = (count: number) => Math.ceil(count / share)
  const named = (count: number, what: string) => `${count.toLocaleString('en-US')} ${what}`
  return {
    channels: [1, 100, much(10_000)].map((count) => [
      named(count, count === 1 ? 'channel' : 'channels'),
      { ...little, channels: count - 1 },
    ]),
    events: [10, 1000, much(100_000)].map((count) => [
      named(count, 'past events'),
      { ...little, events: count },
    ]),
    commitments: [10, much(1000), much(10_000)].map((count) => [
      named(count, 'past commitments'),
      { ...little, commitments: count },
    ]),
    credits: [
      ['no preimage waits for its credit', little],
      [`${named(maxSettling, 'preimages')} wait`, { ...little, node: crowded }],
    ],
  }
}

/**
 * What an event costs the service, everything validated and two durable commits made, where little is
 * remembered and where much is: side by side on stores of their own.
 *
 * @param share - divides the largest pasts.
 */
export async function benchEventCost(
  rounds: number,
  share: number,
): Promise<readonly Comparison[]> {
  const keys = Keychain.fromSeed(owner.seed, { secp256k1: await loadSecp256k1('auto') })
  const comparisons: Comparison[] = []
  for (const sizes of Object.values(pasts(share))) {
    const signers: Answerer[] = []
    try {
      for (const [name, past] of sizes) {
        const fill = (path: string, keychain: Keychain) => fillStore(path, keychain, past)
        signers.push(await openSigner(name, owner, fill))
      }
      const channels = sizes.map(([, { commitments }]) => commitments)
      for (const [work, ask] of Object.entries(works(new LongChannel(keys)))) {
        comparisons.push(await compare(work, ask, { signers, channels, rounds }))
      }
    } finally {
      for (const signer of signers) await signer.close()
    }
  }
  return comparisons
}

/** What is asked of a channel whose last commitment has this number. */
type Ask = (last: number, round: number) => MadeRequest

function works(channel: LongChannel): Readonly<Record<string, Ask>> {
  return {
    'a point': (last) => channel.point(last + 1),
    'the next commitment and what goes with it': (last, round) => {
      const number = last + 1 + Math.floor(round / 4)
      const asks = [
        () => channel.point(number + 1),
        () => channel.release(number - 1),
        () => channel.commitment(number),
        () => channel.reveal(number - 1),
      ]
      return asks[round % 4]?.() ?? channel.point(number)
    },
  }
}

async function compare(
  work: string,
  ask: Ask,
  stage: {
    readonly signers: readonly Answerer[]
    readonly channels: readonly number[]
    readonly rounds: number
  },
): Promise<Comparison> {
  const { signers, channels, rounds } = stage
  const warmUp = Math.ceil(rounds / 10)
  const { webhookSecret } = owner
  const timings = await interleave(
    signers.map(({ name, answer }, at) => {
      const calls = Array.from({ length: rounds + warmUp }, (_, round) =>
        wireCall(ask(channels[at] ?? 0, round), {
          id: `${work}-${round}`.replaceAll(' ', '-'),
          nowMs: Date.now(),
          webhookSecret,
        }),
      )
      return {
        name,
        run: async (round) => {
          const call = calls[round]
          if (call !== undefined) await answer(call)
        },
      }
    }),
    { rounds, warmUp },
  )
  return { name: work, ...(signers[0] && { baseline: signers[0].name }), timings }
}
