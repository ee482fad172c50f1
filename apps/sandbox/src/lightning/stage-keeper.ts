import type { Platform } from '../platform/platform.ts'
import type { Stage } from './stage.ts'
import type { StageFolder } from './stage-folder.ts'
import { StateError } from './state-error.ts'

/** What writes a stage down whenever it has come to rest. */
export type StageKeeper = {
  /**
   * Waits for rest and saves a last time.
   *
   * @throws {StateError} STATE_OLD if there is no rest: what is in the folder is not the end.
   */
  readonly close: () => Promise<void>
}

/** How often a stage that has changed is looked at, in milliseconds. */
const lookMs = 100

/** Saves after each thing that was done, as soon as no node has anything to do. */
export function keepStage(stage: Stage, platform: Platform, folder: StageFolder): StageKeeper {
  const state: { look?: NodeJS.Timeout | undefined } = {}
  const save = () => folder.save(stage.save())
  const look = () => {
    state.look = undefined
    if (!folder.isBehind()) return
    if (stage.isAtRest()) save()
    else lookSoon()
  }
  const lookSoon = () => {
    state.look ??= setTimeout(look, lookMs).unref()
  }
  const silence = [stage.bell.listen(lookSoon), platform.mutations.subscribe(lookSoon)]
  if (stage.isAtRest()) save()
  return {
    close: async () => {
      for (const each of silence) each()
      clearTimeout(state.look)
      await stage.settle()
      if (!stage.isAtRest()) {
        throw new StateError('STATE_OLD', 'something waits for the signer still: nothing is saved')
      }
      save()
    },
  }
}
