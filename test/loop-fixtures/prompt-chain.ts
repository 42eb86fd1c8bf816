import { type LoopFixture } from './fixture.ts'

const rules = [{ name: 'short', maxWords: 5 }]

export const promptChain: LoopFixture = {
  name: 'promptChain',
  input: () => ({
    steps: [
      { name: 'outline', prompt: 'Outline: {previous}', rules },
      { name: 'note', prompt: 'Write: {previous}', rules },
    ],
  }),
  accepts: () => () => 'a short note',
  never: () => () => 'a note that is longer than it may be',
  objection: /It has 9 words; at most 5 are wanted/,
  lacks: {
    best: 'the best of one step is not the work of the chain',
    fallback: 'a step that stays wrong stops the chain, so that errors do not add up',
    agent: 'its stages are single questions',
  },
}
