import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cited } from '../../contract/citations.ts'
import { type ScriptedRequest } from '../../testing/index.ts'
import { askedFor, judgement, saidIn } from '../support/player.ts'
import { type LoopFixture } from './fixture.ts'

const passage = 'beats.md#1-2'
const cites = (...quotes: string[]): Cited => ({
  answer: 'Every second.',
  notFound: false,
  citations: quotes.map((quote) => ({ passage, quote })),
})
/** Content with what it finds at once, and judges well. */
const reader = (answer: () => Cited) => (request: ScriptedRequest) => {
  const { properties = {} } = askedFor(request) ?? {}
  if ('sufficient' in properties) return JSON.stringify({ sufficient: true, missing: [] })
  return JSON.stringify('citations' in properties ? answer() : judgement(saidIn(request)))
}

export const retrieveAndRefine: LoopFixture = {
  name: 'retrieveAndRefine',
  input: () => {
    const folder = mkdtempSync(join(tmpdir(), 'loopwright-documents-'))
    writeFileSync(join(folder, 'beats.md'), '# Beats\nA heartbeat comes every second.\n')
    return { question: 'How often does a heartbeat come?', folder }
  },
  accepts: () => reader(() => cites('A heartbeat comes every second.')),
  never: () => reader(() => cites('It comes twice a minute.')),
  wavers: () => {
    let answers = 0
    return reader(() => (++answers === 2 ? cites('It comes at noon.') : cites('It comes at noon.', 'It comes at night.')))
  },
  objection: /These words do not stand in beats\.md#1-2/,
  judges: ['missing', 'judge'],
  lacks: { agent: 'its stages are single questions' },
}
