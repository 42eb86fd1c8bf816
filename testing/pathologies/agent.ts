import { type Reply } from '../reply.ts'
import { type Pathology, type PathologyTool } from './pathology.ts'

const look = (...answers: string[]): PathologyTool => ({ name: 'look', description: 'Looks at a place.', answers })
const lookAt = (at: string): Reply => ({ toolCalls: [{ name: 'look', arguments: { at } }] })
const finish = (answer: string): Reply => ({ toolCalls: [{ name: 'finish', arguments: { answer } }] })
const done = { accepts: 'done' }
const once = { turns: 58, attempts: 1 }

/** What a single agent does, turn by turn. */
export const agentPathologies: Pathology[] = [
  {
    name: 'the same call 58 times',
    why: 'A model that does not read what came back asks again, until the money is gone. A run was once paid for 58 of them.',
    task: 'Find the reason in the cellar, then say that you are done.',
    replies: [lookAt('the cellar')],
    tools: [look('It is dark.')],
    limits: once,
    verifier: done,
    verdict: { ends: 'stopped', by: 'no progress', requests: 6, told: true },
  },
  {
    name: 'ping-pong',
    why: 'Two calls in turn are each different from the last one: comparing neighbours does not find them.',
    task: 'Find the reason in the cellar or the attic, then say that you are done.',
    replies: Array.from({ length: 58 }, (_, turn) => lookAt(turn % 2 ? 'the attic' : 'the cellar')),
    tools: [look('It is dark.')],
    limits: once,
    verifier: done,
    verdict: { ends: 'stopped', by: 'no progress', requests: 10, told: true },
  },
  {
    name: 'empty turns',
    why: 'A reply without words or calls is neither work nor an answer: it must be neither accepted nor asked for again for ever.',
    task: 'Find the reason, then say that you are done.',
    replies: [{ text: '' }],
    tools: [look('It is dark.')],
    limits: once,
    verifier: done,
    verdict: { ends: 'stopped', by: 'no progress', requests: 6, told: true },
  },
  {
    name: 'promise never made',
    why: 'Every turn is new and none is the last: what looks like work has no end of its own, so only a limit ends it, and what was reached is not called accepted.',
    task: 'Look at every room, then say that you are done.',
    replies: Array.from({ length: 40 }, (_, turn) => lookAt(`room ${turn + 1}`)),
    tools: [look(...Array.from({ length: 40 }, (_, turn) => `There are ${turn} chairs.`))],
    limits: { turns: 12, attempts: 1 },
    verifier: done,
    verdict: { ends: 'stopped', by: 'limit', requests: 12 },
  },
  {
    name: 'legitimate polling',
    why: 'Who waits for a build asks the same and hears the same, rightly. Stopping it would lose good work.',
    task: 'Wait until the build is over, then say that you are done.',
    replies: [
      ...Array.from({ length: 20 }, (): Reply => ({ toolCalls: [{ name: 'build', arguments: { at: 'main' } }] })),
      finish('It is done.'),
    ],
    tools: [
      {
        name: 'build',
        description: 'Says how the build stands.',
        polling: true,
        answers: [...Array<string>(19).fill('It is running.'), 'It has passed.'],
      },
    ],
    limits: once,
    verifier: done,
    verdict: { ends: 'accepted', requests: 21 },
  },
  {
    name: 'several tasks that look alike',
    why: 'Ten files are read with the same tool, and the same is found in each. The calls differ, so it is work and no circle.',
    task: 'Look at rooms 1 to 10, then say that you are done.',
    replies: [...Array.from({ length: 10 }, (_, turn) => lookAt(`room ${turn + 1}`)), finish('It is done.')],
    tools: [look('Nothing special.')],
    limits: once,
    verifier: done,
    verdict: { ends: 'accepted', requests: 11 },
  },
  {
    name: 'the same round for every task',
    why: 'Look, look closer, go on: rounds of the same calls are work as long as what comes back is new.',
    task: 'Look at the meter until it stands at 9, then say that you are done.',
    replies: [...Array.from({ length: 9 }, () => lookAt('the meter')), finish('It is done.')],
    tools: [look(...Array.from({ length: 9 }, (_, turn) => `It stands at ${turn + 1}.`))],
    limits: once,
    verifier: done,
    verdict: { ends: 'accepted', requests: 10 },
  },
  {
    name: 'context overflow',
    why: 'What tools answer outgrows the window. The model must never be sent more than fits, and the work must not be lost for it.',
    task: 'Look at rooms 1 to 8, then say that you are done.',
    replies: [...Array.from({ length: 8 }, (_, turn) => lookAt(`room ${turn + 1}`)), finish('It is done.')],
    tools: [look(...Array.from({ length: 8 }, (_, turn) => `Room ${turn + 1}: ${'a chair, a table, a lamp; '.repeat(150)}`))],
    limits: once,
    verifier: done,
    window: 6_000,
    verdict: { ends: 'accepted', requests: 9 },
  },
]
