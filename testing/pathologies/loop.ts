import { type Pathology } from './pathology.ts'

const never = 'it is never good enough'
const once = { turns: 10, attempts: 20 }

/** What happens over attempts, each of which is verified. */
export const loopPathologies: Pathology[] = [
  {
    name: 'monologue without action',
    why: 'The model announces what it will do, and does nothing. Words are its answer; the verifier looks at the world, where nothing has changed.',
    task: 'Mend the lamp.',
    replies: ['I will now mend the lamp. First I am going to look at it closely.'],
    tools: [],
    limits: once,
    verifier: { accepts: never },
    verdict: { ends: 'stopped', by: 'no progress', requests: 6, told: true },
  },
  {
    name: 'edit-free rounds',
    why: 'Every round ends with what was there before, with other spaces. Whitespace is no progress.',
    task: 'Mend the sentence.',
    replies: ['the lamp glow', 'the  lamp glow', 'the lamp  glow\n', ' the lamp\tglow', 'the lamp glow'],
    tools: [],
    limits: once,
    verifier: { accepts: never },
    verdict: { ends: 'stopped', by: 'no progress', requests: 6, told: true, best: 1 },
  },
  {
    name: 'promise too early',
    why: 'The model says at once that all is done. A proposer never accepts its own work: the objection comes back, and a model that listens then does the work.',
    task: 'Make the lamp glow.',
    replies: ['All is well, I promise.', 'the lamp glows'],
    tools: [],
    limits: once,
    verifier: { accepts: 'glows' },
    verdict: { ends: 'accepted', requests: 2 },
  },
  {
    name: 'score plateau',
    why: 'Each attempt is new and a little better, by less than means anything. Paying for a tenth of a point has no end.',
    task: 'Write a line about a lamp.',
    replies: Array.from({ length: 20 }, (_, attempt) => `a line about a lamp, number ${attempt + 1}`),
    tools: [],
    limits: once,
    verifier: { accepts: never, scores: [6, 6.1, 6.2, 6.3, 6.4, 6.5, 6.6, 6.7, 6.8] },
    verdict: { ends: 'stopped', by: 'no progress', requests: 6, told: true, best: 1 },
  },
  {
    name: 'oscillating score',
    why: 'Good, bad, good, bad: a loop that compares each attempt with the one before sees progress in every other one, and returns whichever was last. What counts is the best so far.',
    task: 'Write a line about a lamp.',
    replies: Array.from({ length: 20 }, (_, attempt) => `a line about a lamp, number ${attempt + 1}`),
    tools: [],
    limits: once,
    verifier: { accepts: never, scores: [3, 6, 3, 6, 3, 6, 3, 6, 3, 6] },
    verdict: { ends: 'stopped', by: 'no progress', requests: 7, told: true, best: 2 },
  },
  {
    name: 'slow and steady',
    why: 'Half a point with every attempt is progress, however long it takes. It must not be stopped.',
    task: 'Write a line about a lamp.',
    replies: [...Array.from({ length: 9 }, (_, attempt) => `a line about a lamp, number ${attempt + 1}`), 'the lamp glows'],
    tools: [],
    limits: once,
    verifier: { accepts: 'glows', scores: [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 9] },
    verdict: { ends: 'accepted', requests: 10 },
  },
]
