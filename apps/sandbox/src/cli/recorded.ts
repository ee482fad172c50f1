import type { Recorded } from '../recorder/recording.ts'
import type { RunningSigner } from '../signers/signer.ts'

/** Ends what is recorded, where anything is, and says how to judge it again. */
export async function tellRecorded(
  { recording }: Pick<RunningSigner, 'recording'>,
  { json }: { readonly json?: true },
): Promise<void> {
  if (recording === undefined) return
  const recorded = await recording.finish()
  console.log(json ? JSON.stringify({ recorded }) : textOf(recorded))
}

function textOf({ events, capture, policy, publicKeys }: Recorded): string {
  return `
${events} events are kept. What another policy would have decided of them:

  boltwarden policy replay ${capture} --public-keys ${publicKeys} --against ${policy} --policy new.toml`
}
