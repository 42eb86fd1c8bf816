import { failure } from '../failure.ts'

/** Neither the state folder nor the artifact store has what the run recorded; `why` is the second half of a sentence. */
export function lost(folder: string, commit: string, why: string): Error {
  return failure('WorkspaceLost', `The commit ${commit.slice(0, 10)} of this run is not in ${folder}, and ${why}; nothing was changed.`, {
    effect: 'no',
    next: 'Give the worker the artifact store that the run was made with (`--artifacts`), or put the state folder back as it was; else start the run again.',
  })
}
