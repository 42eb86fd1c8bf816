// Plain JavaScript, as global-setup.js is.
import DefaultSequencer from '@jest/test-sequencer'
import { basename } from 'node:path'

/** What takes half a minute of a core or more, the longest first. A file that is missing here only begins later. */
const longest = [
  'loop-contract',
  'crash',
  'cli',
  'bad-inputs',
  'stuck',
  'several-machines',
  'effects-kill',
  'api-runs',
  'quorum-survives',
  'goal',
  'packed',
  'providers',
  'long-run',
  'test-and-fix',
  'pathologies',
  'child',
  'cli-start',
  'examples-start',
]

/** The long files first, so that at the end no core waits for another; then jest's own order. */
export default class LongestFirst extends DefaultSequencer {
  async sort(tests) {
    return (await super.sort(tests)).toSorted((one, other) => place(one) - place(other))
  }
}

function place({ path }) {
  const at = longest.indexOf(basename(path, '.test.ts'))
  return at === -1 ? longest.length : at
}
