import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { publicKey } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { expectWallet, walletSats } from './parts.ts'
import { expectThat, type Scenario, type Scene } from './scenario.ts'

/** The script of the address that the owner of every scenario's signer allows: that of private key 2. */
export const allowedScript = p2wpkh(
  publicKey(hexToBytes('02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5')),
)

async function withdrawn({ stage }: Scene): Promise<void> {
  const { wallet } = stage.alice()
  for (const value of [300_000n, 200_000n, 100_000n]) {
    stage.chain.fund(p2wpkh(wallet.newAddress(0).publicKey), sats(value))
  }
  await stage.mine(1)
  expectThat(wallet.balance() === walletSats + 600_000n, 'three deposits in the wallet')
  // More than the largest coin has, so that several are spent.
  const value = sats(walletSats + 250_000n)
  const composition = wallet.compose([{ value, scriptPubKey: allowedScript }], 1_000)
  expectThat(composition.spent.length > 1, 'a withdrawal with several inputs')
  wallet.sign(composition)
  const signed = await stage.until('the signatures of a withdrawal', () => wallet.sign(composition))
  expectThat(stage.chain.submit(signed).ok, 'a withdrawal that the chain takes')
  await stage.mine(1)
  const [output] = stage.chain.unspent(allowedScript)
  expectThat(output?.output.value === value, 'the withdrawal at its address')
  expectWallet(stage, 350_000n, 5_000n)
}

/** What the wallet on the chain does. */
export const wallet: readonly Scenario[] = [
  {
    name: 'deposit-and-withdrawal',
    story: 'Three deposits come in; a withdrawal to an allowed address spends several coins.',
    play: withdrawn,
  },
]
