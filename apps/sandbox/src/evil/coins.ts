import type { TxOut } from '@boltwarden/core/bitcoin/transaction'
import { sats } from '@boltwarden/core/units'
import { toRemoteSweep } from '../channel/claims.ts'
import { outputsOf } from '../channel/commitment.ts'
import { unsigned } from '../channel/spending.ts'
import { coinJob } from '../lightning/wallet/wallet.ts'
import { p2wpkhWitness, withWitnesses, witnessSignature } from '../lightning/wallet/witness.ts'
import { ask, askSignature, signingRequest } from './asking.ts'
import { type EvilAttack, useIfGot } from './attack.ts'
import { EvilError } from './evil-error.ts'
import { confirm, thiefFee } from './taking.ts'
import { thiefScript } from './thief.ts'
import { counterpartyCommitment } from './victim.ts'

function toThief(value: bigint): readonly TxOut[] {
  return [{ value: sats(value - thiefFee), scriptPubKey: thiefScript }]
}

/** All that is ours on the chain. */
export const withdrawal: EvilAttack = {
  name: 'wallet-withdrawal',
  story: 'A withdrawal of all the wallet pays a thief.',
  refusedBy: ['policy-onchain-no-unknown-outputs', 'policy-onchain-output-scriptpubkey'],
  play: async (victim) => {
    const { wallet, entity } = victim.stage.alice()
    const coins = wallet.free()
    const all = coins.reduce((sum, { value }) => sum + value, 0n)
    const transaction = unsigned({ inputs: coins, outputs: toThief(all) })
    const drafts = coins.map((coin, at) => coinJob(transaction, at, coin))
    const { event, got } = signingRequest(victim, entity.id, drafts)
    return useIfGot(await ask(victim, event, got), async (signatures) => {
      const witnesses = signatures.map((signature, at) => {
        const coin = coins[at]
        return coin && p2wpkhWitness(signature, coin.address.publicKey)
      })
      const height = await confirm(victim.stage, [withWitnesses(transaction, witnesses)])
      return { lostSats: all, how: `the wallet emptied in block ${height}` }
    })
  },
}

/** What is ours of a channel that the peer closed. */
export const sweep: EvilAttack = {
  name: 'sweep-to-thief',
  story: 'The peer closes with its commitment; the sweep of our output pays a thief.',
  refusedBy: ['policy-sweep-destination-allowlisted', 'policy-onchain-no-unknown-outputs'],
  endsChannel: true,
  play: async (victim) => {
    const { stage, terms, channel } = victim
    await stage.forceClose(stage.bob, channel.id)
    await stage.mine(1)
    const commitment = counterpartyCommitment(victim, victim.number)
    const [ours] = outputsOf(commitment, 'to-remote')
    if (ours === undefined) throw new EvilError('nothing in the commitment is ours')
    const {
      psbt: _none,
      destinationPath: _nowhere,
      ...honest
    } = toRemoteSweep(terms, commitment, ours, { path: `m/2/0`, publicKey: terms.holder.payment })
    const transaction = { ...honest.transaction, outputs: toThief(ours.value) }
    return useIfGot(await askSignature(victim, { ...honest, transaction }), async (signature) => {
      const proof = ours.witnessScript ?? terms.holder.payment
      const swept = withWitnesses(transaction, [[witnessSignature(signature), proof]])
      const height = await confirm(stage, [swept])
      return { lostSats: ours.value, how: `our output swept in block ${height}` }
    })
  },
}
