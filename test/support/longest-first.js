// Plain JavaScript, as global-setup.js is.
import DefaultSequencer from '@jest/test-sequencer'
import { basename } from 'node:path'

/** What takes half a minute of a core or more, the longest first. A file that is missing here only begins later. */
const longest = [
  'loop-contract',
  'chaos',
  'crash',
  'effects-kill',
  'stuck',
  'several-machines',
  'api-runs',
  'quorum-survives',
  'reentry',
  'goal',
  'packed',
  'circling',
  'long-loop',
  'providers',
  'long-run',
  'test-and-fix',
  'cli',
  'pathologies',
  'cheater',
  'child',
  'cli-start',
  'examples-start',
  'bad-inputs',
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
